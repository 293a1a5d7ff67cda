"""A process beside the embedded PostgreSQL: it ends the server when the owner was killed without a chance to do so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# Where `server` is found, or the package that it is in.
_ROOT = Path(__file__).resolve().parents[__name__.count(".")]


class Guard:
    """Runs as long as its owner, whose end it notices by the pipe between them."""

    def __init__(self, process: subprocess.Popen[bytes] | None) -> None:
        self._process = process

    @classmethod
    def start(cls, folder: Path) -> Guard:
        """One for the cluster in that folder; none for a user who may not run this Python."""
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", __package__ or "", str(folder)],
                cwd=_ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            process = None
        return cls(process)

    def dismiss(self) -> None:
        """The owner takes care of the server itself."""
        if self._process and self._process.stdin:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process = None
