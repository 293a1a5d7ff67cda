"""Phone numbers: proven and signed in with by a code in a text message, or with a password; better-auth's plugin of that name."""

from handlers.phone_number import numbers, settings
from handlers.phone_number.numbers import COLUMNS, TEXTS
from handlers.phone_number.reset import RequestPasswordResetPhoneNumber, ResetPasswordPhoneNumber
from handlers.phone_number.routes import SendPhoneNumberOTP, SignInPhoneNumber
from handlers.phone_number.verify import VerifyPhoneNumber
from server.feature import Feature
from server.limits import Limit

FEATURE = Feature(
    name="phone-number",
    plugin=True,
    api=(
        ("/sign-in/phone-number", SignInPhoneNumber),
        ("/phone-number/send-otp", SendPhoneNumberOTP),
        ("/phone-number/verify", VerifyPhoneNumber),
        ("/phone-number/request-password-reset", RequestPasswordResetPhoneNumber),
        ("/phone-number/reset-password", ResetPasswordPhoneNumber),
    ),
    settings=settings.read,
    stage=numbers.require_verified,
    columns=COLUMNS,
    reviser=numbers.reviser,
    limits=(Limit("/phone-number*", 10, seconds=60),),
    emails=TEXTS,
)
