"""Keeps each event: a change's in the change's transaction, the others by and by, however many come. S36."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter as Tally
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from handlers.audit import store
from handlers.audit.entries import Entry, entry
from handlers.audit.sealing import Sealer
from server.database import Database, DatabaseError, DatabaseUnavailable, Executor
from server.services import Services
from server.telemetry.audit import Event
from server.telemetry.metrics import Counter

MOST_WAITING, BATCH = 1000, 50
# A flood of refusals is not to fill the disk: so many rows a second in the long run, per process.
ROWS_PER_SECOND = 20.0
RETRY_SECONDS = 1.0
# At the end of a server what waits is given so long.
LAST_SECONDS = 2.0
DROPPED = "events-dropped"


class Trail:
    """The rows; what is noted waits in a queue that is bounded, and what it does not hold is counted."""

    def __init__(self, db: Database, dropped: Counter) -> None:
        self._db, self.sealer = db, Sealer(db)
        self._waiting: deque[Entry] = deque()
        self._arrived = asyncio.Event()
        self._left_out: Tally[str] = Tally()
        self.dropped, self._count_dropped = 0, dropped

    @property
    def waiting(self) -> int:
        """How many events are not stored yet."""
        return len(self._waiting)

    async def keep(self, db: Executor, event: Event) -> None:
        """In the change's own transaction: both or neither."""
        await store.insert(db, [entry(event)])
        db.on_commit(self.sealer.wake)

    def note(self, event: Event) -> None:
        """Later, in a statement of its own. What was not refused and is about nobody is left to the log."""
        if not event.failed and not event.facts.keys() & {"user_id", "account"}:
            return
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(entry(event))
        else:
            self._drop([event.name])
        self._arrived.set()

    def _drop(self, names: list[str]) -> None:
        self._left_out.update(names)
        self.dropped += len(names)
        self._count_dropped.add(len(names))

    async def run(self) -> None:
        """Stores what was noted, until it is cancelled."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting or self._left_out:
                try:
                    stored = await self.store_some()
                    await asyncio.sleep(stored / ROWS_PER_SECOND)
                except DatabaseError:
                    await asyncio.sleep(RETRY_SECONDS)

    async def store_some(self) -> int:
        """A batch of what waits, and one row for all that was dropped; how many rows. Raises DatabaseError."""
        batch = [self._waiting[index] for index in range(min(BATCH, len(self._waiting)))]
        left_out = dict(self._left_out)
        lost = entry(Event(DROPPED, {name: str(times) for name, times in left_out.items()}, failed=True))
        rows = [*batch, lost] if left_out else batch
        try:
            await store.insert(self._db, rows)
        except DatabaseUnavailable:
            raise
        except DatabaseError:  # never to be stored, and nothing is to wait behind it
            self._take(len(batch))
            self._drop([each.event for each in batch])
            raise
        self._take(len(batch))
        self._left_out -= Tally(left_out)
        self.sealer.wake()
        return len(rows)

    def _take(self, number: int) -> None:
        for _ in range(number):
            self._waiting.popleft()

    async def finish(self) -> None:
        """Stores what waits still, if there is time."""
        with contextlib.suppress(DatabaseError, TimeoutError):
            async with asyncio.timeout(LAST_SECONDS):
                while self._waiting or self._left_out:
                    await self.store_some()


def open_trail(services: Services) -> Trail:
    """The one of these services, which is told of all events from now on."""
    words = "Events that were too many to be stored one by one."
    dropped = services.metrics.counter("audit_events_dropped", words)
    dropped.find(())
    made = Trail(services.db, dropped)
    services.audit.connect(made)
    services.metrics.watch("audit_events_waiting", "Events that are not stored yet.", lambda: made.waiting)
    return made


@asynccontextmanager
async def running(services: Services) -> AsyncIterator[None]:
    """Stores and seals while the server runs."""
    trail = services.of(Trail)
    tasks = [asyncio.create_task(trail.run()), asyncio.create_task(trail.sealer.run())]
    try:
        yield
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await trail.finish()
