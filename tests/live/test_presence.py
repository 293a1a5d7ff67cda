"""Carets and numbers alone."""

import json

import pytest

from server import clock
from server.live import presence
from server.live.frames import Nonsense
from server.live.numbers import Numbers
from server.live.presence import Presence, read, write

ADA, BOB = {"id": "ada"}, {"id": "bob"}
HERE, GONE = b'{"cursor":1}', b"null"


def shown(found: Presence) -> dict[int, int]:
    """Who is there, and their clocks."""
    return {client: clock for client, clock, _ in read(found.encode())}


def test_one_socket_speaks_for_a_few_in_however_many_messages() -> None:  # S46
    found = Presence()
    assert found.take(write([(client, 1, HERE) for client in range(1, 9)]), "a", ADA) == [1, 2, 3, 4]
    assert found.take(write([(9, 1, HERE), (2, 2, HERE)]), "a", ADA) == [2]
    assert found.take(write([(2, 99, HERE), (5, 1, HERE)]), "b", BOB) == [5]
    assert json.loads(read(found.encode([2]))[0][2])["user"] == ADA


def test_that_strangers_have_gone_is_no_news() -> None:  # S46
    found = Presence()
    assert found.take(write([(client, 1, GONE) for client in range(100)]), "a", ADA) == []
    assert found.take(write([(7, 1, HERE)]), "a", ADA) == [7]


def test_who_comes_again_is_seen_at_once() -> None:
    found = Presence()
    found.take(write([(7, 3, HERE)]), "a", ADA)
    assert found.leave("a") == [7]
    assert (shown(found), read(found.encode([7]))) == ({}, [(7, 3, GONE)])
    assert found.take(write([(7, 3, HERE)]), "b", ADA) == []
    assert found.take(write([(7, 4, HERE)]), "b", ADA) == [7]
    assert found.leave("a") == []
    assert shown(found) == {7: 4}


def test_another_process_says_what_its_own_do() -> None:
    found = Presence()
    assert found.hear(write([(7, 3, HERE)]), "there") == [7]
    assert found.take(write([(7, 9, HERE)]), "a", ADA) == []
    assert found.hear(write([(7, 3, HERE)]), "there") == []
    assert found.hear(write([(7, 2, GONE)]), "there") == []
    assert found.hear(write([(7, 3, GONE)]), "there") == [7]
    found.take(write([(8, 1, HERE)]), "a", ADA)
    assert found.own() == [8]


def test_who_says_nothing_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(clock, "steady", lambda: now)
    found = Presence()
    found.take(write([(7, 2**53 - 1, HERE)]), "a", ADA)
    now += presence.OUTDATED_SECONDS + 1
    assert shown(found) == {}
    now += presence.OUTDATED_SECONDS
    found.sweep()
    assert found.take(write([(7, 1, HERE)]), "b", BOB) == [7]


@pytest.mark.parametrize(
    "state", [b"[]", b"1", b"{", b'{"a":NaN}', b'{"a":"\\ud800"}', b"[" * 3000, b'"' * 5000]
)
def test_a_state_that_pages_could_not_read(state: bytes) -> None:
    with pytest.raises(Nonsense):
        Presence().take(write([(7, 1, state)]), "a", ADA)


def test_numbers_know_their_gaps() -> None:
    numbers = Numbers(3)
    for number, upto, gap in ((5, 3, True), (5, 3, True), (2, 3, True), (4, 5, False), (8, 5, True)):
        numbers.add(number)
        assert (numbers.upto, numbers.gap) == (upto, gap)
    for number, upto, gap in ((4, 5, True), (7, 8, False), (6, 8, False), (10, 10, False)):
        numbers.reach(number)
        assert (numbers.upto, numbers.gap) == (upto, gap)
