"""The session's cookie to the byte, and nothing else that passes for it. S28 S30 S42."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.crypto import signatures
from server.crypto.random import random_id
from server.sessions.cookies import Cookies, parse

SECRET = "a secret for tests alone, of more than thirty-two bytes"
COOKIES = Cookies(SECRET, False, 604800)
SECURE = Cookies(SECRET, True, 604800)
TOKEN = "Ab3dEf6hIj9lMn2pQr5tUv8xYz1BcD4f"
# As better-auth 1.7.25 writes it with that secret.
LINE = (
    f"better-auth.session_token={TOKEN}.mwHTN3GnTLxba5TBlVXEbuFQtdkLBKQrubLZ7BxHaB4%3D; Max-Age=604800; Path=/;"
    " HttpOnly; SameSite=Lax"
)
MARKER = "better-auth.dont_remember=true.s7SMreTQJGwwAFFR%2FswxcaoaKL4vx8CrEXKSBygyCzY%3D; Path=/; HttpOnly; SameSite=Lax"


def sent(line: str) -> dict[str, str]:
    return parse(line.partition(";")[0])


def test_written_as_better_auth_writes_it() -> None:
    assert COOKIES.write_session(TOKEN, True, {}) == [LINE]


def test_not_remembered() -> None:
    token, marker = COOKIES.write_session(TOKEN, False, {})
    assert token == LINE.replace(" Max-Age=604800;", "")
    assert marker == MARKER


def test_remembered_again() -> None:
    written = COOKIES.write_session(TOKEN, True, sent(MARKER))
    assert written[1:] == ["better-auth.dont_remember=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"]


def test_a_forged_marker_is_not_answered() -> None:
    assert COOKIES.write_session(TOKEN, True, {"better-auth.dont_remember": "true.forged"}) == [LINE]


def test_secure() -> None:
    (line,) = SECURE.write_session(TOKEN, True, {})
    assert line == "__Secure-" + LINE.replace("HttpOnly;", "HttpOnly; Secure;")


def test_cleared_with_the_attributes_it_was_set_with() -> None:
    for cookies, prefix, secure in ((COOKIES, "", ""), (SECURE, "__Secure-", " Secure;")):
        cleared = cookies.clear_session(parse(""))
        assert cleared == [
            f"{prefix}better-auth.{name}=; Max-Age=0; Path=/; HttpOnly;{secure} SameSite=Lax"
            for name in ("session_token", "session_data", "dont_remember")
        ]


def test_read_as_better_auth_signs_it() -> None:
    assert COOKIES.read_signed(sent(LINE), COOKIES.session_token) == TOKEN


@pytest.mark.parametrize(
    "value",
    [
        "",
        ".",
        TOKEN,
        f"{TOKEN}.",
        ".mwHTN3GnTLxba5TBlVXEbuFQtdkLBKQrubLZ7BxHaB4=",
        f"{TOKEN}.mwHTN3GnTLxba5TBlVXEbuFQtdkLBKQrubLZ7BxHaB4",
        f"{TOKEN}.mwHTN3GnTLxba5TBlVXEbuFQtdkLBKQrubLZ7BxHaB5=",
        f"{TOKEN}.mwHTN3GnTLxba5TBlVXEbuFQtdkLBKQrubLZ7BxHaB4==",
        f"{TOKEN}.mwHTN3GnTLxba5TBlVXEbuFQtdkLBKQrubLZ7BxHaB4=.",
        f"{TOKEN.lower()}.mwHTN3GnTLxba5TBlVXEbuFQtdkLBKQrubLZ7BxHaB4=",
        f"{TOKEN}x.mwHTN3GnTLxba5TBlVXEbuFQtdkLBKQrubLZ7BxHaB4=",
        f"{TOKEN}." + "ä" * 43 + "=",
        f"{TOKEN}." + "\ud800" * 43 + "=",
    ],
)
def test_nothing_else_is_read(value: str) -> None:
    assert COOKIES.read_signed({COOKIES.session_token: value}, COOKIES.session_token) is None


def test_another_secret_reads_nothing() -> None:
    other = Cookies(SECRET + "!", False, 604800)
    assert other.read_signed(sent(LINE), other.session_token) is None


def test_the_name_is_part_of_the_door_not_of_the_signature() -> None:
    """As in better-auth: what is signed for one cookie is signed for all, so values must not be interchangeable."""
    marker = sent(MARKER)["better-auth.dont_remember"]
    assert COOKIES.read_signed({COOKIES.session_token: marker}, COOKIES.session_token) == "true"


VALUES = st.text(st.characters(codec="utf-8"), min_size=1)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(VALUES)
def test_any_value_comes_back(value: str) -> None:
    line = COOKIES.write_signed("name", value, None)
    assert line.isascii()
    assert line.isprintable()
    assert COOKIES.read_signed(sent(line), "name") == value


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(max_size=60), st.integers(0, 80), st.text(max_size=2))
def test_no_change_is_let_through(noise: str, place: int, piece: str) -> None:
    good = f"{TOKEN}.{signatures.sign(SECRET, TOKEN)}"
    for value in (noise, f"{TOKEN}.{noise}", good[:place] + piece + good[place + 1 :]):
        found = COOKIES.read_signed({"name": value}, "name")
        assert found is None or value == good


def test_tokens_are_random_letters_and_digits() -> None:  # S21
    made = {random_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(token) == 32 and token.isascii() and token.isalnum() for token in made)
    assert len(set("".join(made))) == 62
    assert len(random_id(24)) == 24
