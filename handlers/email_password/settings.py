"""DISABLE_SIGN_UP and AUTO_SIGN_IN; better-auth's options of those names."""

from __future__ import annotations

from msgspec import Struct

from server.config.reader import Reader


class SignUpSettings(Struct, frozen=True):
    """Whether people may sign up, and whether they are signed in then."""

    disabled: bool
    signs_in: bool


def read(read: Reader) -> SignUpSettings:
    """From the environment."""
    return SignUpSettings(read.flag("DISABLE_SIGN_UP", False), read.flag("AUTO_SIGN_IN", True))
