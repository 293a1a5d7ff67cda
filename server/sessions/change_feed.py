"""Hears what changed in the database, and keeps the session cache honest: no word, no trust."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from server import clock
from server.database import CHANNEL, Database, DatabaseError, DatabaseUnavailable, Listener
from server.limits.accounts import LIFTED
from server.model import Session
from server.sessions.cache import SessionCache
from server.sessions.watches import Ended

if TYPE_CHECKING:
    from server.redis.relay import Relay
    from server.redis.tracking import Tracking

log = logging.getLogger(__name__)

# How often the database is asked for a sign of life, and for how long after it was asked what is in memory is believed.
# A process that was frozen, or whose way to the database is silent, asks the database then. S23.
BEAT_SECONDS, LEASE_SECONDS = 0.2, 0.3
# After so long without an answer the connection counts as lost.
ANSWER_SECONDS = 1.0
RETRY_SECONDS, LONGEST_RETRY_SECONDS = 0.5, 8.0
START_SECONDS = 1.0
# How long an announcement of our own may take to come back; behind a pooler that lends connections it never does.
ECHO_SECONDS = 2.0
_DIGEST = re.compile(r"[0-9a-f]{64}")
DIRECTLY, RELAYED = "from PostgreSQL", "through Redis"


class Changes:
    """Listens from `start` to `stop`; while it hears nothing, the cache serves nothing.

    `lifted` is told whose failures are forgotten. Words come from PostgreSQL and, with a `redis_url`, through Redis too,
    which is enough for those that cannot listen. With `tracking` sessions are in Redis, which says itself what changes.
    """

    def __init__(
        self,
        db: Database,
        cache: SessionCache,
        lifted: Callable[[str], None],
        redis_url: str | None = None,
        tracking: Tracking | None = None,
    ) -> None:
        self._db, self._cache, self._lifted = db, cache, lifted
        self._tracking = tracking
        self._heard: set[str] = set()
        self._relay = self._open_relay(redis_url) if redis_url else None
        self._tasks: list[asyncio.Task[None]] = []
        self._began = asyncio.Event()
        self._reason, self._pause = "", RETRY_SECONDS

    def _open_relay(self, url: str) -> Relay:
        from server.redis.relay import Relay  # most do without, and it takes a tenth of a second

        return Relay(url, self._apply, lambda: self._trust(RELAYED), lambda: self._lose(RELAYED), self._lease)

    async def start(self, wait: bool = True) -> None:
        """Begins to listen; returns when it does, or after a second without success: at once where nobody is to `wait`."""
        self._begin()
        if self._tracking:
            await self._tracking.start(wait)
        if not wait:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                await self._began.wait()

    def _begin(self) -> None:
        if self._tasks:
            return
        if self._tracking:
            self._tracking.begin()
        self._tasks = [asyncio.create_task(self._listen_forever())]
        if self._relay:
            self._tasks.append(asyncio.create_task(self._relay.hear_forever()))

    @property
    def doubtful(self) -> bool:
        """Whether changes are heard, but just now there was no sign of life: as in a process that was frozen."""
        return self._cache.trusted and not self._cache.fresh

    def watch(self, session: Session, ended: Ended) -> Callable[[], None]:
        """Calls `ended` once the session is over; what this answers ends the watch.

        With SESSION_CACHE=off nobody may have begun to listen: a socket is the first who cannot do without, and a server
        that has none keeps its connection.
        """
        self._begin()
        return self._cache.watches.watch(session, ended)

    async def stop(self) -> None:
        """Lets go; the watches first, which would ask once more when nothing is heard any longer."""
        await self._cache.watches.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._tracking:
            await self._tracking.stop()
        self._cache.distrust()

    def _trust(self, way: str) -> None:
        """A way begins to be heard: what came before may have been missed, unless the database itself was heard."""
        if DIRECTLY not in self._heard:
            self._cache.trust()
        self._heard.add(way)
        self._began.set()

    def _lease(self, asked: float) -> None:
        """Everything that had changed by then has been heard."""
        self._cache.lease(asked + LEASE_SECONDS)

    def _lose(self, way: str) -> None:
        """A way is heard no more; the other, if there is one, starts with nothing."""
        if way not in self._heard:
            return
        self._heard.remove(way)
        if not self._heard:
            self._cache.distrust()
        elif way == DIRECTLY:
            self._cache.trust()

    async def _listen_forever(self) -> None:
        while True:
            try:
                async with self._db.listen(CHANNEL) as listener:
                    await self._hear(listener)
            except DatabaseError as error:
                self._complain(str(error))
            await asyncio.sleep(self._pause)
            self._pause = min(2 * self._pause, LONGEST_RETRY_SECONDS)

    def _complain(self, reason: str) -> None:
        """Once for each reason."""
        if reason != self._reason:
            log.warning("changes are not heard %s: %s", DIRECTLY, reason)
        self._reason = reason

    async def _hear(self, listener: Listener) -> None:
        """Until the connection is lost: applies each word, and asks for a sign of life where none comes."""
        asked = clock.steady()
        await self._hear_echo(listener)
        self._reason, self._pause = "", RETRY_SECONDS
        self._trust(DIRECTLY)
        self._lease(asked)
        beside = [asyncio.create_task(self._probe(listener))]
        if self._relay:
            beside.append(asyncio.create_task(self._relay.pass_on_forever()))
        try:
            while True:
                self._take(await listener.get())
        finally:
            if self._relay:
                self._relay.stop_passing_on()
            self._lose(DIRECTLY)
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    def _take(self, word: str | float) -> None:
        """A word of a change, or a sign of life and when it was asked for."""
        if isinstance(word, float):
            self._lease(word)
        else:
            self._apply(word)
        if self._relay:
            self._relay.pass_on(word)

    async def _hear_echo(self, listener: Listener) -> None:
        """Makes sure that what is announced arrives; raises DatabaseUnavailable."""
        echo = "e" + secrets.token_hex(8)
        await self._db.notify(CHANNEL, echo)
        try:
            async with asyncio.timeout(ECHO_SECONDS):
                while await listener.get() != echo:
                    pass
        except TimeoutError:
            raise DatabaseUnavailable(
                "an announcement of our own does not come back, as behind a pooler that lends connections"
            ) from None

    async def _probe(self, listener: Listener) -> None:
        while True:
            asked = clock.steady()
            try:
                await listener.probe(ANSWER_SECONDS)
            except DatabaseError:
                self._lose(DIRECTLY)
                listener.close()
                return
            await asyncio.sleep(asked + BEAT_SECONDS - clock.steady())

    def _apply(self, word: str) -> None:
        kind, name = word[:1], word[1:]
        if kind == "s" and _DIGEST.fullmatch(name):
            self._cache.forget_digest(bytes.fromhex(name))
        elif kind == "u":
            self._cache.forget_user(name)
        elif kind == LIFTED:
            self._lifted(name)
        elif kind != "e" and self._heard:
            self._cache.trust()  # everything may have changed: empty, and still listening
