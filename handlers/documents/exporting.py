"""All of somebody's documents in one file: Markdown, with their folders as folders."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING

from handlers.documents import content
from handlers.documents.content import FORMATS
from handlers.documents.store import folders, operating
from server.database import Executor
from server.documents.model import Folder

if TYPE_CHECKING:
    import zipfile

# What does not stay in memory.
_SPOOLED = 4 * 1024 * 1024


async def pack(db: Executor, owner_id: str) -> IO[bytes]:
    """A zip, read from its start; gone when it is closed."""
    places = paths(await folders.list_of(db, owner_id))
    file = tempfile.SpooledTemporaryFile(_SPOOLED)  # noqa: SIM115  # whoever asks for it closes it
    taken: set[str] = set()
    try:
        import zipfile  # few ever ask for one

        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for each in await operating.list_titles(db, owner_id):
                name = free_name(places.get(each.folder_id or "", ""), each.title, taken)
                updates = await content.changes(db, each.id)
                await asyncio.to_thread(_add, archive, name, updates)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def _add(archive: zipfile.ZipFile, name: str, updates: list[bytes]) -> None:
    archive.writestr(name, FORMATS["markdown"].write(content.document_of(updates)))


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
