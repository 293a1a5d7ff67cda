"""The settings of e-mail verification, which sign-up, sign-in and the mails share; better-auth's options of those names."""

from __future__ import annotations

from msgspec import Struct

from server.config.reader import Reader


class VerificationSettings(Struct, frozen=True):
    """Whether an address has to be proven before the first sign-in, and whether sign-up asks for it."""

    required: bool
    on_sign_up: bool


def read(read: Reader) -> VerificationSettings:
    """REQUIRE_EMAIL_VERIFICATION, and SEND_VERIFICATION_ON_SIGN_UP, which follows it."""
    required = read.flag("REQUIRE_EMAIL_VERIFICATION", False)
    return VerificationSettings(required, read.flag("SEND_VERIFICATION_ON_SIGN_UP", required))
