"""The limit per account: a growing wait that ends, alike in memory and in the database. S11."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.database import Database
from server.errors import APIError
from server.limits import AccountLimits, DatabaseStore, MemoryStore, policy
from server.limits.accounts import network
from tests.limits.test_stores import at_once
from tests.limits.travel import Clock, pass_time

ADA, HOME, AWAY = "ada@example.com", "192.0.2.7", "198.51.100.7"
HOUR = 3600


async def wait(limits: AccountLimits, email: str, address: str) -> int:
    """0 when an attempt is counted, else the seconds of the 429."""
    try:
        await limits.check(email, address)
    except APIError as error:
        return int(error.headers["Retry-After"])
    return 0


class Guesser:
    """Tries whenever it may, and counts."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.limits = AccountLimits(MemoryStore(self.clock), "secret")
        self.made: list[int] = []

    async def wait(self, email: str = ADA, address: str = AWAY) -> int:
        """0 when an attempt could be made, else the seconds it has to wait."""
        waited = await wait(self.limits, email, address)
        if waited == 0:
            self.made.append(self.clock.now)
        return waited

    async def wait_and_try(self) -> int:
        """The wait before an attempt, which is made after it."""
        waited = await self.wait()
        self.clock.now += waited * 1000
        assert waited == 0 or await self.wait() == 0
        return waited


def test_ten_are_free_then_each_wait_is_twice_the_last_up_to_a_quarter_of_an_hour() -> None:
    guesser = Guesser()

    async def run() -> None:
        waits = [await guesser.wait_and_try() for _ in range(20)]
        assert waits == [0] * 10 + [30, 60, 120, 240, 480, 900, 900, 900, 900, 900]

    at_once(run())


def test_a_hundred_in_a_row_then_all_must_be_forgotten() -> None:
    guesser = Guesser()

    async def run() -> None:
        for _ in range(100):
            assert await guesser.wait_and_try() <= 900
        assert await guesser.wait() == 25 * HOUR
        guesser.clock.now += 25 * HOUR * 1000 - 1
        assert await guesser.wait() == 1
        guesser.clock.now += 1
        assert [await guesser.wait_and_try() for _ in range(11)] == [0] * 10 + [30]

    at_once(run())


def test_no_pause_buys_more_than_one_try_in_a_quarter_of_an_hour() -> None:
    """Waiting until failures are forgotten is no faster than trying on."""

    async def run(tries: int) -> None:
        guesser = Guesser()
        while guesser.clock.now < 30 * 24 * HOUR * 1000:
            for _ in range(tries):
                await guesser.wait_and_try()
            guesser.clock.now += policy.SLOWING.forget * tries
        assert len(guesser.made) <= 30 * 24 * 4 + tries

    for tries in (1, 5, 10, 12, 30, 99):
        at_once(run(tries))


def test_refusals_do_not_prolong_the_wait() -> None:
    guesser = Guesser()

    async def run() -> None:
        for _ in range(10):
            await guesser.wait()
        for second in range(30):
            assert await guesser.wait() == 30 - second
            guesser.clock.now += 1000
        assert await guesser.wait() == 0

    at_once(run())


def test_a_success_forgets_all() -> None:
    guesser = Guesser()

    async def run() -> None:
        for _ in range(13):
            await guesser.wait_and_try()
        await guesser.limits.succeeded("Ada@Example.com", HOME)
        assert [await guesser.wait_and_try() for _ in range(11)] == [0] * 10 + [30]

    at_once(run())


def test_who_guesses_elsewhere_does_not_lock_the_owner_out_at_home() -> None:
    guesser = Guesser()

    async def run() -> None:
        await guesser.limits.succeeded(ADA, HOME)
        for _ in range(100):
            await guesser.wait_and_try()
        assert await guesser.wait(ADA, AWAY) > 0
        assert await guesser.wait("other@example.com", HOME) == 0
        for _ in range(10):
            assert await guesser.wait(ADA, "192.0.2.250") == 0, "a neighbour in the network"
        assert await guesser.wait(ADA, HOME) > 0, "even at home there are only so many"
        assert await guesser.wait(ADA, "192.0.3.7") > 0

    at_once(run())


