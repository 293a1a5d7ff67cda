"""What the server has acknowledged, to hold it to: sign-ups, names, passwords, sessions and their ends."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from drill.wire import Answer, Line


@dataclass
class Account:
    """What one person was told. Where an answer did not come, either value may hold: hence lists."""

    email: str
    passwords: list[str]
    names: list[str]
    acknowledged: bool = False
    cookie: str = ""
    ended: list[tuple[str, float]] = field(default_factory=list)


@dataclass
class Ledger:
    """All accounts, all answers, and what was found wrong."""

    accounts: list[Account] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    failed_at: list[float] = field(default_factory=list)
    good_at: float = 0.0
    longest: float = 0.0
    lost: list[str] = field(default_factory=list)
    false_sign_outs: int = 0
    stale: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def requests(self) -> int:
        """How many were asked."""
        return self.kinds.total()

    @property
    def failures(self) -> dict[str, int]:
        """How many failed, by kind."""
        return {kind: count for kind, count in sorted(self.kinds.items()) if kind != "200"}

    def add(self, account: Account) -> Account:
        """One more person."""
        with self.lock:
            self.accounts.append(account)
        return account

    def note(self, answer: Answer) -> Answer:
        """Counts an answer."""
        with self.lock:
            self.kinds[answer.kind] += 1
            self.longest = max(self.longest, answer.seconds)
            now = time.monotonic()
            if answer.status == 200:
                self.good_at = max(self.good_at, now)
            else:
                self.failed_at.append(now)
        return answer

    def look(self, line: Line, account: Account) -> None:
        """A session that nobody ended has to be there."""
        answer = self.note(line.ask("/get-session", cookie=account.cookie))
        if answer.status == 200 and not answer.json:
            with self.lock:
                self.false_sign_outs += 1
            account.cookie = ""

    def look_for_ended(self, line: Line, account: Account) -> None:
        """A session whose end was acknowledged must not be; how old the wrong yes is, where there is one."""
        for cookie, acknowledged in account.ended[-2:]:
            answer = self.note(line.ask("/get-session", cookie=cookie))
            if answer.status == 200 and answer.json:
                with self.lock:
                    self.stale.append(answer.sent - acknowledged)

    def recovered(self, since: float) -> float | None:
        """Seconds from `since` to the last failure; None where nothing went well after that."""
        later = [at for at in self.failed_at if at >= since]
        if not later:
            return 0.0 if self.good_at > since else None
        return later[-1] - since if self.good_at > later[-1] else None

    def missing(self, what: str) -> None:
        """A write that was acknowledged and is not there."""
        with self.lock:
            self.lost.append(what)
