"""What the drills stand on: folders that are gone afterwards, and a PostgreSQL that is no server's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server import postgres


@contextmanager
def folder() -> Iterator[Path]:
    """A folder; in memory where there is some, as the disks of the drill's machine are not what is measured."""
    room = Path("/dev/shm")  # noqa: S108
    parent = room if os.access(room, os.W_OK) and shutil.disk_usage(room).free > 2 * 1024**3 else None
    with tempfile.TemporaryDirectory(prefix="drill-", dir=parent) as name:
        yield Path(name)


@contextmanager
def database() -> Iterator[tuple[Path, str]]:
    """A folder, and the address of a PostgreSQL there, which comes back when it is killed."""
    with folder() as place, postgres.owned(place / "postgres") as address:
        yield place, address


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[bool]:
    """A disk of that size at `place`; False where this machine lets us make none."""
    place.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    mounted = os.geteuid() == 0 and _runs(command)
    try:
        yield mounted
    finally:
        if mounted:
            _runs(["umount", "-l", str(place)])


def _runs(command: list[str]) -> bool:
    if not shutil.which(command[0]):
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