def test_a_place_is_known_for_a_month() -> None:
    guesser = Guesser()

    async def run(days: int, waits: bool) -> None:
        await guesser.limits.succeeded(ADA, HOME)
        guesser.clock.now += days * 24 * HOUR * 1000
        for _ in range(10):
            await guesser.wait()
        assert bool(await guesser.wait(ADA, HOME)) == waits

    at_once(run(29, False))
    at_once(run(30, True))


def test_attempts_at_once_are_no_way_around() -> None:
    """All come before the first of them is known to be wrong."""
    guesser = Guesser()

    async def run() -> None:
        assert [await guesser.wait(ADA, f"10.{n}.0.1") for n in range(50)] == [0] * 10 + [30] * 40

    at_once(run())


def test_without_limits_everything_may_be_tried() -> None:
    async def run() -> None:
        limits = AccountLimits(None, "secret")
        for _ in range(200):
            await limits.check(ADA, HOME)
        await limits.succeeded(ADA, HOME)

    at_once(run())


def test_an_unknown_address_is_no_place() -> None:
    guesser = Guesser()

    async def run() -> None:
        await guesser.limits.succeeded(ADA, "")
        for _ in range(10):
            await guesser.wait(ADA, "")
        assert await guesser.wait(ADA, "") == 30

    at_once(run())


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("2001:0db8:0001:0002:0000:0000:0000:0000", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_networks(address: str, expected: str) -> None:
    assert network(address) == expected


@asynccontextmanager
async def database(url: str) -> AsyncIterator[Database]:
    db = Database(url, 20)
    try:
        await db.run('DELETE FROM "rateLimit"')
        yield db
    finally:
        await db.close()


def with_database(url: str, work: Callable[[Database], Any]) -> None:
    async def run() -> None:
        async with database(url) as db:
            await work(db)

    with asyncio.Runner() as runner:
        runner.run(run())


# No sum of these ends within five seconds before a border, as the database's clock goes on by itself.
pauses = st.sampled_from((0, 0, 0, 1, 2, 14, 26, 106, 1_143, 2_714, 57_143)).map(lambda times: times * 35)
acts = st.sampled_from(("away", "away", "away", "home", "success at home", "success away"))


@pytest.mark.timeout(120)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(pauses, acts, st.integers(1, 12)), max_size=20))
def test_the_database_decides_as_memory(database_url: str, steps: list[tuple[int, str, int]]) -> None:
    async def run(db: Database) -> None:
        guesser = Guesser()
        ours = AccountLimits(DatabaseStore(db, guesser.clock), "secret")
        for pause, act, times in steps:
            guesser.clock.now += pause * 1000
            await pass_time(db, pause * 1000)
            address = HOME if "home" in act else AWAY
            if "success" in act:
                await guesser.limits.succeeded(ADA, address)
                await ours.succeeded(ADA, address)
            for _ in range(times):
                expected, waited = await guesser.wait(ADA, address), await wait(ours, ADA, address)
                assert (waited > 0) == (expected > 0)
                assert abs(waited - expected) <= 5

    with_database(database_url, run)


def test_exactly_so_many_of_many_at_once(database_url: str) -> None:
    async def run(db: Database) -> None:
        limits = AccountLimits(DatabaseStore(db), "secret")
        tries = (limits.check(ADA, f"10.{number}.0.1") for number in range(200))
        done = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(each is None for each in done) == 10

    with_database(database_url, run)


def test_nothing_personal_is_stored(database_url: str) -> None:
    """What is limited is known by its kind and a digest, which is another one under another secret."""

    async def run(db: Database) -> None:
        for secret in ("secret", "another"):
            limits = AccountLimits(DatabaseStore(db), secret)
            await limits.check(ADA, HOME)
            await limits.succeeded("bob@example.com", HOME)
        keys = (await db.value("""SELECT string_agg("key", ' ' ORDER BY "key") FROM "rateLimit" """)).split()
        kinds, digests = zip(*(key.split("|") for key in keys), strict=True)
        assert kinds == ("account", "account", "place", "place")
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests)
        assert len(set(digests)) == 4

    with_database(database_url, run)
