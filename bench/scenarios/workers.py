"""Two workers on one port against one."""

from __future__ import annotations

from functools import partial

from bench import servers
from bench.figures import COLUMNS, Pace, Section, Target, cpu_ratio, interleaved, rate_ratio, rows
from bench.scenarios.get_session import asked, warm
from bench.stage import Stage

ONE, TWO = "one worker", "two workers"
TEXT = "get-session over 64 connections. The load tool runs on the same cores, which is what two workers have to share."


def measure(stage: Stage, pace: Pace) -> Section:
    """In turn."""
    with servers.running(stage, servers.own(ONE), servers.own(TWO, WORKERS="2")) as found:
        for server in found:
            warm(server, pace)
        works = {each.contender.name: partial(asked, each, pace, 64) for each in found}
        results = interleaved(works, pace.rounds)
    more = rate_ratio(results, TWO, ONE)
    said = f"{more}; by processor time an answer costs {cpu_ratio(results, ONE, TWO)} as much"
    targets = [Target("two workers against one", "≥ 1.8×", said, more.middle >= 1.8)]
    return Section("workers", "Two workers", TEXT, COLUMNS, rows(results), targets)
