"""Copies of the database that answer reads: each looks after itself, and says up to where it has what the primary has."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

import aiopg
from msgspec import Struct
from psycopg2.extensions import parse_dsn

from server import clock
from server.database.database import CONNECT_SECONDS, Database
from server.database.errors import DatabaseError, DatabaseUnavailable
from server.database.statement import execute

log = logging.getLogger(__name__)
Beat = Callable[[], Awaitable[None]]

# How often the primary and each replica say where they are.
BEAT_SECONDS = 0.2
# A replica that lags more is left out, until it lags less.
LAG_SECONDS = 1.0
_LAGS = f"it lags more than {LAG_SECONDS:g} s"
ANSWER_SECONDS = 1.0
# Nothing is wrong with that where all nodes are named, of which one at a time takes the changes.
NO_STANDBY = "it is no standby"
# PostgreSQL begins a page of its log with a header, after which the next record will stand: until there is one, a replica
# that has all of it is at the page's beginning.
_PAGE, _HEADERS = 8192, (24, 40)
_PRIMARY = """
    SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint AS written,
           substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) AS timeline,
           (SELECT system_identifier FROM pg_control_system()) AS cluster
"""
# A standby that follows another primary may have read further on a way that was left. Which timeline it is on it tells
# everybody only as of its last restart point, and those who may see statistics at once.
_REPLICA = """
    SELECT pg_is_in_recovery() AS standby,
           coalesce(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint, 0) AS replayed,
           greatest(
               (SELECT timeline_id FROM pg_control_checkpoint()),
               (SELECT min_recovery_end_timeline FROM pg_control_recovery()),
               (SELECT received_tli FROM pg_stat_wal_receiver)
           ) AS timeline,
           (SELECT system_identifier FROM pg_control_system()) AS cluster,
           EXISTS (SELECT 1 FROM pg_stat_wal_receiver WHERE pid IS NOT NULL) AS receives,
           pg_postmaster_start_time() AS started
"""


class _Written(Struct, frozen=True):
    written: int
    timeline: str
    cluster: int


class _Replayed(Struct, frozen=True):
    standby: bool
    replayed: int
    timeline: int
    cluster: int
    receives: bool
    started: datetime


class Position(Struct, frozen=True):
    """Up to where the primary had written, at least, when it was `asked`, by clock.steady."""

    asked: float
    written: int
    timeline: int
    cluster: int


async def find_position(primary: Database) -> Position:
    """Where the primary is now; raises DatabaseError."""
    asked = clock.steady()
    found = await primary.one(_Written, _PRIMARY)
    assert found
    into = found.written % _PAGE
    written = found.written - (into if into in _HEADERS else 0)
    return Position(asked, written, int(found.timeline, 16), found.cluster)


class _OneServer(Database):
    """A pool all of whose connections lead to the same server, which was `started` then."""

    started: datetime | None = None

    async def _open(self) -> aiopg.Connection:
        connection = await super()._open()
        try:
            found = await execute(connection, "SELECT pg_postmaster_start_time()", {}, CONNECT_SECONDS)
            if self.started and found.rows[0][0] != self.started:
                raise DatabaseUnavailable("its address leads to several servers: name each on its own")
        except BaseException:
            connection.close()
            raise
        return connection

    def forget_server(self) -> None:
        """The next connection may lead to another one."""
        self.started = None
        self._pool.flush()


class Replica:
    """One of READ_DATABASE_URL, left out at first."""

    def __init__(self, address: str, size: int) -> None:
        self.db = _OneServer(address, size)
        self.name = name_of(address)
        self.replayed = 0
        self._until, self._reason = 0.0, "nobody has looked yet"

    @property
    def usable(self) -> bool:
        """Whether it lags no more than LAG_SECONDS."""
        return clock.steady() < self._until

    @property
    def reason(self) -> str:
        """Why it is left out; nothing while it is not."""
        return "" if self.usable else self._reason or _LAGS

    async def look(self, positions: Sequence[Position]) -> None:
        """Asks it where it is, and believes it as far as it has what the primary had."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                found = await self.db.one(_Replayed, _REPLICA)
        except (DatabaseError, TimeoutError) as error:
            self.leave(str(error) or "it does not answer")
            return
        assert found
        if found.started != self.db.started:
            self.db.forget_server()
            self.db.started = found.started
        self._judge(found, positions)

    def _judge(self, found: _Replayed, positions: Sequence[Position]) -> None:
        last = positions[-1] if positions else None
        if last is None:
            return
        wrong = (
            (NO_STANDBY, not found.standby),
            ("it is a standby of another cluster", found.cluster != last.cluster),
            ("it has not followed the primary to its new timeline yet", found.timeline != last.timeline),
            ("it receives nothing from a primary", not found.receives),
        )
        for reason, so in wrong:
            if so:
                self._leave_out(reason)
                return
        self.replayed = found.replayed
        seen = [
            each.asked
            for each in positions
            if each.timeline == last.timeline and each.written <= found.replayed
        ]
        if seen:
            self._believe(seen[-1] + LAG_SECONDS)
        elif not self.usable and clock.steady() - positions[0].asked >= LAG_SECONDS:
            self._leave_out(_LAGS)

    def _believe(self, until: float) -> None:
        before = self.usable
        self._until, self._reason = max(self._until, until), ""
        if self.usable and not before:
            log.info("reads go to the replica %s", self.name)

    def leave(self, reason: str) -> None:
        """It does not answer as it should: reads do not go there, until a new connection says that it is what it should be."""
        self._leave_out(reason)
        if self.db.started:
            self.db.forget_server()

    def _leave_out(self, reason: str) -> None:
        if reason != self._reason:
            log.warning("the replica %s is left out: %s", self.name, reason)
        self.replayed, self._until, self._reason = 0, 0.0, reason


