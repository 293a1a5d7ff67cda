"""What the processes of a host have before them, in memory that they share; no lock is held to read or write it."""

from __future__ import annotations

import fcntl
import mmap
import os
import struct

from server.telemetry.blocks import lives

# A worker that replaces another has a place of its own meanwhile.
PLACES = 1024
_ENTRY = struct.Struct("=qdq")
SIZE = PLACES * _ENTRY.size


class Board:
    """Two numbers for each process: its own are written, those of others are added up while they live.

    Its `place` is the number of the process, which nobody else has while it lives.
    """

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, SIZE)
        # By process, so that two that start at once do not take the same place; let go when the process ends, too.
        fcntl.lockf(descriptor, fcntl.LOCK_EX, 1)
        try:
            self.place = self._take_place()
        finally:
            fcntl.lockf(descriptor, fcntl.LOCK_UN, 1)

    def _take_place(self) -> int:
        """The first that belongs to nobody who lives."""
        own = next((at for at in range(PLACES) if not lives(self._read(at)[0])), PLACES - 1)
        self._put(own, 0.0, 0)
        return own

    def _read(self, at: int) -> tuple[int, float, int]:
        return _ENTRY.unpack_from(self._memory, at * _ENTRY.size)

    def _put(self, at: int, seconds: float, running: int) -> None:
        _ENTRY.pack_into(self._memory, at * _ENTRY.size, os.getpid(), seconds, running)

    def write(self, seconds: float, running: int) -> None:
        """The numbers of this process."""
        self._put(self.place, seconds, running)

    def others(self) -> tuple[float, int]:
        """The sums of the others'. The places are taken from the front, so the first empty one is the end."""
        all_seconds, all_running = 0.0, 0
        for at in range(PLACES):
            process, seconds, running = self._read(at)
            if not process:
                break
            if at != self.place and (running or seconds) and lives(process):
                all_seconds, all_running = all_seconds + seconds, all_running + running
        return all_seconds, all_running
