"""What is kept of sessions in memory: how many, which go first, and what those of one person share."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from server.model import Session, SignedIn, User
from server.sessions.lru import Shelf, digest
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
