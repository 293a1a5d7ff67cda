"""The one door to PostgreSQL: pool, transactions, typed rows. With connection.py alone, it knows aiopg."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

import aiopg
import psycopg2
import psycopg2.errors

from server import clock
from server.database.connection import connect, usable
from server.database.errors import (
    NO_PLAN,
    DatabaseError,
    DatabaseUnavailable,
    NotPrepared,
    first_line,
    translated,
)
from server.database.pool import Pool, PoolExhausted
from server.database.prepared import prepared
from server.model import NO_COLUMNS, Columns

log = logging.getLogger(__name__)

T = TypeVar("T")

# What servers on one database tell each other.
CHANNEL = "ai_editor_change"

# The client gives up first, so that a cancelled statement never looks like a cancelled task (aiopg turns one into
# the other); the server ends what a lost client left running one second later, locks included: where it can, by
# looking whether the client is there, else by its own statement_timeout.
STATEMENT_SECONDS = 10.0
CONNECT_SECONDS = 5.0
_ON_CONNECT = """
    SET TIME ZONE 'UTC';
    SET statement_timeout = %(milliseconds)s;
    SELECT set_config(name, '1000', false)
    FROM pg_settings
    WHERE name = 'client_connection_check_interval' AND version() NOT LIKE '%%Visual C%%'
"""


def _milliseconds(seconds: float) -> int:
    """The server's limit for statements that the client waits `seconds` for."""
    return int(seconds * 1000) + 1000


class Executor(Protocol):
    """What a store needs: a Database or a Transaction. Placeholders are `%(name)s`.

    `columns` are those that features have declared: what a store is asked of with it.
    """

    columns: Columns

    async def all(self, into: type[T], sql: str, **params: object) -> list[T]:
        """All rows, each as the dataclass `into`, whose fields are the columns' names in order."""
        ...

    async def one(self, into: type[T], sql: str, **params: object) -> T | None:
        """The first row, or None."""
        ...

    async def value(self, sql: str, **params: object) -> Any:
        """The first column of the first row, or None."""
        ...

    async def run(self, sql: str, **params: object) -> int:
        """Executes, and counts the rows touched."""
        ...

    async def notify(self, channel: str, payload: str) -> None:
        """Announces `payload` to whoever listens on `channel`, once it is committed."""
        ...

    def on_commit(self, work: Callable[[], None]) -> None:
        """Runs `work` once the changes made so far can be seen by others: at once, outside a transaction."""
        ...


class _Statements:
    """`all`, `one`, `value` and `run` on top of `_fetch`."""

    async def _fetch(self, sql: str, params: dict[str, object]) -> _Result:
        raise AssertionError  # pragma: no cover

    async def all(self, into: type[T], sql: str, **params: object) -> list[T]:
        result = await self._fetch(sql, params)
        _check_columns(into, result.columns)  # type: ignore[arg-type]  # a class is hashable
        return [into(*row) for row in result.rows]

    async def one(self, into: type[T], sql: str, **params: object) -> T | None:
        rows = await self.all(into, sql, **params)
        return rows[0] if rows else None

    async def value(self, sql: str, **params: object) -> Any:
        result = await self._fetch(sql, params)
        return result.rows[0][0] if result.rows else None

    async def run(self, sql: str, **params: object) -> int:
        result = await self._fetch(sql, params)
        return result.count

    async def notify(self, channel: str, payload: str) -> None:
        await self.value("SELECT pg_notify(%(channel)s, %(payload)s)", channel=channel, payload=payload)


class _Result:
    __slots__ = ("columns", "count", "rows")

    def __init__(self, cursor: Any) -> None:
        self.columns = tuple(column[0] for column in cursor.description or ())
        self.rows: Sequence[tuple[Any, ...]] = cursor.fetchall() if cursor.description else ()
        self.count: int = max(cursor.rowcount, 0)


@functools.cache
def _check_columns(into: type[Any], columns: tuple[str, ...]) -> None:
    names = tuple(field.name for field in fields(into))
    if names != columns:
        raise TypeError(f"{into.__name__} has the fields {names}, the statement gives {columns}")


async def _execute(
    connection: aiopg.Connection, sql: str, params: dict[str, object], seconds: float = STATEMENT_SECONDS
) -> _Result:
    cursor, task = await connection.cursor(), asyncio.current_task()
    cancelled = task.cancelling() if task else 0
    try:
        await cursor.execute(sql, params or None, timeout=seconds)
        if task and task.cancelling() > cancelled:
            # It came with the answer: before Python 3.12 asyncio.wait_for, which aiopg uses, forgets it then.
            raise asyncio.CancelledError
        return _Result(cursor.raw)
    except NO_PLAN as error:
        raise NotPrepared(first_line(error)) from None
    except (ValueError, TimeoutError, psycopg2.Error) as error:
        raise translated(error) from None
    except asyncio.CancelledError as error:
        # aiopg says the same of a statement that was cancelled; a task that was has to end.
        task = asyncio.current_task()
        if not (task and task.cancelling()) and isinstance(error.__context__, psycopg2.errors.QueryCanceled):
            raise DatabaseUnavailable("a statement was cancelled") from None
        raise
    finally:
        cursor.close()


