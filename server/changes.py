"""Hears what changed in the database, and keeps the session cache honest: no word, no trust."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from server.database import Database, DatabaseError, Listener
from server.session_cache import SessionCache

log = logging.getLogger(__name__)

CHANNEL = "ai_editor_change"
# How long a connection that died without a sign may go unnoticed: one pause and one answer.
PROBE_SECONDS = 1.0
RETRY_SECONDS = 0.5
START_SECONDS = 1.0


class Changes:
    """Listens from `start` to `stop`; while it cannot, the cache serves nothing."""

    def __init__(self, db: Database, cache: SessionCache) -> None:
        self._db, self._cache = db, cache
        self._task: asyncio.Task[None] | None = None
        self._heard = asyncio.Event()

    async def start(self) -> None:
        """Begins to listen; returns when it does, or after a second without success."""
        self._task = asyncio.create_task(self._listen_forever())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._heard.wait(), START_SECONDS)

    async def stop(self) -> None:
        """Lets go."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._cache.distrust()

    async def _listen_forever(self) -> None:
        while True:
            try:
                async with self._db.listen(CHANNEL) as listener:
                    self._cache.trust()
                    self._heard.set()
                    await self._hear(listener)
            except DatabaseError as error:
                log.warning("changes are not heard, sessions are read from the database: %s", error)
            finally:
                self._cache.distrust()
            await asyncio.sleep(RETRY_SECONDS)

    async def _hear(self, listener: Listener) -> None:
        """Until the connection is lost: applies each word, and asks for a sign of life where none comes."""
        probing = asyncio.create_task(self._probe(listener))
        try:
            while True:
                self._apply(await listener.get())
        finally:
            probing.cancel()
            await asyncio.gather(probing, return_exceptions=True)

    async def _probe(self, listener: Listener) -> None:
        while True:
            await asyncio.sleep(PROBE_SECONDS)
            try:
                await listener.probe(PROBE_SECONDS)
            except DatabaseError:
                self._cache.distrust()
                listener.close()
                return

    def _apply(self, word: str) -> None:
        kind, name = word[:1], word[1:]
        if kind == "s":
            self._cache.forget_digest(bytes.fromhex(name))
        elif kind == "u":
            self._cache.forget_user(name)
        else:
            self._cache.trust()  # everything may have changed: empty, and still listening
