"""Several requests of a caller at once, each held where the test wants it: by a row that somebody else has, by a provider."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg2

from tests.compat.caller import Caller
from tests.compat.wire import Answer

# Who waits for us, and who waits for those.
WAITING = """
WITH RECURSIVE waiting("pid") AS (
    SELECT "pid" FROM pg_stat_activity WHERE %(pid)s = ANY (pg_blocking_pids("pid"))
    UNION
    SELECT a."pid" FROM pg_stat_activity a JOIN waiting w ON w."pid" = ANY (pg_blocking_pids(a."pid"))
)
SELECT count(*)::int AS "number" FROM waiting
"""
# Ends a case that hangs.
LONGEST = 20.0


@contextlib.contextmanager
def several() -> Iterator[Callable[[Callable[[], Answer]], Future[Answer]]]:
    """Begins requests without waiting for their answers."""
    with ThreadPoolExecutor(4) as pool:
        yield pool.submit


def until(reached: Callable[[], bool], longest: float = LONGEST) -> bool:
    """Whether it came to that."""
    end = time.monotonic() + longest
    while not (found := reached()) and time.monotonic() < end:
        time.sleep(0.01)
    return found


class Held:
    """What a transaction of our own has done and not committed: those who want the same wait for it."""

    def __init__(self, caller: Caller, connection: Any) -> None:
        self._caller, self._connection = caller, connection

    def wait_for(self, number: int) -> None:
        """Until so many are waiting."""
        values = {"pid": self._connection.info.backend_pid}
        until(lambda: self._caller.sql(WAITING, **values)[0]["number"] >= number)

    def let_go(self) -> None:
        """Commits it."""
        self._connection.commit()


@contextlib.contextmanager
def holding(caller: Caller, statement: str, **values: Any) -> Iterator[Held]:
    """Runs the statement and holds what it locks."""
    connection = psycopg2.connect(caller.server.databases.uri(caller.server.database))
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
        yield Held(caller, connection)
    finally:
        connection.close()
