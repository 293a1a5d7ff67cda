"""Files that are kept whole or not at all: written under another name, on the disk, then renamed."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from server.crypto.random import random_id

# Who deletes shared files has this lock of PostgreSQL's, and who makes a backup of them shares it: "ai_files".
FILES_KEY = 0x61695F66696C6573
# What a file is called while it is written: no backup takes it along.
PART = ".part"
# What a killed process has left is as old as no file that is being written.
LEFT_SECONDS = 3600.0
_HEAD = 16
# No room on the disk, for this account, or in a file.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_full(error: OSError) -> bool:
    """Whether there is no room, which nobody can mend by trying again at once."""
    return error.errno in _FULL


def write(folder: Path, name: str, data: bytes) -> None:
    """Keeps all of it under this name; raises OSError, and leaves nothing behind then."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{name}{PART}"
    try:
        with part.open("wb") as file:
            file.write(data)
            _sync(file)
        part.replace(folder / name)
    except OSError:
        remove(part)
        raise


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def remove(file: Path) -> None:
    """Whether it is there or not."""
    with contextlib.suppress(OSError):
        file.unlink()


def age(file: Path) -> float:
    """In seconds since it was written; of what is gone, none."""
    with contextlib.suppress(OSError):
        return time.time() - file.stat().st_mtime
    return 0.0


class Part:
    """A file while it is written, in threads: how it begins, how large it is, the SHA-256 of what is in it."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path, self._file, self._sum = path, file, hashlib.sha256()
        self.head, self.size = b"", 0

    async def write(self, piece: bytes) -> None:
        """Adds to it."""
        if len(self.head) < _HEAD:
            self.head = (self.head + piece)[:_HEAD]
        self.size += len(piece)
        await asyncio.to_thread(self._write, piece)

    def _write(self, piece: bytes) -> None:
        self._file.write(piece)
        self._sum.update(piece)

    @property
    def digest(self) -> str:
        """In hex."""
        return self._sum.hexdigest()

    async def finish(self) -> None:
        """Nothing is added any more; it is on the disk."""
        await asyncio.to_thread(self._finish)

    def _finish(self) -> None:
        _sync(self._file)
        self._file.close()

    async def keep(self) -> None:
        """It is called by its digest from now on, in place of one that was the same."""
        await asyncio.to_thread(self._keep)

    def _keep(self) -> None:
        self.path.replace(self.path.with_name(self.digest))
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def drop(self) -> None:
        """Gone, unless it was kept."""
        with contextlib.suppress(OSError):  # what the disk had no room for
            self._file.close()
        remove(self.path)


@asynccontextmanager
async def writing(folder: Path) -> AsyncIterator[Part]:
    """A new file in this folder, which is gone in the end unless it was kept; raises OSError."""
    part = await asyncio.to_thread(_open, folder)
    try:
        yield part
    finally:
        await asyncio.shield(asyncio.to_thread(part.drop))


def _open(folder: Path) -> Part:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{random_id(16)}{PART}"
    return Part(path, path.open("xb"))


def link(source: Path, folder: Path) -> None:
    """Has the same file in another folder, too: the same bytes on the disk where it can be."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / source.name
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except OSError as error:
        if isinstance(error, FileNotFoundError) or is_full(error):
            raise
        write(folder, source.name, source.read_bytes())
