"""The hosts of DATABASE_URL. libpq waits for one after the other, and a silent one takes all the time there is."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from itertools import starmap
from weakref import WeakSet

import aiopg
import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn

from server.database import connection as connections
from server.database.address import count_hosts
from server.database.connection import connect
from server.database.errors import DatabaseError, first_line
from server.database.statement import execute

log = logging.getLogger(__name__)

# How much earlier than the next one each is asked, as RFC 8305 has it for the addresses of one host.
HEAD_START_SECONDS = 0.25
# A host that refused is asked again, as long as another has not answered: it may be promoted meanwhile.
AGAIN_SECONDS = 0.5

# Each promotion begins a new timeline.
_TIMELINE = """
    SELECT system_identifier::text, substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)
    FROM pg_control_system()
"""


class Hosts:
    """Those of one address; the one that was good last is asked first. Knows which connections may still be trusted."""

    def __init__(self, dsn: str) -> None:
        self._addresses = one_by_one(dsn)
        self._good: str | None = None
        self._timelines: dict[str, str] = {}  # the newest of each cluster
        self._opened: WeakSet[aiopg.Connection] = WeakSet()  # there
        self._trusted: WeakSet[aiopg.Connection] = WeakSet()

    @property
    def several(self) -> bool:
        """Whether there is another to go to."""
        return len(self._addresses) > 1

    async def connect(self, seconds: float) -> aiopg.Connection:
        """A connection to the first that suits; raises psycopg2.Error, TimeoutError or OSError."""
        if self.several:
            found = await self._connect_to_any(seconds)
        else:
            found = await connect(self._addresses[0], seconds)
        self._opened.add(found)
        self._trusted.add(found)
        return found

    async def _connect_to_any(self, seconds: float) -> aiopg.Connection:
        while True:
            before = self._good
            order = sorted(self._addresses, key=lambda address: address != before)
            address, found = await Race(order, functools.partial(self._open, seconds)).run()
            if self._good in (before, address):
                break
            found.close()  # to one that others have left meanwhile
        if self._good not in (None, address):
            self._move(address)
        self._good = address
        return found

    async def _open(self, seconds: float, address: str) -> aiopg.Connection:
        """A connection; a primary of before, which woke up and knows of no other, is none that suits."""
        found = await connect(address, seconds)
        try:
            cluster, timeline = await _read_timeline(found, seconds)
            if timeline < self._timelines.get(cluster, ""):
                raise psycopg2.OperationalError("another was promoted since it was the primary")
        except BaseException:
            found.close()
            raise
        self._timelines[cluster] = timeline
        return found

    def _move(self, address: str) -> None:
        """Nothing more is to be heard of the one before: who waits for it is told."""
        log.warning("the database is at %s from now on", _place(address))
        left, self._opened = self._opened, WeakSet()
        self.distrust()
        for each in list(left):
            each.close()

    def distrust(self) -> None:
        """Connections of before are used no more once they come back: their server is not what it was."""
        self._trusted = WeakSet()

    def trusts(self, connection: aiopg.Connection) -> bool:
        """Whether nothing has been heard since it was opened that speaks against its server."""
        return connection in self._trusted

    def usable(self, connection: aiopg.Connection) -> bool:
        """Whether it may be used once more."""
        return self.trusts(connection) and connections.usable(connection)


class Race:
    """One look for a host that suits."""

    def __init__(self, order: Sequence[str], connect: Callable[[str], Awaitable[aiopg.Connection]]) -> None:
        self._waiting, self._number, self._connect = deque(order), len(order), connect
        self._running: dict[asyncio.Task[aiopg.Connection], str] = {}
        self._refusals: dict[str, BaseException] = {}

    async def run(self) -> tuple[str, aiopg.Connection]:
        """Address and connection of the first; raises where all have refused."""
        try:
            while len(self._refusals) < self._number:
                if self._waiting:
                    self._start(self._waiting.popleft())
                timeout = HEAD_START_SECONDS if self._waiting else None
                done, _ = await asyncio.wait(
                    self._running, timeout=timeout, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    address = self._running.pop(task)
                    if not self._refuses(task, address):
                        return address, task.result()
        finally:
            for task in self._running:
                task.cancel()
                task.add_done_callback(_close)
        raise psycopg2.OperationalError("; ".join(starmap(_words, self._refusals.items())))

    def _start(self, address: str, pause: float = 0) -> None:
        self._running[asyncio.create_task(self._try(address, pause))] = address

    async def _try(self, address: str, pause: float) -> aiopg.Connection:
        await asyncio.sleep(pause)
        return await self._connect(address)

    def _refuses(self, task: asyncio.Task[aiopg.Connection], address: str) -> bool:
        """Notes it, and has it asked again; raises what no other host will mend."""
        error = task.exception()
        if isinstance(error, (psycopg2.OperationalError, OSError)):
            self._refusals[address] = error
            self._start(address, AGAIN_SECONDS)
        elif error:
            raise error
        return error is not None


async def _read_timeline(connection: aiopg.Connection, seconds: float) -> tuple[str, str]:
    """The cluster's number and the timeline; a standby, or what may not be asked, has none."""
    try:
        found = await execute(connection, _TIMELINE, {}, seconds)
    except DatabaseError as error:
        if connection.closed:
            raise psycopg2.OperationalError(str(error)) from None
        return "", ""
    cluster, timeline = found.rows[0]
    return str(cluster), str(timeline)


def one_by_one(dsn: str) -> list[str]:
    """An address for each host; the one there is where libpq has to say what is wrong with it."""
    try:
        parts = parse_dsn(dsn)
    except psycopg2.Error:
        return [dsn]
    lists = {name: parts[name].split(",") for name in ("host", "hostaddr", "port") if name in parts}
    number = count_hosts(parts)
    if number == 1 or any(
        len(each) not in (1 if name == "port" else number, number) for name, each in lists.items()
    ):
        return [dsn]
    places = ({name: each[at % len(each)] for name, each in lists.items()} for at in range(number))
    return list(dict.fromkeys(str(make_dsn(**(parts | place))) for place in places))


def _place(address: str) -> str:
    parts = parse_dsn(address)
    return ":".join(filter(None, (parts.get("host"), parts.get("port"))))


def _words(address: str, error: BaseException) -> str:
    return f"{_place(address)}: {first_line(error) or 'the connection timed out'}"


def _close(task: asyncio.Task[aiopg.Connection]) -> None:
    """One that came too late."""
    if not task.cancelled() and not task.exception():
        task.result().close()
