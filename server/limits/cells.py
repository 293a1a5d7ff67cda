"""Counts of requests in memory that several processes share, of which most need no lock.

What is left of a limit is shared out: each process uses its share up in a part of the slot that it alone writes, and looks
at nobody else's. Who finds nothing left takes all shares back, under the lock, counts what was used, and shares out the
rest anew, so that exactly as many requests are allowed as may be.
"""

from __future__ import annotations

import mmap
import struct
import time
from collections.abc import Callable

from server.limits.bounded import MOST, know, monotonic
from server.limits.memory import rank, seconds
from server.limits.rules import Limit
from server.limits.table import Table

# As many as make a slot one line of a processor's cache.
PARTS = 7
WIDTH = 64
# After the digest: when the window ends, the number of the last sharing out, a rank, the parts, and what was counted until
# then; and where they are among words of four bytes.
_REST = struct.Struct(f"=qII{PARTS}II")
_MOMENT, _NUMBER, _PARTS, _COUNT = 2, 6, 8, 8 + PARTS
_RANK = 7
# A part has the end of that number above what is left of the share: what is written late is of no account.
_TAG, _LEFT = 16, 0xFFFF
# The count has above it, for each part, whether all that was used of it in this window is an odd number.
_ODD, _COUNTED = 20, 0xFFFFF
Place = tuple[bytes, int]


def _tag(number: int) -> int:
    return (number & _LEFT) << _TAG


class Cell:
    """The own share of a slot: what is left of it, and the number with which it was given."""

    __slots__ = ("left", "number", "odd_without", "tag", "word")

    def __init__(self, word: int, number: int, odd_without: int) -> None:
        self.word, self.number, self.tag, self.left = word, number, _tag(number), 0
        # Whether all that was used of the part would be an odd number with nothing left of this share.
        self.odd_without = odd_without


