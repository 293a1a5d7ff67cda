"""A channel of Redis that all servers talk on; what is said while Redis is away is not heard."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from server.redis.connection import FAILURES, open_redis
from server.redis.errors import is_to_end

ANSWER_SECONDS, PAUSE_SECONDS, RETRY_SECONDS = 1.0, 0.5, 0.5
log = logging.getLogger(__name__)


class Channel:
    """`take` is given each message of `name`, `again` is told whenever some may have been missed."""

    def __init__(self, url: str, name: str, take: Callable[[bytes], None], again: Callable[[], None]) -> None:
        self._url, self._name, self._take, self._again = url, name, take, again
        self._redis = open_redis(url, ANSWER_SECONDS)
        self._reason = ""

    async def publish(self, message: bytes) -> bool:
        """Whether Redis has it."""
        try:
            await self._redis.publish(self._name, message)
        except FAILURES as error:
            self._complain(str(error))
            return False
        return True

    async def hear_forever(self) -> None:
        """Until it is cancelled; a Redis that is away is asked again."""
        while not is_to_end():
            try:
                async with open_redis(self._url, ANSWER_SECONDS) as redis, redis.pubsub() as channel:
                    await channel.subscribe(self._name)
                    self._again()
                    await self._hear(channel)
            except FAILURES as error:
                self._complain(str(error))
            await asyncio.sleep(RETRY_SECONDS)

    async def _hear(self, channel: Any) -> None:
        while not is_to_end():
            message = await channel.get_message(ignore_subscribe_messages=True, timeout=PAUSE_SECONDS)
            if message is not None:
                self._reason = ""
                self._take(bytes(message["data"]))

    def _complain(self, reason: str) -> None:
        """Once for each reason."""
        if reason != self._reason:
            log.warning("Redis passes nothing on of %s: %s", self._name, reason)
        self._reason = reason

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._redis.aclose()
