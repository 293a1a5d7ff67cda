"""A million users and five million sessions against a thousand, every answer from the database."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from functools import partial
from statistics import median

from bench import servers
from bench.figures import COLUMNS, Pace, Run, Section, Target, interleaved, measured, ratio, rows
from bench.load import Job
from bench.servers import API
from bench.stage import Stage, execute, prepare
from bench.trouble import Trouble

SMALL, LARGE = "1 000 users, 5 000 sessions", "1 000 000 users, 5 000 000 sessions"
TEXT = (
    "`SESSION_CACHE=off`; 8 connections ask for 20 000 sessions chosen at random, in turn. The large database does not"
    " fit into PostgreSQL's own buffers (128 MB), only into the memory of the machine."
)
# By the superuser with the triggers off, foreign keys among them: the rows are right, and it takes a third of the time.
FILL = """
    SET session_replication_role = replica;
    SET synchronous_commit = off;
    INSERT INTO "user" ("id", "name", "email", "emailVerified")
    SELECT md5('user' || n), 'Person ' || n, 'person' || n || '@example.com', true
    FROM generate_series(1, %(users)s) AS n;
    INSERT INTO "account" ("id", "accountId", "providerId", "userId", "password", "updatedAt")
    SELECT md5('account' || n), md5('user' || n), 'credential', md5('user' || n), repeat('x', 60), now()
    FROM generate_series(1, %(users)s) AS n;
    INSERT INTO "session" ("id", "token", "userId", "expiresAt", "updatedAt", "ipAddress", "userAgent")
    SELECT md5('id' || n), md5('session' || n), md5('user' || 1 + n %% %(users)s), now() + interval '7 days', now(),
           '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0'
    FROM generate_series(1, 5 * %(users)s) AS n
"""


def measure(stage: Stage, pace: Pace) -> Section:
    """Both databases in turn."""
    sizes = {SMALL: 1_000, LARGE: 20_000 if pace.quick else 1_000_000}
    contenders = [
        servers.own(name, SESSION_CACHE="off", DATABASE_URL=filled(stage, f"users_{users}", users))
        for name, users in sizes.items()
    ]
    with servers.running(stage, *contenders) as found:
        works = {}
        for server, users in zip(found, sizes.values(), strict=True):
            job = Job(server.port, f"{API}/get-session", cookies(stage, users), connections=8)
            check(server, job.cookies[0])
            measured(server, job, pace.warmup)
            works[server.contender.name] = partial(measured, server, job, pace.seconds)
        results = interleaved(works, pace.rounds)
    times = {name: [run.result.p50 for run in runs] for name, runs in results.items()}
    part = ratio(times[LARGE], times[SMALL])
    said = f"{part} at the median; ratio of the p99: {p99(results[LARGE]) / p99(results[SMALL]):.2f}×"
    targets = [
        Target(
            "1 000 000 users and 5 000 000 sessions against 1 000",
            "≤ 1.15× the latency",
            said,
            part.middle <= 1.15,
        )
    ]
    return Section("large", "Many users", TEXT, COLUMNS, rows(results), targets)  # fmt: skip


def p99(runs: Sequence[Run]) -> float:
    """The median of the rounds'."""
    return median(run.result.p99 for run in runs)


def filled(stage: Stage, name: str, users: int) -> str:
    """The address of a database with so many users, and five sessions for each."""
    stage.run(f'CREATE DATABASE "{name}"')
    address = stage.at(name)
    prepare(address)
    superuser = address.replace("//ai_editor@", "//postgres@")
    execute(superuser, FILL, {"users": users})
    execute(superuser, "VACUUM (ANALYZE)", {})
    return address


def cookies(stage: Stage, users: int) -> list[str]:
    """Sessions chosen at random, the same ones every time."""
    some = random.Random(1).choices(range(1, 5 * users + 1), k=20_000)  # noqa: S311
    tokens = (hashlib.md5(f"session{each}".encode(), usedforsecurity=False).hexdigest() for each in some)
    return [stage.cookie(token) for token in tokens]


def check(server: servers.Running, cookie: str) -> None:
    """Raises Trouble unless the session is known."""
    answer = server.ask(f"{API}/get-session", cookie)
    if answer.status != 200 or not json.loads(answer.body):
        raise Trouble(f"{server.contender.name}: get-session answers {answer.status} {answer.body[:100]!r}")
