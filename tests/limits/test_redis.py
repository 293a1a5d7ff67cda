"""Limits over several servers on one Redis, and while it is away. S12."""

import asyncio
import collections
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import redis.asyncio as client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.limits import MemoryStore, RedisStore, policy
from server.limits.rules import Limit
from tests.limits.test_processes import SIGN_IN, WRONG, statuses
from tests.mail.serving import Serving
from tests.relay.conftest import Redis
from tests.workers.served import Served, until

READ = "/api/auth/get-session"
ON = {"RATE_LIMIT_ENABLED": "yes", "TRUSTED_PROXIES": "127.0.0.1", "BCRYPT_COST": "4"}
HUNDRED = Limit("*", 100, 60)


@asynccontextmanager
async def stores(url: str, count: int) -> AsyncIterator[list[RedisStore]]:
    """Those of so many servers, which hear of each other."""
    async with AsyncExitStack() as stack:
        made = [RedisStore(url, MemoryStore()) for _ in range(count)]
        for each in made:
            stack.push_async_callback(each.close)
            await stack.enter_async_context(each.running())
        while not all(each._hears for each in made):
            await asyncio.sleep(0.01)
        yield made


async def passed(store: RedisStore, times: int, key: str = "192.0.2.7|/ok", limit: Limit = HUNDRED) -> int:
    answers = await asyncio.gather(*(store.request(key, limit) for _ in range(times)))
    return answers.count(0)


async def in_windows(most: int, requests: list[tuple[str, str, object]]) -> None:
    """That exactly as many pass as may in ten seconds; on a busy machine it takes longer."""
    begun = time.monotonic()
    found = await statuses(requests)
    windows = 1 + (time.monotonic() - begun) // 10
    assert most <= len(requests) - found[429] <= most * windows


def guesses(urls: list[str], name: str) -> list[tuple[str, str, object]]:
    """Sixty at one account's password, at both servers, each from another address."""
    body = {**WRONG, "email": f"{name}@example.com"}
    return [(urls[n % 2] + SIGN_IN, f"10.{n}.0.1", body) for n in range(60)]


@pytest.mark.gen_test
async def test_exactly_as_many_pass_as_may(
    redis: Redis, clean: None, database_url: str, tmp_path: Path
) -> None:
    more = {"REDIS_URL": redis.url, "RATE_LIMIT_STORAGE": "redis", **ON}
    async with AsyncExitStack() as stack:
        started = [Serving(tmp_path / name, database_url, **more) for name in ("one", "two")]
        for each in started:
            stack.push_async_callback(each.stop)
        urls = [(await each.start()).base_url for each in started]
        await in_windows(3, [(urls[n % 2] + SIGN_IN, "192.0.2.7", WRONG) for n in range(40)])
        await in_windows(100, [(urls[n % 2] + READ, "192.0.2.7", None) for n in range(260)])
        # On a busy machine Redis may be too slow for a moment, and each server counts for itself.
        found = [await statuses(guesses(urls, name)) for name in ("bob", "eve", "joe")]
        assert {401: 10, 429: 50} in found


@pytest.mark.gen_test
async def test_whoever_holds_some_gives_them_to_whoever_needs_them(redis: Redis) -> None:
    async with stores(redis.url, 3) as (one, two, three):
        assert [await passed(each, 1) for each in (one, two, three)] == [1, 1, 1]
        assert all(len(each._leases) for each in (one, two, three))
        assert await passed(two, 200) == 97
        assert [await passed(each, 5) for each in (one, two, three)] == [0, 0, 0]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 60)), min_size=1, max_size=12))
def test_never_more_and_never_fewer_pass_than_may(redis: Redis, steps: list[tuple[int, int]]) -> None:
    async def run() -> None:
        async with stores(redis.url, 3) as made:
            key = f"{os.urandom(8).hex()}|/ok"
            found = await asyncio.gather(*(passed(made[place], times, key) for place, times in steps))
            assert sum(found) == min(100, sum(times for _, times in steps))

    asyncio.run(run())


@pytest.mark.gen_test
async def test_most_requests_ask_nothing(redis: Redis) -> None:
    async with stores(redis.url, 1) as (store,), client.Redis.from_url(redis.url) as outside:
        await store.request("192.0.2.8|/ok", HUNDRED)
        before = (await outside.info("commandstats"))["cmdstat_evalsha"]["calls"]
        for _ in range(100):
            assert await store.request("192.0.2.7|/ok", HUNDRED) == 0
        asked = (await outside.info("commandstats"))["cmdstat_evalsha"]["calls"] - before
        assert asked < 25
        for _ in range(100):
            assert await store.request("192.0.2.7|/ok", HUNDRED) in range(1, 61)
        assert (await outside.info("commandstats"))["cmdstat_evalsha"]["calls"] - before <= asked + 12


