"""Proving and changing the e-mail address."""

from handlers.email_verification.change import ChangeEmail
from handlers.email_verification.routes import SendVerificationEmail, VerifyEmail
from server.feature import Feature

FEATURE = Feature(
    name="email-verification",
    api=(
        ("/send-verification-email", SendVerificationEmail),
        ("/verify-email", VerifyEmail),
        ("/change-email", ChangeEmail),
    ),
)
