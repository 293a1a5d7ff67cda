"""What people wrote, on its way into PostgreSQL: one statement a tick for all documents of this process."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct, field

from server import clock
from server.database import Database, DatabaseUnavailable, budget
from server.live import store
from server.live.crdt import merge

# From the beginning of a commit to the next; the first key after a pause waits for nothing.
TICK_SECONDS = 0.025
RETRY_SECONDS, LONGEST_RETRY_SECONDS = 0.25, 2.0
# What is kept while PostgreSQL takes nothing; the pages keep all of it, too.
MOST_BYTES = 64 * 1024 * 1024
# Merged as one row, at most.
_ROW_UPDATES = 64
log = logging.getLogger(__name__)


class Writer(Protocol):
    """Whoever is told that what came from them is written."""

    def saved(self, count: int) -> None:
        """So many of their frames are."""


class Pending(Struct):
    """Of one document: changes with their authors, in order, up to which frame whose are in them, and who waits for it."""

    changes: list[tuple[str, bytes]] = field(default_factory=list)
    writers: dict[Writer, int] = field(default_factory=dict)
    waiting: list[asyncio.Future[None]] = field(default_factory=list)

    def follow(self, later: Pending) -> None:
        """This comes first."""
        self.changes += later.changes
        self.writers |= later.writers
        self.waiting += later.waiting

    def end(self) -> None:
        """Nobody has to wait any more."""
        for each in self.waiting:
            if not each.done():
                each.set_result(None)


class Row(Struct, frozen=True):
    """A row as it is in the log now."""

    id: str
    seq: int
    change: bytes


# What has been written, and of which documents nothing can be.
Told = Callable[[Sequence[Row], Sequence[str]], None]


class Journal:
    """`told` hears of each commit, `stalled` whether PostgreSQL takes anything."""

    def __init__(self, db: Database, told: Told, stalled: Callable[[bool], None]) -> None:
        self._db, self._told, self._tell_stalled = db, told, stalled
        self._pending: dict[str, Pending] = {}
        self._taken: dict[str, Pending] = {}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.size, self.stalled, self.lag = 0, False, 0.0
        self._pause, self._apart = RETRY_SECONDS, 0

    @property
    def full(self) -> bool:
        """Nothing more may be taken before something is written."""
        return self.size > MOST_BYTES

    def add(
        self, document_id: str, author: str, change: bytes, writer: Writer | None = None, count: int = 0
    ) -> None:
        """Will be written; an empty change is told of once all before it is."""
        pending = self._pending.setdefault(document_id, Pending())
        if change:
            pending.changes.append((author, change))
            self.size += len(change)
        if writer:
            pending.writers[writer] = count
        self._wake.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_forever())

    async def written(self, document_id: str) -> None:
        """Once all of this document that there is now is written, or was given up; what comes meanwhile is not waited for."""
        if pending := self._pending.get(document_id) or self._taken.get(document_id):
            waiting = asyncio.get_running_loop().create_future()
            pending.waiting.append(waiting)
            await waiting

    async def flush(self, seconds: float) -> bool:
        """Whether all of it is written within so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await asyncio.gather(*map(self.written, {**self._taken, **self._pending}))
        except TimeoutError:
            return False
        return True

    async def stop(self, seconds: float) -> None:
        """Writes what there is, if PostgreSQL takes it."""
        if not await self.flush(seconds):
            log.warning(
                "%d bytes of documents could not be written: the pages that sent them still have them",
                self.size,
            )
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _write_forever(self) -> None:
        budget.allow(None)  # it outlives the request that it began with
        while True:
            if not self._pending:
                self._wake.clear()
                await self._wake.wait()
            began = clock.steady()
            if await self._write():
                self.lag = clock.steady() - began
                await asyncio.sleep(began + TICK_SECONDS - clock.steady())

    def _take(self) -> dict[str, Pending]:
        """All that is pending; one document alone, after a statement was refused, since it may be the only one at fault."""
        taken = self._pending
        if self._apart:
            self._apart -= 1
            taken = dict([next(iter(taken.items()))])
        self._pending = {name: each for name, each in self._pending.items() if name not in taken}
        self._taken = taken
        return taken

    async def _write(self) -> bool:
        taken = self._take()
        rows: list[tuple[str, str, bytes]] = []
        try:
            rows = [row for document_id, each in taken.items() for row in _rows(document_id, each)]
            numbers = await self._append(rows)
        except DatabaseUnavailable as error:
            await self._put_back(taken, error)
            return False
        except Exception as error:
            if len(taken) > 1:
                self._apart = len(taken)
                await self._put_back(taken, error)
                return False
            log.error("a document cannot be written, and is closed: %s", error)
            numbers = {}
        self._taken = {}
        self.size -= sum(len(change) for each in taken.values() for _, change in each.changes)
        self._stall(None)
        self._tell(taken, rows, numbers)
        return True

    async def _append(self, rows: Sequence[tuple[str, str, bytes]]) -> Mapping[str, list[int]]:
        """The numbers that each document's rows have, in order."""
        found: dict[str, list[int]] = defaultdict(list)
        if rows:
            ids, authors, changes = zip(*rows, strict=True)
            for each in await store.append(self._db, ids, authors, changes):
                found[each.id].append(each.seq)
        return {document_id: sorted(seqs) for document_id, seqs in found.items()}

    def _tell(
        self,
        taken: Mapping[str, Pending],
        rows: Sequence[tuple[str, str, bytes]],
        numbers: Mapping[str, list[int]],
    ) -> None:
        left = {document_id: iter(seqs) for document_id, seqs in numbers.items()}
        gone = [
            document_id for document_id, each in taken.items() if each.changes and document_id not in numbers
        ]
        self._told([Row(row[0], next(left[row[0]]), row[2]) for row in rows if row[0] in left], gone)
        for document_id, each in taken.items():
            for writer, count in each.writers.items() if document_id not in gone else ():
                writer.saved(count)
            each.end()

    async def _put_back(self, taken: dict[str, Pending], error: Exception) -> None:
        """Nothing is lost: a change that was written after all, and is written again, changes nothing."""
        for document_id, later in self._pending.items():
            taken.setdefault(document_id, Pending()).follow(later)
        self._pending, self._taken = taken, {}
        self._stall(error)
        await asyncio.sleep(self._pause)
        self._pause = min(2 * self._pause, LONGEST_RETRY_SECONDS)

    def _stall(self, error: Exception | None) -> None:
        if error and not self.stalled:
            log.warning("documents cannot be written: %s", error)
        if not error:
            self._pause = RETRY_SECONDS
        if self.stalled != bool(error):
            self.stalled = bool(error)
            self._tell_stalled(self.stalled)


def _rows(document_id: str, pending: Pending) -> list[tuple[str, str, bytes]]:
    """One for each author, or a few where there was much."""
    by_author: dict[str, list[bytes]] = defaultdict(list)
    for author, change in pending.changes:
        by_author[author].append(change)
    return [
        (document_id, author, merge(changes[start : start + _ROW_UPDATES]))
        for author, changes in by_author.items()
        for start in range(0, len(changes), _ROW_UPDATES)
    ]
