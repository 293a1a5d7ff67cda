"""Sign-in: how many a second, and what they do to everybody else's get-session."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from statistics import median

from bench import load, servers
from bench.figures import (
    COLUMNS,
    Bars,
    Pace,
    Rounds,
    Run,
    Section,
    Target,
    counted,
    cpu_ratio,
    interleaved,
    number,
    rate_ratio,
    row,
    rows,
)
from bench.load import ROOT, Job, Result
from bench.scenarios.get_session import BUN, NODE, OURS, PYTHON, asked, warm
from bench.servers import API, Running
from bench.stage import COST, PASSWORD, Stage
from bench.trouble import Trouble

RAW = "bcrypt alone, a thread for each core"
# A run of fewer would hold too few hashes.
SECONDS = 5
RATE_TEXT = (
    f"`POST /api/auth/sign-in/email` with the right password over 8 connections, as"
    " often as bcrypt alone does it in five seconds, until the last answer. AI-Editor compares with bcrypt, cost"
    f" {COST}; the others with scrypt, as they store passwords, so their numbers are not to be compared with ours, and"
    " stand here for completeness. The limit is bcrypt in as many threads as there are cores, with nothing else to do."
)
DELAY_TEXT = "Four connections sign in without pause, and 8 ask get-session: how long do those wait? No cookie cache anywhere."
SERVERS = (
    servers.own(OURS),
    servers.better_auth(NODE, "node", cached=False),
    servers.better_auth(BUN, "bun", cached=False),
    servers.better_auth_server(PYTHON, cached=False),
)


def job(server: Running, connections: int) -> Job:
    """Signs in with the right password."""
    person = server.contender.person(server.stage)
    body = json.dumps({"email": person.email, "password": PASSWORD})
    return Job(server.port, f"{API}/sign-in/email", (), "POST", body, connections)


def check(server: Running) -> None:
    """Raises Trouble unless a sign-in works and leads to a session."""
    asked_for = job(server, 1)
    answer = server.ask(asked_for.path, method="POST", body=asked_for.body)
    if answer.status != 200 or not json.loads(answer.body)["token"]:
        raise Trouble(f"{server.contender.name} answers sign-in with {answer.status} {answer.body[:200]!r}")


def signed_in(server: Running, count: int) -> Run:
    """One run, between two looks."""
    check(server)
    run = counted(server, job(server, 8), count)
    check(server)
    return run


def hashed(seconds: int) -> Run:
    """The raw limit, in a process of its own."""
    command = [sys.executable, "-m", "bench.hashes", str(COST), str(seconds)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    rate, cpu = map(float, said.stdout.split())
    return Run(Result(rate, 0, 0, 0, 0), cpu)


def measure_rate(stage: Stage, pace: Pace) -> Section:
    """Sign-ins a second."""
    count = max(8, 8 * round(hashed(SECONDS).result.rate * SECONDS / 8))
    with servers.running(stage, *SERVERS) as found:
        works: dict[str, Callable[[], Run]] = {RAW: partial(hashed, SECONDS)}
        works |= {each.contender.name: partial(signed_in, each, count) for each in found}
        results = interleaved(works, pace.rounds)
    part = rate_ratio(results, OURS, RAW)
    spent, met = cpu_ratio(results, OURS, RAW), part.middle >= 0.95
    return Section(
        "sign-in",
        "Sign-in",
        RATE_TEXT,
        COLUMNS,
        [
            [RAW, row(RAW, results[RAW])[1], *[""] * 4, row(RAW, results[RAW])[-1]],
            *rows(_without(results, RAW)),
        ],
        [
            Target(
                "sign-in",
                "≥ 0.95× the raw bcrypt limit of the cores",
                f"{part}; by processor time {spent}",
                met,
            )
        ],
    )


def _without(results: Rounds, name: str) -> Rounds:
    return {each: runs for each, runs in results.items() if each != name}


def measure_delay(stage: Stage, pace: Pace) -> Section:
    """get-session meanwhile."""
    pace = replace(pace, seconds=SECONDS)
    with servers.running(stage, *SERVERS) as found:
        for server in found:
            warm(server, pace)
        results = interleaved(
            {each.contender.name: partial(delayed, each, pace) for each in found}, pace.rounds
        )
    worst = {name: median(run.result.p99 for run in runs) for name, runs in results.items()}
    least = min(value for name, value in worst.items() if name != OURS)
    part = worst[OURS] / least
    said = f"{number(part)}× the best of theirs ({number(least)} ms)"
    return Section(
        "meanwhile",
        "get-session while 4 connections sign in",
        DELAY_TEXT,
        COLUMNS,
        rows(results),
        [
            Target("get-session while 4 connections sign in without pause", "p99 ≤ 20 ms", f"{number(worst[OURS])} ms", worst[OURS] <= 20),
            Target("the same", "≤ 1/4 of every peer's", said, part <= 0.25),
        ],
        [Bars("meanwhile", "get-session while 4 connections sign in: 99th percentile", "ms, less is better", worst)],
    )  # fmt: skip


def delayed(server: Running, pace: Pace) -> Run:
    """One run of get-session, with sign-ins from before its start until after its end."""
    with signing_in(server, pace.seconds + 1):
        return asked(server, pace, connections=8)


@contextmanager
def signing_in(server: Running, seconds: int) -> Iterator[None]:
    """Four connections that do nothing else."""
    check(server)
    going = load.start(job(server, 4), seconds)
    try:
        yield
    finally:
        going.wait()
