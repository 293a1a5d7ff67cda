"""DELETE_USER_VERIFICATION."""

from __future__ import annotations

from msgspec import Struct

from server.config.reader import Reader


class DeletionSettings(Struct, frozen=True):
    """Whether deleting an account is confirmed by mail."""

    verified: bool


def read(read: Reader) -> DeletionSettings:
    """From the environment."""
    return DeletionSettings(read.flag("DELETE_USER_VERIFICATION", False))
