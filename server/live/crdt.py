"""A document in memory. With server/documents/yjs.py, this alone knows pycrdt.

Which is loaded with the first document: it takes a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from server.live.checking import check_update, read_state
from server.live.frames import Nonsense
from server.live.nesting import DEEPEST

if TYPE_CHECKING:
    from pycrdt import Doc, TransactionEvent

# Merging takes time by the square of how many there are.
_AT_ONCE = 64
# So many of those that wait: each may be deeper by as much as one may be.
_MOST_WAITING = 64
# What waits for its ground is kept with a little beside it; what is found in a row or a snapshot only where it is much.
_BESIDE, _LITTLE, _MUCH = 256, 32, 4096


class Broken(Nonsense):
    """An update that can be read and cannot be true: nobody knows how much of it was taken."""


class Copy:
    """A Yjs document, of which nothing is read but updates."""

    def __init__(self, updates: Iterable[bytes] = ()) -> None:
        from pycrdt import Doc, XmlFragment

        self._doc: Doc[Any] = Doc()
        self._news: list[bytes] = []
        self._doc.observe(self._changed)
        self._top = self._doc.get("default", type=XmlFragment)
        self._deep = False
        self.size = 0
        self._waiting: list[tuple[dict[int, int], int]] = []
        for update in updates:
            if len(update) > len(self.apply(update)) + _MUCH:
                self._waits(check_update(update).clocks, len(update))

    def _changed(self, event: TransactionEvent) -> None:
        self._news.append(event.update)

    def _look(self, events: Sequence[Any]) -> None:
        self._deep = self._deep or any(len(event.path) > 2 * DEEPEST for event in events)

    def take(self, update: bytes) -> tuple[bytes, bool]:
        """What a stranger's update changed, and whether it brings something, be it for later; raises Nonsense."""
        brought = check_update(update)
        if brought.outside:
            raise Nonsense("text that is nowhere in the document")
        news = self._apply_watched(update) if brought.types or self._waiting else self.apply(update)
        waits = len(update) > len(news) + _LITTLE * bool(news) and self._waits(brought.clocks, len(update))
        if waits and len(self._waiting) > _MOST_WAITING:
            raise Broken("too much that waits for its ground")
        return news, bool(news) or waits

    def _apply_watched(self, update: bytes) -> bytes:
        """Looks how deep the new elements are: only for these, as it costs more than all else."""
        self._deep = False
        watch = self._top.observe_deep(self._look)
        try:
            news = self.apply(update)
        finally:
            self._top.unobserve(watch)
        if self._deep:
            raise Broken("elements within elements")
        return news

    def _waits(self, brought: dict[int, int], size: int) -> bool:
        """Whether something of it waits for its ground, which is counted then."""
        if _within(brought, known := read_state(self.state)):
            return False
        self._waiting = [each for each in self._waiting if not _within(each[0], known)]
        self._waiting.append((brought, size + _BESIDE))
        self.size += size + _BESIDE
        return True

    def weigh(self) -> int:
        """How large it is, anew: what has been deleted meanwhile, or has found its ground, counts no more."""
        known = read_state(self.state)
        self._waiting = [each for each in self._waiting if not _within(each[0], known)]
        self.size = len(self.encode()) + sum(size for _, size in self._waiting)
        return self.size

    def apply(self, update: bytes) -> bytes:
        """What an update of our own log changed, as an update, or nothing; raises Nonsense.

        One whose ground is missing changes nothing until that comes.
        """
        self._news = []
        try:
            self._doc.apply_update(update)
        except ValueError as error:
            raise Nonsense(str(error)) from None
        except RuntimeError as error:
            raise Broken(str(error)) from None
        news, self._news = self._news, []
        self.size += sum(map(len, news))
        return merge(news)

    def diff(self, state: bytes) -> bytes:
        """What somebody with this state vector lacks; raises Nonsense. It has all that was ever deleted in it."""
        read_state(state)
        try:
            return self._doc.get_update(state)
        except ValueError as error:
            raise Nonsense(str(error)) from None

    @property
    def state(self) -> bytes:
        """The state vector."""
        return self._doc.get_state()

    def encode(self, made_of: Iterable[bytes] = ()) -> bytes:
        """All of it; of these updates also what waits for its ground, which pycrdt leaves out."""
        known = read_state(self.state)
        waiting = [each for each in made_of if not _within(check_update(each).clocks, known)]
        return merge([self._doc.get_update(), *waiting])


def merge(updates: Sequence[bytes]) -> bytes:
    """A few updates as one; of none, nothing."""
    from pycrdt import merge_updates

    found = list(updates)
    while len(found) > 1:
        found = [merge_updates(*found[start : start + _AT_ONCE]) for start in range(0, len(found), _AT_ONCE)]
    return found[0] if found else b""


def _within(brought: dict[int, int], known: dict[int, int]) -> bool:
    return all(known.get(client, 0) >= end for client, end in brought.items())
