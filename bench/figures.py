"""Rounds in turn, medians of them, ratios pair by pair, and what a question's answer looks like on paper."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.load import Job, Result, run, run_counted
from bench.servers import Running


@dataclass(frozen=True)
class Pace:
    """How long to measure: seconds a run, counted rounds, seconds of warming up."""

    seconds: int
    rounds: int
    warmup: int
    quick: bool = False


@dataclass(frozen=True)
class Run:
    """One run of one server: the processor time that its processes spent on an answer, in microseconds.

    `load` is how many processors the load tool kept busy meanwhile.
    """

    result: Result
    cpu: float
    load: float = 0.0


Rounds = Mapping[str, Sequence[Run]]


@dataclass(frozen=True)
class Target:
    """What was aimed at, and what came out; `met` is None where nothing can be said."""

    what: str
    wanted: str
    measured: str
    met: bool | None


@dataclass(frozen=True)
class Bars:
    """A plot: its name, its title, what the numbers are, and a bar for each name."""

    name: str
    title: str
    unit: str
    bars: dict[str, float]


@dataclass(frozen=True)
class Section:
    """The answer to one question."""

    key: str
    title: str
    text: str
    columns: list[str]
    rows: list[list[str]]
    targets: list[Target] = field(default_factory=list)
    plots: list[Bars] = field(default_factory=list)
    date: str = ""
    # What others calculate with.
    measured: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Ratio:
    """The median of the rounds' ratios, and the least and the greatest."""

    middle: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{number(self.middle)}× ({number(self.low)}–{number(self.high)})"


def interleaved(works: Mapping[str, Callable[[], Run]], rounds: int) -> Rounds:
    """Each in turn, again and again, so that all of them see the machine's good and bad moments."""
    found: dict[str, list[Run]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            found[name].append(work())
    return found


def measured(server: Running, job: Job, seconds: int) -> Run:
    """One run by time, with the processor time of the server and all that it has started."""
    before, load = cpu_seconds(server.process.pid), _seconds_of_ended_children()
    result = run(job, seconds)
    spent, load = cpu_seconds(server.process.pid) - before, _seconds_of_ended_children() - load
    return Run(result, 1e6 * spent / max(result.rate * seconds, 1), load / seconds)


def _seconds_of_ended_children() -> float:
    """What the load tools have spent; the servers go on."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def counted(server: Running, job: Job, count: int) -> Run:
    """One run of so many requests, with the same."""
    before = cpu_seconds(server.process.pid)
    result = run_counted(job, count)
    return Run(result, 1e6 * (cpu_seconds(server.process.pid) - before) / count)


def cpu_seconds(pid: int) -> float:
    """What a process, its children and theirs have spent so far, those that have ended among them."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        below = children(pid)
    except (FileNotFoundError, ProcessLookupError):  # it has ended since it was named
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") + sum(map(cpu_seconds, below))


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Ratio:
    """Ours over theirs, round by round."""
    each = [one / other for one, other in zip(ours, theirs, strict=True)]
    return Ratio(median(each), min(each), max(each))


def rates(runs: Sequence[Run]) -> list[float]:
    """Answers a second, round by round."""
    return [each.result.rate for each in runs]


def rate_ratio(found: Rounds, ours: str, theirs: str) -> Ratio:
    """How many times as many answers."""
    return ratio(rates(found[ours]), rates(found[theirs]))


def cpu_ratio(found: Rounds, ours: str, theirs: str) -> Ratio:
    """How many times less processor time an answer takes."""
    return ratio([each.cpu for each in found[theirs]], [each.cpu for each in found[ours]])


COLUMNS = ["server", "answers/s", "p50 ms", "p75 ms", "p90 ms", "p99 ms", "µs of processor each"]


def row(name: str, runs: Sequence[Run]) -> list[str]:
    """Medians of the rounds, in COLUMNS."""
    times = [median(getattr(each.result, part) for each in runs) for part in ("p50", "p75", "p90", "p99")]
    numbers = [median(rates(runs)), *times, median(each.cpu for each in runs)]
    return [name, *(number(each) for each in numbers)]


def rows(found: Rounds) -> list[list[str]]:
    """A row for each server."""
    return [row(name, runs) for name, runs in found.items()]


def number(value: float) -> str:
    """As exact as it is worth."""
    if value >= 100:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
