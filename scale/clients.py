"""Clients that do one thing after the other, and what each of those costs PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench.figures import cpu_seconds
from bench.stage import Stage
from bench.trouble import Trouble
from drill.wire import Answer, Line

CLIENTS = 8
# One thing that is done; None once there is nothing left to do.
Deed = Callable[[Line], Answer | None]


@dataclass(frozen=True)
class Cost:
    """Of one of them: PostgreSQL's processor time in microseconds, and what it has written to its log in bytes."""

    done: int
    cpu: float
    wal: float


def cost(stage: Stage, port: int, deed: Deed, seconds: float) -> Cost:
    """Several clients at once, for so long or until nothing is left."""
    postmaster = int((stage.folder / "postgres/data/postmaster.pid").read_text().split()[0])
    written, spent, until = _written(stage), cpu_seconds(postmaster), time.monotonic() + seconds
    with ThreadPoolExecutor(CLIENTS) as pool:
        done = sum(pool.map(lambda _: sum(1 for _ in _deeds(port, deed, until)), range(CLIENTS)))
    if not done:
        raise Trouble("nothing was done in the time of a run: the machine does too much else")
    return Cost(done, 1e6 * (cpu_seconds(postmaster) - spent) / done, (_written(stage) - written) / done)


def _deeds(port: int, deed: Deed, until: float) -> Iterator[Answer]:
    with Line(port) as line:
        while time.monotonic() < until and (answer := deed(line)) is not None:
            if answer.status != 200:
                raise Trouble(f"a request ended with {answer.kind} {answer.body[:200]!r}")
            yield answer


def _written(stage: Stage) -> int:
    [(position,)] = stage.run("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")
    return int(position)


def size(stage: Stage, table: str, database: str | None = None) -> int:
    """Bytes on the disk, indexes and all."""
    [(found,)] = stage.run("SELECT pg_total_relation_size(%(table)s)", database, table=table)
    return int(found)
