"""A bounded last-in-first-out pool: the warmest connection first, and an honest refusal when all are busy."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PoolExhausted(Exception):
    """No connection came free in time, or too many are waiting already. S46."""


class Pool(Generic[T]):
    """Hands out at most `size` connections; at most `max_waiting` callers wait, each `timeout` seconds."""

    def __init__(
        self,
        open_one: Callable[[], Awaitable[T]],
        usable: Callable[[T], bool],
        discard: Callable[[T], None],
        size: int,
        max_waiting: int = 1000,
        timeout: float = 5.0,
    ) -> None:
        self._open, self._usable, self._discard = open_one, usable, discard
        self._size, self._max_waiting, self._timeout = size, max_waiting, timeout
        self._idle: list[T] = []
        self._opened = 0
        self._waiting: deque[asyncio.Future[T | None]] = deque()
        self._closed = False

    async def acquire(self) -> T:
        """A usable connection; raises PoolExhausted, or what opening one raises."""
        while self._idle:
            connection = self._idle.pop()
            if self._usable(connection):
                return connection
            self._drop(connection)
        if self._opened >= self._size:
            handed_over = await self._wait()
            if handed_over is not None:
                return handed_over
        return await self._open_counted()

    async def _open_counted(self) -> T:
        self._opened += 1
        try:
            return await self._open()
        except BaseException:
            self._opened -= 1
            self._wake_to_open()
            raise

    async def _wait(self) -> T | None:
        if len(self._waiting) >= self._max_waiting:
            raise PoolExhausted
        future: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            return await asyncio.wait_for(future, self._timeout)
        except TimeoutError:
            raise PoolExhausted from None
        finally:
            self._forget(future)

    def _forget(self, future: asyncio.Future[T | None]) -> None:
        if future in self._waiting:
            self._waiting.remove(future)

    def release(self, connection: T) -> None:
        """Takes a connection back, broken or not."""
        if self._closed or not self._usable(connection):
            self._drop(connection)
            return
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(connection)
                return
        self._idle.append(connection)

    def _drop(self, connection: T) -> None:
        self._opened -= 1
        self._discard(connection)
        self._wake_to_open()

    def _wake_to_open(self) -> None:
        """Lets the next waiter open a connection in the place of one that is gone."""
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(None)
                return

    def close(self) -> None:
        """Closes what is idle now, and what is in use when it comes back."""
        self._closed = True
        while self._idle:
            self._drop(self._idle.pop())
