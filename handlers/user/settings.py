"""DELETE_USER_VERIFICATION."""

from __future__ import annotations

from dataclasses import dataclass

from server.config.reader import Reader


@dataclass(frozen=True, slots=True)
class DeletionSettings:
    """Whether deleting an account is confirmed by mail."""

    verified: bool


def read(read: Reader) -> DeletionSettings:
    """From the environment."""
    return DeletionSettings(read.flag("DELETE_USER_VERIFICATION", False))
