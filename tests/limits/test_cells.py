"""Shares of a limit in memory that several processes have in common: exactly as many pass as may. S12."""

import functools
import os
import random
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.limits import SharedStore, cells, shared, table
from server.limits.bounded import monotonic
from server.limits.cells import Cells
from server.limits.rules import Limit
from tests.limits.test_shared import fork
from tests.limits.test_stores import Model
from tests.limits.travel import Clock


@pytest.fixture
def descriptor() -> Iterator[int]:
    """Of what a supervisor hands to its workers."""
    with shared.make() as file:
        yield file.fileno()


class Asker:
    """A process that is asked for one limit, by names."""

    def __init__(self, store: SharedStore, limit: Limit, now: Callable[[], int] = monotonic) -> None:
        self._store, self._limit, self._now = store, limit, now
        self._add = store.adder(limit)

    def ask(self, key: str, name: str = "") -> int:
        """0 when the request is allowed, else the seconds to wait."""
        waits = self._add(name or key, self._now())
        return self._store.request_at_once(key, self._limit, name or key) if waits is None else waits


def askers(descriptor: int, limit: Limit, clock: Clock, places: int, workers: int) -> list[Asker]:
    return [Asker(SharedStore(descriptor, place, workers, clock), limit, clock) for place in range(places)]


steps = st.tuples(st.integers(0, 4), st.integers(1, 40), st.sampled_from((0, 1, 9_999, 10_000, 10_001)))


@pytest.mark.parametrize(("places", "workers"), [(2, 2), (5, 2), (9, 9)])
@given(most=st.sampled_from((1, 3, 7, 40, 100)), rounds=st.lists(steps, max_size=12))
@settings(max_examples=60, deadline=None)
def test_processes_in_turn_count_as_the_model(
    places: int, workers: int, most: int, rounds: list[tuple[int, int, int]]
) -> None:
    clock, model, limit = Clock(), Model(), Limit("*", most, 10)
    with shared.make() as file:
        number = os.dup(file.fileno())
    asked = askers(number, limit, clock, places, workers)
    weakref.finalize(asked[0], os.close, number)
    for place, times, pause in rounds:
        clock.now += pause
        for _ in range(times):
            assert asked[place % places].ask("key") == model.wait(clock.now, limit)


@pytest.mark.parametrize("most", [5, 100, 1000])
def test_processes_at_once_let_exactly_as_many_pass(descriptor: int, most: int) -> None:
    """Half of them on one processor, so that they are stopped between any two steps."""
    keys = [f"192.0.2.{number}" for number in range(12)]
    near, far = os.pipe()

    def work(place: int) -> None:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0)) if place % 2 else max(os.sched_getaffinity(0))})
        asker, order = Asker(SharedStore(descriptor, place, 4), Limit("*", most, 600)), random.Random(place)
        for _ in range(most // 2):
            for key in order.sample(keys, len(keys)):
                if asker.ask(key) == 0:
                    os.write(far, bytes([keys.index(key)]))

    children = [fork(functools.partial(work, place)) for place in range(6)]
    os.close(far)
    with os.fdopen(near, "rb") as passed:
        assert Counter(passed.read()) == dict.fromkeys(range(len(keys)), most)
    for child in children:
        os.waitpid(child, 0)


class Interrupted:
    """Words of the memory; before or after the next part is written something else happens."""

    def __init__(self, words: Any) -> None:
        self._words = words
        self.before: Callable[[], object] | None = None
        self.after: Callable[[], object] | None = None

    def __getitem__(self, place: Any) -> Any:
        return self._words[place]

    def __setitem__(self, place: int, value: int) -> None:
        before, after, self.before, self.after = self.before, self.after, None, None
        if before:
            before()
        self._words[place] = value
        if after:
            after()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("times", range(1, 23))
def test_shares_are_taken_back_while_one_is_used(descriptor: int, moment: str, times: int) -> None:
    clock, limit = Clock(), Limit("*", 100, 10)
    one, other = (SharedStore(descriptor, place, 2, clock) for place in range(2))
    words = one._requests._words = Interrupted(one._requests._words)  # type: ignore[assignment]
    asker, rival = Asker(one, limit, clock), Asker(other, limit, clock)
    allowed = [asker.ask("key"), rival.ask("key"), *(asker.ask("key") for _ in range(times))]

    def use_up() -> None:
        allowed.extend(rival.ask("key") for _ in range(30))

    setattr(words, moment, use_up)
    allowed += [asker.ask("key") for _ in range(60)]
    assert words.before is words.after is None
    allowed += [rival.ask("key") for _ in range(60)]
    assert allowed.count(0) == 100


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_window_ends_while_a_share_is_used(descriptor: int, moment: str) -> None:
    clock, limit = Clock(), Limit("*", 100, 10)
    one, other = (SharedStore(descriptor, place, 2, clock) for place in range(2))
    words = one._requests._words = Interrupted(one._requests._words)  # type: ignore[assignment]
    asker, rival = Asker(one, limit, clock), Asker(other, limit, clock)
    assert [asker.ask("key") for _ in range(9)] == [0] * 9
    allowed = []

    def begin_anew() -> None:
        clock.now += 10_000
        allowed.append(rival.ask("key"))

    setattr(words, moment, begin_anew)
    assert asker.ask("key") == 0
    allowed += [rival.ask("key") for _ in range(150)]
    # Whether the one that came with the end of the window belongs to the old one or to the new one is open.
    assert allowed.count(0) in (99, 100)


def test_one_who_has_many_names_is_counted_once(descriptor: int) -> None:
    clock = Clock()
    asker = Asker(SharedStore(descriptor, 0, 2, clock), Limit("*", 100, 10), clock)
    names = [f"proxy|{number}" for number in range(7)]
    assert [asker.ask("key", names[number % 7]) for number in range(120)].count(0) == 100


def test_who_is_pushed_out_is_counted_anew_and_nobody_else_for_it(descriptor: int) -> None:  # S46
    clock, limit = Clock(), Limit("*", 100, 10)
    counts = Cells(
        SharedStore(descriptor, 0, 1, clock)._requests._memory, descriptor, 0, 1, b"secret", 0, 1, clock
    )
    add = counts.adder(limit)
    for number in range(table.WAYS):
        counts.count(f"key {number}", limit, f"name {number}")
        counts.count(f"key {number}", limit, f"name {number}")
    clock.now += 10_000
    assert [counts.count("new", limit, "new"), counts.count("new", limit, "new")] == [0, 0]
    assert [add(f"name {number}", clock.now) for number in range(table.WAYS)] == [0] * table.WAYS
    assert [add("new", clock.now) for _ in range(120)].count(0) == 98


def test_a_limit_larger_than_a_share_can_be(descriptor: int) -> None:
    clock, limit = Clock(), Limit("*", 300_000, 10)
    store = SharedStore(descriptor, 0, 1, clock)
    asker = Asker(store, limit, clock)
    assert all(asker.ask("key") == 0 for _ in range(300_000))
    assert asker.ask("key") == 10
    assert cells.WIDTH == 64
