"""One connection to Redis on which many commands are under way at once; each is answered with one value."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from server import clock
from server.redis.connection import FAILURES, open_redis

Told = bytes | Exception
Tell = Callable[[Told], None]


class PipeError(Exception):
    """Redis refused a command, or its answer did not come."""


def pack(words: Sequence[bytes | str | int]) -> bytes:
    """A command as it is sent."""
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        data = word if isinstance(word, bytes) else str(word).encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(data), data))
    return b"".join(parts)


def _read(data: bytes) -> tuple[Told, int] | None:
    """The first value, and how many bytes it takes; None where it is not whole. Raises ValueError."""
    end = data.find(b"\r\n")
    if end < 0:
        return None
    kind, line = data[:1], data[1:end]
    if kind == b"$" and line != b"-1":
        begin, after = end + 2, end + 2 + int(line)
        return (data[begin:after], after + 2) if len(data) >= after + 2 else None
    if kind == b"-":
        return PipeError(line.decode("utf-8", "replace")), end + 2
    if kind not in b":+":
        raise ValueError(kind)
    return line, end + 2


class Pipe(asyncio.Protocol):
    """Connects when it is used, as redis-py does; what waits when the connection ends is told so.

    redis-py's own way goes through one coroutine in another for each command, which costs more than the command.
    """

    def __init__(self, url: str, seconds: float) -> None:
        self._url, self._seconds = url, seconds
        self._waiting: deque[tuple[float, Tell]] = deque()
        self._unsent: list[bytes] = []
        self._rest = b""
        self._connection: Any = None
        self._transport: asyncio.WriteTransport | None = None
        self._leaving: set[asyncio.Future[None]] = set()
        self._connecting: asyncio.Task[None] | None = None
        self._watch: asyncio.TimerHandle | None = None

    def send(self, name: str, words: Sequence[bytes | str | int], tell: Tell) -> None:
        """Tells what Redis answers, or after so many seconds that it does not."""
        self._waiting.append((clock.steady() + self._seconds, tell))
        command = pack([name, *words])
        if self._transport:
            self._transport.write(command)
        else:
            self._unsent.append(command)
            self._connecting = self._connecting or asyncio.ensure_future(self._connect())
        if self._watch is None:
            self._watch_until(self._waiting[0][0])

    async def _connect(self) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                pool: Any = open_redis(self._url, self._seconds, protocol=2).connection_pool
                self._connection = connection = pool.make_connection()
                await connection.connect()
        except FAILURES as error:
            self._lose(error)
            return
        finally:
            self._connecting = None
        self._transport = connection._writer.transport  # noqa: SLF001 - there is no other door to it
        self._transport.set_protocol(self)
        self._transport.write(b"".join(self._unsent))
        self._unsent.clear()

    def data_received(self, data: bytes) -> None:
        """Answers come in the order of the commands."""
        self._rest += data
        try:
            while self._waiting and (found := _read(self._rest)):
                told, size = found
                self._rest = self._rest[size:]
                self._waiting.popleft()[1](told)
        except ValueError:
            self._lose(PipeError("what answers speaks not the language of Redis"))

    def connection_lost(self, error: Exception | None) -> None:
        """Redis ended it, or the way there is broken."""
        self._lose(error or PipeError("the connection ended"))

    async def close(self) -> None:
        """Lets go of it."""
        if self._connecting:
            self._connecting.cancel()
        self._lose(PipeError("closed"))
        await asyncio.gather(*self._leaving, return_exceptions=True)

    def _lose(self, error: Exception) -> None:
        waiting, self._waiting, self._rest = self._waiting, deque(), b""
        self._unsent.clear()
        if self._connection:
            if self._transport:
                self._transport.abort()
            leaving = asyncio.ensure_future(self._connection.disconnect(nowait=True))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)
            self._connection = self._transport = None
        if self._watch:
            self._watch.cancel()
            self._watch = None
        for _, tell in waiting:
            tell(error)

    def _watch_until(self, moment: float) -> None:
        loop = asyncio.get_running_loop()
        self._watch = loop.call_later(max(0.0, moment - clock.steady()) + 0.001, self._look)

    def _look(self) -> None:
        """One look for all that were sent until now."""
        self._watch = None
        if self._waiting and self._waiting[0][0] <= clock.steady():
            self._lose(PipeError("Redis does not answer"))
        elif self._waiting:
            self._watch_until(self._waiting[0][0])
