"""AUTO_SIGN_IN_AFTER_VERIFICATION; better-auth's option of that name."""

from __future__ import annotations

from msgspec import Struct

from server.config.reader import Reader


class LinkSettings(Struct, frozen=True):
    """Whether the link of a mail signs its owner in."""

    signs_in: bool


def read(read: Reader) -> LinkSettings:
    """From the environment."""
    return LinkSettings(read.flag("AUTO_SIGN_IN_AFTER_VERIFICATION", True))
