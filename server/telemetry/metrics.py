"""What is counted, for Prometheus: by each process in memory that its siblings read, so that any of them tells of all."""

from __future__ import annotations

import asyncio
import contextlib
from bisect import bisect_left
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from server.telemetry.blocks import COUNTER, GAUGE, Blocks
from server.telemetry.families import Family, Merge
from server.version import VERSION

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# How often the others are told what is true of this process at the moment.
GAUGES_SECONDS = 1.0
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_SECONDS = (
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
)  # fmt: skip
_SIGN_INS = {
    "sign-in": "success",
    "sign-in-failed": "failed",
    "sign-in-refused": "refused",
    "account-limited": "limited",
}


class Counter:
    """Counted on the event loop's thread alone."""

    def __init__(self, blocks: Blocks, family: Family) -> None:
        self._blocks, self._family = blocks, family
        self._found: dict[tuple[str, ...], int] = {}
        self._values = blocks.values

    def inc(self, *labels: str) -> None:
        """One more; what a request says must not become a label."""
        self._values[self.find(labels)] += 1.0

    def add(self, number: int, *labels: str) -> None:
        """So many more."""
        self._values[self.find(labels)] += number

    def find(self, labels: tuple[str, ...]) -> int:
        """Where it is counted; seen on the page from now on."""
        found = self._found.get(labels)
        if found is None:
            found = self._blocks.find(COUNTER, self._family.name, labels, self._family.size)
            self._found[labels] = found
        return found


class Histogram(Counter):
    """As a counter, of what takes different times."""

    def observe(self, seconds: float, *labels: str) -> None:
        """One that took so long."""
        first, values = self.find(labels), self._values
        values[first] += seconds
        values[first + 1 + bisect_left(self._family.buckets, seconds)] += 1.0


class Metrics:
    """Every number has bounded labels: nothing that a request says becomes one.

    `shared` is the descriptor of memory that the workers of a host share, and where theirs begins.
    """

    def __init__(self, shared: tuple[int, int] | None = None) -> None:
        self._blocks = Blocks(*shared) if shared else Blocks()
        self._alone = shared is None
        self._values = self._blocks.values
        self._families: dict[str, Family] = {}
        self._gauges: list[tuple[int, Callable[[], float]]] = []
        # Looking labels up costs more than counting.
        self._found: dict[tuple[str, str, int], int] = {}
        self._make()

    def _make(self) -> None:
        self._requests = self.histogram(
            "http_request_seconds", "Time from the request's head to the end of its answer.",
            "endpoint", "method", "status", total=("http_requests", "Answers."),
        )  # fmt: skip
        self._events = self.counter("events", "What people did, as the log names it: sign-in, …", "event")
        words = "Sign-ins: success, failed (wrong password or nobody), refused (proved, and not let in) or limited."
        self._sign_ins = self.counter("sign_ins", words, "outcome")
        words = "Mails: queued, sent, failed (an attempt, tried again) or given_up."
        self._mails = self.counter("mails", words, "template", "result")
        self.limited = self.counter("requests_limited", "Answers 429, by the path of the rule.", "rule")
        words = "Sessions that were asked for: hit (answered from memory) or miss (from the database)."
        self.cache = self.counter("session_cache_requests", words, "result")
        self.pool_waits = self.histogram(
            "database_wait_seconds", "Waits for a connection of the pool, of those who had to wait.", "result"
        )
        self._hit = self.cache.find(("hit",))
        self._begin_with_zero()

    def _begin_with_zero(self) -> None:
        for event in ("sign-in", "sign-in-failed", "sign-up"):
            self._events.find((event,))
        for outcome in _SIGN_INS.values():
            self._sign_ins.find((outcome,))
        self.cache.find(("miss",))
        for result in ("connection", "none"):
            self.pool_waits.find((result,))
        self._watch(
            Family("ai_editor_build_info", "1, of this version.", ("version",), "most"), lambda: 1.0, VERSION
        )

    def counter(self, name: str, words: str, *labels: str) -> Counter:
        """Something to count."""
        return Counter(self._blocks, self._add(Family(f"ai_editor_{name}", words, labels)))

    def histogram(
        self, name: str, words: str, *labels: str, total: tuple[str, str] | None = None
    ) -> Histogram:
        """Something that takes its time; `total` is the name and the words of a counter for how many there were."""
        named = (f"ai_editor_{total[0]}", total[1]) if total else None
        family = Family(f"ai_editor_{name}", words, labels, buckets=_SECONDS, total=named)
        return Histogram(self._blocks, self._add(family))

    def watch(self, name: str, words: str, read: Callable[[], float], merge: Merge = "sum") -> None:
        """A gauge that is read when somebody looks; of all processes it is the sum, the most or the least."""
        self._watch(Family(f"ai_editor_{name}", words, merge=merge), read)

    def _watch(self, family: Family, read: Callable[[], float], *labels: str) -> None:
        self._add(family)
        self._gauges.append((self._blocks.find(GAUGE, family.name, labels), read))

    def _add(self, family: Family) -> Family:
        self._families[family.name] = family
        return family

    def request(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        """One answered request; `endpoint` is its handler's class."""
        first = self._found.get((endpoint, method, status))
        if first is None:
            first = self._first(endpoint, method, status)
        values = self._values
        values[first] += seconds
        values[first + 1 + bisect_left(_SECONDS, seconds)] += 1.0

    def request_from_memory(self, endpoint: str, status: int, seconds: float) -> None:
        """The same of a GET that was answered from what is known of a session."""
        self._values[self._hit] += 1.0
        self.request(endpoint, "GET", status, seconds)

    def request_confirmed(self, endpoint: str, status: int, seconds: float) -> None:
        """The same of one that the database was asked about."""
        self.request(endpoint, "GET", status, seconds)

    def _first(self, endpoint: str, method: str, status: int) -> int:
        """Kept for methods that are known: others are as many as somebody likes."""
        known = method if method in _METHODS else "other"
        first = self._requests.find((endpoint, known, str(status)))
        self._found[endpoint, known, status] = first
        return first

    def event(self, name: str) -> None:
        """One line of the audit log; names are written in the code."""
        self._events.inc(name)
        outcome = _SIGN_INS.get(name)
        if outcome:
            self._sign_ins.inc(outcome)

    def mail(self, template: str, result: str) -> None:
        """One mail queued, sent, failed or given_up."""
        self._mails.inc(template, result)

    def _tell(self) -> None:
        """Has the others know the gauges of this process."""
        for at, read in self._gauges:
            self._values[at] = read()
        self._blocks.seen()

    @asynccontextmanager
    async def telling(self) -> AsyncIterator[None]:
        """The others are told now and then; who is alone tells when asked."""
        telling = None if self._alone else asyncio.create_task(self._tell_on())
        try:
            yield
        finally:
            if telling:
                telling.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await telling

    async def _tell_on(self) -> None:
        while True:
            self._tell()
            await asyncio.sleep(GAUGES_SECONDS)

    async def page(self, mails_waiting: float) -> bytes:
        """All of it, as text: made in a thread, as it takes longer than a request may wait."""
        self._tell()
        return await asyncio.to_thread(_render, self._blocks, dict(self._families), mails_waiting)


def _render(blocks: Blocks, families: dict[str, Family], mails_waiting: float) -> bytes:
    from server.telemetry import page

    return page.render(blocks, families, mails_waiting)
