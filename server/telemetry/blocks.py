"""Numbers of processes in memory that they share, each process's in a block of its own: no lock, no file, no message."""

from __future__ import annotations

import fcntl
import json
import logging
import mmap
import os
import struct
import sys
import time
from collections.abc import Iterator

from msgspec import Struct

log = logging.getLogger(__name__)

# A worker that replaces another has a block of its own meanwhile. What nobody uses takes no memory.
MOST = 1024
# The process, when it last wrote its gauges, how many bytes of names and how many numbers there are.
_HEAD = struct.Struct("=qdqq")
_PROCESS = struct.Struct("=q")
_SEEN = struct.Struct("=d")
_USED = struct.Struct("=qq")
_NAMES, _NUMBERS = 64, 1 << 17
_BLOCK = 1 << 18
SIZE = MOST * _BLOCK
_MOST_NUMBERS = (_BLOCK - _NUMBERS) // 8
COUNTER, GAUGE = "counter", "gauge"


class Series(Struct, frozen=True):
    """What one process has counted of a family under these labels."""

    kind: str
    family: str
    labels: tuple[str, ...]
    first: int
    values: tuple[float, ...]


class Block(Struct, frozen=True):
    """All that one process counts, or counted: `process` is 0 once it is gone. `seen` is by time.monotonic."""

    number: int
    process: int
    seen: float
    series: tuple[Series, ...]


class Blocks:
    """The block of this process to write in, and all of them to read. Without a descriptor there is but one.

    A process takes the first block whose process is gone, and counts on where that one ended: so no sum ever goes back,
    and there are never more blocks than there were processes at a time.
    """

    def __init__(self, descriptor: int | None = None, begin: int = 0) -> None:
        self._descriptor, self._begin, self.number = descriptor, begin, 0
        if descriptor is not None:
            # By process, so that two that start at once do not take the same; let go when the process ends, too.
            fcntl.lockf(descriptor, fcntl.LOCK_EX, 1, begin)
            try:
                self._take(descriptor)
            finally:
                fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, begin)
        else:
            self._memory = mmap.mmap(-1, _BLOCK)
            _PROCESS.pack_into(self._memory, 0, os.getpid())
        # Added to as it is: no more than this is done for a request.
        self.values = memoryview(self._memory)[_NUMBERS:].cast("d")
        self._known = {(each.family, each.labels): each for each in _read(self._memory)}
        self._names_used: int
        self._numbers_used: int
        _, _, self._names_used, self._numbers_used = _HEAD.unpack_from(self._memory)

    def _take(self, descriptor: int) -> None:
        free = (at for at in range(MOST) if not lives(self._process_at(descriptor, at)))
        found = next(free, None)
        if found is None:
            log.warning("more than %d processes count: the numbers of this one are its own", MOST)
            self._descriptor, self._memory = None, mmap.mmap(-1, _BLOCK)
        else:
            self.number = found
            self._memory = mmap.mmap(descriptor, _BLOCK, offset=self._begin + found * _BLOCK)
        for each in _read(self._memory):
            if each.kind == GAUGE:
                struct.pack_into("=d", self._memory, _NUMBERS + 8 * each.first, 0.0)
        _PROCESS.pack_into(self._memory, 0, os.getpid())

    def _process_at(self, descriptor: int, at: int) -> int:
        return int.from_bytes(os.pread(descriptor, _PROCESS.size, self._begin + at * _BLOCK), sys.byteorder)

    def find(self, kind: str, family: str, labels: tuple[str, ...], size: int = 1) -> int:
        """Where in `values` the numbers of a series begin; from now on everybody sees them."""
        known = self._known.get((family, labels))
        if known is not None and len(known.values) == size:
            return known.first
        first = self._numbers_used
        name = json.dumps([kind, family, labels, first, size]).encode() + b"\n"
        end = self._names_used + len(name)
        if first + size > _MOST_NUMBERS or _NAMES + end > _NUMBERS:
            # Labels are bounded, so this is a fault; what is written there is read by nobody.
            log.error("there is no room to count %s in", family)
            return _MOST_NUMBERS - size
        self._memory[_NAMES + self._names_used : _NAMES + end] = name
        self._names_used, self._numbers_used = end, first + size
        self._known[family, labels] = Series(kind, family, labels, first, (0.0,) * size)
        _USED.pack_into(self._memory, _PROCESS.size + _SEEN.size, end, first + size)
        return first

    def seen(self) -> None:
        """The gauges of this process are those of now."""
        _SEEN.pack_into(self._memory, _PROCESS.size, time.monotonic())

    def read(self) -> Iterator[Block]:
        """Of every process, as it is now, whatever that process does. The first that nobody ever took is the end."""
        if self._descriptor is None:
            yield _block(0, self._memory)
            return
        for number in range(MOST):
            if not self._process_at(self._descriptor, number):
                return
            begin = self._begin + number * _BLOCK
            with mmap.mmap(self._descriptor, _BLOCK, access=mmap.ACCESS_READ, offset=begin) as memory:
                yield _block(number, memory)


def _block(number: int, memory: mmap.mmap) -> Block:
    process, seen, _, _ = _HEAD.unpack_from(memory)
    return Block(number, process if lives(process) else 0, seen, tuple(_read(memory)))


def _read(memory: mmap.mmap) -> Iterator[Series]:
    _, _, names, numbers = _HEAD.unpack_from(memory)
    values = struct.unpack_from(f"={numbers}d", memory, _NUMBERS)
    for line in memory[_NAMES : _NAMES + names].splitlines():
        kind, family, labels, first, size = json.loads(line)
        yield Series(kind, family, tuple(labels), first, values[first : first + size])


def lives(process: int) -> bool:
    """Whether there is one of that number; 0 is none."""
    if not process:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
