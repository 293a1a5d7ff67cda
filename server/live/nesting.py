"""How deep what an update brings stands within itself.

Deleting one element takes all within it along, by calls within calls: some thirty thousand levels end the process. S46.
"""

from __future__ import annotations

from bisect import bisect_right

from server.live.frames import Nonsense

DEEPEST = 100
Id = tuple[int, int]


class Nesting:
    """The structs of an update, each with what it stands in, or beside."""

    def __init__(self) -> None:
        self._starts: dict[int, list[int]] = {}
        self._refs: dict[Id, tuple[Id, int] | None] = {}
        self._levels: dict[Id, int] = {}
        self.types = 0

    def begin(self, client: int) -> None:
        """What follows is this client's; raises Nonsense where that has been said."""
        if client in self._starts:
            raise Nonsense("a client that is named twice")
        self._starts[client] = []

    def add(self, client: int, clock: int, ref: Id | None, deeper: int) -> None:
        """A struct: `deeper` by one than what it stands in, by none than what it stands beside."""
        self._starts[client].append(clock)
        self._refs[client, clock] = (ref, deeper) if ref else None

    def check(self) -> None:
        """Raises Nonsense where it is too deep; few types cannot be."""
        if self.types > DEEPEST and any(self._level(each) > DEEPEST for each in list(self._refs)):
            raise Nonsense("elements within elements")

    def _find(self, wanted: Id) -> Id | None:
        """The struct that holds this clock, if it is in the update."""
        client, clock = wanted
        starts = self._starts.get(client, [])
        place = bisect_right(starts, clock)
        return (client, starts[place - 1]) if place else None

    def _level(self, struct: Id) -> int:
        """Without calling itself, as a chain may be as long as the update."""
        chain: list[tuple[Id, int]] = []
        passed: set[Id] = set()
        at: Id | None = struct
        while at is not None and at not in self._levels:
            if at in passed:
                raise Nonsense("structs that stand within each other")
            passed.add(at)
            ref, deeper = self._refs[at] or (None, 0)
            chain.append((at, deeper))
            at = self._find(ref) if ref else None
        level = self._levels[at] if at is not None else 0
        for each, deeper in reversed(chain):
            level += deeper
            self._levels[each] = level
        return level
