"""Rate limits: better-auth's rules and formula, counted in this process."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

MAX_ENTRIES = 100_000


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` requests; the count starts again after `seconds` without an allowed one."""

    most: int
    seconds: int


DEFAULT = Limit(100, 10)
_CREDENTIALS = Limit(3, 10)
_MAILS = Limit(3, 60)


def limit_for(path: str) -> Limit:
    """The limit of a path below the API's base, as better-auth sets it."""
    if path.startswith(("/sign-in", "/sign-up", "/change-password", "/change-email")):
        return _CREDENTIALS
    if path in ("/request-password-reset", "/send-verification-email") or path.startswith("/forget-password"):
        return _MAILS
    return DEFAULT


class Counter:
    """Counts by key; `consume` decides and counts in one step, so that no two requests share the last place."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._counts: dict[str, tuple[int, float, float]] = {}

    def consume(self, key: str, limit: Limit) -> int:
        """0 when allowed, else the seconds to wait. S11."""
        now = self._now()
        count, last, _ = self._counts.get(key, (0, now, 0.0))
        if now - last >= limit.seconds:
            count = 0
        if count >= limit.most:
            return max(math.ceil(last + limit.seconds - now), 1)
        self._counts.pop(key, None)
        self._counts[key] = (count + 1, now, now + limit.seconds)
        self._prune(now)
        return 0

    def _prune(self, now: float) -> None:
        """The dict is in order of last use: what has expired or is too much stands in front."""
        for key in list(itertools.islice(self._counts, 2)):
            if self._counts[key][2] <= now or len(self._counts) > MAX_ENTRIES:
                del self._counts[key]
