"""How wrong passwords slow an account down; times in milliseconds."""

from __future__ import annotations

from server.store.rate_limits import Slowing

_MINUTE = 60_000
_DAY = 24 * 60 * _MINUTE

# NIST SP 800-63B-4, 3.2.2: at most 100 failures in a row, and waits that grow before that. A failure is forgotten after
# the longest wait, n in a row after n times as long: so waiting is never faster than trying.
SLOWING = Slowing(
    free=10, first_delay=_MINUTE // 2, longest_delay=15 * _MINUTE, most=100, forget=15 * _MINUTE
)

PLACE_LIFE = 30 * _DAY
"""How long a network is known after a success from there."""

PLACE_TRIES = 10
"""Failures that a known network has of its own since its last success."""


def delay(failures: int) -> int:
    """The wait after the last of so many failures."""
    if failures < SLOWING.free:
        return 0
    if failures >= SLOWING.most:
        return SLOWING.forget * failures
    return min(SLOWING.first_delay << (failures - SLOWING.free), SLOWING.longest_delay)


def wait(failures: int, left: int) -> int:
    """The wait from now, when the failures are forgotten in `left`; 0 or less: another try may be made."""
    return left - SLOWING.forget * failures + delay(failures)
