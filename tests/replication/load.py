"""People at servers of ours whose PostgreSQL fails, and what has to hold of all that they were answered."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from drill.ledger import Ledger
from drill.people import crowd
from drill.proof import prove
from drill.servers import Server
from drill.wire import Answer
from tests.standbys import until

# A busy machine takes its time; what is promised is printed, and two seconds.
BACK_SECONDS = 20.0
# What is in memory is believed no longer after the last sign of life, however busy the machine is.
LEASE_SECONDS = 0.3


@dataclass
class Noted(Ledger):
    """What was acknowledged, and what no answer may be."""

    wrong: list[str] = field(default_factory=list)

    def note(self, answer: Answer) -> Answer:
        """Counts an answer."""
        if answer.status >= 500 and (answer.status != 503 or "Retry-After" not in answer.headers):
            self.wrong.append(f"{answer.status} {answer.body!r}")
        return super().note(answer)


class Load:
    """Of one test."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self.servers, self.ledger = servers, Noted()
        until(lambda: all(each.is_whole() for each in servers))
        self._processes = self._who()

    def _who(self) -> tuple[list[int], list[list[int]]]:
        return [each.process.pid for each in self.servers], [each.workers() for each in self.servers]

    @contextmanager
    def people(self) -> Iterator[None]:
        """Who sign up, in and out, and look whether they are signed in, at all servers."""
        with crowd(self.ledger, *(each.port for each in self.servers)):
            self.go_on()
            yield
            self.go_on()

    def go_on(self, answers: int = 100) -> None:
        """Waits for so many more good answers."""
        wanted = self.ledger.kinds["200"] + answers
        until(lambda: self.ledger.kinds["200"] > wanted)

    def fail(self, answers: int = 10) -> None:
        """Waits for so many more failures."""
        wanted = self.ledger.kinds["503"] + answers
        until(lambda: self.ledger.kinds["503"] > wanted)

    def judge(self, address: str, since: float) -> None:
        """Nothing is lost, nobody was signed out, no server of ours was started anew; `since` it may be asked again."""
        prove(self.ledger, address, *self.servers)
        back, ledger = self.ledger.recovered(since), self.ledger
        told = {"back after": back, "longest": round(ledger.longest, 2), **ledger.kinds}
        print(", ".join(f"{name} {value}" for name, value in told.items()))
        assert (ledger.wrong, ledger.lost, ledger.false_sign_outs) == ([], [], 0)
        assert max(ledger.stale, default=0.0) <= LEASE_SECONDS
        assert set(ledger.kinds) <= {"200", "503"}
        assert back is not None
        assert back < BACK_SECONDS
        assert self._processes == self._who()
