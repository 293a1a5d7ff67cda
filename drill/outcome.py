"""What a drill has found, and the bars it is held to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from drill.ledger import Ledger

NOT_BACK = "it did not recover"


@dataclass
class Outcome:
    """One line of the table; `broken` says which bars did not hold."""

    name: str
    what: str
    requests: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    false_sign_outs: int = 0
    stale: float | None = None
    recovery: float | None = None
    notes: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    left_out: bool = False

    def take(self, ledger: Ledger) -> Outcome:
        """The figures of a ledger, and the bars that hold for every drill."""
        self.requests, self.failures = self.requests + ledger.requests, ledger.failures
        self.lost, self.false_sign_outs = len(ledger.lost), ledger.false_sign_outs
        self.stale = max(ledger.stale, default=None)
        self.demand(not ledger.lost, f"{self.lost} acknowledged writes lost: {'; '.join(ledger.lost[:3])}")
        self.demand(not self.false_sign_outs, f"{self.false_sign_outs} false sign-outs")
        return self

    def demand(self, holds: object, otherwise: str) -> None:
        """A bar."""
        if not holds and otherwise not in self.broken:
            self.broken.append(otherwise)

    def allow(self, kinds: Iterable[str]) -> None:
        """Which failures may be."""
        wrong = {kind: count for kind, count in self.failures.items() if kind not in kinds}
        self.demand(not wrong, f"failed: {said(wrong)}")

    def fresh_within(self, seconds: float) -> None:
        """How old a wrong yes may be."""
        self.demand(
            self.stale is None or self.stale <= seconds, f"live {self.stale or 0:.2f} s after it was revoked"
        )

    def back_within(self, seconds: float, recovery: float | None) -> None:
        """How long the failures may go on."""
        self.recovery = recovery
        self.demand(recovery is not None, NOT_BACK)
        self.demand(recovery is None or recovery <= seconds, f"failed for {recovery or 0:.1f} s")


def said(failures: dict[str, int]) -> str:
    """Failures as people read them."""
    return ", ".join(f"{count} × {kind}" for kind, count in failures.items()) or "none"
