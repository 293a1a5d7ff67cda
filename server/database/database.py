"""The one door to PostgreSQL: pool, transactions, typed rows."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

import aiopg
import psycopg2

from server.database import budget
from server.database.errors import (
    Busy,
    DatabaseError,
    DatabaseUnavailable,
    NotPrepared,
    NotSent,
    OutcomeUnknown,
    TookTooLong,
    WritesRefused,
    first_line,
)
from server.database.executor import Statements
from server.database.hosts import Hosts
from server.database.listener import Listener
from server.database.pool import Pool, PoolExhausted
from server.database.statement import Result, execute, prepared
from server.database.transaction import Transaction, end, roll_back
from server.database.writes import Writes
from server.model import NO_COLUMNS, OUR_SHAPE, Columns, Shape

log = logging.getLogger(__name__)

# What servers on one database tell each other.
CHANNEL = "ai_editor_change"

# The client gives up first, so that a cancelled statement never looks like a cancelled task (aiopg turns one into
# the other); the server ends what a lost client left running one second later, locks included: where it can, by
# looking whether the client is there, else by its own statement_timeout.
STATEMENT_SECONDS = 10.0
CONNECT_SECONDS = 5.0
ACQUIRE_SECONDS = 10.0
_ON_CONNECT = """
    SET TIME ZONE 'UTC';
    SET statement_timeout = %(milliseconds)s;
    SET client_min_messages = warning;
    SELECT set_config(name, '1000', false)
    FROM pg_settings
    WHERE name = 'client_connection_check_interval' AND version() NOT LIKE '%%Visual C%%'
"""

_BEGIN = """
    BEGIN;
    SET LOCAL statement_timeout = %(milliseconds)s;
    SELECT current_setting('transaction_read_only')
"""


def _milliseconds(seconds: float) -> int:
    """The server's limit for statements that the client waits `seconds` for."""
    return int(seconds * 1000) + 1000