@pytest.mark.gen_test
async def test_one_who_breaks_keeps_no_other_from_an_answer(
    redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(_: int) -> None:
        raise ValueError("broken")

    async with stores(redis.url, 1) as (store,):
        told: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        store.ask("192.0.2.7|/ok", HUNDRED, breaks)
        store.ask("192.0.2.7|/ok", HUNDRED, told.set_result)
        assert await told == 0
        assert await store.request("192.0.2.8|/ok", HUNDRED) == 0
        assert not store.away
    assert "broken" in caplog.text


@pytest.mark.gen_test
async def test_what_was_taken_belongs_to_its_window(redis: Redis) -> None:
    short = Limit("*", 100, 1)
    async with stores(redis.url, 2) as (one, two), client.Redis.from_url(redis.url) as outside:
        assert await passed(one, 1, limit=short) == 1
        assert len(one._leases) == 1
        while await outside.exists(b"ai-editor:limit:192.0.2.7|/ok"):
            await asyncio.sleep(0.05)
        assert await passed(two, 200, limit=short) == 100, "nobody gives back what is not of this window"
        assert not one._leases.use("192.0.2.7|/ok")


@pytest.mark.gen_test
async def test_nothing_stays_in_redis_for_ever(redis: Redis) -> None:  # S46
    async with stores(redis.url, 1) as (store,), client.Redis.from_url(redis.url) as outside:
        await passed(store, 3)
        await store.attempt("account|a")
        await store.forgive("account|b", "place|b")
        assert await store.attempt_in("place|b")
        ends = [await outside.pttl(key) async for key in outside.scan_iter("*")]
        assert len(ends) == 3
        assert all(0 < each <= policy.PLACE_LIFE for each in ends)


@pytest.mark.gen_test
async def test_odd_paths_are_counted(redis: Redis) -> None:
    async with stores(redis.url, 1) as (store,):
        assert await passed(store, 3, "192.0.2.7|/\udcff é\x00", Limit("*", 2, 10)) == 2


@pytest.mark.gen_test
async def test_places_and_accounts_are_as_elsewhere(redis: Redis) -> None:  # S11
    async with stores(redis.url, 2) as (one, two):
        for store in (one, two) * 5:
            assert await store.attempt("account|a") == 0
        assert await one.attempt("account|a") in range(29, 31)
        assert not await one.attempt_in("place|a"), "which nobody knows yet"
        await two.forgive("account|a", "place|a")
        assert [await one.attempt_in("place|a") for _ in range(11)] == [True] * 10 + [False]
        assert await one.attempt("account|a") == 0


@pytest.mark.gen_test
async def test_while_redis_is_away_each_counts_by_itself(
    redis: Redis, clean: None, database_url: str, tmp_path: Path
) -> None:  # S38
    with Served(
        tmp_path, DATABASE_URL=database_url, BETTER_AUTH_SECRET="x" * 32, REDIS_URL=redis.url, **ON
    ) as served:
        url = served.address
        await in_windows(3, [(url + SIGN_IN, "192.0.2.7", WRONG)] * 5)
        redis.stop()
        await in_windows(3, [(url + SIGN_IN, "192.0.2.8", WRONG)] * 20)
        redis.start()
        pairs: collections.Counter[int] = collections.Counter()

        def counted_there() -> bool:
            pairs[0] += 1
            found = asyncio.run(statuses([(url + READ, f"10.0.0.{pairs[0]}", None)]))
            return found == {200: 1} and bool(_keys(redis))

        await asyncio.to_thread(until, counted_there)


def _keys(redis: Redis) -> list[bytes]:
    import redis as blocking

    with blocking.Redis.from_url(redis.url) as outside:
        return [key for key in outside.keys("ai-editor:limit:1*") if key.startswith(b"ai-editor:limit:10.")]


async def back(store: RedisStore) -> None:
    while store._link.away:
        await asyncio.sleep(0.02)


@pytest.mark.gen_test
async def test_a_redis_that_stands_still_holds_nobody_up(redis: Redis) -> None:
    async with stores(redis.url, 1) as (store,):
        assert await passed(store, 1, limit=Limit("*", 3, 60)) == 1
        with redis.standing_still():
            async with asyncio.timeout(20):
                assert await passed(store, 5, limit=Limit("*", 3, 60)) == 3
            assert store._link.away
        await back(store)
        assert await passed(store, 5, "192.0.2.8|/ok", Limit("*", 3, 60)) == 3
