"""Random ids: every letter, as often as each other one."""

import string
from collections import Counter

import pytest

from server.crypto.random import ALPHANUMERIC, random_id, random_letters


@pytest.mark.parametrize("length", [1, 32, 48, 5000])
def test_ids_are_as_long_as_they_are_asked_for_and_never_the_same(length: int) -> None:
    assert len(random_id(length)) == length
    assert length == 1 or random_id(length) != random_id(length)


def test_every_letter_comes_as_often_as_the_others() -> None:
    """Within ten times the deviation that chance has: what is taken from the wrong range is off by a quarter."""
    times = 10_000
    counted = Counter(random_id(len(ALPHANUMERIC) * times))
    assert set(counted) == set(ALPHANUMERIC)
    assert all(abs(number - times) < 10 * times**0.5 for number in counted.values())


def test_letters_alone_and_each_of_them() -> None:
    found = random_letters(5000)
    assert len(found) == 5000
    assert set(found) == set(string.ascii_letters)
