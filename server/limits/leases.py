"""Requests of a key that a server may let pass without asking Redis, which has counted them already."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from server.limits.bounded import know

MOST = 100_000


class _Lease:
    __slots__ = ("count", "until", "window")

    def __init__(self, count: int, until: int, window: bytes) -> None:
        self.count, self.until, self.window = count, until, window


class Leases:
    """At most `most` keys; the oldest go first, and with them what they had left until their window is over."""

    def __init__(self, now: Callable[[], int], most: int = MOST) -> None:
        self._now, self._most = now, most
        self._held: OrderedDict[str, _Lease] = OrderedDict()
        self._named: dict[str, _Lease] = {}

    def __len__(self) -> int:
        return len(self._held)

    def add(self, key: str, count: int, until: int, window: bytes, name: str = "") -> None:
        """So many more requests, until the window is over. `user` finds them by `name`, too."""
        held = self._held.get(key)
        if held and held.window == window:
            held.count += count
        else:
            held = self._held[key] = _Lease(count, until, window)
        if name:
            know(self._named, name, held)
        if len(self._held) > self._most:
            self._held.popitem(last=False)[1].count = 0

    def use(self, key: str, name: str = "") -> bool:
        """Whether a request may pass; that is one less then. `user` finds it by `name`, too, from now on."""
        held = self._held.get(key)
        if held is None:
            return False
        if held.until <= self._now() or not held.count:
            del self._held[key]
            return False
        held.count -= 1
        if name:
            know(self._named, name, held)
        return True

    def user(self) -> Callable[[str, int], int | None]:
        """As `use` by a name, and the time: 0 where the request may pass; None where nothing is held by that name."""
        held_by = self._named.get

        def use(name: str, now: int) -> int | None:
            held = held_by(name)
            if held is None or not held.count or held.until <= now:
                return None
            held.count -= 1
            return 0

        return use

    def end(self, key: str, window: bytes) -> int:
        """How many were left of that window; none is from now on."""
        held = self._held.get(key)
        if held is None or held.window != window:
            return 0
        del self._held[key]
        left, held.count = held.count, 0
        return left
