"""The hosts of DATABASE_URL. libpq waits for one after the other, and a silent one takes all the time there is."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import starmap
from weakref import WeakSet

import aiopg
import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn

from server.database import connection as connections
from server.database.address import count_hosts
from server.database.connection import connect
from server.database.errors import first_line

# How much earlier than the next one each is asked, as RFC 8305 has it for the addresses of one host.
HEAD_START_SECONDS = 0.25
# A host that refused is asked again, as long as another has not answered: it may be promoted meanwhile.
AGAIN_SECONDS = 0.5


class Hosts:
    """Those of one address; the one that was good last is asked first. Knows which connections may still be trusted."""

    def __init__(self, dsn: str) -> None:
        self._addresses = one_by_one(dsn)
        self._good: str | None = None
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
        self._trusted.add(found)
        return found

    async def _connect_to_any(self, seconds: float) -> aiopg.Connection:
        while True:
            before = self._good
            order = sorted(self._addresses, key=lambda address: address != before)
            address, found = await Race(order, seconds).run()
            if self._good in (before, address):
                break
            found.close()  # to one that others have left meanwhile
        if self._good not in (None, address):
            self._move()
        self._good = address
        return found

    def _move(self) -> None:
        """Nothing more is to be heard of the one before: who waits for it is told."""
        for each in list(self._trusted):
            each.close()
        self.distrust()

    def distrust(self) -> None:
        """Connections of before are used no more once they come back: their server is not what it was."""
        self._trusted = WeakSet()

    def usable(self, connection: aiopg.Connection) -> bool:
        """Whether it may be used once more."""
        return connection in self._trusted and connections.usable(connection)


class Race:
    """One look for a host that suits."""

    def __init__(self, order: Sequence[str], seconds: float) -> None:
        self._waiting, self._number, self._seconds = deque(order), len(order), seconds
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
        return await connect(address, self._seconds)

    def _refuses(self, task: asyncio.Task[aiopg.Connection], address: str) -> bool:
        """Notes it, and has it asked again; raises what no other host will mend."""
        error = task.exception()
        if isinstance(error, (psycopg2.OperationalError, OSError)):
            self._refusals[address] = error
            self._start(address, AGAIN_SECONDS)
        elif error:
            raise error
        return error is not None


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


def _words(address: str, error: BaseException) -> str:
    parts = parse_dsn(address)
    place = ":".join(filter(None, (parts.get("host"), parts.get("port"))))
    return f"{place}: {first_line(error) or 'the connection timed out'}"


def _close(task: asyncio.Task[aiopg.Connection]) -> None:
    """One that came too late."""
    if not task.cancelled() and not task.exception():
        task.result().close()
