"""Reads that may go to a replica, without missing what was written before they began."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from server import clock
from server.database import replicas
from server.database.database import Database
from server.database.errors import Busy, DatabaseError, DatabaseUnavailable
from server.database.executor import Executor, Statements
from server.database.replicas import Position, Replica, Replicas, find_position
from server.database.statement import Result

T = TypeVar("T")
Key = str | bytes

# How long a list waits for a replica that is about to have what it needs; after that the primary answers.
PATIENCE_SECONDS, PAUSE_SECONDS = 0.05, 0.003
# A replica that was frozen a moment ago does not hold a request for long.
NEAR_SECONDS = 0.3
# A replica that is used has all that was written so long ago, and a little more for what is heard late.
UNSETTLED_SECONDS = replicas.LAG_SECONDS + 0.5
MOST_UNSETTLED = 100_000


class Unsettled:
    """What changed so lately that a replica need not know it yet, by keys; at most `most`, else everything is."""

    def __init__(self, most: int = MOST_UNSETTLED) -> None:
        self._most, self._until = most, clock.steady() + UNSETTLED_SECONDS
        self._keys: dict[Key, float] = {}

    def __contains__(self, key: Key) -> bool:
        now = clock.steady()
        return now < self._until or now < self._keys.get(key, 0.0)

    def add(self, key: Key) -> None:
        """It has just been changed, or heard of."""
        now = clock.steady()
        self._keys.pop(key, None)
        while self._keys and self._keys[first := next(iter(self._keys))] < now:
            del self._keys[first]
        if len(self._keys) >= self._most:
            self.everything()
        self._keys[key] = now + UNSETTLED_SECONDS

    def everything(self) -> None:
        """Changes may have been missed, or are too many to tell."""
        self._keys.clear()
        self._until = clock.steady() + UNSETTLED_SECONDS


class _On(Statements):
    """A replica, for a store: its tables are the primary's."""

    def __init__(self, primary: Database, replica: Replica) -> None:
        self.columns, self.shape, self._replica = primary.columns, primary.shape, replica

    async def _fetch(self, sql: str, params: dict[str, object]) -> Result:
        return await self._replica.db._fetch(sql, params)  # noqa: SLF001

    def on_commit(self, work: Callable[[], None]) -> None:
        work()

    def on_failure(self, work: Callable[[], Awaitable[object]]) -> None:
        pass


class Reads:
    """Sends a read to a replica that has all that it could miss, else to the primary.

    `nearly` does without asking anybody first; it relies on words of what changes, which have to be `heard`. `exactly`
    asks the primary up to where it has written, which all who ask at the same time share.
    """

    def __init__(self, primary: Database, among: Replicas) -> None:
        self._primary, self._replicas = primary, among
        self.unsettled = Unsettled() if among.each else None
        self.heard: Callable[[], bool] = lambda: False
        # Told where each read went that could have gone to a replica.
        self.went: Callable[[bool], None] = lambda to_replica: None
        self._next: asyncio.Task[Position] | None = None

    async def nearly(
        self,
        key: Key,
        read: Callable[[Executor], Awaitable[T | None]],
        about: Callable[[T], Iterable[Key]],
    ) -> T | None:
        """What a replica has under the key; None where the primary has to be asked.

        `about` names the keys of whose changes one is told, of what was found.
        """
        found = None
        if self.heard() and self._settled(key):
            found = await self._ask_any(read)
            # Words that came meanwhile may be of what was read.
            if found and not (self.heard() and self._settled(key, *about(found))):
                found = None
        self.went(found is not None)
        return found

    def _settled(self, *keys: Key) -> bool:
        known = self.unsettled
        return known is not None and not any(key in known for key in keys)

    async def _ask_any(self, read: Callable[[Executor], Awaitable[T | None]]) -> T | None:
        replica = next(iter(self._replicas.usable), None)
        return await self._ask(replica, read, NEAR_SECONDS) if replica else None

    async def _ask(
        self, replica: Replica, read: Callable[[Executor], Awaitable[T | None]], seconds: float | None
    ) -> T | None:
        """None where it has no answer."""
        try:
            async with asyncio.timeout(seconds):
                return await read(_On(self._primary, replica))
        except (DatabaseUnavailable, TimeoutError) as error:
            if not isinstance(error, Busy):
                replica.leave(str(error) or "it does not answer")
        except DatabaseError:
            pass  # which the primary will say as well
        return None

    async def exactly(self, read: Callable[[Executor], Awaitable[T]]) -> T:
        """What the primary would have answered when this was asked, or later."""
        replica = await self._find_caught_up() if self._replicas.usable else None
        found = await self._ask(replica, read, None) if replica else None
        self.went(found is not None)
        return await read(self._primary) if found is None else found

    async def _find_caught_up(self) -> Replica | None:
        """Waits a little for one of them."""
        until = clock.steady() + PATIENCE_SECONDS
        try:
            wanted = await self._position()
        except DatabaseError:
            return None
        while clock.steady() < until:
            for each in self._replicas.usable:
                if each.replayed < wanted.written:
                    await each.look([wanted])
                if each.usable and each.replayed >= wanted.written:
                    return each
            await asyncio.sleep(PAUSE_SECONDS)
        return None

    async def _position(self) -> Position:
        """One question for all who come before it is sent."""
        if self._next is None:
            self._next = asyncio.create_task(self._ask_position())
        return await asyncio.shield(self._next)

    async def _ask_position(self) -> Position:
        await asyncio.sleep(0)
        self._next = None
        return await find_position(self._primary)
