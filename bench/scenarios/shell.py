"""The page at /login, which the server makes for every visitor."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial

from bench import servers
from bench.figures import (
    COLUMNS,
    Pace,
    Run,
    Section,
    Target,
    cpu_ratio,
    interleaved,
    measured,
    rate_ratio,
    rows,
)
from bench.load import Job
from bench.servers import Running
from bench.stage import Stage
from bench.trouble import Trouble

OURS, BARE = "AI-Editor, /login", "bare Tornado handler"
TEXT = "A visitor without a session asks for the page over 32 connections; the bare handler writes the same page."


def measure(stage: Stage, pace: Pace) -> Section:
    """In turn."""
    with ExitStack() as stack:
        (ours,) = stack.enter_context(servers.running(stage, servers.own(OURS)))
        same = servers.bare(BARE, checked(ours), "text/html; charset=utf-8")
        (bare,) = stack.enter_context(servers.running(stage, same))
        for server in (ours, bare):
            measured(server, Job(server.port, "/login"), pace.warmup)
        works = {each.contender.name: partial(shown, each, pace) for each in (ours, bare)}
        results = interleaved(works, pace.rounds)
    part = rate_ratio(results, OURS, BARE)
    said = f"{part}; by processor time {cpu_ratio(results, OURS, BARE)}"
    targets = [Target("the shell at `/login`", "≥ 0.6× the bare Tornado handler", said, part.middle >= 0.6)]
    return Section("shell", "The shell at /login", TEXT, COLUMNS, rows(results), targets)


def shown(server: Running, pace: Pace) -> Run:
    """One run, between two looks."""
    checked(server)
    run = measured(server, Job(server.port, "/login"), pace.seconds)
    checked(server)
    return run


def checked(server: Running) -> bytes:
    """The page; raises Trouble where it is not one."""
    answer = server.ask("/login")
    if answer.status != 200 or b'id="boot"' not in answer.body:
        raise Trouble(f"{server.contender.name} answers /login with {answer.status}")
    return answer.body
