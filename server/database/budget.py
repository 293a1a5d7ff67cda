"""How long one request may keep the database waiting, or be kept waiting by it, all its statements together."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from server.database.errors import DatabaseUnavailable

# Timers are no more exact than this: what is left of a wait that took all there was may be a little more than nothing.
_NOTHING = 0.005
# What the task of the request has left, in a list of one; tasks that it starts share it.
_left: ContextVar[list[float] | None] = ContextVar("database_seconds_left", default=None)


def allow(seconds: float | None) -> None:
    """What this task does from now on may take so long at the database; None: as long as each statement may."""
    _left.set(None if seconds is None else [seconds])


@contextmanager
def spend(most: float) -> Iterator[float]:
    """Seconds for what is done in the block, at most `most`; raises DatabaseUnavailable where none are left."""
    left = _left.get()
    if left is None:
        yield most
        return
    if left[0] < _NOTHING:
        raise DatabaseUnavailable("the time that a request has for the database is over")
    began = time.monotonic()
    try:
        yield min(most, left[0])
    finally:
        left[0] -= time.monotonic() - began
