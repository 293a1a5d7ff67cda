"""Sign-up and sign-in with an e-mail address and a password."""

from handlers.email_password import settings
from handlers.email_password.routes import ACCOUNT_EXISTS, SignInEmail, SignUpWithEmailAndPassword
from handlers.email_password.settings import SignUpSettings
from server.feature import Feature
from server.limits import Limit

FEATURE = Feature(
    name="email-password",
    api=(
        ("/sign-up/email", SignUpWithEmailAndPassword),
        ("/sign-in/email", SignInEmail),
    ),
    settings=settings.read,
    limits=(Limit("/sign-in*", 3, seconds=10), Limit("/sign-up*", 3, seconds=10)),
    emails=(ACCOUNT_EXISTS,),
    boot=lambda services: {"signUp": not services.of(SignUpSettings).disabled},
)
