"""Whether a folder that a setting names can be written in, seen at the start rather than by whoever comes first."""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path

from server.errors import SettingsError

# A disk that is full today may not be tomorrow, and much works without.
_FULL = (errno.ENOSPC, errno.EDQUOT)


def check(name: str, folder: Path, mode: int = 0o777) -> None:
    """Makes it where it is not there; raises SettingsError where nothing can be written in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=mode)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        if error.errno not in _FULL:
            raise SettingsError(
                f"{name} cannot be used ({folder}: {error.strerror or error}); it takes a folder that can be written in"
            ) from None
