"""What better-auth's options say of mailed codes, beside what holds for passwords and links as well."""

from __future__ import annotations

from msgspec import Struct

from server.config.reader import Reader


class CodeSettings(Struct, frozen=True):
    """Whether a code makes new users, signs in who proves an address by one, ends sessions with a new password, and
    changes the address, after one to the present address where that is asked for.
    """

    sign_up_disabled: bool
    signs_in: bool
    revokes_sessions: bool
    changes_email: bool
    verifies_current_email: bool


def read(read: Reader) -> CodeSettings:
    """From the environment."""
    return CodeSettings(
        read.flag("DISABLE_SIGN_UP", False),
        read.flag("AUTO_SIGN_IN_AFTER_VERIFICATION", True),
        read.flag("REVOKE_SESSIONS_ON_PASSWORD_RESET", True),
        read.flag("EMAIL_OTP_CHANGE_EMAIL", False),
        read.flag("EMAIL_OTP_VERIFY_CURRENT_EMAIL", False),
    )
