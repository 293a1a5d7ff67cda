"""get-session: one session, asked for again and again over 32 connections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from statistics import median

from bench import servers
from bench.figures import (
    COLUMNS,
    Bars,
    Pace,
    Rounds,
    Run,
    Section,
    Target,
    cpu_ratio,
    interleaved,
    measured,
    rate_ratio,
    rates,
    rows,
)
from bench.load import Job
from bench.servers import API, Running
from bench.stage import Stage

OURS, OFF, BARE = "AI-Editor", "AI-Editor, SESSION_CACHE=off", "bare Tornado handler"
NODE, NODE_CACHED = "better-auth on Node", "better-auth on Node, cookie cache"
BUN, BUN_CACHED = "better-auth on Bun", "better-auth on Bun, cookie cache"
PYTHON, PYTHON_CACHED = "better-auth-server", "better-auth-server, cookie cache"
TEXT = (
    "One signed-in person asks `GET /api/auth/get-session` over 32 kept-alive connections. Every server answers for the"
    " same session in the same database; each answer is checked before and after every run. The bare handler writes the"
    " same body."
)
Work = Callable[[], Run]


def measure(stage: Stage, pace: Pace) -> Section:
    """All servers in turn."""
    contenders = (
        servers.own(OURS),
        servers.own(OFF, SESSION_CACHE="off"),
        servers.better_auth(NODE, "node", cached=False),
        servers.better_auth(NODE_CACHED, "node", cached=True),
        servers.better_auth(BUN, "bun", cached=False),
        servers.better_auth(BUN_CACHED, "bun", cached=True),
        servers.better_auth_server(PYTHON, cached=False),
        servers.better_auth_server(PYTHON_CACHED, cached=True),
    )
    with servers.running(stage, *contenders) as found:
        body = found[0].check_session(found[0].cookie())
        with servers.running(stage, servers.bare(BARE, body, "application/json")) as (bare,):
            works: dict[str, Work] = {each.contender.name: partial(asked, each, pace) for each in found}
            works[BARE] = partial(measured, bare, Job(bare.port, "/"), pace.seconds)
            for server in (*found, bare):
                warm(server, pace)
            return section(interleaved(works, pace.rounds))


def asked(server: Running, pace: Pace, connections: int = 32, addresses: int = 0) -> Run:
    """One run, between two looks at whether the answer is right."""
    cookie = server.cookie()
    server.check_session(cookie)
    work = replace(job(server, cookie, connections), addresses=addresses)
    run = measured(server, work, pace.seconds)
    server.check_session(cookie)
    return run


def job(server: Running, cookie: str, connections: int = 32) -> Job:
    """get-session with one cookie."""
    return Job(server.port, f"{API}/get-session", (cookie,), connections=connections)


def warm(server: Running, pace: Pace) -> None:
    """A run that does not count."""
    cookie = "" if server.contender.name == BARE else server.cookie()
    measured(server, job(server, cookie), pace.warmup)


def section(found: Rounds) -> Section:
    """Against the targets."""
    middle = {name: median(rates(runs)) for name, runs in found.items()}
    return Section(
        "get-session",
        "get-session",
        TEXT,
        COLUMNS,
        rows(found),
        [
            target(found, "get-session, default settings, one process", OURS, BARE, 1.2),
            target(found, "the same", OURS, NODE, 10),
            target(found, "the same", OURS, BUN_CACHED, 2),
            target(found, "get-session, cache off", OFF, BARE, 0.45),
            target(found, "the same", OFF, NODE, 4),
        ],
        [Bars("get-session", "get-session: answers a second, one process", "answers/s", middle)],
    )


def target(found: Rounds, what: str, ours: str, theirs: str, least: float) -> Target:
    """So many times as many answers as the other."""
    rate = rate_ratio(found, ours, theirs)
    said = f"{rate}; by processor time {cpu_ratio(found, ours, theirs)}"
    return Target(what, f"≥ {least}× {theirs}", said, rate.middle >= least)
