"""Gives the rows their places in the chain, by one process at a time, after they are committed. S37."""

from __future__ import annotations

import asyncio
import contextlib
import random

from handlers.audit import store
from handlers.audit.entries import START, digest
from server.database import Database, DatabaseError

BATCH = 500
# What comes within so long is sealed together.
DELAY_SECONDS = 1.0
# What a process that has died, or a command, has left: up to twice that.
EVERY_SECONDS = 15.0
_chance = random.SystemRandom()


class Sealer:
    """Seals soon after `wake`, and now and then without."""

    def __init__(self, db: Database) -> None:
        self._db, self._woken = db, asyncio.Event()

    def wake(self) -> None:
        """There are rows to seal."""
        self._woken.set()

    async def run(self) -> None:
        """Until it is cancelled; a batch under way is undone then, and another process does it."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY_SECONDS * _chance.uniform(1, 2)):
                    await self._woken.wait()
                    await asyncio.sleep(DELAY_SECONDS)
            self._woken.clear()
            try:
                if not await self.seal():
                    self.wake()
            except DatabaseError:  # later, then; whoever serves says that it is away
                self.wake()
                await asyncio.sleep(DELAY_SECONDS)

    async def seal(self) -> bool:
        """Seals all that is there; False when it was another's turn, which may have looked too early."""
        while (sealed := await self._seal_batch()) is not None:
            if sealed < BATCH:
                return True
            await asyncio.sleep(0)
        return False

    async def _seal_batch(self) -> int | None:
        async with self._db.transaction() as tx:
            if not await store.take_turn(tx):
                return None
            # After the lock, in a statement of its own: the last turn's rows are seen.
            head = await store.find_head(tx)
            position, before = (head.position or 0, head.hash or START) if head else (0, START)
            hashes, found = [], await store.list_unsealed(tx, BATCH)
            for number, each in enumerate(found, position + 1):
                before = digest(each, number, before)
                hashes.append(before)
            if found:
                await store.seal(tx, [each.id for each in found], hashes, position + 1)
        return len(found)
