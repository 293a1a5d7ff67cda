"""REVOKE_SESSIONS_ON_PASSWORD_RESET; better-auth's option of that name."""

from __future__ import annotations

from msgspec import Struct

from server.config.reader import Reader


class ResetSettings(Struct, frozen=True):
    """Whether a reset signs the user out everywhere."""

    revokes_sessions: bool


def read(read: Reader) -> ResetSettings:
    """From the environment."""
    return ResetSettings(read.flag("REVOKE_SESSIONS_ON_PASSWORD_RESET", True))
