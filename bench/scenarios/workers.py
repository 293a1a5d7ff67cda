"""Two workers on one port against one."""

from __future__ import annotations

import os
from functools import partial
from statistics import median

from bench import servers
from bench.figures import COLUMNS, Pace, Section, Target, cpu_ratio, interleaved, number, rate_ratio, rows
from bench.scenarios.get_session import asked, warm
from bench.stage import Stage

ONE, TWO = "one worker", "two workers"
TEXT = (
    "get-session over 64 connections. The load tool runs on the same cores: where there are only two, two workers have"
    " what it leaves them, and the cheaper an answer is the less that is. So the target is a share of the cores that"
    " they have."
)


def measure(stage: Stage, pace: Pace) -> Section:
    """In turn."""
    with servers.running(stage, servers.own(ONE), servers.own(TWO, WORKERS="2")) as found:
        for server in found:
            warm(server, pace)
        works = {each.contender.name: partial(asked, each, pace, 64) for each in found}
        results = interleaved(works, pace.rounds)
    more = rate_ratio(results, TWO, ONE)
    cores = min(2.0, (os.cpu_count() or 1) - median(each.load for each in results[TWO]))
    said = (
        f"{more} with {number(cores)} cores, {number(more.middle / cores)}× for each; by processor time an answer costs"
        f" {cpu_ratio(results, ONE, TWO)} as much"
    )
    wanted = "≥ 0.9× for each core that the load tool leaves"
    targets = [Target("two workers against one", wanted, said, more.middle / cores >= 0.9)]
    return Section("workers", "Two workers", TEXT, COLUMNS, rows(results), targets)
