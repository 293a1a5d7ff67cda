"""Three ways to read a session that memory does not have, while a replica may lag: the primary, words, its position."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from statistics import median

from bench.figures import Bars, Pace, Section, cpu_seconds, number
from bench.stage import Stage
from bench.trouble import Trouble
from scale.spread import Spread
from server.database import Database, Reads, Replicas
from server.model import SignedIn
from server.schema import migrate
from server.sessions.lru import digest
from server.store import sessions
from tests.standbys import Node, streaming

PRIMARY, WORDS, POSITION = (
    "the primary",
    "a replica, by words of changes",
    "a replica, by the primary's position",
)
READERS, PEOPLE, POOL, FIRST = 16, 1000, 10, "token1"
# So many changes a second meanwhile, of people whom nobody asks about.
CHANGES = 100
FILL = f"""
    INSERT INTO "user" ("id", "name", "email", "emailVerified")
    SELECT 'u' || n, 'Ada Lovelace', 'u' || n || '@example.com', true FROM generate_series(1, {PEOPLE}) n;
    INSERT INTO "session" ("id", "token", "userId", "expiresAt", "updatedAt")
    SELECT 's' || n, 'token' || n, 'u' || n, now() + interval '7 days', now() FROM generate_series(1, {PEOPLE}) n;
    INSERT INTO "user" ("id", "name", "email", "emailVerified") VALUES ('x', 'X', 'x@example.com', true);
    ANALYZE
"""  # noqa: S608
TEXT = (
    f"A session and its user are read by {READERS} at once in one process, with {CHANGES} changes a second beside them."
    " By words: what changed lately is read from the primary, all else from the replica. By position: the primary is asked up"
    " to where it has written, one question for all who ask at the same time, and the replica whether it has that."
    " The last column is how many of the reads the primary did itself."
)
Way = Callable[[str], Awaitable[SignedIn | None]]


@dataclass(frozen=True)
class Found:
    """Of one way in one round: reads a second, their times, the primary's microseconds for each, and its own reads."""

    rate: float
    times: Spread
    cpu: float
    own: float


def measure(stage: Stage, pace: Pace) -> Section:
    """In turn, on a primary with one standby."""
    with streaming() as (primary, standby):
        found = asyncio.run(_measured(primary, standby, pace))
    cpu = {name: median(each.cpu for each in rounds) for name, rounds in found.items()}
    rows = [
        [
            name,
            number(median(each.rate for each in rounds)),
            number(1000 * median(each.times.p50 for each in rounds)),
            number(1000 * median(each.times.p99 for each in rounds)),
            number(cpu[name]),
            f"{100 * median(each.own for each in rounds):.0f} %",
        ]
        for name, rounds in found.items()
    ]
    columns = [
        "read from",
        "a second",
        "p50 ms",
        "p99 ms",
        "µs of the primary's processor time",
        "by the primary",
    ]
    plot = Bars("reads", "What a read costs the primary", "µs of its processor time", cpu)
    return Section("reads", "Reads from a replica", TEXT, columns, rows, [], [plot])


async def _measured(primary: Node, standby: Node, pace: Pace) -> dict[str, list[Found]]:
    db = Database(primary.url, POOL)
    await migrate.migrate(db)
    primary.execute(FILL)
    among = Replicas(db, [standby.url], POOL)
    reads = Reads(db, among)
    reads.heard = lambda: True
    found: dict[str, list[Found]] = {}
    try:
        async with among.running(), _changes(primary):
            await _settled(reads)
            for _ in range(pace.rounds):
                for name, way in _ways(db, reads).items():
                    found.setdefault(name, []).append(await _asked(primary, reads, way, pace.seconds))
    finally:
        await among.close()
        await db.close()
    return found


def _ways(db: Database, reads: Reads) -> dict[str, Way]:
    async def by_words(token: str) -> SignedIn | None:
        read = partial(sessions.find_by_token, token=token)
        near = await reads.nearly(digest(token), read, lambda who: (who.user.id,))
        return near or await sessions.find_by_token(db, token)

    return {
        PRIMARY: lambda token: sessions.find_by_token(db, token),
        WORDS: by_words,
        POSITION: lambda token: reads.exactly(lambda on: sessions.find_by_token(on, token)),
    }


async def _settled(reads: Reads) -> None:
    """What was missed before the start counts as changed for a while."""
    read = partial(sessions.find_by_token, token=FIRST)
    until = time.monotonic() + 30
    while not await reads.nearly(digest(FIRST), read, lambda who: (who.user.id,)):
        if time.monotonic() > until:
            raise Trouble("the replica does not become usable")
        await asyncio.sleep(0.05)


async def _asked(primary: Node, reads: Reads, way: Way, seconds: float) -> Found:
    pid = int((primary.home.data / "postmaster.pid").read_text().split()[0])
    went = {True: 0, False: 0}

    def note(to_replica: bool) -> None:
        went[to_replica] += 1

    reads.went = note
    spent, began = cpu_seconds(pid), time.monotonic()
    readers = [_read(way, began + seconds) for _ in range(READERS)]
    times = list(chain.from_iterable(await asyncio.gather(*readers)))
    cpu = 1e6 * (cpu_seconds(pid) - spent) / len(times)
    own = 1 - went[True] / len(times)
    return Found(len(times) / (time.monotonic() - began), Spread(times), cpu, own)


async def _read(way: Way, until: float) -> list[float]:
    times = []
    while (began := time.monotonic()) < until:
        if await way(f"token{random.randint(1, PEOPLE)}") is None:  # noqa: S311
            raise Trouble("a session was not found")
        times.append(time.monotonic() - began)
    return times


@asynccontextmanager
async def _changes(primary: Node) -> AsyncIterator[None]:
    """Somebody else writes meanwhile."""
    writer = Database(primary.url, 1)

    async def change() -> None:
        while True:
            await writer.run("""UPDATE "user" SET "updatedAt" = now() WHERE "id" = 'x'""")
            await asyncio.sleep(1 / CHANGES)

    task = asyncio.create_task(change())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await writer.close()
