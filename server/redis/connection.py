"""The one way to a Redis: short waits, a second try only where asked for, and failures in our words."""

from __future__ import annotations

import hashlib
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import NoScriptError, RedisError

from server import clock
from server.redis import sentinels
from server.redis.errors import RedisUnavailable

ANSWER_SECONDS = 0.5
# After a failure nobody waits for so long: a Redis that stands still costs each request nothing then.
PAUSE_SECONDS = 0.3
FAILURES = (RedisError, OSError, TimeoutError)


def open_redis(url: str, seconds: float, tries_again: bool = False, **options: Any) -> Redis:
    """A client of the Redis at `url` that waits so many seconds for anything; with Sentinels, of the one that leads."""
    options |= {
        # Once more on a connection that had ended, but not what may have been done already.
        "retry": Retry(NoBackoff(), int(tries_again), supported_errors=(Lost,)),
        "socket_timeout": seconds,
        "socket_connect_timeout": seconds,
    }
    watched = sentinels.read(url)
    return sentinels.open_leader(watched, options) if watched else Redis.from_url(url, **options)


class Scripts:
    """Runs scripts and commands; raises RedisUnavailable."""

    def __init__(self, url: str) -> None:
        self._redis = open_redis(url, ANSWER_SECONDS)
        self._execute: Any = self._redis.execute_command
        self._names: dict[str, str] = {}
        self._until = 0.0

    @property
    def is_away(self) -> bool:
        """Whether it did not answer just now."""
        return clock.steady() < self._until

    async def run(self, script: str, *arguments: object) -> Any:
        """What a script of Lua answers; Redis keeps it under its digest."""
        name = self._names.setdefault(
            script, hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()
        )
        try:
            return await self.command("EVALSHA", name, 0, *arguments)
        except NoScriptError:
            return await self.command("EVAL", script, 0, *arguments)

    async def command(self, *words: object) -> Any:
        """What Redis answers."""
        if self.is_away:
            raise RedisUnavailable("Redis does not answer")
        try:
            return await self._execute(*words)
        except NoScriptError:
            raise
        except FAILURES as error:
            self._until = clock.steady() + PAUSE_SECONDS
            raise RedisUnavailable(f"Redis: {error}") from error

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._redis.aclose()
