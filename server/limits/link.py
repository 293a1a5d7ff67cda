"""The way to Redis: found to be away by whoever asks, and back by asking."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from server.redis.errors import is_to_end

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from server.redis.pipe import Pipe

log = logging.getLogger(__name__)

ANSWER_SECONDS = 0.25
RETRY_SECONDS = 0.3
_PROBE = b"ai-editor:limit:"
Words = list[bytes | str | int]


@functools.cache
def failures() -> tuple[type[Exception], ...]:
    """What redis-py raises where Redis does not answer, or not as it should."""
    from server.redis.connection import FAILURES  # which takes a tenth of a second

    return FAILURES


@functools.cache
def _digest(script: str) -> str:
    """By which Redis knows a script."""
    return hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()


class Link:
    """One Redis, and the scripts that run there."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._redis: Redis | None = None
        self._pipe: Pipe | None = None
        self._scripts: dict[str, Any] = {}
        self._returning: asyncio.Task[None] | None = None

    @property
    def away(self) -> bool:
        """Whether it did not answer, and has not answered since."""
        return self._returning is not None

    def open(self) -> Redis:
        """redis-py's client, which connects when it is used."""
        from server.redis.connection import open_redis

        if self._redis is None:
            self._redis = open_redis(self._url, ANSWER_SECONDS, tries_again=True)
        return self._redis

    def ask(
        self,
        script: str,
        keys: Sequence[bytes],
        arguments: Sequence[int | str],
        tell: Callable[[bytes | None], None],
    ) -> None:
        """As `run`, without a coroutine, for a script that answers with one value."""
        if self.away:
            tell(None)
            return
        if self._pipe is None:
            from server.redis.pipe import Pipe

            self._pipe = Pipe(self._url, ANSWER_SECONDS)
        words: Words = [_digest(script), len(keys), *keys, *arguments]
        self._pipe.send("EVALSHA", words, functools.partial(self._told, script, words, tell))

    def _told(
        self, script: str, words: Words, tell: Callable[[bytes | None], None], said: bytes | Exception
    ) -> None:
        if isinstance(said, Exception):
            if str(said).startswith("NOSCRIPT") and self._pipe:
                self._pipe.send("EVAL", [script, *words[1:]], functools.partial(self._told, "", words, tell))
                return
            self._lose(str(said))
        tell(None if isinstance(said, Exception) else said)

    async def run(self, script: str, keys: Sequence[bytes], arguments: Sequence[int | str]) -> Any:
        """What the script answers; None while Redis is away, which is found out here."""
        if self.away:
            return None
        known = self._scripts.get(script)
        if known is None:
            known = self._scripts[script] = self.open().register_script(script)
        try:
            return await known(keys, arguments)
        except failures() as error:
            self._lose(str(error))
            return None

    def _lose(self, reason: str) -> None:
        if not self.away:
            log.warning("limits are counted without Redis until it is back: %s", reason)
            self._returning = asyncio.ensure_future(self._return())

    async def _return(self) -> None:
        """Until it takes changes, which a copy that waits for its time does not."""
        while not is_to_end():
            await asyncio.sleep(RETRY_SECONDS)
            with contextlib.suppress(*failures()):
                await self.open().set(_PROBE, b"", px=1000)
                self._returning = None
                log.warning("limits are counted in Redis again")
                return

    async def close(self) -> None:
        """Lets go of it."""
        if self._returning:
            self._returning.cancel()
        if self._pipe:
            await self._pipe.close()
        if self._redis:
            await self._redis.aclose()
