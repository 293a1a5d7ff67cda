"""Proving and changing the e-mail address."""

from handlers.email_verification import settings, stage
from handlers.email_verification.change import ChangeEmail
from handlers.email_verification.routes import SendVerificationEmail, VerifyEmail
from server.authentication.email_links import EMAILS
from server.feature import Feature
from server.limits import Limit
from server.model import Json
from server.services import Services


def boot(services: Services) -> Json:
    """Whether the pages have to speak of a mail after sign-up."""
    verification = services.config.verification
    return {
        "requireEmailVerification": verification.required,
        "verificationOnSignUp": verification.on_sign_up,
    }


FEATURE = Feature(
    name="email-verification",
    api=(
        ("/send-verification-email", SendVerificationEmail),
        ("/verify-email", VerifyEmail),
        ("/change-email", ChangeEmail),
    ),
    settings=settings.read,
    stage=stage.require_verified,
    limits=(
        Limit("/change-email*", 3, seconds=10),
        Limit("/send-verification-email", 3, seconds=60),
        # better-auth counts the mails of its plugin in the core.
        Limit("/email-otp/send-verification-otp", 3, seconds=60),
    ),
    emails=EMAILS,
    boot=boot,
)
