"""Pictures of people, in the shared storage: drawn anew, and served by a name that nobody can guess."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import logging
import os
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

from handlers.avatar import errors
from handlers.avatar.studio import Studio
from server.config import folders
from server.config.settings import Settings
from server.crypto.random import random_id
from server.errors import APIError
from server.model import User
from server.services import Services

FOLDER = "/avatars/"
LEFT_SECONDS = 3600.0
_NAME = re.compile(r"[a-zA-Z0-9]{32}\.webp")
# No room on the disk, for this account, or in a file.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
log = logging.getLogger(__name__)


class Pictures:
    """Files below `folder`; their addresses begin with the public `base_url`."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self._folder, self._prefix = folder, base_url + FOLDER
        self.studio = Studio()

    async def store(self, user_id: str, upload: bytes) -> str:
        """Keeps a square of 256 pixels cut from the middle; its address. Raises the 413, 415, 503 or 507."""
        picture = await self.studio.draw(user_id, upload)
        name = f"{_owner(user_id)}{random_id(16)}.webp"
        try:
            await asyncio.to_thread(self._write, name, picture)
        except OSError as error:
            raise _refusal(error) from error
        return self._prefix + name

    def _write(self, name: str, picture: bytes) -> None:
        """Under another name first, and on the disk: a half written picture is never served, nor left behind."""
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{name}.part"
        try:
            with part.open("wb") as file:
                file.write(picture)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._folder / name)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink()
            raise

    def sweep(self) -> None:
        """Deletes what processes that were killed while they wrote have left: no write takes as long."""
        for part in self._folder.glob("*.webp.part"):
            with contextlib.suppress(OSError):
                if time.time() - part.stat().st_mtime > LEFT_SECONDS:
                    part.unlink()

    async def read(self, name: str) -> bytes | None:
        """The WebP of this name, or None."""
        if not _NAME.fullmatch(name):
            return None
        try:
            return await asyncio.to_thread((self._folder / name).read_bytes)
        except OSError:
            return None

    async def remove(self, user_id: str, address: str | None) -> None:
        """Deletes the file behind an address, if it was uploaded by this user: anybody may name any address. S40."""
        name = (address or "").removeprefix(self._prefix)
        if _NAME.fullmatch(name) and name.startswith(_owner(user_id)):
            with contextlib.suppress(OSError):
                await asyncio.to_thread((self._folder / name).unlink)


def check(settings: Settings) -> None:
    """Raises SettingsError where no picture could be kept."""
    name = "SHARED_DIR" if settings.reader.text("SHARED_DIR") else "DATA_DIR"
    folders.check(name, settings.shared_dir / "avatars")


def open_pictures(services: Services) -> Pictures:
    """The one of these services."""
    pictures = Pictures(services.config.shared_dir / "avatars", services.config.base_url)
    studio, metrics = pictures.studio, services.metrics
    services.before_the_end.append(studio.stop)
    metrics.watch("pictures_pending", "Pictures being read or waiting.", lambda: studio.line.pending)
    metrics.watch("picture_children", "Processes that read a picture.", lambda: studio.children)
    metrics.watch("picture_wait_seconds", "How long the next picture will wait.", lambda: studio.line.wait)
    return pictures


@contextlib.asynccontextmanager
async def running(services: Services) -> AsyncIterator[None]:
    """Sweeps at the start; other servers may be writing in the same folder."""
    with contextlib.suppress(OSError):
        await asyncio.to_thread(services.of(Pictures).sweep)
    yield


async def forget(services: Services, user: User) -> None:
    """Deletes the picture of a deleted user."""
    await services.of(Pictures).remove(user.id, user.image)


def _owner(user_id: str) -> str:
    """How the names of a user's files begin."""
    return hashlib.sha256(user_id.encode()).hexdigest()[:16]


def _refusal(error: OSError) -> APIError:
    """What the client is told; the operator has to do something about it. S38."""
    log.error("a picture cannot be stored in SHARED_DIR: %s", error.strerror or error)
    return errors.storage_full() if error.errno in _FULL else errors.storage_unavailable()
