"""Signing in, and up, proving and changing the address and choosing a password by a mailed code; better-auth's plugin of that name."""

from handlers.email_otp import settings
from handlers.email_otp.change import ChangeEmailEmailOTP, RequestEmailChangeEmailOTP
from handlers.email_otp.mails import EMAILS
from handlers.email_otp.reset import (
    ForgetPasswordEmailOTP,
    RequestPasswordResetEmailOTP,
    ResetPasswordEmailOTP,
)
from handlers.email_otp.routes import (
    CheckVerificationOTP,
    SendVerificationOTP,
    SignInEmailOTP,
    VerifyEmailOTP,
)
from server.feature import Feature
from server.limits import Limit

_API = (
    ("/email-otp/send-verification-otp", SendVerificationOTP),
    ("/email-otp/check-verification-otp", CheckVerificationOTP),
    ("/email-otp/verify-email", VerifyEmailOTP),
    ("/sign-in/email-otp", SignInEmailOTP),
    ("/email-otp/request-password-reset", RequestPasswordResetEmailOTP),
    ("/forget-password/email-otp", ForgetPasswordEmailOTP),
    ("/email-otp/reset-password", ResetPasswordEmailOTP),
    ("/email-otp/request-email-change", RequestEmailChangeEmailOTP),
    ("/email-otp/change-email", ChangeEmailEmailOTP),
)
FEATURE = Feature(
    name="email-otp",
    plugin=True,
    api=_API,
    settings=settings.read,
    limits=tuple(Limit(path, 3, seconds=60) for path, _ in _API),
    emails=EMAILS,
    way=lambda services: True,
)
