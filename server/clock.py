"""The one clock: UTC, cut to the millisecond that better-auth stores and prints."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _find_steady() -> Callable[[], float]:
    if hasattr(time, "CLOCK_BOOTTIME"):
        number = time.CLOCK_BOOTTIME
        return lambda: time.clock_gettime(number)
    return time.monotonic


# Seconds since some moment: nobody sets this clock, and on Linux it goes on while the machine sleeps.
steady = _find_steady()


def now() -> datetime:
    """The current time in UTC, without microseconds below a millisecond (JavaScript's Date has none)."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def after(seconds: float) -> datetime:
    """The time `seconds` from now."""
    return now() + timedelta(seconds=seconds)


def milliseconds(moment: datetime) -> int:
    """Milliseconds since the epoch, as JavaScript's `Date.getTime()` counts them."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
