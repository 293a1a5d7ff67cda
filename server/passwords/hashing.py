"""Where passwords are hashed: a thread for each core, with a line before them that is bounded by time. S46."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from server import errors
from server.overload.board import Board
from server.overload.turns import Turns
from server.telemetry import tracing

T = TypeVar("T")


class Hashing:
    """Runs what is slow off the event loop, as many at once as there are cores."""

    def __init__(self, guess: float) -> None:
        cores = _cores()
        self._threads = ThreadPoolExecutor(cores, thread_name_prefix="password")
        self.line = Turns(cores, guess)
        self._under_way: set[asyncio.Future[Any]] = set()
        self._over = False

    def share(self, board: Board) -> None:
        """Has the other workers' hashes count: the cores are theirs, too."""
        self.line.share(board)

    def begin(self, work: Callable[[], object]) -> None:
        """Something that nobody waits for."""
        self._threads.submit(work)

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns; raises the 503 where it would begin too late, or nobody waits for it any more."""
        with tracing.span("password hash") as span:
            async with self.line.turn() as turn:
                if span:
                    span.add_event("has a place")
                made, turn.spent = await self._in_thread(work)
                return made

    async def _in_thread(self, work: Callable[[], T]) -> tuple[T, float]:
        """Its result, and the seconds of processor that it took; raises the 503 when the server ends first."""
        doing = asyncio.get_running_loop().run_in_executor(self._threads, _measured, work)
        self._under_way.add(doing)
        try:
            return await doing
        except asyncio.CancelledError:
            if self._over and doing.cancelled():
                raise errors.overloaded() from None
            raise
        finally:
            self._under_way.discard(doing)

    def stop(self, seconds: float) -> None:
        """The server ends in so many seconds: what would not be done by then is refused, and what is not then, too."""
        self.line.stop(seconds)
        asyncio.get_running_loop().call_later(seconds, self._let_go)

    def _let_go(self) -> None:
        self._over = True
        for doing in list(self._under_way):
            doing.cancel()

    def close(self) -> None:
        """Lets the threads go."""
        self.line.stop(0)
        self._threads.shutdown(wait=False, cancel_futures=True)


def _measured(work: Callable[[], T]) -> tuple[T, float]:
    began = time.thread_time()
    made = work()
    return made, time.thread_time() - began


def _cores() -> int:
    """Those that this process may use, which a container may have fewer of than the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1
