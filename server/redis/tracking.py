"""Hears from Redis itself which sessions changed there, whoever changed them, and keeps what is in memory honest.

Redis sends the name of each changed key (CLIENT TRACKING, RESP3) on a connection that is asked for a sign of life all the
time. Its answer comes after the names of all that had changed by then.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from typing import Any, Protocol

from server import clock
from server.redis.connection import FAILURES, open_redis
from server.redis.errors import is_to_end
from server.redis.sessions import MARKS, PREFIX, token_of

log = logging.getLogger(__name__)

# As for PostgreSQL; see server/sessions/change_feed.py. S23.
BEAT_SECONDS, LEASE_SECONDS = 0.2, 0.3
ANSWER_SECONDS = 1.0
RETRY_SECONDS = 0.5
START_SECONDS = 1.0
_PUSHED = "pushed"


class Memory(Protocol):
    """What is kept of sessions."""

    def forget(self, token: str) -> None:
        """One session changed."""

    def forget_user(self, user_id: str) -> None:
        """Those of a user did."""

    def trust(self) -> None:
        """From now on changes are heard: what was kept goes."""

    def distrust(self) -> None:
        """Nothing can be believed."""

    def lease(self, until: float) -> None:
        """All that is kept can be believed until then."""


class Tracking:
    """Listens from `start` to `stop`."""

    def __init__(self, url: str, memory: Memory) -> None:
        self._url, self._memory = url, memory
        self._task: asyncio.Task[None] | None = None
        self._began = asyncio.Event()
        self._names: list[list[bytes] | None] = []
        self._reason = ""

    async def start(self, wait: bool = True) -> None:
        """Returns when changes are heard, or after a second without success."""
        self.begin()
        if wait:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(START_SECONDS):
                    await self._began.wait()

    def begin(self) -> None:
        """Listens from now on."""
        if self._task is None:
            self._task = asyncio.create_task(self._hear_forever())

    async def stop(self) -> None:
        """Lets go."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._memory.distrust()

    async def _hear_forever(self) -> None:
        while not is_to_end():
            try:
                async with open_redis(self._url, ANSWER_SECONDS, protocol=3) as redis:
                    pool: Any = redis.connection_pool
                    connection = await pool.get_connection()
                    try:
                        await self._hear(connection)
                    finally:
                        await connection.disconnect(nowait=True)
            except FAILURES as error:
                self._complain(str(error))
            finally:
                self._memory.distrust()
            await asyncio.sleep(RETRY_SECONDS)

    def _complain(self, reason: str) -> None:
        """Once for each reason."""
        if reason != self._reason:
            log.warning("changes of sessions are not heard from Redis: %s", reason)
        self._reason = reason

    async def _hear(self, connection: Any) -> None:
        """Until the connection is lost."""
        self._names.clear()
        connection._parser.set_invalidation_push_handler(self._note)  # noqa: SLF001 - there is no other door to it
        await connection.send_command("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", PREFIX)
        await connection.read_response()
        self._memory.trust()
        self._reason = ""
        self._began.set()
        asked: deque[float] = deque()
        asks = asyncio.create_task(_ask_forever(connection, asked))
        try:
            while not is_to_end():
                said = await connection.read_response(push_request=True)
                self._apply()
                if said != _PUSHED:
                    self._memory.lease(asked.popleft() + LEASE_SECONDS)
        finally:
            asks.cancel()
            await asyncio.gather(asks, return_exceptions=True)

    async def _note(self, message: list[Any]) -> str:
        """What is raised here redis-py swallows: nothing is done but to keep it."""
        self._names.append(message[1])
        return _PUSHED

    def _apply(self) -> None:
        for names in self._names:
            if names is None:  # all of it is gone
                self._memory.trust()
            for name in names or ():
                self._forget(name)
        self._names.clear()

    def _forget(self, name: bytes) -> None:
        mark = (PREFIX + MARKS).encode()
        token = token_of(name)
        if name.startswith(mark):
            self._memory.forget_user(name[len(mark) :].decode(errors="replace"))
        elif token:
            self._memory.forget(token)


async def _ask_forever(connection: Any, asked: deque[float]) -> None:
    """Notes when it asks for each sign of life. One that does not come is found by who waits for it."""
    while not is_to_end():
        asked.append(clock.steady())
        await connection.send_command("PING")
        await asyncio.sleep(BEAT_SECONDS)
