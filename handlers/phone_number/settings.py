"""What better-auth's options say of phone numbers, as far as settings can."""

from __future__ import annotations

from msgspec import Struct

from server.config.hosts import is_host
from server.config.reader import Reader
from server.errors import SettingsError


class PhoneSettings(Struct, frozen=True):
    """Whether a number has to be proven before its password counts, whether a new password ends all sessions, and the
    domain of the addresses that people get who sign up with a number; without one nobody does.
    """

    verification_required: bool
    revokes_sessions: bool
    email_domain: str | None


def read(read: Reader) -> PhoneSettings:
    """From the environment."""
    domain = read.text("PHONE_NUMBER_EMAIL_DOMAIN")
    if domain is not None and (not is_host(domain) or "." not in domain or not domain[-1].isalpha()):
        raise SettingsError(
            f"PHONE_NUMBER_EMAIL_DOMAIN is {domain!r}; it takes a domain such as phone.example.com"
        )
    closed = read.flag("DISABLE_SIGN_UP", False)
    return PhoneSettings(
        read.flag("PHONE_NUMBER_REQUIRE_VERIFICATION", False),
        read.flag("REVOKE_SESSIONS_ON_PASSWORD_RESET", True),
        None if closed or domain is None else domain.lower(),
    )
