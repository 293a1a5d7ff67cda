"""Our servers, one for each option set: each asks its database for a sign of life all the time, so few are up at once."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.compat.options import OPTION_SETS, Options
from tests.compat.servers import Ours

# As many as the widest group of cases has option sets, and some that the next one may have, too.
MOST = 16
Start = Callable[[Options, Path], Ours]


class Running(Mapping[str, Ours]):
    """They are started when they are asked for, and those that nobody asked for longest are ended."""

    def __init__(self, names: Collection[str], folder: Path, start: Start) -> None:
        self._names, self._folder, self._start = names, folder, start
        self._up: dict[str, Ours] = {}
        self._one_at_a_time = threading.Lock()
        self._numbers = itertools.count()

    def __getitem__(self, name: str) -> Ours:
        if name not in self._up:
            self.need({name})
        return self._up[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def need(self, names: Collection[str]) -> None:
        """Has these up, while whoever asked for others before does nothing with them."""
        with self._one_at_a_time, ThreadPoolExecutor(2) as pool:
            wanted = sorted(names)
            there = {name: ours for name in wanted if (ours := self._up.pop(name, None))}
            while self._up and len(self._up) + len(wanted) > MOST:
                self._up.pop(next(iter(self._up))).stop()
            new = [name for name in wanted if name not in there]
            self._up |= there | dict(zip(new, pool.map(self._begin, new), strict=True))

    def _begin(self, name: str) -> Ours:
        return self._start(OPTION_SETS[name], self._folder / f"{name}-{next(self._numbers)}")

    def stop(self) -> None:
        """Ends all."""
        while self._up:
            self._up.popitem()[1].stop()
