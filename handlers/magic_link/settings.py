"""DISABLE_SIGN_UP, which is better-auth's disableSignUp of the passwords and of this plugin, too."""

from __future__ import annotations

from msgspec import Struct

from server.config.reader import Reader


class MagicLinkSettings(Struct, frozen=True):
    """Whether a link makes no new users."""

    sign_up_disabled: bool


def read(read: Reader) -> MagicLinkSettings:
    """From the environment."""
    return MagicLinkSettings(read.flag("DISABLE_SIGN_UP", False))
