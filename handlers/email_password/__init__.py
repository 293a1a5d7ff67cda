"""Sign-up and sign-in with an e-mail address and a password."""

from handlers.email_password.routes import SignInEmail, SignUpWithEmailAndPassword
from server.feature import Feature

FEATURE = Feature(
    name="email-password",
    api=(
        ("/sign-up/email", SignUpWithEmailAndPassword),
        ("/sign-in/email", SignInEmail),
    ),
)
