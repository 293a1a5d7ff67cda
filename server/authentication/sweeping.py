"""Deletes rows whose time is over, by one process at a time, a few rows at a time. Personal data does not stay. S24."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from datetime import timedelta

from server import clock
from server.database import Database, DatabaseError
from server.store import sessions, sweeps, verifications

log = logging.getLogger(__name__)

# Each session that goes is announced to every server: a batch is no storm.
BATCH, PAUSE_SECONDS = 200, 0.2
# Longer than two clocks differ, and than a person asks why he was signed out.
KEPT = timedelta(days=1)
# Up to twice that, so that processes that start together do not come together.
FIRST_SECONDS, EVERY_SECONDS, AGAIN_SECONDS = 2.0, 600.0, 10.0
_chance = random.SystemRandom()


class Sweeping:
    """Sweeps between `start` and `stop`."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins, soon."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """A batch under way is undone."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        seconds = FIRST_SECONDS
        while True:
            await asyncio.sleep(seconds * _chance.uniform(1, 2))
            seconds = AGAIN_SECONDS
            with contextlib.suppress(DatabaseError):  # whoever serves says that it is away
                if await self.sweep() is not None:
                    seconds = EVERY_SECONDS

    async def sweep(self) -> int | None:
        """Deletes all that is over; how many sessions. None where another process is at it, which may not come to its end."""
        swept = 0
        while True:
            batch = await self._sweep_batch()
            if batch is None:
                return None
            swept += batch
            if batch < BATCH:
                break
            await asyncio.sleep(PAUSE_SECONDS)
        if swept:
            log.info("%s ended sessions were deleted", swept)
        return swept

    async def _sweep_batch(self) -> int | None:
        now = clock.now()
        async with self._db.transaction() as tx:
            if not await sweeps.take_turn(tx):
                return None
            await verifications.delete_expired(tx, now)
            return await sessions.delete_ended(tx, now - KEPT, BATCH)
