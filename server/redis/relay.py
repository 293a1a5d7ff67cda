"""Announcements through Redis: one server that hears PostgreSQL passes its words on to all, and says that it does."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import LockError

from server import clock
from server.redis.connection import FAILURES, open_redis
from server.redis.errors import is_to_end

log = logging.getLogger(__name__)

CHANNEL = "ai_editor_change"
LOCK = "ai_editor_relay"
PAUSE_SECONDS = 0.5
# Without a beat for so long, words may have been missed.
LATE_SECONDS = 1.5
LOCK_SECONDS = 3.0
RETRY_SECONDS = 0.5
ANSWER_SECONDS = 1.0
MOST_WAITING = 10_000
# A beat is "b", a name (who passes on, since when), a space, and when PostgreSQL was asked for its sign of life, by the
# clock of whoever passes on. "x" is the end of it. All else are words of the database.
BEAT, END = "b", "x"
# By how much two clocks may part in a second.
DRIFT = 0.0005


class Relay:
    """Calls `apply` with each word, `hears` when none will be missed from now on, `is_deaf` when some may be.

    `lease` is told until when, by clock.steady, all that had changed has been heard: as far as beats show, of which one
    that Redis has held back is an old one. Whoever hears PostgreSQL itself calls `pass_on` with each word while `pass_on_forever` runs; of those one at a time
    does it.
    """

    def __init__(
        self,
        url: str,
        apply: Callable[[str], None],
        hears: Callable[[], None],
        is_deaf: Callable[[], None],
        lease: Callable[[float], None],
    ) -> None:
        self._url, self._lease = url, lease
        self._apply, self._hears, self._is_deaf = apply, hears, is_deaf
        self._source: str | None = None
        self._beat = self._apart = 0.0
        self._name = self._known = self._reason = ""
        self._words: asyncio.Queue[str] | None = None

    def _open(self) -> Redis:
        return open_redis(self._url, ANSWER_SECONDS, decode_responses=True)

    async def hear_forever(self) -> None:
        """Until it is cancelled; a Redis that is away is asked again."""
        while not is_to_end():
            try:
                async with self._open() as redis, redis.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    await self._hear(channel)
            except FAILURES as error:
                self._complain(str(error))
            finally:
                self._end()
            await asyncio.sleep(RETRY_SECONDS)

    def _complain(self, reason: str) -> None:
        """Once for each reason."""
        if reason != self._reason:
            log.warning("changes are not heard through Redis: %s", reason)
        self._reason = reason

    async def _hear(self, channel: Any) -> None:
        while not is_to_end():
            message = await channel.get_message(ignore_subscribe_messages=True, timeout=PAUSE_SECONDS)
            if message is not None:
                self._take(str(message["data"]))
            if self._source and clock.steady() > self._beat + LATE_SECONDS:
                log.warning("nobody passes on what changes in the database")
                self._end()

    def _take(self, word: str) -> None:
        if word[:1] == BEAT:
            name, _, asked = word.partition(" ")
            if asked and not (
                name == self._name and self._words is None
            ):  # an echo of who hears nothing any more
                self._take_beat(name, float(asked))
        elif word == END:
            self._end()
        elif self._source:
            self._apply(word)

    def _take_beat(self, name: str, asked: float) -> None:
        """The fastest beat tells how far the clocks are apart; one that comes later than that was held back for as long.

        The first of a name is for that alone.
        """
        now = clock.steady()
        apart, passed = now - asked, min(now - self._beat, LATE_SECONDS)
        self._beat = now
        if name != self._known:
            self._end()
            self._known, self._apart = name, apart
            return
        self._apart = min(apart, self._apart + DRIFT * passed)
        if self._source is None:
            self._source, self._reason = name, ""
            self._hears()
        self._lease(asked + self._apart)

    def _end(self) -> None:
        """Words may be missed until somebody new passes them on."""
        self._known = ""
        if self._source:
            self._source = None
            self._is_deaf()

    def pass_on(self, word: str | float) -> None:
        """Hands a word, or when there was a sign of life, to the others, if that is this server's part."""
        if self._words is not None:
            self._words.put_nowait(word if isinstance(word, str) else f"{self._name} {word:.6f}")

    def stop_passing_on(self) -> None:
        """Nothing of the database is heard any more: not by those either who heard it from here."""
        self._words = None
        if self._source == self._name:
            self._end()

    async def pass_on_forever(self) -> None:
        """Passes words on whenever no other server does, until it is cancelled."""
        async with self._open() as redis:
            while not is_to_end():
                lock = redis.lock(LOCK, timeout=LOCK_SECONDS)
                try:
                    if await lock.acquire(blocking=False):
                        await self._lead(redis, lock)
                except FAILURES as error:
                    log.info("changes are not passed on to Redis: %s", error)
                await asyncio.sleep(PAUSE_SECONDS)

    async def _lead(self, redis: Redis, lock: Any) -> None:
        """While the lock is ours: beats and words as they come. Each time it begins it has a new name."""
        self._name = BEAT + secrets.token_hex(8)
        self._words = words = asyncio.Queue[str]()
        try:
            while not is_to_end():
                await self._publish(redis, words, clock.steady() + PAUSE_SECONDS)
                await lock.reacquire()
        finally:
            self.stop_passing_on()
            await _say_end(redis, lock)

    async def _publish(self, redis: Redis, words: asyncio.Queue[str], until: float) -> None:
        """Not with asyncio.wait_for, which before Python 3.12 loses a cancellation that comes with a word."""
        while (left := until - clock.steady()) > 0:
            try:
                async with asyncio.timeout(left):
                    word = await words.get()
            except TimeoutError:
                return
            if words.qsize() > MOST_WAITING:
                raise TimeoutError("Redis takes words more slowly than they come")
            await redis.publish(CHANNEL, word)


async def _say_end(redis: Redis, lock: Any) -> None:
    """So that nobody has to wait for a beat that does not come."""
    try:
        await redis.publish(CHANNEL, END)
        await lock.release()
    except (*FAILURES, LockError):
        log.info("Redis was not told that this server passes nothing on any more")
