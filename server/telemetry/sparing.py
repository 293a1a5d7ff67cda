"""Lines of the log that somebody outside can cause, so that no flood of requests is a flood of lines."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

# So many different lines in so many seconds, and each of them once.
MOST, SECONDS = 20, 60.0


class Sparing:
    """Says the same once a minute, and no more than a handful of things in it."""

    def __init__(self, log: logging.Logger, now: Callable[[], float] = time.monotonic) -> None:
        self._log, self._now = log, now
        self._said: set[str] = set()
        self._until, self._unsaid = 0.0, 0

    def say(self, text: str, level: int = logging.INFO, **facts: object) -> bool:
        """One line, unless it was said a moment ago, or too many were: False then."""
        if self._now() >= self._until:
            self._begin()
        if text in self._said:
            return False
        if len(self._said) >= MOST:
            self._unsaid += 1
            return False
        self._said.add(text)
        self._log.log(level, "%s", text, extra=facts)
        return True

    def _begin(self) -> None:
        if self._unsaid:
            self._log.info("%d more such lines were left out", self._unsaid)
        self._said.clear()
        self._until, self._unsaid = self._now() + SECONDS, 0