class Database(Statements):
    """A pool of `size` connections to the server at `dsn`; made inside a running event loop."""

    def __init__(self, dsn: str, size: int = 10, columns: Columns = NO_COLUMNS) -> None:
        self._hosts, self.columns = Hosts(dsn), columns
        self._shape: Shape | None = OUR_SHAPE
        self._plain: set[str] = set()
        self._writes = Writes()
        self._known: WeakKeyDictionary[aiopg.Connection, set[str]] = WeakKeyDictionary()
        self._pool: Pool[aiopg.Connection] = Pool(self._open, self._hosts.usable, _discard, size)

    @property
    def in_use(self) -> int:
        """How many connections are in use."""
        return self._pool.in_use

    @property
    def waiting(self) -> int:
        """How many wait for a connection."""
        return self._pool.waiting

    def watch_waits(self, told: Callable[[float, bool], None]) -> None:
        """Tells from now on how long somebody waited for a connection, and whether they got one."""
        self._pool.waited = told

    @property
    def shape(self) -> Shape:
        """How the tables are; raises DatabaseUnavailable while nobody was able to look."""
        if self._shape is None:
            raise DatabaseUnavailable("its tables have not been looked at yet")
        return self._shape

    @shape.setter
    def shape(self, found: Shape | None) -> None:
        self._shape = found

    async def _open(self) -> aiopg.Connection:
        try:
            connection = await self._hosts.connect(CONNECT_SECONDS)
        except psycopg2.ProgrammingError as error:
            raise DatabaseError(f"DATABASE_URL cannot be read: {first_line(error)}") from error
        except (psycopg2.Error, TimeoutError, OSError) as error:
            raise DatabaseUnavailable(first_line(error) or "the connection timed out") from error
        try:
            limit: dict[str, object] = {"milliseconds": _milliseconds(STATEMENT_SECONDS)}
            await execute(connection, _ON_CONNECT, limit, CONNECT_SECONDS)
        except BaseException:
            connection.close()
            raise
        return connection

    async def _acquire(self) -> aiopg.Connection:
        with budget.spend(ACQUIRE_SECONDS) as seconds:
            try:
                async with asyncio.timeout(seconds):
                    return await self._pool.acquire()
            except (PoolExhausted, TimeoutError) as error:
                raise Busy("all connections are busy") from error

    async def _fetch(self, sql: str, params: dict[str, object]) -> Result:
        reads = sql.lstrip().startswith("SELECT")
        if not reads:
            self._writes.check()
        connection = await self._acquire()
        try:
            found = await self._execute_prepared(connection, sql, params)
            if not reads:
                self._writes.taken()
            return found
        except (NotSent, WritesRefused) as error:
            # Surely not done. The connection may be older than a change of the server's mind.
            if isinstance(error, WritesRefused):
                self._leave()
        except TookTooLong as error:
            raise error if reads else OutcomeUnknown(str(error)) from None
        except DatabaseUnavailable as error:
            # The server may have gone between the look at the socket and the statement. A read is safe to ask again.
            if not connection.closed:
                raise
            if not reads:
                raise OutcomeUnknown(str(error)) from None
        finally:
            self._pool.release(connection)
        return await self._fetch_once_more(sql, params)

    async def _execute_prepared(
        self, connection: aiopg.Connection, sql: str, params: dict[str, object]
    ) -> Result:
        """Keeps the plan of a read; where that fails once, the read goes without from then on."""
        statement = None if sql in self._plain else prepared(sql)
        if statement is None:
            return await self._execute(connection, sql, params)
        known = self._known.setdefault(connection, set())
        try:
            if sql not in known:
                await self._execute(connection, statement.prepare, {})
                known.add(sql)
            return await self._execute(connection, statement.execute, params, sql)
        except NotPrepared as error:
            log.info("a statement is not prepared from now on: %s", error)
            self._plain.add(sql)
        return await self._execute(connection, sql, params)

    async def _execute(
        self, connection: aiopg.Connection, sql: str, params: dict[str, object], means: str = ""
    ) -> Result:
        with budget.spend(STATEMENT_SECONDS) as seconds:
            return await execute(connection, sql, params, seconds, means)

    async def _fetch_once_more(self, sql: str, params: dict[str, object]) -> Result:
        connection = await self._acquire()
        try:
            return await self._execute(connection, sql, params)
        except WritesRefused:
            self._writes.refused()
            raise
        except DatabaseUnavailable as error:
            if not sql.lstrip().startswith("SELECT") and connection.closed and not isinstance(error, NotSent):
                raise OutcomeUnknown(str(error)) from None
            raise
        finally:
            self._pool.release(connection)

    @asynccontextmanager
    async def transaction(self, seconds: float = STATEMENT_SECONDS) -> AsyncIterator[Transaction]:
        """Commits at the end of the block, rolls back when it raises; a statement may take `seconds`."""
        connection = await self._begin(seconds)
        try:
            tx = Transaction(connection, seconds, self.columns, self.shape)
            try:
                yield tx
            except BaseException:
                await roll_back(connection)
                await tx.failed()
                raise
            await end(tx, connection, seconds)
        finally:
            self._pool.release(connection)
        await tx.finish()

    async def _begin(self, seconds: float) -> aiopg.Connection:
        """A connection in a transaction that may write; raises WritesRefused."""
        self._writes.check()
        try:
            connection = await self._begin_on_any(seconds)
        except (NotSent, WritesRefused) as error:
            if isinstance(error, WritesRefused):
                self._leave()
            connection = await self._begin_once_more(seconds)
        self._writes.taken()
        return connection

    async def _begin_once_more(self, seconds: float) -> aiopg.Connection:
        try:
            return await self._begin_on_any(seconds)
        except WritesRefused:
            self._writes.refused()
            raise

    async def _begin_on_any(self, seconds: float) -> aiopg.Connection:
        connection = await self._acquire()
        try:
            found = await self._execute(connection, _BEGIN, {"milliseconds": _milliseconds(seconds)})
            if found.rows[0][0] == "on":
                connection.close()
                raise WritesRefused("the database is read-only")
        except BaseException:
            await roll_back(connection)
            self._pool.release(connection)
            raise
        return connection

    async def check_writes(self) -> None:
        """Raises WritesRefused where PostgreSQL takes no change, DatabaseUnavailable where it does not answer."""
        async with self.transaction():
            pass

    def on_commit(self, work: Callable[[], None]) -> None:
        work()

    def on_failure(self, work: Callable[[], Awaitable[object]]) -> None:
        pass

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[Listener]:
        """A connection of its own that hears NOTIFY on `channel`, a plain name."""
        connection = await self._open()
        try:
            await execute(connection, f"LISTEN {channel}", {}, CONNECT_SECONDS)
            yield Listener(connection, functools.partial(self._doubt, connection), self._hosts.several)
        finally:
            connection.close()

    def _leave(self) -> None:
        """The server is not what it was: no connection of before is used again."""
        self._hosts.distrust()
        self._pool.flush()

    def _doubt(self, connection: aiopg.Connection, error: DatabaseError) -> None:
        """A sign of life did not come. Where there is another host, nobody is to wait for one that may be gone."""
        if self._hosts.trusts(connection) and (self._hosts.several or isinstance(error, WritesRefused)):
            self._leave()

    async def close(self) -> None:
        """Closes all connections."""
        self._pool.close()
        await asyncio.sleep(0)


def _discard(connection: aiopg.Connection) -> None:
    connection.close()
