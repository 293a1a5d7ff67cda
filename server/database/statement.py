"""One statement on one connection, in time, and what comes of it. With connection.py and database.py, it knows aiopg."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import aiopg
import psycopg2
import psycopg2.errors

from server.database.errors import (
    NO_PLAN,
    DatabaseUnavailable,
    NotPrepared,
    NotSent,
    OutcomeUnknown,
    first_line,
    makes_useless,
    translated,
)

watching: Callable[[str], AbstractContextManager[object]] | None = None
"""What is put around each statement, by its text; None for nothing."""
# libuv watches a socket no longer once it has seen an error on it, though its end is yet to be read.
GLANCE_SECONDS = 0.25
_PLACEHOLDER = re.compile(r"%\((\w+)\)s|%%")
_SEVERITIES = ("WARNING:", "NOTICE:", "INFO:", "LOG:", "DEBUG:")


class Result:
    """The rows, or how many were touched."""

    __slots__ = ("columns", "count", "rows")

    def __init__(self, cursor: Any) -> None:
        self.columns = tuple(column[0] for column in cursor.description or ())
        self.rows: Sequence[tuple[Any, ...]] = cursor.fetchall() if cursor.description else ()
        self.count: int = max(cursor.rowcount, 0)


class _Glances:
    """Looks at a connection's socket now and then while a statement waits, whatever the loop watches."""

    def __init__(self, connection: aiopg.Connection) -> None:
        self._connection, self._loop = connection, asyncio.get_running_loop()
        self._timer = self._loop.call_later(GLANCE_SECONDS, self._look)

    def _look(self) -> None:
        connection = self._connection
        if connection.closed:
            connection.close()  # which tells who waits
            return
        try:
            connection._ready(connection._weakref)  # noqa: SLF001
        except ValueError:  # aiopg's select() knows no descriptor above 1023
            connection.close()
            return
        self._timer = self._loop.call_later(GLANCE_SECONDS, self._look)

    def end(self) -> None:
        """Looks no more."""
        self._timer.cancel()


async def execute(
    connection: aiopg.Connection, sql: str, params: dict[str, object], seconds: float, means: str = ""
) -> Result:
    """Raises DatabaseError; NotSent where PostgreSQL has not even heard of it. `means` is the text behind a name."""
    if watching is None:
        return await _execute(connection, sql, params, seconds)
    with watching(means or sql):
        return await _execute(connection, sql, params, seconds)


async def _execute(
    connection: aiopg.Connection, sql: str, params: dict[str, object], seconds: float
) -> Result:
    task = asyncio.current_task()
    cancelled = task.cancelling() if task else 0
    try:
        cursor = await connection.cursor()
    except psycopg2.Error as error:
        raise NotSent(first_line(error)) from None
    glances = _Glances(connection)
    try:
        await cursor.execute(sql, params or None, timeout=seconds)
        if task and task.cancelling() > cancelled:
            # It came with the answer: before Python 3.12 asyncio.wait_for, which aiopg uses, forgets it then.
            raise asyncio.CancelledError
        if connection.raw.notices:
            _heed(connection.raw.notices)
        return Result(cursor.raw)
    except NO_PLAN as error:
        raise NotPrepared(first_line(error)) from None
    except (ValueError, TimeoutError, psycopg2.Error) as error:
        if makes_useless(error):
            connection.close()
        raise translated(error) from None
    except asyncio.CancelledError as error:
        # aiopg says the same of a statement that was cancelled; a task that was has to end.
        if not (task and task.cancelling()) and isinstance(error.__context__, psycopg2.errors.QueryCanceled):
            raise DatabaseUnavailable("a statement was cancelled") from None
        raise
    finally:
        glances.end()
        cursor.close()


def _heed(notices: list[str]) -> None:
    """A change whose wait for a standby was cancelled is done, says PostgreSQL, and adds a warning. S38.

    It may have a language of its own, in which any warning with a detail is taken for that one: it has one, and those of
    somebody's trigger seldom do. What is no warning does not come, see database.py.
    """
    said = list(notices)
    notices.clear()
    for each in said:
        unread = not each.startswith(_SEVERITIES) and "\n" in each.strip()
        if unread or "synchronous replication" in each:
            raise OutcomeUnknown("the change is not known to be on a standby")


class Prepared:
    """A statement's PREPARE, and the EXECUTE that takes the same parameters.

    The name is made from the text: behind a pooler, whoever has prepared it has prepared the same.
    """

    __slots__ = ("execute", "prepare")

    def __init__(self, sql: str) -> None:
        name = "ai_editor_" + hashlib.sha256(sql.encode()).hexdigest()[:24]
        given = list(dict.fromkeys(found[1] for found in _PLACEHOLDER.finditer(sql) if found[1]))
        text = _PLACEHOLDER.sub(lambda found: f"${given.index(found[1]) + 1}" if found[1] else "%", sql)
        self.prepare = f"PREPARE {name} AS {text}"
        self.execute = f"EXECUTE {name}({', '.join(f'%({each})s' for each in given)})"


@functools.cache
def prepared(sql: str) -> Prepared | None:
    """The way to prepare a read with parameters, which may be asked again where that fails; None for all else."""
    return Prepared(sql) if sql.lstrip().startswith("SELECT") and "%(" in sql else None
