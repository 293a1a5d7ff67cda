"""What the database announces while sessions are in Redis: that of users alone counts, and is passed on to there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from server.database import DatabaseError
from server.sessions.cache import SessionCache

log = logging.getLogger(__name__)
# Of more than that in line, those that are the oldest are left to who asks for them.
MOST_WAITING = 10_000


class UsersElsewhere(SessionCache):
    """Stands before `memory`, which hears of sessions from Redis; `changed` has the sessions there say what the row says.

    So a user whom somebody has changed, banned or deleted in the database by other means is seen as such. S23.
    """

    def __init__(self, memory: SessionCache, changed: Callable[[str], Awaitable[None]]) -> None:
        super().__init__(0, memory.watches)
        self._memory, self._pass_on = memory, changed
        self._waiting: dict[str, None] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def trusted(self) -> bool:
        return self._memory.trusted

    @property
    def fresh(self) -> bool:
        return self._memory.fresh

    def lease(self, until: float) -> None:
        """Says nothing of sessions."""

    def trust(self) -> None:
        """Says nothing of sessions either."""

    def distrust(self) -> None:
        """The end, or nothing is heard for a while."""
        if self._task:
            self._task.cancel()

    def forget_digest(self, token_digest: bytes) -> None:
        """A row that a server left, or that one with another SESSION_STORE keeps."""

    def forget_user(self, user_id: str) -> None:
        """One look at a time, however many change at once."""
        self._memory.forget_user(user_id)
        if len(self._waiting) < MOST_WAITING:
            self._waiting[user_id] = None
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._pass_all_on())

    async def _pass_all_on(self) -> None:
        while self._waiting:
            user_id = next(iter(self._waiting))
            del self._waiting[user_id]
            try:
                await self._pass_on(user_id)
            except DatabaseError as error:
                log.info("what changed of a user is not told to Redis: %s", error)
