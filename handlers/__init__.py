"""What AI-Editor does: one folder a feature, asked in this order."""

from __future__ import annotations

from handlers.account import FEATURE as ACCOUNT
from handlers.additional_fields import FEATURE as ADDITIONAL_FIELDS
from handlers.anonymous import FEATURE as ANONYMOUS
from handlers.audit import FEATURE as AUDIT
from handlers.avatar import FEATURE as AVATAR
from handlers.bearer import FEATURE as BEARER
from handlers.captcha import FEATURE as CAPTCHA
from handlers.doctor import FEATURE as DOCTOR
from handlers.documents import FEATURE as DOCUMENTS
from handlers.email_otp import FEATURE as EMAIL_OTP
from handlers.email_password import FEATURE as EMAIL_PASSWORD
from handlers.email_verification import FEATURE as EMAIL_VERIFICATION
from handlers.expo import FEATURE as EXPO
from handlers.forward_auth import FEATURE as FORWARD_AUTH
from handlers.generic_oauth import FEATURE as GENERIC_OAUTH
from handlers.have_i_been_pwned import FEATURE as HAVE_I_BEEN_PWNED
from handlers.health import FEATURE as HEALTH
from handlers.last_login_method import FEATURE as LAST_LOGIN_METHOD
from handlers.magic_link import FEATURE as MAGIC_LINK
from handlers.metrics import FEATURE as METRICS
from handlers.multi_session import FEATURE as MULTI_SESSION
from handlers.new_device import FEATURE as NEW_DEVICE
from handlers.oauth_popup import FEATURE as OAUTH_POPUP
from handlers.one_tap import FEATURE as ONE_TAP
from handlers.one_time_token import FEATURE as ONE_TIME_TOKEN
from handlers.open_api import FEATURE as OPEN_API
from handlers.passkey import FEATURE as PASSKEY
from handlers.password import FEATURE as PASSWORD
from handlers.phone_number import FEATURE as PHONE_NUMBER
from handlers.session import FEATURE as SESSION
from handlers.shell import FEATURE as SHELL
from handlers.social import FEATURE as SOCIAL
from handlers.transfer import FEATURE as TRANSFER
from handlers.two_factor import FEATURE as TWO_FACTOR
from handlers.user import FEATURE as USER
from handlers.username import FEATURE as USERNAME

# The shell is last: it answers every path that is left. Plugins are as better-auth's lists have them, and additional fields
# after them, since a user's members come in this order.
FEATURES = (
    EMAIL_PASSWORD,
    PASSWORD,
    EMAIL_VERIFICATION,
    SESSION,
    USER,
    TRANSFER,
    ACCOUNT,
    AVATAR,
    DOCUMENTS,
    GENERIC_OAUTH,
    SOCIAL,
    TWO_FACTOR,
    USERNAME,
    MAGIC_LINK,
    EMAIL_OTP,
    PHONE_NUMBER,
    ANONYMOUS,
    ONE_TAP,
    OAUTH_POPUP,
    ONE_TIME_TOKEN,
    PASSKEY,
    BEARER,
    MULTI_SESSION,
    LAST_LOGIN_METHOD,
    CAPTCHA,
    HAVE_I_BEEN_PWNED,
    EXPO,
    ADDITIONAL_FIELDS,
    NEW_DEVICE,
    AUDIT,
    FORWARD_AUTH,
    HEALTH,
    METRICS,
    OPEN_API,
    DOCTOR,
    SHELL,
)
