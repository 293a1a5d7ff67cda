"""All of somebody's documents in one file: Markdown, with their folders as folders and their files beside them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from typing import IO, TYPE_CHECKING, cast
from urllib.parse import quote

from handlers.documents import content
from handlers.documents.attachments import Attachments
from handlers.documents.content import FORMATS, Converting
from handlers.documents.rows import Attachment
from handlers.documents.store import attachments, folders, operating
from server.documents.model import ATTACHMENT, Folder
from server.errors import APIError
from server.services import Services

if TYPE_CHECKING:
    import zipfile

_PIECE = 1 << 18


class _Buffer:
    """What was written to it and not taken yet."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        """Keeps a copy: whoever writes may use its memory again."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """There is nothing behind it."""

    def take(self) -> bytes:
        """All of it."""
        found = b"".join(self._pieces)
        self._pieces.clear()
        return found


async def pack(services: Services, owner_id: str) -> AsyncIterator[bytes]:
    """The pieces of a zip, each made once the one before was taken: it is nowhere as a whole."""
    import zipfile  # few ever ask for one

    places = paths(await folders.list_of(services.db, owner_id))
    buffer, taken = _Buffer(), set[str]()
    with zipfile.ZipFile(cast(IO[bytes], buffer), "w", zipfile.ZIP_DEFLATED) as archive:
        for each in await operating.list_titles(services.db, owner_id):
            name = free_name(places.get(each.folder_id or "", ""), each.title, taken)
            files = await attachments.list_of(services.db, each.id)
            named = {one.id: _file_name(name.removesuffix(".md"), one, taken) for one in files}
            updates = await content.changes(services.db, each.id)
            work = partial(_written, updates, named, name)
            archive.writestr(name, await services.of(Converting).run(owner_id, work))
            yield buffer.take()
            for one in files:
                async for _ in _copied(services, archive, one, named[one.id]):
                    yield buffer.take()
    yield buffer.take()


def _file_name(document: str, file: Attachment, taken: set[str]) -> str:
    """In a folder beside the text; a picture is what it was drawn as."""
    stem, dot, ending = file.name.rpartition(".")
    ending = "webp" if file.is_picture else ending
    return free_name(
        f"{document}.files/",
        stem or ending,
        taken,
        f".{content.file_name(ending, 'x')[:-2]}" if dot else ".bin",
    )


def _written(updates: list[bytes], named: Mapping[str, str], name: str) -> bytes:
    """The text, which says where its files are as seen from it."""
    from server.documents.attachments import placed

    folder = name.rpartition("/")[0]
    beside = {
        f"{ATTACHMENT}{each}": quote(path.removeprefix(f"{folder}/" if folder else ""))
        for each, path in named.items()
    }
    return FORMATS["markdown"].write(placed(content.document_of(updates), beside))


async def _copied(
    services: Services, archive: zipfile.ZipFile, found: Attachment, name: str
) -> AsyncIterator[None]:
    """A file piece by piece, as it is: what is gone is left out, and has been told of in the log."""
    import zipfile

    try:
        file = await asyncio.to_thread(services.of(Attachments).open, found)
    except APIError:
        return
    about = zipfile.ZipInfo(name, time.gmtime(found.created_at.timestamp())[:6])
    with file, archive.open(about, "w", force_zip64=True) as member:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            member.write(piece)
            yield


def paths(found: Sequence[Folder]) -> Mapping[str, str]:
    """Where each folder is, with a slash at its end, by its id."""
    known = {each.id: each for each in found}
    taken: set[str] = set()
    made: dict[str, str] = {}

    def path(folder: Folder) -> str:
        if folder.id not in made:
            outer = known.get(folder.parent_id or "")
            made[folder.id] = free_name(path(outer) if outer else "", folder.name, taken, "")
        return made[folder.id]

    for each in found:
        path(each)
    return made


def free_name(place: str, title: str, taken: set[str], ending: str = ".md") -> str:
    """A name there that no other has, not even with other capitals; of a folder without an ending, with a slash."""
    name = content.file_name(title, "x").removesuffix(".x")
    number = 1
    while True:
        found = f"{place}{name}{f' ({number})' if number > 1 else ''}{ending or '/'}"
        if found.casefold() not in taken:
            taken.add(found.casefold())
            return found
        number += 1
