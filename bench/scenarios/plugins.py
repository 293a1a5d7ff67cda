"""What plugins cost those who do not ask for them: get-session with all of them and with none, on one database."""

from __future__ import annotations

from functools import partial

from bench import servers
from bench.figures import COLUMNS, Pace, Section, Target, cpu_ratio, interleaved, rate_ratio, rows
from bench.scenarios.get_session import asked, warm
from bench.stage import Stage

ALL, NONE = "get-session, `PLUGINS=all`", "get-session, `PLUGINS=none`"
MORE = 3  # rounds for each of the others' one: what is looked for is less than one differs from the next
TEXT = "get-session over 64 connections with every plugin on and with none, in turn."


def measure(stage: Stage, pace: Pace) -> Section:
    """In turn; what is judged is the processor time of an answer."""
    both = (servers.own(ALL, PLUGINS="all"), servers.own(NONE, PLUGINS="none"))
    with servers.running(stage, *both) as (every, none):
        for server in (every, none):
            warm(server, pace)
        asks = {ALL: partial(asked, every, pace, 64), NONE: partial(asked, none, pace, 64)}
        results = interleaved(asks, pace.rounds * MORE)
    spent, rate = cpu_ratio(results, NONE, ALL), rate_ratio(results, ALL, NONE)
    targets = [
        Target("processor time of a get-session with all", "≤ 1.03× with none", f"{spent}; rate {rate}", spent.middle <= 1.03),
    ]  # fmt: skip
    return Section("plugins", "Plugins", TEXT, COLUMNS, rows(results), targets)
