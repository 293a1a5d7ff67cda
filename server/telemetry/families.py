"""What is counted: names, what they say, and how the numbers of several processes come together."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Labels = tuple[str, ...]
Merge = Literal["sum", "most", "least"]


class Family(Struct, frozen=True):
    """A name and what it says; with `buckets` it is a histogram, whose first number is the sum."""

    name: str
    words: str
    labels: Labels = ()
    merge: Merge | None = None
    buckets: tuple[float, ...] = ()
    # How many there were in a histogram, as a counter under this name: of one number, so that both are always the same.
    total: tuple[str, str] | None = None

    @property
    def size(self) -> int:
        """How many numbers a series has."""
        return len(self.buckets) + 2 if self.buckets else 1
