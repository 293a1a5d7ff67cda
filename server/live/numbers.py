"""Which rows of a log are in memory."""

from __future__ import annotations


class Numbers:
    """All up to `upto`, and some after a gap."""

    def __init__(self, upto: int) -> None:
        self.upto = upto
        self._ahead: set[int] = set()

    def add(self, number: int) -> None:
        """This one is, too."""
        if number > self.upto:
            self._ahead.add(number)
        while self.upto + 1 in self._ahead:
            self.upto += 1
            self._ahead.remove(self.upto)

    def reach(self, number: int) -> None:
        """All up to this one are."""
        self.upto = max(self.upto, number)
        self._ahead = {each for each in self._ahead if each > self.upto}
        self.add(self.upto)

    @property
    def gap(self) -> bool:
        """Whether one is missing before another."""
        return bool(self._ahead)
