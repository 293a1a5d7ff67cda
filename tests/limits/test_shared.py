"""Limits over the workers of one host, in the memory that they share. S12."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.limits import SharedStore, policy, shared, table
from server.limits.rules import Limit
from server.limits.table import Table
from tests.limits.test_processes import SIGN_IN, WRONG, statuses
from tests.limits.travel import Clock
from tests.workers.served import Served, until

ON = {"RATE_LIMIT_ENABLED": "yes", "TRUSTED_PROXIES": "127.0.0.1"}
READ = "/api/auth/get-session"


@pytest.fixture
def descriptor() -> Iterator[int]:
    """Of what a supervisor hands to its workers."""
    with shared.make() as file:
        yield file.fileno()


def fork(work: Callable[[], object]) -> int:
    """A process that does the work and ends."""
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(0)
    return child


@pytest.mark.gen_test
async def test_exactly_as_many_pass_as_may_though_a_worker_is_replaced(
    clean: None, database_url: str, tmp_path: Path
) -> None:
    with Served(tmp_path, DATABASE_URL=database_url, BETTER_AUTH_SECRET="x" * 32, **ON) as served:
        guesses = [(served.address + SIGN_IN, f"10.{number}.0.1", WRONG) for number in range(50)]
        assert await statuses(guesses[:6]) == {401: 6}
        before = served.pids()
        os.kill(min(before), signal.SIGKILL)
        await asyncio.to_thread(until, lambda: len(served.pids() - before) == 1)
        assert await statuses(guesses[6:]) == {401: 4, 429: 40}
        assert await statuses([(served.address + READ, "192.0.2.7", None)] * 160) == {200: 100, 429: 60}


def test_nobody_waits_for_a_process_that_was_frozen(descriptor: int) -> None:
    def work() -> None:
        SharedStore(descriptor, 0, 1)._requests.hold("key")
        os.write(far, b"x")
        signal.pause()

    near, far = os.pipe()
    child = fork(work)
    os.read(near, 1)
    store = SharedStore(descriptor, 1, 1)
    assert [store.request_at_once("key", Limit("*", 2, 10)) for _ in range(3)] == [0, 0, 10]
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    for end in (near, far):
        os.close(end)


def small(descriptor: int, clock: Clock) -> Table:
    """A table of one bucket."""
    store = SharedStore(descriptor, 0, 1, clock)
    return Table(store._requests._memory, descriptor, 0, 1, b"secret", clock)


def put(counts: Table, key: str, count: int, until: int, rank: int) -> None:
    counts.write(counts.hold(key), count, until, rank)
    counts.release()


def kept(counts: Table, keys: list[str]) -> list[str]:
    found = [key for key in keys if counts.read(counts.hold(key))[1]]
    counts.release()
    return found


def test_what_stops_somebody_stays_though_they_make_up_keys(descriptor: int) -> None:  # S46
    clock = Clock()
    counts = small(descriptor, clock)
    put(counts, "spent", 3, clock.now + 10, 2_000_010)
    made_up = [f"key {number}" for number in range(100)]
    for key in made_up:
        put(counts, key, 1, clock.now + 1000, 10)
    assert len(kept(counts, made_up)) == table.WAYS - 1
    assert kept(counts, ["spent"]) == ["spent"]


def test_what_is_over_makes_room(descriptor: int) -> None:
    clock = Clock()
    counts = small(descriptor, clock)
    keys = [f"key {number}" for number in range(table.WAYS)]
    for number, key in enumerate(keys):
        put(counts, key, 1, clock.now + 10 + number, 5)
    clock.now += 10
    put(counts, "new", 1, clock.now + 100, 0)
    assert kept(counts, [*keys, "new"]) == [*keys[1:], "new"]


def test_places_push_out_no_accounts(descriptor: int) -> None:
    """They lie apart: whoever succeeds at many places pushes out no failures."""
    store = SharedStore(descriptor, 0, 1, Clock())

    async def run() -> int:
        for _ in range(policy.SLOWING.free):
            await store.attempt("account|a")
        for number in range(3000):
            await store.forgive(f"account|{number}", f"place|{number}")
        return await store.attempt("account|a")

    assert asyncio.run(run()) == policy.SLOWING.first_delay // 1000
