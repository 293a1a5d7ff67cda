"""Pictures of people, in the shared storage: drawn anew, and served by a name that nobody can guess."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path

from handlers.avatar import errors
from server.config import folders
from server.config.settings import Settings
from server.crypto.random import random_id
from server.database import DatabaseError, Executor
from server.errors import APIError
from server.model import User
from server.services import Services
from server.store import users
from server.uploads import files
from server.uploads.studio import AVATAR, NotDrawn, Studio

FOLDER = "/avatars/"
# Longer than any change takes, and how often those that were lost are looked for.
MARK_SECONDS, EVERY_SECONDS = 60.0, 600.0
_NAME = re.compile(r"[a-zA-Z0-9]{32}\.webp")
log = logging.getLogger(__name__)


class Pictures:
    """Files below `folder`; their addresses begin with the public `base_url`."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self._folder, self._prefix = folder, base_url + FOLDER
        self.studio = Studio(AVATAR)

    async def draw(self, user_id: str, upload: bytes) -> bytes:
        """The picture as a WebP of 256 pixels; raises the 413, 415 or 503."""
        try:
            return (await self.studio.draw(user_id, upload)).data
        except NotDrawn as error:
            raise errors.not_drawn(error.why, error.limit) from error

    async def store(self, user_id: str, picture: bytes) -> str:
        """Keeps what was drawn; its address. Raises the 503 or 507."""
        name = f"{_owner(user_id)}{random_id(16)}.webp"
        try:
            await asyncio.to_thread(files.write, self._folder, name, picture)
        except OSError as error:
            raise _refusal(error) from error
        return self._prefix + name

    def sweep_parts(self) -> None:
        """Deletes what processes that were killed while they wrote have left: no write takes as long."""
        for part in self._folder.glob("*.webp.part"):
            if files.age(part) > files.LEFT_SECONDS:
                files.remove(part)

    async def read(self, name: str) -> bytes | None:
        """The WebP of this name, or None."""
        if not _NAME.fullmatch(name):
            return None
        try:
            return await asyncio.to_thread((self._folder / name).read_bytes)
        except OSError:
            return None

    @contextlib.asynccontextmanager
    async def changing(self, user_id: str) -> AsyncIterator[None]:
        """While it changes in the database what pictures a user has.

        Where the change is not refused but lost, or its outcome with it, a mark stays, by which `sweep_marked` finds out.
        """
        mark = self._folder / f"{_owner(user_id)}{random_id(16)}.change"
        await asyncio.to_thread(_write_mark, mark, user_id)
        try:
            yield
        except APIError:
            await asyncio.to_thread(files.remove, mark)
            raise
        await asyncio.to_thread(files.remove, mark)

    async def sweep_marked(self, db: Executor) -> None:
        """Deletes what nobody's picture is of those whose pictures were to change a while ago. S24."""
        for mark, user_id in await asyncio.to_thread(self._marked):
            user = await users.find(db, user_id) if user_id else None
            named = (user.image or "").rpartition("/")[2] if user else ""
            await asyncio.to_thread(self._remove_all, user_id, named)
            await asyncio.to_thread(files.remove, mark)

    def _marked(self) -> list[tuple[Path, str]]:
        marks = [each for each in self._folder.glob("*.change") if files.age(each) > MARK_SECONDS]
        return [(each, each.read_text()) for each in marks]

    def _remove_all(self, user_id: str, but: str) -> None:
        """One that is new may be of an upload under way."""
        for each in self._folder.glob(f"{_owner(user_id)}*.webp"):
            if each.name != but and files.age(each) > MARK_SECONDS:
                files.remove(each)

    async def remove(self, user_id: str, address: str | None) -> None:
        """Deletes the file behind an address, if it was uploaded by this user: anybody may name any address. S40."""
        name = (address or "").removeprefix(self._prefix)
        if _NAME.fullmatch(name) and name.startswith(_owner(user_id)):
            await asyncio.to_thread(files.remove, self._folder / name)


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
    words = "How long the next picture will wait."
    metrics.watch("picture_wait_seconds", words, lambda: studio.line.wait, "most")
    return pictures


@contextlib.asynccontextmanager
async def running(services: Services) -> AsyncIterator[None]:
    """Sweeps at the start and now and then; other servers may be writing in the same folder."""
    with contextlib.suppress(OSError):
        await asyncio.to_thread(services.of(Pictures).sweep_parts)
    sweeping = asyncio.create_task(_sweep(services))
    try:
        yield
    finally:
        sweeping.cancel()


async def _sweep(services: Services) -> None:
    while True:
        with contextlib.suppress(OSError, DatabaseError):  # the next time, then
            await services.of(Pictures).sweep_marked(services.db)
        await asyncio.sleep(EVERY_SECONDS)


@contextlib.asynccontextmanager
async def forget(services: Services, user: User) -> AsyncIterator[None]:
    """Deletes the picture with its user."""
    pictures = services.of(Pictures)
    async with pictures.changing(user.id):
        yield
        await pictures.remove(user.id, user.image)


def _write_mark(mark: Path, user_id: str) -> None:
    """Where there is no folder yet, or no room for it, it is done without."""
    try:
        mark.write_text(user_id)
    except OSError:
        files.remove(mark)


def _owner(user_id: str) -> str:
    """How the names of a user's files begin."""
    return hashlib.sha256(user_id.encode()).hexdigest()[:16]


def _refusal(error: OSError) -> APIError:
    """What the client is told; the operator has to do something about it. S38."""
    log.error("a picture cannot be stored in SHARED_DIR: %s", error.strerror or error)
    return errors.storage_full() if files.is_full(error) else errors.storage_unavailable()
