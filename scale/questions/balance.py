"""get-session at one server, through nginx at one, and through nginx at two."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from bench import servers
from bench.figures import Bars, Pace, Rounds, Run, Section, cpu_seconds, interleaved, number
from bench.load import Job, run
from bench.scenarios.get_session import job
from bench.servers import Running
from bench.stage import Stage
from bench.trouble import Trouble
from scale.front import Front, balancing, prepared
from tests.nginx.conftest import PATH

ALONE, ONE, TWO = "one server, no nginx", "nginx and one server", "nginx and two servers"
TEXT = (
    "One signed-in person asks get-session over 64 kept-alive connections; through nginx by TLS, with deploy/nginx.conf as it"
    " is. Everything is on the same cores, the load tool too: where there are only two, a second server has no core of its"
    " own, and what the two can do shows in processor time alone. On machines of their own, servers add up."
)


@dataclass(frozen=True)
class Way:
    """To some servers, and whose processor time is counted: theirs, and nginx's."""

    job: Job
    processes: Sequence[int]
    front: int = 0


def measure(stage: Stage, pace: Pace) -> Section:
    """In turn."""
    settings = {"TRUSTED_PROXIES": "127.0.0.1"}
    with ExitStack() as stack:
        found = stack.enter_context(
            servers.running(stage, servers.own("one", **settings), servers.own("two", **settings))
        )
        ways = {ALONE: Way(job(found[0], found[0].cookie(), 64), [found[0].process.pid])}
        ways |= {name: _through(stack, found[:count]) for name, count in ((ONE, 1), (TWO, 2))}
        for way in ways.values():
            run(way.job, pace.warmup)
        found[0].check_session(found[0].cookie())
        works = {name: partial(_measured, way, pace.seconds) for name, way in ways.items()}
        results = interleaved(works, pace.rounds)
        found[1].check_session(found[1].cookie())
    return _section(results)


def _through(stack: ExitStack, found: Sequence[Running]) -> Way:
    if not PATH:
        raise Trouble("there is no nginx: install it, or set NGINX_BIN to one")
    front: Front = prepared(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="front-"))))
    nginx = stack.enter_context(balancing(PATH, front, [each.port for each in found]))
    trust = str(front.folder / "fullchain.pem")
    asked = job(found[0], found[0].cookie(), 64)
    through = Job(front.port, asked.path, asked.cookies, connections=64, trust=trust)
    return Way(through, [each.process.pid for each in found], nginx.pid)


def _measured(way: Way, seconds: int) -> Run:
    """`cpu` is the servers', `load` is nginx's, both in microseconds of one answer."""
    pids = [*way.processes, *([way.front] if way.front else [])]
    before = [cpu_seconds(pid) for pid in pids]
    result = run(way.job, seconds)
    spent = [
        1e6 * (cpu_seconds(pid) - was) / (result.rate * seconds)
        for pid, was in zip(pids, before, strict=True)
    ]
    return Run(result, sum(spent[: len(way.processes)]), sum(spent[len(way.processes) :]))


def _section(results: Rounds) -> Section:
    rows, rates = [], {}
    for name, runs in results.items():
        figures = [
            *(median(getattr(each.result, part) for each in runs) for part in ("rate", "p50", "p99")),
            *(median(getattr(each, part) for each in runs) for part in ("cpu", "load")),
        ]
        rates[name] = figures[0]
        rows.append([name, *map(number, figures)])
    measured = {
        "answer": median(each.cpu for each in results[TWO]),
        "front": median(each.load for each in results[TWO]),
    }
    columns = ["way", "answers/s", "p50 ms", "p99 ms", "µs of the servers each", "µs of nginx each"]
    plot = Bars("balance", "get-session through nginx", "answers/s, all on the same cores", rates)
    return Section("balance", "Two servers behind nginx", TEXT, columns, rows, [], [plot], measured=measured)
