"""Files and pictures of documents, in the shared storage: SHARED_DIR/documents/DOCUMENT/DIGEST."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from mimetypes import MimeTypes
from pathlib import Path
from typing import IO

from msgspec import Struct

from handlers.documents import errors
from handlers.documents.rows import Attachment
from handlers.documents.store import attachments as store
from server import clock
from server.config import folders
from server.config.settings import Settings
from server.crypto.random import random_id
from server.database import Executor
from server.documents.model import ATTACHMENT
from server.errors import APIError
from server.model import Json
from server.services import Services
from server.uploads import files
from server.uploads.files import Part
from server.uploads.studio import TEXT, NotDrawn, Studio

FOLDER = "documents"
MEGABYTE = 1024 * 1024
LARGEST_PICTURE, LARGEST_FILE = 20 * MEGABYTE, 25 * MEGABYTE
MOST, MOST_TOGETHER = 1000, 500 * MEGABYTE
LONGEST_NAME = 200
PICTURE, FILE = "image/webp", "application/octet-stream"
# Controls, what separates folders, and what has a name read from the wrong end.
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f/\\\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# By a file's ending, as Python knows them: what this machine knows of them is not asked.
_TYPES = MimeTypes()
_DRAWN = ("image/png", "image/jpeg", "image/webp", "image/gif")
log = logging.getLogger(__name__)


class Received(Struct, frozen=True):
    """A file that is on the disk, and goes again unless it is kept; a picture with its size in pixels."""

    part: Part
    width: int | None = None
    height: int | None = None


class Attachments:
    """The files, and who draws the pictures."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.studio = folder, Studio(TEXT)

    def path(self, document_id: str, digest: str = "") -> Path:
        """Where a document has its files, or one of them."""
        return self.folder / document_id / digest

    @asynccontextmanager
    async def receiving(
        self, document_id: str, user_id: str, pieces: AsyncIterator[bytes]
    ) -> AsyncIterator[Received]:
        """What somebody sends, of a picture what is drawn of it; raises the 413, 415, 503 or 507. S46."""
        async with AsyncExitStack() as stack:
            with refusing():
                part = await stack.enter_async_context(files.writing(self.path(document_id)))
                await self._fill(part, pieces)
                found = Received(part)
                if self.studio.may_be_picture(part.head):
                    drawn = await stack.enter_async_context(files.writing(self.path(document_id)))
                    found = await self._draw(user_id, part, drawn)
            yield found

    async def _fill(self, part: Part, pieces: AsyncIterator[bytes]) -> None:
        async for piece in pieces:
            await part.write(piece)
            if part.size > LARGEST_PICTURE and self.studio.may_be_picture(part.head):
                raise errors.attachment_too_large("20 MB")
        await part.finish()

    async def _draw(self, user_id: str, part: Part, into: Part) -> Received:
        try:
            drawn = await self.studio.draw(user_id, part.path)
        except NotDrawn as error:
            if error.why == "too large":
                raise errors.attachment_too_large(error.limit) from error
            raise errors.picture_not_readable() from error
        await into.write(drawn.data)
        await into.finish()
        return Received(into, drawn.width, drawn.height)

    async def keep(
        self, tx: Executor, received: Received, document_id: str, name: str, user_id: str
    ) -> Attachment:
        """Makes an attachment of it: the file is there before its row is. Raises the 413, or that of the disk."""
        part, is_picture = received.part, received.width is not None
        await check_room(tx, document_id, part.size)
        made = Attachment(
            document_id, random_id(), name, PICTURE if is_picture else type_of(name), part.size, received.width,
            received.height, part.digest, user_id, clock.now(),
        )  # fmt: skip
        with refusing():
            await part.keep()
        await store.insert(tx, made)
        return made

    async def copy(self, tx: Executor, document_id: str, copy_id: str) -> None:
        """Gives a copy of a document all that it has; what is gone here is gone there. Raises that of the disk."""
        digests = {each.digest for each in await store.list_of(tx, document_id)}
        if digests:
            with refusing():
                await asyncio.to_thread(self._link, document_id, copy_id, digests)
            await store.copy(tx, document_id, copy_id)

    def _link(self, document_id: str, copy_id: str, digests: Iterable[str]) -> None:
        for digest in digests:
            with contextlib.suppress(FileNotFoundError):
                files.link(self.path(document_id, digest), self.path(copy_id))

    def open(self, found: Attachment) -> IO[bytes]:
        """The file; raises the 404 where it is gone, which nobody but the operator can explain."""
        try:
            return self.path(found.document_id, found.digest).open("rb")
        except OSError as error:
            log.error(
                "the file of an attachment cannot be read in SHARED_DIR: %s (%s)",
                self.path(found.document_id, found.digest),
                error.strerror or error,
            )
            raise errors.attachment_not_found() from error


@contextmanager
def refusing() -> Iterator[None]:
    """What the client is told of a disk; the operator has to do something about it. S38."""
    try:
        yield
    except OSError as error:
        log.error("a file cannot be stored in SHARED_DIR: %s", error.strerror or error)
        raise _refusal(error) from error


def _refusal(error: OSError) -> APIError:
    return errors.storage_full() if files.is_full(error) else errors.storage_unavailable()


async def check_room(db: Executor, document_id: str, size: int) -> None:
    """Raises the 413 where a document has no room for so much more."""
    room = await store.measure(db, document_id)
    if room.number >= MOST or room.size + size > MOST_TOGETHER:
        raise errors.attachments_full()


def clean_name(given: str) -> str:
    """What a file is called here; raises the 400."""
    name = _UNFIT.sub("", given).strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise errors.name_missing()
    return name


def type_of(name: str) -> str:
    """What a file says that it is, by its ending alone, for the sake of an icon: no browser is told so."""
    found = _TYPES.guess_type(f"x.{name.rpartition('.')[2]}")[0] if "." in name else None
    return found if found and found not in _DRAWN else FILE


def described(found: Iterable[Attachment]) -> dict[str, Json]:
    """What a text has of its attachments, by how it names them."""
    return {
        f"{ATTACHMENT}{each.id}": {"width": each.width, "height": each.height}
        if each.is_picture
        else {"bytes": each.bytes, "kind": each.type}
        for each in found
    }


def check(settings: Settings) -> None:
    """Raises SettingsError where no file could be kept."""
    name = "SHARED_DIR" if settings.reader.text("SHARED_DIR") else "DATA_DIR"
    folders.check(name, settings.shared_dir / FOLDER)


def open_attachments(services: Services) -> Attachments:
    """The one of these services."""
    made = Attachments(services.config.shared_dir / FOLDER)
    studio, metrics = made.studio, services.metrics
    services.before_the_end.append(studio.stop)
    words = "Pictures of documents being read or waiting."
    metrics.watch("document_pictures_pending", words, lambda: studio.line.pending)
    return made
