"""Counts in memory that never become too many, whatever keys a client makes up."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

Known = TypeVar("Known")
# A client chooses what it sends: so many names of so many characters take a few megabytes.
MOST, LONGEST = 16_384, 100


def monotonic() -> int:
    """Milliseconds of a clock that nobody can set."""
    return time.monotonic_ns() // 1_000_000


class Entry:
    """A count, and the moment at which it is forgotten."""

    __slots__ = ("count", "shelf", "until")

    def __init__(self, count: int, until: int, shelf: OrderedDict[str, Entry]) -> None:
        self.count, self.until, self.shelf = count, until, shelf


class Bounded:
    """At most `most` entries, each in constant time.

    Entries of one rank live equally long, so that a rank's oldest is the first to end. When there are too many, one
    that is over goes, else the oldest of the lowest rank: what a client adds by the thousand counts little each, and
    cannot push out the count that stops it.
    """

    def __init__(self, now: Callable[[], int] = monotonic, most: int = 100_000) -> None:
        self.now, self._most = now, most
        self._entries: dict[str, Entry] = {}
        # Ordered, as a plain dict takes ever longer to find its first key the more have gone from its front.
        self._shelves: dict[int, OrderedDict[str, Entry]] = {}
        self._lowest_first: list[OrderedDict[str, Entry]] = []
        self._turn = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> Entry | None:
        """The entry, unless its time is over."""
        entry = self._entries.get(key)
        return entry if entry and entry.until > self.now() else None

    def put(self, key: str, count: int, until: int, rank: int) -> None:
        """Writes the entry anew, as the youngest of its rank."""
        self.drop(key)
        shelf = self._shelves.get(rank)
        if shelf is None:
            shelf = self._shelves[rank] = OrderedDict()
            self._lowest_first = [self._shelves[each] for each in sorted(self._shelves)]
        self._tidy(shelf)
        if len(self._entries) >= self._most:
            self._make_room()
        self._entries[key] = shelf[key] = Entry(count, until, shelf)

    def drop(self, key: str) -> None:
        """Forgets the entry."""
        entry = self._entries.pop(key, None)
        if entry:
            del entry.shelf[key]

    def _tidy(self, shelf: OrderedDict[str, Entry]) -> None:
        """Two of this rank and two of the next one in turn: more than one put can add, and never a long pause."""
        self._turn = (self._turn + 1) % len(self._lowest_first)
        now = self.now()
        for each in (shelf, self._lowest_first[self._turn]):
            for _ in range(2):
                if each and _oldest(each).until <= now:
                    del self._entries[each.popitem(last=False)[0]]

    def _make_room(self) -> None:
        now = self.now()
        filled = [shelf for shelf in self._lowest_first if shelf]
        shelf = next((each for each in filled if _oldest(each).until <= now), filled[0])
        del self._entries[shelf.popitem(last=False)[0]]


def _oldest(shelf: OrderedDict[str, Entry]) -> Entry:
    return next(iter(shelf.values()))


def know(names: dict[str, Known], name: str, known: Known) -> None:
    """Knows it from now on, unless the name is too long to keep. Once there are too many, all begin anew.

    A plain dictionary, as it is looked into for every request: what keeps an order of them costs more than that saves.
    """
    if len(name) > LONGEST:
        return
    if len(names) >= MOST and name not in names:
        names.clear()
    names[name] = known
