"""The rules and the formula of rate limits, against a model that says the same in the plainest words."""

import asyncio
import os
import weakref
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers import FEATURES
from server.database import Database
from server.errors import APIError
from server.limits import DatabaseStore, MemoryStore, RequestLimits, SharedStore, rules, shared
from server.limits.rules import Limit, Rules
from tests.limits.travel import Clock, pass_time

RULES = Rules(limit for feature in FEATURES for limit in feature.limits)
KEYS = {
    "three": Limit("*", 3, 10),
    "slow": Limit("*", 3, 60),
    "seven": Limit("*", 7, 10),
    "one": Limit("*", 1, 1),
}


@dataclass
class Model:
    """Every request that was allowed, and when."""

    allowed: list[int] = field(default_factory=list)

    def wait(self, now: int, limit: Limit) -> int:
        """The seconds to wait when `most` were allowed, each in less than a window after the one before."""
        chain, later = 0, now
        for moment in reversed(self.allowed):
            if later - moment >= limit.seconds * 1000:
                break
            chain, later = chain + 1, moment
        if chain < limit.most:
            self.allowed.append(now)
            return 0
        return -(-(self.allowed[-1] + limit.seconds * 1000 - now) // 1000)


Steps = list[tuple[int, str]]
borders = st.sampled_from((0, 999, 1_000, 1_001, 9_999, 10_000, 10_001, 59_999, 60_000, 60_001))
pauses = borders | st.integers(0, 3) | st.integers(0, 70_000)


def at_once(work: Coroutine[Any, Any, None]) -> None:
    """Runs what never has to wait."""
    with pytest.raises(StopIteration):
        work.send(None)


def alone(clock: Clock) -> SharedStore:
    """In memory that it shares with nobody."""
    with shared.make() as file:
        number = os.dup(file.fileno())
    store = SharedStore(number, 0, 1, clock)
    weakref.finalize(store, os.close, number)
    return store


@pytest.mark.parametrize("kind", [MemoryStore, alone])
@given(steps=st.lists(st.tuples(pauses, st.sampled_from(sorted(KEYS))), max_size=150))
def test_memory_counts_as_the_model(kind: Callable[[Clock], MemoryStore | SharedStore], steps: Steps) -> None:
    clock, models = Clock(), {key: Model() for key in KEYS}
    store = kind(clock)

    async def run() -> None:
        for pause, key in steps:
            clock.now += pause
            assert await store.request(key, KEYS[key]) == models[key].wait(clock.now, KEYS[key])

    at_once(run())


# The database's clock goes on by itself: no sum of these comes near below a border.
far = st.integers(0, 3).map(lambda times: times * 3_800) | st.sampled_from((0, 0, 57_000, 60_800, 190_000))


@pytest.mark.timeout(120)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(far, st.sampled_from(("three", "slow", "seven"))), max_size=25))
def test_the_database_counts_as_the_model(database_url: str, steps: Steps) -> None:
    clock, models = Clock(), {key: Model() for key in KEYS}

    async def run() -> None:
        db = Database(database_url, 1)
        store = DatabaseStore(db, clock)
        await db.run('DELETE FROM "rateLimit"')
        for pause, key in steps:
            clock.now += pause
            await pass_time(db, pause)
            expected = models[key].wait(clock.now, KEYS[key])
            waited = await store.request(key, KEYS[key])
            assert (waited > 0) == (expected > 0)
            assert abs(waited - expected) <= 1
        await db.close()

    with asyncio.Runner() as runner:
        runner.run(run())


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/get-session", (100, 10)),
        ("/", (100, 10)),
        ("/sign-in/email", (3, 10)),
        ("/sign-in", (3, 10)),
        ("/sign-in-elsewhere", (3, 10)),
        ("/sign-up/email", (3, 10)),
        ("/sign-out", (100, 10)),
        ("/change-password", (3, 10)),
        ("/change-email", (3, 10)),
        ("/verify-password", (100, 10)),
        ("/request-password-reset", (3, 60)),
        ("/request-password-reset/more", (100, 10)),
        ("/send-verification-email", (3, 60)),
        ("/forget-password", (3, 60)),
        ("/forget-password/email-otp", (3, 60)),
        ("/email-otp/send-verification-otp", (3, 60)),
        ("/reset-password/token", (100, 10)),
        ("/SIGN-IN/email", (100, 10)),
    ],
)
def test_the_limit_of_a_path(path: str, limit: tuple[int, int]) -> None:
    found = RULES.find(path)
    assert (found.most, found.seconds) == limit


def test_of_several_limits_the_longest_counts() -> None:
    rules = Rules((Limit("/a*", 1, 1), Limit("/a/b*", 2, 1), Limit("/a/b/c", 3, 1), Limit("/a/b", 4, 1)))
    paths = ("/a", "/a/x", "/a/bx", "/a/b", "/a/b/c", "/a/b/c/d", "/b")
    assert [rules.find(path).most for path in paths] == [1, 1, 2, 4, 3, 2, 100]


@pytest.mark.parametrize(
    ("path", "below"),
    [
        ("/api/auth/ok", "/ok"),
        ("/api/auth/ok/", "/ok"),
        ("/api/auth/ok///", "/ok"),
        ("/api/auth", "/"),
        ("/api/auth/", "/"),
        ("/api/auth//ok", "//ok"),
        ("/api/authority", "/api/authority"),
        ("/api/other/", "/api/other"),
        ("/", "/"),
        ("//", "/"),
    ],
)
def test_the_path_of_a_key(path: str, below: str) -> None:
    assert rules.path_below("/api/auth", path) == below


def test_counting_at_once_is_the_same_count() -> None:
    clock = Clock()
    limits = RequestLimits(MemoryStore(clock), ())

    async def run() -> None:
        for _ in range(50):
            assert limits.count("192.0.2.7", "/ok", "name") == 0
            await limits.check("192.0.2.7", "/ok")
        assert limits.count("192.0.2.7", "/ok", "name") == 10
        with pytest.raises(APIError, match="429"):
            await limits.check("192.0.2.7", "/ok")
        clock.now += 10_000
        assert limits.count("192.0.2.7", "/ok", "name") == 0

    at_once(run())


def test_what_has_to_wait_or_be_said_is_not_counted_at_once() -> None:
    assert RequestLimits(DatabaseStore(Database("", 1)), ()).count("192.0.2.7", "/ok", "name")
    assert RequestLimits(MemoryStore(), ()).count("", "/ok", "name")
    assert RequestLimits(None, ()).count("", "/ok", "name") == 0


def test_keys_are_better_auths_and_never_long() -> None:
    assert rules.key("192.0.2.7", "/sign-in/email") == "192.0.2.7|/sign-in/email"
    long = {rules.key("192.0.2.7", "/reset-password/" + "x" * length) for length in (400, 401, 50_000)}
    assert len(long) == 3
    assert all(len(key) < 100 and key.startswith("192.0.2.7|") for key in long)
