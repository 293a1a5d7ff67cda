"""A bounded last-in-first-out pool: the warmest connection first, and an honest refusal when all are busy."""

from __future__ import annotations

import asyncio
import time
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
        shy: float = 1.0,
    ) -> None:
        self._open, self._usable, self._discard = open_one, usable, discard
        self._size, self._max_waiting, self._timeout = size, max_waiting, timeout
        self._idle: list[T] = []
        self._places = size  # that no connection takes up: neither idle, nor in use, nor being opened
        self._waiting: deque[asyncio.Future[T | None]] = deque()
        self._shy, self._shy_until = shy, 0.0
        self._closed = False
        # Told how long somebody waited, and whether they got something.
        self.waited: Callable[[float, bool], None] = lambda seconds, served: None

    @property
    def in_use(self) -> int:
        """Connections that somebody holds, or is opening."""
        return self._size - self._places - len(self._idle)

    @property
    def waiting(self) -> int:
        """How many wait for a connection."""
        return len(self._waiting)

    async def acquire(self) -> T:
        """A usable connection; raises PoolExhausted, or what opening one raises."""
        while self._idle:
            connection = self._idle.pop()
            if self._usable(connection):
                return connection
            self._drop(connection)
        if self._places and not self._holds_back():
            self._places -= 1
            return await self._open_here()
        handed_over = await self._wait()
        return await self._open_here() if handed_over is None else handed_over

    def _holds_back(self) -> bool:
        """After a refusal, as long as others come back: a server with too many clients takes no more of ours."""
        return self.in_use > 0 and time.monotonic() < self._shy_until

    async def _open_here(self) -> T:
        """Opens in a place that is the caller's already; where that fails, waits for what others give back, if any."""
        try:
            return await self._open()
        except Exception:
            self._shy_until = time.monotonic() + self._shy
            alone = self.in_use == 1
            self._give_up_place()
            if alone:
                raise
            handed_over = await self._wait()
            if handed_over is None:
                self._give_up_place()
                raise
            return handed_over
        except BaseException:
            self._give_up_place()
            raise

    async def _wait(self) -> T | None:
        """A connection, or None for a place to open one in."""
        began, served = time.monotonic(), False
        try:
            handed_over = await self._stand()
            served = True
            return handed_over
        finally:
            self.waited(time.monotonic() - began, served)

    async def _stand(self) -> T | None:
        """In the line, for as long as that may take."""
        if len(self._waiting) >= self._max_waiting:
            raise PoolExhausted
        future: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            async with asyncio.timeout(self._timeout):
                return await future
        except BaseException as error:
            self._pass_on(future)
            if isinstance(error, TimeoutError):
                raise PoolExhausted from None
            raise

    def _pass_on(self, future: asyncio.Future[T | None]) -> None:
        """What came in the very moment that its waiter gave up is somebody else's."""
        if future in self._waiting:
            self._waiting.remove(future)
        elif not future.cancelled():
            connection = future.result()
            if connection is None:
                self._give_up_place()
            else:
                self.release(connection)

    def release(self, connection: T) -> None:
        """Takes a connection back, broken or not."""
        if self._closed or not self._usable(connection):
            self._drop(connection)
        elif not self._hand_over(connection):
            self._idle.append(connection)

    def _drop(self, connection: T) -> None:
        self._discard(connection)
        self._give_up_place()

    def _give_up_place(self) -> None:
        """The place goes to the next waiter, who opens a connection in it, or is free."""
        self._places += 1
        if not self._holds_back() and self._hand_over(None):
            self._places -= 1

    def _hand_over(self, connection: T | None) -> bool:
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(connection)
                return True
        return False

    def flush(self) -> None:
        """Lets go of what is idle: the server is not what it was."""
        while self._idle:
            self._drop(self._idle.pop())

    def close(self) -> None:
        """Closes what is idle now, and what is in use when it comes back."""
        self._closed = True
        self.flush()
