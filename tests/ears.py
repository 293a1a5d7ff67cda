"""Knows when announcements of the database have reached the servers under test: no test has to wait for a while."""

import fcntl
import select
import struct
import termios
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from server.database import Database, Listener

SECONDS = 20


class Ears:
    """The connections on which servers in this process listen."""

    def __init__(self) -> None:
        self._listening: list[Listener] = []

    def belong_to(self, db: Database) -> None:
        """From now on, where `db` listens."""
        listen = db.listen

        @asynccontextmanager
        async def noted(channel: str) -> AsyncIterator[Listener]:
            async with listen(channel) as listener:
                self._listening.append(listener)
                try:
                    yield listener
                finally:
                    self._listening.remove(listener)

        db.listen = noted  # type: ignore[method-assign]

    @contextmanager
    def reached(self, announce: Callable[[], object]) -> Iterator[None]:
        """Ends when what the block announces, and `announce` after it, waits to be read by everyone who listens."""
        before = {number: _unread(number) for number in (each.fileno() for each in self._open())}
        yield
        if before:
            announce()
        for number, unread in before.items():
            _wait_for_more(number, unread)

    def backends(self) -> list[int]:
        """The processes of PostgreSQL behind them."""
        return [connection.info.backend_pid for connection in self._open()]

    def _open(self) -> list[Any]:
        connections = [listener._connection for listener in self._listening]
        return [connection.raw for connection in connections if not connection.closed]


def _unread(number: int) -> int:
    """How many bytes have arrived at a socket that nobody has read."""
    return int(struct.unpack("i", fcntl.ioctl(number, termios.FIONREAD, bytes(4)))[0])


def _wait_for_more(number: int, unread: int) -> None:
    """Until more has arrived, or nothing ever will: the server runs in this thread, and reads nothing meanwhile."""
    lost = select.poll()
    lost.register(number, select.POLLRDHUP)
    until = time.monotonic() + SECONDS
    while _unread(number) <= unread and not lost.poll(1):
        assert time.monotonic() < until, "an announcement of the database did not arrive"
