"""Where passwords are hashed: a thread for each core, with a line before them that is bounded by time. S46."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from server.limits.board import Board
from server.limits.turns import Turns

T = TypeVar("T")


class Hashing:
    """Runs what is slow off the event loop, as many at once as there are cores."""

    def __init__(self, guess: float) -> None:
        cores = _cores()
        self._threads = ThreadPoolExecutor(cores, thread_name_prefix="password")
        self.line = Turns(cores, guess)

    def share(self, board: Board) -> None:
        """Has the other workers' hashes count: the cores are theirs, too."""
        self.line.share(board)

    def begin(self, work: Callable[[], object]) -> None:
        """Something that nobody waits for."""
        self._threads.submit(work)

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns; raises the 503 where it would begin too late, or nobody waits for it any more."""
        async with self.line.turn() as turn:
            made, turn.spent = await asyncio.get_running_loop().run_in_executor(
                self._threads, _measured, work
            )
            return made

    def stop(self, seconds: float) -> None:
        """The server ends in so many seconds: what would not be done by then is refused."""
        self.line.stop(seconds)

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