class Replicas:
    """All of them, and where the primary is; they are `running` or left out."""

    def __init__(self, primary: Database, addresses: Sequence[str], size: int) -> None:
        self._primary = primary
        self.each = [Replica(address, size) for address in addresses]
        self._positions: deque[Position] = deque(maxlen=int(LAG_SECONDS / BEAT_SECONDS) + 2)
        self._turn, self._reason = 0, ""

    @property
    def usable(self) -> list[Replica]:
        """Those that lag little, the one first whose turn it is."""
        found = [each for each in self.each if each.usable]
        self._turn += 1
        first = self._turn % len(found) if found else 0
        return found[first:] + found[:first]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Looks at all of them again and again."""
        beats: list[Beat] = [self._beat_primary, *(partial(self._beat, each) for each in self.each)]
        tasks = [asyncio.create_task(_again_and_again(beat)) for beat in beats] if self.each else []
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def look(self) -> None:
        """Once, at all of them."""
        if self.each:
            await self._beat_primary()
            await asyncio.gather(*map(self._beat, self.each))

    async def _beat_primary(self) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                self._positions.append(await find_position(self._primary))
            self._reason = ""
        except (DatabaseError, TimeoutError) as error:
            reason = str(error) or "it does not answer"
            if reason != self._reason:
                log.warning("the primary does not say where it is, so that replicas are left out: %s", reason)
            self._reason = reason

    async def _beat(self, replica: Replica) -> None:
        await replica.look(list(self._positions))

    async def close(self) -> None:
        """Closes all connections."""
        for each in self.each:
            await each.db.close()


async def _again_and_again(beat: Beat) -> None:
    while True:
        began = clock.steady()
        await beat()
        await asyncio.sleep(max(0.0, began + BEAT_SECONDS - clock.steady()))


def name_of(address: str) -> str:
    """Host and port of an address, for people; never a password."""
    found = parse_dsn(address)
    return f"{found.get('host', 'localhost')}:{found.get('port', '5432')}"
