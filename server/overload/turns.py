"""Turns at what few may do at once: a line in front of it that is bounded by time, not by heads. S46."""

from __future__ import annotations

import asyncio
import bisect
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

from msgspec import Struct

from server import errors

# From the request to the end of its turn, as estimated: who would have to wait longer is told so at once.
LONGEST_SECONDS = 4.5
# Who was let in and would be later than that by so much, because the estimate was too low, is told so then.
LENIENT_SECONDS = 0.5
# Who waits longer than this is looked after at once where they seem to have hung up: others are refused because of them.
LONG_SECONDS = 0.5
# How much the latest measure counts. Less waiting is believed sooner: who is let in wrongly is told in the end anyhow.
_SLOWER, _FASTER = 1 / 4, 1 / 2


class Asker:
    """The request that work is done for: whether somebody still waits for its answer."""

    def __init__(self) -> None:
        self.gone = False
        # Once let in, what it asks for next is not refused, and goes before what has not begun.
        self.let_in = False
        # While it waits for long in a line, it is worth a word to find out whether somebody still waits.
        self.waits_long = False
        self.look: Callable[[], None] | None = None
        self._told: set[Callable[[], None]] = set()

    @contextmanager
    def in_line(self, seconds: float) -> Iterator[None]:
        """Waits for about so long."""
        self.waits_long = seconds > LONG_SECONDS
        if self.waits_long and self.look:
            self.look()
        try:
            yield
        finally:
            self.waits_long = False

    def leave(self) -> None:
        """The client has hung up."""
        self.gone = True
        for told in list(self._told):
            told()

    @contextmanager
    def on_leaving(self, told: Callable[[], None]) -> Iterator[None]:
        """Calls `told` when the client hangs up meanwhile."""
        self._told.add(told)
        try:
            yield
        finally:
            self._told.discard(told)


ASKER: ContextVar[Asker | None] = ContextVar("asker", default=None)
"""Set for each request over HTTP; commands have none."""


class Shared(Protocol):
    """What all processes of this host have before them."""

    def write(self, seconds: float, running: int) -> None:
        """How much work this process has promised, and how many turns are under way."""

    def others(self) -> tuple[float, int]:
        """The same of the other processes together."""


class Alone:
    """There are no others."""

    def write(self, seconds: float, running: int) -> None:
        """Nobody reads it."""

    def others(self) -> tuple[float, int]:
        """Nothing."""
        return 0.0, 0


@dataclass(order=True, slots=True)
class _Waiter:
    """First by rank, which grows with what the same group has in the line already, then by arrival."""

    rank: int
    number: int
    group: str = field(compare=False)
    turn: asyncio.Future[None] = field(compare=False)


class Turn(Struct):
    """A place that is taken; `spent` are the seconds of processor that it took, where they were measured."""

    spent: float | None = None


