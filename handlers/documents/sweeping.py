"""Empties the trash by and by, and forgets what is over, by one process at a time, a few rows at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator
from datetime import timedelta

from handlers.documents import clearing
from handlers.documents.store import sweeps
from server import clock
from server.database import Database, DatabaseError
from server.services import Services

# So long somebody can take back what they have thrown away; what is over is shown to the owner as long.
KEPT = timedelta(days=30)
BATCH, PAUSE_SECONDS = 100, 0.2
# Up to twice that, so that processes that start together do not come together.
FIRST_SECONDS, EVERY_SECONDS = 5.0, 3600.0
_chance = random.SystemRandom()
log = logging.getLogger(__name__)


async def sweep(db: Database) -> int | None:
    """Deletes all that is over; how many documents. None where another process is at it."""
    swept = 0
    while True:
        batch = await _sweep_batch(db)
        if batch is None:
            return None
        swept += batch
        if batch < BATCH:
            break
        await asyncio.sleep(PAUSE_SECONDS)
    if swept:
        log.info("%s documents were deleted from the trash", swept)
    return swept


async def _sweep_batch(db: Database) -> int | None:
    until = clock.now() - KEPT
    async with db.transaction() as tx:
        if not await sweeps.take_document_turn(tx):
            return None
        await sweeps.delete_ended(tx, until)
        return await sweeps.empty_trash(tx, until, BATCH)


async def _run(services: Services) -> None:
    seconds = FIRST_SECONDS
    while True:
        await asyncio.sleep(seconds * _chance.uniform(1, 2))
        seconds = EVERY_SECONDS
        with contextlib.suppress(DatabaseError, OSError):  # whoever serves says that it is away
            await sweep(services.db)
            await clearing.sweep(services)


@contextlib.asynccontextmanager
async def running(services: Services) -> AsyncIterator[None]:
    """Sweeps while the server runs; a batch under way at its end is undone."""
    task = asyncio.create_task(_run(services))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