class Cells(Table):
    """As `Table`. S12.

    `place` is the number of this process, which nobody else has while it lives. Of `workers` it is less than twice as
    many, but while several are replaced; who has a greater one gets no share.
    """

    def __init__(
        self,
        memory: mmap.mmap,
        descriptor: int,
        begin: int,
        buckets: int,
        secret: bytes,
        place: int,
        workers: int,
        now: Callable[[], int] = monotonic,
    ) -> None:
        super().__init__(memory, descriptor, begin, buckets, secret, now, WIDTH)
        self._shares = min(2 * workers, PARTS)
        self._part = place if place < self._shares else -1
        self._words, self._moments = memoryview(memory).cast("I"), memoryview(memory).cast("q")
        self._places: dict[str, Place] = {}
        self._known: dict[str, Cell] = {}
        self._cells: dict[int, Cell] = {}

    def count(self, key: str, limit: Limit, name: str = "") -> int:
        """Counts a request; 0 when it is allowed, else the seconds to wait. `adder` counts the next ones of the name."""
        place = self.place_of(key)
        if name:
            know(self._places, name, place)
        return self._count(place, limit, name)

    def adder(self, limit: Limit) -> Callable[[str, int], int | None]:
        """Counts as `count` does, by a name that it was told, and the time; None where the name is not known."""
        words, moments, own = self._words, self._moments, _PARTS + self._part
        milliseconds, known_as, count_named = limit.milliseconds, self._known.get, self._count_named

        def add(name: str, now: int) -> int | None:
            cell = known_as(name)
            if cell is None or not cell.left or words[cell.word + _NUMBER] != cell.number:
                return count_named(name, limit)
            # First it is written, then looked whether it may be: whoever takes shares back does it the other way round.
            cell.left -= 1
            word = cell.word
            words[word + own] = cell.tag | cell.left
            if words[word + _NUMBER] != cell.number or moments[word // 2 + _MOMENT] <= now:
                return count_named(name, limit, cell.left)
            moments[word // 2 + _MOMENT] = now + milliseconds
            return 0

        return add

    def _share(self, count: int, limit: Limit) -> int:
        return min(max(0, limit.most - count) // self._shares, _LEFT)

    def _count_named(self, name: str, limit: Limit, written: int = -1) -> int | None:
        """`written` is what was said to be left before it turned out that this might be too late."""
        place = self._places.get(name)
        return None if place is None else self._count(place, limit, name, written)

    def _count(self, place: Place, limit: Limit, name: str, written: int = -1) -> int:
        slot = self.hold_at(*place)
        try:
            now = self.now()
            if slot < 0 or self._moments[slot // 8 + _MOMENT] <= now:
                self._begin(slot if slot >= 0 else self.room(), now, limit, name)
                return 0
            return self._count_held(slot // 4, now, limit, name, written)
        finally:
            self.release()

    def _count_held(self, word: int, now: int, limit: Limit, name: str, written: int) -> int:
        if (written >= 0 and self._was_seen(word, name, written)) or self._use_share(word, limit, name):
            self._moments[word // 2 + _MOMENT] = now + limit.milliseconds
            return 0
        count = self._take_back(word, limit)
        if count & _COUNTED >= limit.most:
            return seconds(self._moments[word // 2 + _MOMENT] - now)
        self._share_out(word, self._words[word + _NUMBER], count + 1, now, limit)
        self._know(name, word, limit)
        return 0

    def _begin(self, slot: int, now: int, limit: Limit, name: str) -> None:
        """A window for the key that is held, with a first request."""
        word = slot // 4
        # First the number: what was known of the slot is of no account from here on.
        number = self._words[word + _NUMBER] = self._words[word + _NUMBER] + 1 & 0xFFFFFFFF
        self._memory[slot : slot + 16] = self.held
        self._share_out(word, number, 1, now, limit)
        self._know(name, word, limit)

    def _share_out(self, word: int, number: int, count: int, now: int, limit: Limit) -> None:
        """What `count` leaves. Nobody knows the number yet, so that nobody reads what is half written."""
        counted = count & _COUNTED
        parts = (self._share(counted, limit) | _tag(number),) * PARTS
        _REST.pack_into(
            self._memory, 4 * word + 16, now + limit.milliseconds, number, rank(counted, limit), *parts, count
        )

    def _take_back(self, word: int, limit: Limit) -> int:
        """What was counted, in all parts, as it stands in the slot; from now on nobody has a share."""
        words, tag = self._words, self._words[word + _NUMBER] & _LEFT
        counted = words[word + _COUNT] & _COUNTED
        share, odd = self._share(counted, limit), words[word + _COUNT] >> _ODD
        if not share:
            return odd << _ODD | counted
        words[word + _NUMBER] = words[word + _NUMBER] + 1 & 0xFFFFFFFF
        # Longer than it takes a processor to show the others what it has written.
        time.sleep(0)
        for part, value in enumerate(words[word + _PARTS : word + _PARTS + self._shares].tolist()):
            if value >> _TAG == tag:
                counted += share - (value & _LEFT)
                odd ^= (share - (value & _LEFT) & 1) << part
        count = words[word + _COUNT] = odd << _ODD | counted
        return count

    def _was_seen(self, word: int, name: str, written: int) -> bool:
        """Whether what this process wrote just before is counted, though others have taken the shares back."""
        cell = self._known.get(name)
        if cell is None or cell.word != word:
            return False
        if cell.number == self._words[word + _NUMBER]:
            return True
        cell.left = 0
        return cell.odd_without ^ (written & 1) == self._words[word + _COUNT] >> (_ODD + self._part) & 1

    def _use_share(self, word: int, limit: Limit, name: str) -> bool:
        """One of it, if there is any left; by `name` the next ones need no lock."""
        number, own = self._words[word + _NUMBER], word + _PARTS + self._part
        left = self._words[own] - _tag(number)
        if self._part < 0 or not 0 < left <= _LEFT:
            return False
        self._words[own] -= 1
        self._words[word + _RANK] = rank(2, limit)
        self._know(name, word, limit)
        return True

    def _know(self, name: str, word: int, limit: Limit) -> None:
        """What is left of the own share, for all names of the key; what was known of an earlier one is nothing now."""
        if self._part < 0:
            return
        number, count = self._words[word + _NUMBER], self._words[word + _COUNT]
        cell = self._cells.get(word)
        if cell is None or cell.number != number:
            if cell:
                cell.left = 0
            elif len(self._cells) >= MOST:
                self._forget()
            odd = (count >> (_ODD + self._part) ^ self._share(count & _COUNTED, limit)) & 1
            cell = self._cells[word] = Cell(word, number, odd)
        cell.left = self._words[word + _PARTS + self._part] - cell.tag
        if name:
            know(self._known, name, cell)

    def _forget(self) -> None:
        for cell in self._cells.values():
            cell.left = 0
        self._cells.clear()