class Turns:
    """`places` at a time; the rest waits, no more than `most`, and nobody for longer than `longest` seconds.

    `guess` is how many seconds one takes, until it has been measured.
    """

    def __init__(
        self, places: int, guess: float, most: int = 10_000, longest: float = LONGEST_SECONDS
    ) -> None:
        self._places, self._most, self._longest = places, most, longest
        self._wall = self._work = guess
        self._measured = False
        self._line: list[_Waiter] = []
        self._running, self._arrived = 0, 0
        self._groups: Counter[str] = Counter()
        self._ends_at = math.inf
        self._shared: Shared = Alone()

    @property
    def _give_up(self) -> float:
        return self._longest + LENIENT_SECONDS

    def share(self, shared: Shared) -> None:
        """Has the work of the other processes count, too."""
        self._shared = shared

    @property
    def pending(self) -> int:
        """How many have a place or wait for one."""
        return self._running + len(self._line)

    @property
    def running(self) -> int:
        """How many have a place."""
        return self._running

    @property
    def wait(self) -> float:
        """The seconds that the next one will wait, as far as is known."""
        others, _ = self._shared.others()
        if self._running < self._places and not self._line and not others:
            return 0.0
        here = self.pending * self._wall / max(1, self._running)
        return max(here, (self.pending * self._work + others) / self._places)

    def stop(self, seconds: float) -> None:
        """The server ends in so many seconds: who would wait longer is refused, at once and from now on."""
        self._ends_at = time.monotonic() + seconds
        self._refuse_all_but(max(0, int(seconds * self._places / self._wall) - self._running))
        if self._line:
            asyncio.get_running_loop().call_later(max(0.0, seconds - self._wall), self._refuse_all_but, 0)

    def _refuse_all_but(self, most: int) -> None:
        while len(self._line) > most:
            self._refuse(self._line[-1])

    @asynccontextmanager
    async def turn(self, group: str = "") -> AsyncIterator[Turn]:
        """A place, as soon as there is one; raises the 503 where that takes too long, or the client hangs up."""
        await self._wait(group)
        turn, began = Turn(), time.perf_counter()
        try:
            yield turn
        finally:
            self._measure(time.perf_counter() - began, turn.spent)
            self._running -= 1
            self._forget(group)
            self._next()

    async def _wait(self, group: str) -> None:
        asker = ASKER.get() or Asker()
        if asker.gone:
            raise errors.overloaded()
        rank = -1 if asker.let_in else self._groups[group] if group else 0
        self._arrived += 1
        waiter = _Waiter(rank, self._arrived, group, asyncio.get_running_loop().create_future())
        self._admit(waiter)
        asker.let_in = True
        self._groups[group] += 1
        bisect.insort(self._line, waiter)
        self._next()
        await self._stand(waiter, asker)

    def check(self) -> None:
        """Raises the 503 that whoever asks for a turn now would have: before any other work is done for them."""
        asker = ASKER.get()
        if self._is_late() and not (asker and asker.let_in):
            raise errors.overloaded(self._retry_after)

    def _admit(self, waiter: _Waiter) -> None:
        """Refuses somebody where the line is too long: whose group has the most in it, of those who came last."""
        if waiter.rank < 0 or not self._is_late():
            return
        last = self._line[-1] if self._line else waiter
        if last <= waiter:
            raise errors.overloaded(self._retry_after)
        self._refuse(last)

    def _is_late(self) -> bool:
        """Whether the next one would wait too long; with a free place nobody does, unless the server ends."""
        if len(self._line) >= self._most:
            return True
        wait, left = self.wait, min(self._longest, self._ends_at - time.monotonic())
        return wait + self._wall > left and (wait > 0 or self._ends_at < math.inf)

    @property
    def _retry_after(self) -> int:
        """The seconds until all who wait now have had their turn, or have been told that it takes too long."""
        return max(1, math.ceil(min(self.wait, max(self._give_up, self._wall))))

    def _refuse(self, waiter: _Waiter) -> None:
        """Tells one in the line to come again."""
        self._leave(waiter)
        if not waiter.turn.done():
            waiter.turn.set_exception(errors.overloaded(self._retry_after))

    async def _stand(self, waiter: _Waiter, asker: Asker) -> None:
        """In the line, until it is one's turn."""
        if waiter.turn.done():
            return
        loop, longest = asyncio.get_running_loop(), max(1.0, self._give_up - self._wall)
        timer = loop.call_later(longest, self._refuse, waiter) if waiter.rank >= 0 else None
        try:
            with asker.on_leaving(lambda: self._refuse(waiter)), asker.in_line(self.wait):
                await waiter.turn
        except asyncio.CancelledError:
            self._abandon(waiter)
            raise
        finally:
            if timer:
                timer.cancel()

    def _abandon(self, waiter: _Waiter) -> None:
        """The one who waited was cancelled, maybe in the moment in which the turn came."""
        if waiter.turn.done() and not waiter.turn.cancelled() and waiter.turn.exception() is None:
            self._running -= 1
            self._forget(waiter.group)
            self._next()
        else:
            self._leave(waiter)

    def _leave(self, waiter: _Waiter) -> None:
        at = bisect.bisect_left(self._line, waiter)
        if at < len(self._line) and self._line[at] is waiter:
            del self._line[at]
            self._forget(waiter.group)
            self._tell()

    def _forget(self, group: str) -> None:
        self._groups[group] -= 1
        if not self._groups[group]:
            del self._groups[group]

    def _next(self) -> None:
        """Gives free places away: those of all processes together, but one at least is this process's."""
        while self._line and self._running < self._places and self._is_free():
            waiter = self._line.pop(0)
            self._running += 1
            waiter.turn.set_result(None)
        self._tell()

    def _is_free(self) -> bool:
        return not self._running or self._running + self._shared.others()[1] < self._places

    def _tell(self) -> None:
        self._shared.write(self.pending * self._work, self._running)

    def _measure(self, wall: float, spent: float | None) -> None:
        """The first measure replaces the guess."""
        work = wall if spent is None else spent
        if not self._measured:
            self._measured, self._wall, self._work = True, wall, work
        self._wall += (wall - self._wall) * (_FASTER if wall < self._wall else _SLOWER)
        self._work += (work - self._work) * (_FASTER if work < self._work else _SLOWER)
