"""What the workers of a host share: board, counts of limits, numbers for /metrics. Gone when the last of them ends."""

from __future__ import annotations

import mmap
import os
import secrets
import tempfile
from collections.abc import Callable
from typing import IO

from server.limits import cells, policy, table
from server.limits.bounded import monotonic
from server.limits.cells import Cells
from server.limits.memory import seconds
from server.limits.rules import Limit
from server.limits.table import Table
from server.overload import board
from server.telemetry import blocks

# By 8 for so many entries; what nobody uses takes no memory.
REQUESTS, ACCOUNTS, PLACES = 1 << 15, 1 << 14, 1 << 14
_SECRET = board.SIZE
_TABLES = 2 * board.SIZE
SIZE = _TABLES + table.size(REQUESTS, cells.WIDTH) + table.size(ACCOUNTS + PLACES)
# Where the numbers for /metrics begin, which are mapped on their own.
NUMBERS = -(-SIZE // mmap.ALLOCATIONGRANULARITY) * mmap.ALLOCATIONGRANULARITY


def make() -> IO[bytes]:
    """Nothing counted yet: a file without a name, in memory where the system has such, for workers to inherit."""
    in_memory = hasattr(os, "memfd_create")
    file = os.fdopen(os.memfd_create("ai-editor"), "r+b") if in_memory else tempfile.TemporaryFile()  # noqa: SIM115
    file.truncate(NUMBERS + blocks.SIZE)
    os.pwrite(file.fileno(), secrets.token_bytes(table.SECRET_BYTES), _SECRET)
    return file


class SharedStore:
    """Decides and counts as one of so many `workers`, with the number `place` on the board. S12."""

    def __init__(self, descriptor: int, place: int, workers: int, now: Callable[[], int] = monotonic) -> None:
        self._now = now
        secret, memory = os.pread(descriptor, table.SECRET_BYTES, _SECRET), mmap.mmap(descriptor, SIZE)
        self._requests = Cells(memory, descriptor, _TABLES, REQUESTS, secret, place, workers, now)
        begin = _TABLES + table.size(REQUESTS, cells.WIDTH)
        self._accounts = Table(memory, descriptor, begin, ACCOUNTS, secret, now)
        self._places = Table(memory, descriptor, begin + table.size(ACCOUNTS), PLACES, secret, now)

    async def request(self, key: str, limit: Limit) -> int:
        """Counts a request; 0 when it is allowed, else the seconds to wait."""
        return self.request_at_once(key, limit)

    def request_at_once(self, key: str, limit: Limit, name: str = "") -> int:
        """As `request`, without waiting; the next ones of the same key may be counted by `name`."""
        return self._requests.count(key, limit, name)

    def adder(self, limit: Limit) -> Callable[[str, int], int | None]:
        """As `request_at_once`, by a name that it was told, and the time in milliseconds; None where it is not known."""
        return self._requests.adder(limit)

    async def attempt(self, account: str) -> int:
        """Counts a failure; 0 when the attempt may be made, else the seconds to wait."""
        counts = self._accounts
        slot = counts.hold(account)
        try:
            count, until = counts.read(slot)
            wait = policy.wait(count, until - self._now()) if count else 0
            if wait > 0:
                return seconds(wait)
            counts.write(slot, count + 1, self._now() + policy.SLOWING.forget * (count + 1), count + 1)
            return 0
        finally:
            counts.release()

    async def attempt_in(self, place: str) -> bool:
        """Counts a failure of a known place; False when it is not known, or has failed too often."""
        counts = self._places
        slot = counts.hold(place)
        try:
            count, until = counts.read(slot)
            if not until or count >= policy.PLACE_TRIES:
                return False
            counts.write(slot, count + 1, until, 0)
            return True
        finally:
            counts.release()

    async def forgive(self, account: str, place: str | None) -> None:
        """Forgets the account's failures, and knows the place from now on."""
        self.forget(account)
        if place:
            slot = self._places.hold(place)
            self._places.write(slot, 0, self._now() + policy.PLACE_LIFE, 0)
            self._places.release()

    def forget(self, account: str) -> None:
        """Forgets the account's failures."""
        self._accounts.drop(self._accounts.hold(account))
        self._accounts.release()
