"""PASSWORD_CHECK=common: what is guessed first. S4."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.passwords.common_passwords import is_common, is_made_of, most_used

WHO = ("AI-Editor", "Ada Lovelace", "countess.ada@engine.example")


def wide(text: str) -> str:
    """The same letters as an East Asian keyboard types them in full width."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


@pytest.mark.parametrize(
    "password",
    ["password", "PASSWORD", "PassWord", "12345678", "qwertyuiop", "letmein", wide("password"), "trustno1"],
)
def test_the_most_used_are_common(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize(
    "password",
    ["", "correct horse battery staple", "password and more", "wordpass8151", "\ud800" * 8, "\x00"],
)
def test_others_are_not(password: str) -> None:
    assert not is_common(password)


def test_the_list_is_long_enough() -> None:
    assert len(most_used()) == 30_000
    assert sum(len(password) >= 8 for password in most_used()) > 3_000


@pytest.mark.parametrize(
    "password",
    [
        "lovelace",
        "LOVELACE",
        "Ada Lovelace",
        "adalovelace1815",
        "Lovelace-Ada!",
        "ada.ada.ada.ada",
        "countess",
        "countess.ada",
        "Countess2024!!!",
        "countess.ada@engine.example",
        "engineexample",
        "1815lovelace",
        "AI-Editor",
        "aieditor",
        "ai editor 2024",
        "EditorEditor",
        wide("lovelace"),
    ],
)
def test_made_of_what_others_know(password: str) -> None:
    assert is_made_of(password, WHO)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "        ",
        "correct horse battery staple",
        "lovelace and the engines",
        "adamantine",
        "lovelace18151",
        "all my countess",
        "12345678",
        "\ud800" * 8,
    ],
)
def test_more_than_that(password: str) -> None:
    assert not is_made_of(password, WHO)


def test_short_words_and_empty_ones_do_not_matter() -> None:
    assert not is_made_of("al al al al", ("Al", "a@b.co", "", "  ", "@@@"))


@given(st.text(max_size=200), st.lists(st.text(), max_size=3))
def test_any_text_is_judged(password: str, context: list[str]) -> None:
    assert is_made_of(password, context) in (True, False)
    assert is_common(password) in (True, False)


def test_endless_names_take_no_time() -> None:
    assert not is_made_of("x y z " * 700, ("ab cd ef " * 100_000, "@" * 1_000_000))
