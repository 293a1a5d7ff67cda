"""What is kept of sessions in memory: how many, which go first, and what those of one person share."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.model import ExtendedUser, Session, SignedIn, User
from server.sessions.lru import LONGEST, Shelf, digest
from server.sessions.rendered import Finished

THEN = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
ADA = User("ada", "Ada", "ada@example.com", True, None, THEN, THEN)
GRACE = replace(ADA, id="grace", email="grace@example.com")
ANSWER = Finished(b"A: b\r\n", b"{1}", b"{2}")


def signed_in(token: str, user: User = ADA) -> SignedIn:
    return SignedIn(Session(token, THEN, token, THEN, THEN, None, None, user.id), user)


def put(shelf: Shelf, token: str, user: User = ADA) -> SignedIn:
    """Keeps a session with its answer for the Cookie header `token`."""
    shelf.put(digest(token), signed_in(token, user))
    found = shelf.find(digest(token))
    assert found
    shelf.put_answer(found, token, ANSWER, 10.0)
    return found


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(3)


def test_what_is_put_is_found(shelf: Shelf) -> None:
    put(shelf, "a")
    assert shelf.find(digest("a")) == signed_in("a")
    assert shelf.answer("a", 9.9) == b'A: b\r\nContent-Length: 26\r\n\r\n{"session":{1},"user":{2}}'
    assert shelf.answer("a", 10.0) is None
    assert shelf.find(digest("b")) is None


def test_the_least_recently_read_goes_first(shelf: Shelf) -> None:
    for token in "abc":
        put(shelf, token)
    shelf.find(digest("a"))
    shelf.answer("b", 0.0)
    put(shelf, "d")
    assert [shelf.answer(token, 0.0) is not None for token in "abcd"] == [True, True, False, True]
    assert len(shelf) == 3


def test_a_person_is_kept_once(shelf: Shelf) -> None:
    put(shelf, "a")
    other = put(shelf, "b", replace(ADA))
    first = shelf.find(digest("a"))
    assert first
    assert first.user is other.user


def test_a_user_who_is_known_otherwise_drops_what_was_known(shelf: Shelf) -> None:
    put(shelf, "a")
    put(shelf, "g", GRACE)
    put(shelf, "b", replace(ADA, name="Augusta"))
    assert shelf.find(digest("a")) is None
    assert shelf.answer("a", 0.0) is None
    assert shelf.find(digest("g")) is not None
    shelf.drop_user("ada")
    assert shelf.find(digest("b")) is None
    assert len(shelf) == 1


def test_an_answer_made_from_what_is_gone_is_not_kept(shelf: Shelf) -> None:
    old = put(shelf, "a")
    shelf.drop(digest("a"))
    shelf.put_answer(old, "a", ANSWER, 10.0)
    assert shelf.answer("a", 0.0) is None
    shelf.put(digest("a"), signed_in("a"))
    shelf.put_answer(old, "a", ANSWER, 10.0)
    assert shelf.answer("a", 0.0) is None


def test_nothing_is_left_behind(shelf: Shelf) -> None:
    for number in range(20):
        put(shelf, str(number), replace(ADA, id=str(number % 7)))
    for number in range(20):
        shelf.drop(digest(str(number)))
    assert not any((shelf._kept, shelf._people, shelf._answers))


LONG = "x" * LONGEST


@pytest.mark.parametrize(
    "who",
    [
        signed_in("a", replace(ADA, name=LONG)),
        signed_in("a", replace(ADA, image=LONG)),
        signed_in("a", replace(ADA, name=LONG[: LONGEST // 2], image=LONG[: LONGEST // 2])),
        signed_in("a", replace(ADA, name="€" * (LONGEST // 2))),
        SignedIn(replace(signed_in("a").session, user_agent=LONG), ADA),
        signed_in("a", ExtendedUser("ada", "Ada", "a@b.c", True, None, THEN, THEN, {"taste": {"x": [LONG]}})),
        signed_in("a", ExtendedUser("ada", "Ada", "a@b.c", True, None, THEN, THEN, {"note": LONG})),
    ],
)
def test_long_rows_are_not_kept(shelf: Shelf, who: SignedIn) -> None:  # S46
    put(shelf, "a")
    shelf.put(digest("a"), who)
    assert shelf.find(digest("a")) is None
    assert (len(shelf), shelf.weight) == (0, 0)


def test_bytes_are_a_bound_too() -> None:  # S46
    shelf = Shelf(1000, 20_000)
    for number in range(30):
        user = replace(ADA, id=f"{number}", name="x" * 3000)
        put(shelf, f"{number}", user)
        assert shelf.weight <= 20_000
    assert 2 < len(shelf) < 7
    assert shelf.find(digest("29"))
    assert shelf.find(digest("3")) is None


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.sampled_from(["put", "drop", "drop_user", "answer"])),
        max_size=40,
    )
)
def test_what_is_let_go_counts_no_more(steps: list[tuple[str, str]]) -> None:
    shelf = Shelf(4, 9_000)
    for token, step in steps:
        user = replace(
            ADA, id=token if token < "c" else "shared", name=token * (40 if step == "put" else 900)
        )
        if step == "drop":
            shelf.drop(digest(token))
        elif step == "drop_user":
            shelf.drop_user(user.id)
        else:
            shelf.put(digest(token), signed_in(token, user))
            found = shelf.find(digest(token))
            if found and step == "answer":
                shelf.put_answer(found, token * 9, ANSWER, 10.0)
        assert (shelf.weight > 0) is (len(shelf) > 0)
        assert shelf.weight <= 9_000
    for token in "abcdef":
        shelf.drop(digest(token))
    assert shelf.weight == 0


def test_whom_a_cookie_header_leads_to(shelf: Shelf) -> None:
    """Known as long as the session is here, by the last header alone, and not after the end."""
    found = put(shelf, "a")
    before = shelf.weight
    for header in ("one", "a", "two"):
        shelf.know(found, header, 10.0)
        assert shelf.who(header, 9.0) == signed_in("a")
        assert shelf.who(header, 10.0) is None
    assert shelf.who("one", 9.0) is None
    assert shelf.answer("a", 9.0) == ANSWER.data
    assert shelf.weight >= before
    for token in "bcd":
        shelf.know(put(shelf, token), f"header of {token}", 10.0)
    assert shelf.who("two", 9.0) is None
    shelf.know(found, "two", 10.0)
    assert shelf.who("two", 9.0) is None
    for token in "bcd":
        shelf.drop(digest(token))
    assert not shelf._known
    assert shelf.weight == 0
