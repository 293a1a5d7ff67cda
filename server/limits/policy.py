"""How wrong passwords slow an account down; numbers in milliseconds."""

from __future__ import annotations

MINUTE = 60_000
DAY = 24 * 60 * MINUTE

FREE = 10
"""Failures in a row that cost nothing."""

FIRST_DELAY = MINUTE // 2
"""The wait after as many failures; it doubles with each further one."""

LONGEST_DELAY = 15 * MINUTE
"""The wait does not grow beyond."""

MOST = 100
"""Failures in a row after which the account waits until all are forgotten (NIST SP 800-63B-4, 3.2.2)."""

FORGET = LONGEST_DELAY
"""A failure is forgotten after this time; n in a row after n times as long. Waiting is never faster than trying."""

PLACE_LIFE = 30 * DAY
"""How long a network is known after a success from there."""

PLACE_TRIES = 10
"""Failures that a known network has of its own since its last success."""


def delay(failures: int) -> int:
    """The wait after the last of so many failures."""
    if failures < FREE:
        return 0
    if failures >= MOST:
        return FORGET * failures
    return min(FIRST_DELAY << (failures - FREE), LONGEST_DELAY)


def wait(failures: int, left: int) -> int:
    """The wait from now, when the failures are forgotten in `left`; 0 or less: another try may be made."""
    return left - FORGET * failures + delay(failures)
