"""Announcements through Redis: one server that hears PostgreSQL passes its words on to all, and says that it does."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import LockError, RedisError

log = logging.getLogger(__name__)

CHANNEL = "ai_editor_change"
LOCK = "ai_editor_relay"
BEAT_SECONDS = 0.5
# Without a beat for so long, words may have been missed.
LATE_SECONDS = 1.5
LOCK_SECONDS = 3.0
RETRY_SECONDS = 0.5
ANSWER_SECONDS = 1.0
MOST_WAITING = 10_000
FAILURES = (RedisError, OSError, TimeoutError)
# "b" and a name is a beat: who passes on, since when. "x" is the end of it. All else are words of the database.
BEAT, END = "b", "x"


class Relay:
    """Calls `apply` with each word, `hears` when none will be missed from now on, `is_deaf` when some may be.

    Whoever hears PostgreSQL itself calls `pass_on` with each word while `pass_on_forever` runs; of those one at a time
    does it.
    """

    def __init__(
        self, url: str, apply: Callable[[str], None], hears: Callable[[], None], is_deaf: Callable[[], None]
    ) -> None:
        self._url = url
        self._apply, self._hears, self._is_deaf = apply, hears, is_deaf
        self._source: str | None = None
        self._beat = 0.0
        self._name = self._reason = ""
        self._words: asyncio.Queue[str] | None = None

    def _open(self) -> Redis:
        return Redis.from_url(
            self._url,
            decode_responses=True,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
        )

    async def hear_forever(self) -> None:
        """Until it is cancelled; a Redis that is away is asked again."""
        while not _is_to_end():
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
        while not _is_to_end():
            message = await channel.get_message(ignore_subscribe_messages=True, timeout=BEAT_SECONDS)
            if message is not None:
                self._take(str(message["data"]))
            if self._source and time.monotonic() > self._beat + LATE_SECONDS:
                log.warning("nobody passes on what changes in the database")
                self._end()

    def _take(self, word: str) -> None:
        if word == self._name and self._words is None:
            return  # an echo of ourselves, who hear nothing any more
        if word[:1] == BEAT:
            self._beat = time.monotonic()
            if word != self._source:
                self._end()
                self._source, self._reason = word, ""
                self._hears()
        elif word == END:
            self._end()
        elif self._source:
            self._apply(word)

    def _end(self) -> None:
        """Words may be missed until somebody new passes them on."""
        if self._source:
            self._source = None
            self._is_deaf()

    def pass_on(self, word: str) -> None:
        """Hands a word to the others, if that is this server's part."""
        if self._words is not None:
            self._words.put_nowait(word)

    def stop_passing_on(self) -> None:
        """Nothing of the database is heard any more: not by those either who heard it from here."""
        self._words = None
        if self._source == self._name:
            self._end()

    async def pass_on_forever(self) -> None:
        """Passes words on whenever no other server does, until it is cancelled."""
        async with self._open() as redis:
            while not _is_to_end():
                lock = redis.lock(LOCK, timeout=LOCK_SECONDS)
                try:
                    if await lock.acquire(blocking=False):
                        await self._lead(redis, lock)
                except FAILURES as error:
                    log.info("changes are not passed on to Redis: %s", error)
                await asyncio.sleep(BEAT_SECONDS)

    async def _lead(self, redis: Redis, lock: Any) -> None:
        """While the lock is ours: a beat, and the words until the next. Each time it begins it has a new name."""
        self._name = BEAT + secrets.token_hex(8)
        self._words = words = asyncio.Queue[str]()
        try:
            while not _is_to_end():
                await redis.publish(CHANNEL, self._name)
                await self._publish(redis, words, time.monotonic() + BEAT_SECONDS)
                await lock.reacquire()
        finally:
            self.stop_passing_on()
            await _say_end(redis, lock)

    async def _publish(self, redis: Redis, words: asyncio.Queue[str], until: float) -> None:
        """Not with asyncio.wait_for, which before Python 3.12 loses a cancellation that comes with a word."""
        while (left := until - time.monotonic()) > 0:
            try:
                async with asyncio.timeout(left):
                    word = await words.get()
            except TimeoutError:
                return
            if words.qsize() > MOST_WAITING:
                raise TimeoutError("Redis takes words more slowly than they come")
            await redis.publish(CHANNEL, word)


def _is_to_end() -> bool:
    """Whether this task was cancelled: before Python 3.12 redis-py loses that where Redis answers at the same moment."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _say_end(redis: Redis, lock: Any) -> None:
    """So that nobody has to wait for a beat that does not come."""
    try:
        await redis.publish(CHANNEL, END)
        await lock.release()
    except (*FAILURES, LockError):
        log.info("Redis was not told that this server passes nothing on any more")
