"""The counts of one process, gone when it ends."""

from __future__ import annotations

import math
from collections.abc import Callable

from server.limits import policy
from server.limits.bounded import Bounded, monotonic
from server.limits.rules import Limit


def seconds(milliseconds: int) -> int:
    """Rounded up, as Retry-After has it."""
    return math.ceil(milliseconds / 1000)


class MemoryStore:
    """Decides and counts in one step, which no other request can come between."""

    def __init__(self, now: Callable[[], int] = monotonic) -> None:
        self._now = now
        self._requests, self._accounts, self._places = Bounded(now), Bounded(now), Bounded(now)

    async def request(self, key: str, limit: Limit) -> int:
        """Counts a request; 0 when it is allowed, else the seconds to wait."""
        return self.request_at_once(key, limit)

    def request_at_once(self, key: str, limit: Limit, name: str = "") -> int:
        """As `request`, without waiting."""
        entry = self._requests.get(key)
        count = entry.count if entry else 0
        if entry and count >= limit.most:
            return seconds(entry.until - self._now())
        self._requests.put(key, count + 1, self._now() + limit.milliseconds, rank(count + 1, limit))
        return 0

    async def attempt(self, account: str) -> int:
        """Counts a failure; 0 when the attempt may be made, else the seconds to wait."""
        entry = self._accounts.get(account)
        count = entry.count if entry else 0
        wait = policy.wait(count, entry.until - self._now()) if entry else 0
        if wait > 0:
            return seconds(wait)
        self._accounts.put(account, count + 1, self._now() + policy.SLOWING.forget * (count + 1), count + 1)
        return 0

    async def attempt_in(self, place: str) -> bool:
        """Counts a failure of a known place; False when it is not known, or has failed too often."""
        entry = self._places.get(place)
        if entry is None or entry.count >= policy.PLACE_TRIES:
            return False
        entry.count += 1
        return True

    async def forgive(self, account: str, place: str | None) -> None:
        """Forgets the account's failures, and knows the place from now on."""
        self.forget(account)
        if place:
            self._places.put(place, 0, self._now() + policy.PLACE_LIFE, 0)

    def forget(self, account: str) -> None:
        """Forgets the account's failures."""
        self._accounts.drop(account)


def rank(count: int, limit: Limit) -> int:
    """Which entries go first when there are too many: those of a single request, last those that refuse."""
    spent = 2 if count >= limit.most else 1 if count > 1 else 0
    return spent * 1_000_000 + limit.seconds
