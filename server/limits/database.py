"""The counts of all processes on one database, kept over a restart, and shared with a better-auth server there."""

from __future__ import annotations

from collections.abc import Callable

from server.crypto.ids import new_id
from server.database import Executor
from server.limits import policy
from server.limits.bounded import Bounded, monotonic
from server.limits.memory import seconds
from server.limits.rules import Limit
from server.store import rate_limits

SWEEP_EVERY = 60_000
# The longest window of better-auth's own plugins: a row younger than that may count for a server beside us.
KEPT = 1_800_000
BATCH = 10_000
_TRIES = 3


class DatabaseStore:
    """Decides and counts in one statement, by the database's clock. S12."""

    def __init__(self, db: Executor, now: Callable[[], int] = monotonic) -> None:
        self._db, self._now = db, now
        # Who is refused stays so until the time is over: a flood of refusals costs the database nothing.
        self._refused = Bounded(now, 10_000)
        self._next_sweep = 0

    async def request(self, key: str, limit: Limit) -> int:
        """Counts a request; 0 when it is allowed, else the seconds to wait."""
        refused = self._refused.get(key)
        if refused:
            return seconds(refused.until - self._now())
        await self._sweep()
        for _ in range(_TRIES):
            if await rate_limits.count(
                self._db, await new_id(self._db, "rateLimit"), key, limit.most, limit.milliseconds
            ):
                return 0
            left = await rate_limits.time_left(self._db, key, limit.most, limit.milliseconds)
            if left is not None and left > 0:
                self._refused.put(key, limit.most, self._now() + left, limit.seconds)
                return seconds(left)
        return 1

    async def attempt(self, account: str) -> int:
        """Counts a failure; 0 when the attempt may be made, else the seconds to wait."""
        for _ in range(_TRIES):
            if await rate_limits.count_failure(
                self._db, await new_id(self._db, "rateLimit"), account, policy.SLOWING
            ):
                return 0
            found = await rate_limits.find_failures(self._db, account)
            wait = policy.wait(found.count, found.left) if found else 0
            if wait > 0:
                return seconds(wait)
        return 1

    async def attempt_in(self, place: str) -> bool:
        """Counts a failure of a known place; False when it is not known, or has failed too often."""
        return await rate_limits.count_in_place(self._db, place, policy.PLACE_TRIES)

    async def forgive(self, account: str, place: str | None) -> None:
        """Forgets the account's failures, and knows the place from now on."""
        if place:
            await rate_limits.forgive(
                self._db, account, await new_id(self._db, "rateLimit"), place, policy.PLACE_LIFE
            )
        else:
            await rate_limits.delete(self._db, account)

    def forget(self, account: str) -> None:
        """Nothing: the row is everybody's, and gone already."""

    async def _sweep(self) -> None:
        """Deletes what is over, once a minute, and at once again while there is a whole batch of it."""
        if self._now() < self._next_sweep:
            return
        self._next_sweep = self._now() + SWEEP_EVERY
        if await rate_limits.delete_lapsed(self._db, KEPT, BATCH) == BATCH:
            self._next_sweep = 0
