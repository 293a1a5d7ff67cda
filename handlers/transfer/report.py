"""What became of the rows: counts, and a file with a line for each that was refused."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TextIO

from msgspec import Struct, field

from handlers.transfer.person import Unfit


class Counts(Struct):
    """Of rows about people."""

    imported: int = 0
    existing: int = 0
    refused: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """All of them."""
        return self.imported + self.existing + self.refused


class Report:
    """JSON lines with the place, the address and the reason, never a hash; only its owner can read them. S35."""

    def __init__(self, path: Path, unit: str) -> None:
        self.path, self._unit = path, unit
        self._file: TextIO | None = None
        path.unlink(missing_ok=True)  # that of an earlier run, so that no line of it is taken for one of this

    def write(self, place: int, email: str | None, why: Unfit) -> None:
        """Adds a line; the file is made with the first."""
        if self._file is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            self._file = os.fdopen(os.open(self.path, flags, 0o600), "w", encoding="ascii")
        line = {
            self._unit: place,
            "email": (email or "")[:320] or None,
            "reason": why.reason,
            "message": why.words,
        }
        self._file.write(json.dumps(line) + "\n")

    def flush(self) -> None:
        """Has what was written so far in the file."""
        if self._file:
            self._file.flush()

    def close(self) -> None:
        """The last line is written."""
        if self._file:
            self._file.close()
