"""Knows when announcements of the database have reached the servers under test: no test has to wait for a while."""

import contextlib
import os
import secrets
import select
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from server.database import CHANNEL, Database, Listener

SECONDS = 20


class Ears:
    """The connections on which servers in this process hear of sessions and users."""

    def __init__(self) -> None:
        self._listening: list[Listener] = []

    def belong_to(self, db: Database) -> None:
        """From now on, where `db` listens."""
        listen = db.listen

        @asynccontextmanager
        async def noted(channel: str) -> AsyncIterator[Listener]:
            async with listen(channel) as listener:
                if channel == CHANNEL:
                    self._listening.append(listener)
                try:
                    yield listener
                finally:
                    if listener in self._listening:
                        self._listening.remove(listener)

        db.listen = noted  # type: ignore[method-assign]

    @contextmanager
    def reached(self, announce: Callable[[str], object]) -> Iterator[None]:
        """Ends when what the block announces, and the word of `announce` after it, waits to be read by all who listen."""
        yield
        listening = [each.fileno() for each in self._open()]
        word = "e" + secrets.token_hex(8)  # which changes nothing
        if listening:
            announce(word)
        for number in listening:
            _wait_for(word.encode(), number)

    def backends(self) -> list[int]:
        """The processes of PostgreSQL behind them."""
        return [connection.info.backend_pid for connection in self._open()]

    def _open(self) -> list[Any]:
        connections = [listener._connection for listener in self._listening]
        return [connection.raw for connection in connections if not connection.closed]


def _wait_for(word: bytes, number: int) -> None:
    """Until it has arrived, or nothing ever will: the server runs in this thread, and reads nothing meanwhile."""
    lost = select.poll()
    lost.register(number, select.POLLRDHUP)
    until = time.monotonic() + SECONDS
    with socket.socket(fileno=os.dup(number)) as connection:
        while word not in _arrived(connection) and not lost.poll(1):
            assert time.monotonic() < until, "an announcement of the database did not arrive"


def _arrived(connection: socket.socket) -> bytes:
    """What has arrived and nobody has read: not announcements alone, answers to signs of life too."""
    with contextlib.suppress(OSError):
        return connection.recv(1 << 20, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    return b""
