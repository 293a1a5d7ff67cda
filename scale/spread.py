"""What a number of times have in common."""

from __future__ import annotations

from collections.abc import Sequence


class Spread:
    """The middle, the 99th percentile and the longest of some times, which are in seconds."""

    def __init__(self, times: Sequence[float]) -> None:
        ordered = sorted(times)
        self.p50 = ordered[len(ordered) // 2]
        self.p99 = ordered[min(len(ordered) * 99 // 100, len(ordered) - 1)]
        self.most = ordered[-1]

    def __str__(self) -> str:
        return (
            f"p50 {1000 * self.p50:.1f} ms, p99 {1000 * self.p99:.1f} ms, at most {1000 * self.most:.1f} ms"
        )
