"""Counts in memory: never too many, and none that matters is pushed out by those that do not."""

from hypothesis import given
from hypothesis import strategies as st

from server.limits import MemoryStore
from server.limits.bounded import Bounded
from server.limits.rules import Limit
from tests.limits.test_stores import at_once
from tests.limits.travel import Clock

LIFE = (10, 60)


def keys(bounded: Bounded) -> set[str]:
    return set(bounded._entries)


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 40), st.integers(0, 1), st.booleans()), max_size=200
    )
)
def test_as_a_dict_that_forgets(steps: list[tuple[int, int, int, bool]]) -> None:
    """With room enough it is a dict whose entries end."""
    clock = Clock()
    bounded, model = Bounded(clock), dict[str, tuple[int, int]]()
    for count, (pause, key, rank, drop) in enumerate(steps):
        clock.now += pause
        if drop:
            bounded.drop(str(key))
            model.pop(str(key), None)
        else:
            bounded.put(str(key), count, clock.now + LIFE[rank], rank)
            model[str(key)] = (count, clock.now + LIFE[rank])
        for each in range(41):
            found, (known, until) = bounded.get(str(each)), model.get(str(each), (0, 0))
            assert (found.count if found else None) == (known if until > clock.now else None)
        assert sorted(map(id, bounded._entries.values())) == sorted(
            id(entry) for shelf in bounded._shelves.values() for entry in shelf.values()
        )


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 99), st.integers(0, 3)), max_size=300))
def test_never_too_many(steps: list[tuple[int, int, int]]) -> None:
    clock = Clock()
    bounded = Bounded(clock, most=10)
    for pause, key, rank in steps:
        clock.now += pause
        bounded.put(str(key), 1, clock.now + 20 * (rank + 1), rank)
        assert len(bounded) <= 10
        assert bounded.get(str(key)), "the newcomer itself is never the one to go"


def test_what_is_over_goes_first_then_the_lowest_rank_and_its_oldest() -> None:
    clock = Clock()
    bounded = Bounded(clock, most=5)
    bounded.put("over", 9, clock.now + 1, 9)
    for name, rank in (("spent", 3), ("old", 1), ("young", 1), ("high", 2)):
        bounded.put(name, 1, clock.now + 100, rank)
    clock.now += 1
    bounded.put("new", 1, clock.now + 100, 1)
    assert keys(bounded) == {"spent", "old", "young", "high", "new"}
    bounded.put("newer", 1, clock.now + 100, 2)
    assert keys(bounded) == {"spent", "young", "high", "new", "newer"}


def test_what_is_over_is_tidied_away_while_others_come() -> None:
    clock = Clock()
    bounded = Bounded(clock)
    for number in range(1000):
        bounded.put(f"old {number}", 1, clock.now + 10, number % 3)
    clock.now += 10
    for number in range(1000):
        bounded.put(f"new {number}", 1, clock.now + 10, 0)
    assert len(bounded) == 1000


def test_a_flood_of_paths_does_not_reset_a_count() -> None:
    """Who is refused cannot get rid of that by asking for as many paths as memory has room for."""
    clock, limit = Clock(), Limit("*", 3, 10)
    store = MemoryStore(clock)
    store._requests._most = 100

    async def run() -> None:
        for _ in range(3):
            assert await store.request("me|/sign-in/email", limit) == 0
        for number in range(1000):
            await store.request(f"me|/{number}", Limit("*", 100, 10))
        assert await store.request("me|/sign-in/email", limit) == 10
        for number in range(1000):
            for _ in range(2):
                await store.request(f"me|/sign-in/{number}", limit)
        assert await store.request("me|/sign-in/email", limit) == 10

    at_once(run())


def test_guesses_at_many_accounts_do_not_reset_one() -> None:
    clock = Clock()
    store = MemoryStore(clock)
    store._accounts._most = 100

    async def run() -> None:
        while await store.attempt("target") == 0:
            pass
        for number in range(1000):
            await store.attempt(f"other {number}")
        assert await store.attempt("target") == 30

    at_once(run())