class Transaction(_Statements):
    """One connection between BEGIN and COMMIT."""

    def __init__(self, connection: aiopg.Connection, seconds: float, columns: Columns) -> None:
        self._connection, self._seconds, self.columns = connection, seconds, columns
        self._works: list[Callable[[], None]] = []

    async def _fetch(self, sql: str, params: dict[str, object]) -> _Result:
        return await _execute(self._connection, sql, params, self._seconds)

    def on_commit(self, work: Callable[[], None]) -> None:
        self._works.append(work)

    def ended(self) -> None:
        """After COMMIT, whether its answer came or not: to forget too much does no harm."""
        for work in self._works:
            work()


class Listener:
    """A connection that hears; `get` and `probe` raise DatabaseUnavailable once it is lost."""

    def __init__(self, connection: aiopg.Connection) -> None:
        self._connection = connection

    async def get(self) -> str | float:
        """The next payload; or when a `probe` began, once all that had been announced by then was given out."""
        try:
            notification = await self._connection.notifies.get()
        except psycopg2.Error as error:
            raise DatabaseUnavailable(first_line(error) or "the connection was lost") from error
        return notification if isinstance(notification, float) else str(notification.payload)

    async def probe(self, seconds: float) -> None:
        """Asks for a sign of life. PostgreSQL sends what was announced before it says that it is done."""
        asked = clock.steady()
        await _execute(self._connection, "SELECT 1", {}, seconds)
        self._connection._notifies.put_nowait(asked)  # noqa: SLF001

    def close(self) -> None:
        """Ends the connection; a waiting `get` is told."""
        self._connection.close()


class Database(_Statements):
    """A pool of `size` connections to the server at `dsn`; made inside a running event loop."""

    def __init__(self, dsn: str, size: int = 10, columns: Columns = NO_COLUMNS) -> None:
        self._dsn, self.columns = dsn, columns
        self._plain: set[str] = set()
        self._known: WeakKeyDictionary[aiopg.Connection, set[str]] = WeakKeyDictionary()
        self._pool: Pool[aiopg.Connection] = Pool(self._open, usable, _discard, size)

    @property
    def in_use(self) -> int:
        """How many connections are in use."""
        return self._pool.in_use

    async def _open(self) -> aiopg.Connection:
        try:
            connection = await connect(self._dsn, CONNECT_SECONDS)
        except psycopg2.ProgrammingError as error:
            raise DatabaseError(f"DATABASE_URL cannot be read: {first_line(error)}") from error
        except (psycopg2.Error, TimeoutError, OSError) as error:
            raise DatabaseUnavailable(first_line(error) or "the connection timed out") from error
        try:
            await _execute(connection, _ON_CONNECT, {"milliseconds": _milliseconds(STATEMENT_SECONDS)})
        except BaseException:
            connection.close()
            raise
        return connection

    async def _acquire(self) -> aiopg.Connection:
        try:
            return await self._pool.acquire()
        except PoolExhausted as error:
            raise DatabaseUnavailable("all connections are busy") from error

    async def _fetch(self, sql: str, params: dict[str, object]) -> _Result:
        connection = await self._acquire()
        try:
            return await self._execute_prepared(connection, sql, params)
        except DatabaseUnavailable:
            # The server may have gone between the look at the socket and the statement. A read is safe to ask again.
            if not connection.closed or not sql.lstrip().startswith("SELECT"):
                raise
        finally:
            self._pool.release(connection)
        return await self._fetch_once_more(sql, params)

    async def _execute_prepared(
        self, connection: aiopg.Connection, sql: str, params: dict[str, object]
    ) -> _Result:
        """Keeps the plan of a read; where that fails once, the read goes without from then on."""
        statement = None if sql in self._plain else prepared(sql)
        if statement is None:
            return await _execute(connection, sql, params)
        known = self._known.setdefault(connection, set())
        try:
            if sql not in known:
                await _execute(connection, statement.prepare, {})
                known.add(sql)
            return await _execute(connection, statement.execute, params)
        except NotPrepared as error:
            log.info("a statement is not prepared from now on: %s", error)
            self._plain.add(sql)
        return await _execute(connection, sql, params)

    async def _fetch_once_more(self, sql: str, params: dict[str, object]) -> _Result:
        connection = await self._acquire()
        try:
            return await _execute(connection, sql, params)
        finally:
            self._pool.release(connection)

    @asynccontextmanager
    async def transaction(self, seconds: float = STATEMENT_SECONDS) -> AsyncIterator[Transaction]:
        """Commits at the end of the block, rolls back when it raises; a statement may take `seconds`."""
        connection = await self._acquire()
        try:
            limit: dict[str, object] = {"milliseconds": _milliseconds(seconds)}
            await _execute(connection, "BEGIN; SET LOCAL statement_timeout = %(milliseconds)s", limit)
            tx = Transaction(connection, seconds, self.columns)
            try:
                yield tx
            except BaseException:
                await _roll_back(connection)
                raise
            try:
                await _execute(connection, "COMMIT", {})
            finally:
                tx.ended()
        finally:
            self._pool.release(connection)

    def on_commit(self, work: Callable[[], None]) -> None:
        work()

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[Listener]:
        """A connection of its own that hears NOTIFY on `channel`, a plain name."""
        connection = await self._open()
        try:
            await _execute(connection, f"LISTEN {channel}", {})
            yield Listener(connection)
        finally:
            connection.close()

    async def close(self) -> None:
        """Closes all connections."""
        self._pool.close()
        await asyncio.sleep(0)


async def _roll_back(connection: aiopg.Connection) -> None:
    if connection.closed:
        return
    try:
        await _execute(connection, "ROLLBACK", {})
    except DatabaseUnavailable:
        connection.close()


def _discard(connection: aiopg.Connection) -> None:
    connection.close()
