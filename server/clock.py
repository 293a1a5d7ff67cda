"""The one clock: UTC, cut to the millisecond that better-auth stores and prints."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
