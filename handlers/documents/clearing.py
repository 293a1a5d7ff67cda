"""Files of documents that are not there any more go: after the row, and never while a backup reads them."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path

from handlers.documents.attachments import Attachments
from handlers.documents.store import attachments as store
from server.database import DatabaseError, Executor
from server.documents import document_store
from server.model import User
from server.services import Services
from server.uploads import files

BATCH = 100


async def clear(services: Services, documents: list[str]) -> bool:
    """Deletes all files of those of these documents that are gone; False where that has to wait for the sweep."""
    kept = services.of(Attachments)
    with contextlib.suppress(DatabaseError, OSError):
        async with services.db.transaction() as tx:
            if not await store.take_files_turn(tx):
                return False
            there = await store.list_documents(tx, documents)
            for each in set(documents) - set(there):
                await asyncio.to_thread(shutil.rmtree, kept.path(each), ignore_errors=True)
            return True
    return False


@asynccontextmanager
async def forget(services: Services, user: User) -> AsyncIterator[None]:
    """Deletes what somebody's documents have with them."""
    documents = await store.list_owned(services.db, user.id)
    yield
    if documents:
        await clear(services, documents)


async def sweep(services: Services) -> None:
    """Deletes what is left of documents that are gone, of uploads that came to nothing, of processes that were killed.

    What is younger than any upload, or copy of a document, may be of one that is under way.
    """
    kept = services.of(Attachments)
    folders = await asyncio.to_thread(_folders, kept.folder)
    for batch in iter(lambda: list(islice(folders, BATCH)), []):
        there = set(await store.list_documents(services.db, [each.name for each in batch]))
        gone = [each.name for each in batch if each.name not in there]
        old = [name for name in gone if files.age(kept.path(name)) > files.LEFT_SECONDS]
        if old and not await clear(services, old):
            return
        for name in there:
            await _sweep_left(services, kept, name)


def _folders(folder: Path) -> Iterator[Path]:
    return iter(sorted(each for each in folder.glob("*") if each.is_dir()))


async def _sweep_left(services: Services, kept: Attachments, document_id: str) -> None:
    """Files that no row names; the document is held, so that no row comes meanwhile."""
    left = await asyncio.to_thread(_old, kept.path(document_id))
    if not left:
        return
    known = await _digests(services.db, document_id)
    if all(each.name in known for each in left):
        return
    async with services.db.transaction() as tx:
        if await document_store.lock(tx, document_id) and await store.take_files_turn(tx):
            known = await _digests(tx, document_id)
            await asyncio.to_thread(_remove, [each for each in left if each.name not in known])


def _old(folder: Path) -> list[Path]:
    return [each for each in folder.glob("*") if files.age(each) > files.LEFT_SECONDS]


def _remove(left: Iterable[Path]) -> None:
    for each in left:
        if files.age(each) > files.LEFT_SECONDS:  # what is the same was uploaded anew meanwhile
            files.remove(each)


async def _digests(db: Executor, document_id: str) -> set[str]:
    return {each.digest for each in await store.list_of(db, document_id)}
