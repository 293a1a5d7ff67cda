"""Counts in memory that several processes share, each changed by one of them at a time."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import mmap
import struct
import time
from collections.abc import Callable

from server.limits.bounded import monotonic

WAYS = 8
SECRET_BYTES = 16
_SLOT = struct.Struct("=16sqII")
_REST = struct.Struct("=qII")
WIDTH = _SLOT.size
_EMPTY = bytes(16)
# Whoever holds a bucket does so for microseconds; one that was frozen meanwhile is not waited for.
HELD_SECONDS = 0.05


def size(buckets: int, width: int = WIDTH) -> int:
    """How many bytes a table of so many buckets takes, and slots of so many bytes."""
    return buckets * WAYS * width


class Table:
    """A count, an end and a rank for each key, from `begin` on in `memory`, which is the file of `descriptor`.

    A key belongs to one bucket of a few, which nobody who does not know the `secret` can tell. In a full bucket one that
    is over goes, else of the lowest rank the one that ends first, as in `Bounded`.
    """

    def __init__(
        self,
        memory: mmap.mmap,
        descriptor: int,
        begin: int,
        buckets: int,
        secret: bytes,
        now: Callable[[], int] = monotonic,
        width: int = WIDTH,
    ) -> None:
        self._descriptor, self._memory, self.now = descriptor, memory, now
        self._begins, self._buckets, self._secret = begin, buckets, secret
        self._width, self._bucket_size = width, WAYS * width
        self.held, self._bucket = _EMPTY, 0

    def place_of(self, key: str) -> tuple[bytes, int]:
        """A key's digest, and where its bucket begins."""
        digest = hashlib.blake2b(
            key.encode("utf-8", "surrogatepass"), digest_size=16, key=self._secret
        ).digest()
        number = int.from_bytes(digest[:4], "little") & (self._buckets - 1)
        return digest, self._begins + number * self._bucket_size

    def hold(self, key: str) -> int:
        """Makes the key's bucket this process's own until `release`; where the key's slot is, -1 for none."""
        return self.hold_at(*self.place_of(key))

    def hold_at(self, digest: bytes, at: int) -> int:
        """As `hold`, of what `place_of` says of a key."""
        self.held, self._bucket = digest, at
        try:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, at)
        except OSError:
            self._wait(at)
        return self._memory.find(digest, at, at + self._bucket_size)

    def _wait(self, at: int) -> None:
        until = time.monotonic() + HELD_SECONDS
        while time.monotonic() < until:
            time.sleep(0)
            with contextlib.suppress(OSError):
                fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, at)
                return

    def release(self) -> None:
        """Lets the others have the bucket."""
        fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, self._bucket)

    def read(self, slot: int) -> tuple[int, int]:
        """The count and the end of a slot; nothing once that is over."""
        if slot < 0:
            return 0, 0
        until, count, _ = _REST.unpack_from(self._memory, slot + 16)
        return (count, until) if until > self.now() else (0, 0)

    def write(self, slot: int, count: int, until: int, rank: int) -> None:
        """Of the key that is held; where it has no slot yet it gets one."""
        if slot < 0:
            slot = self.room()
            self._memory[slot : slot + 16] = self.held
        _REST.pack_into(self._memory, slot + 16, until, count, rank)

    def room(self) -> int:
        """The slot of the bucket that is held which is the least to lose."""
        now, best, lowest = self.now(), self._bucket, (1 << 32, 0)
        for slot in range(self._bucket, self._bucket + self._bucket_size, self._width):
            digest, until, _, rank = _SLOT.unpack_from(self._memory, slot)
            if digest == _EMPTY or until <= now:
                return slot
            if (rank, until) < lowest:
                best, lowest = slot, (rank, until)
        return best

    def drop(self, slot: int) -> None:
        """Forgets what a slot holds."""
        if slot >= 0:
            self._memory[slot : slot + WIDTH] = bytes(WIDTH)
