"""Reading the Cookie header twice, as better-auth does, and cookies that are too long for one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.sessions.cookies import MAX_CHUNKS, MAX_SIZE, Cookies, RequestCookies, parse

COOKIES = Cookies("a secret for tests alone, of more than thirty-two bytes", False, 604800)
NAME = COOKIES.session_data
FIT = MAX_SIZE - len(f"{NAME}.99=; Max-Age=300; Path=/; HttpOnly; SameSite=Lax")


def pairs(lines: list[str]) -> dict[str, str]:
    """What a browser keeps of Set-Cookie values."""
    kept: dict[str, str] = {}
    for line in lines:
        name, _, rest = line.partition("=")
        kept[name] = rest.partition(";")[0]
        if "Max-Age=0" in line:
            del kept[name]
    return kept


def request(kept: dict[str, str]) -> RequestCookies:
    return parse("; ".join(f"{name}={value}" for name, value in kept.items()))


@pytest.mark.parametrize(
    ("header", "first", "chunk"),
    [
        ("a=1; a=2", "1", "2"),
        ("a=1; a=", "1", ""),
        ('a="x"', "x", "x"),
        ('a="x', "", None),
        ('a=x"', 'x"', None),
        ("a=x\\y", "x\\y", None),
        ("a=%20b", " b", " b"),
        ("a=%zz", "%zz", "%zz"),
        ("a=x,y", "x,y", "x,y"),
        ("a=é", "é", None),
        (" a\t=\t1 ", "1", "1"),
        ("a=1=2", "1=2", "1=2"),
        ("a", None, None),
        ("", None, None),
    ],
)
def test_the_two_readers(header: str, first: str | None, chunk: str | None) -> None:
    found = parse(header)
    assert found.get("a") == first
    assert found.chunks.get("a") == chunk


def test_a_name_that_is_no_name_has_no_chunk() -> None:
    found = parse("a(b=1; =2; c d=3")
    assert found.chunks == {}
    assert found == {"a(b": "1", "": "2", "c d": "3"}


@given(st.text())
@example("better-auth.session_data.99999999999999999999=x")
def test_any_header_is_read(header: str) -> None:
    found = parse(header)
    COOKIES.read_stored(found, NAME)
    COOKIES.clear_session(found)
    assert COOKIES.read_signed(found, COOKIES.session_token) is None


# Chunks


@pytest.mark.parametrize(
    "suffix", ["x", "", "01", "-1", "1.5", "1e1", "+1", " 1", "9007199254740992", "\u0661"]
)
def test_what_is_no_chunk(suffix: str) -> None:
    found = RequestCookies()
    found.chunks = {f"{NAME}.{suffix}": "x"}
    assert COOKIES.stored_names(found, NAME) == []
    assert COOKIES.read_stored(found, NAME) == ""


def test_chunks_are_joined_by_number() -> None:
    found = parse(f"{NAME}.10=c; {NAME}.2=b; {NAME}.0=a; {NAME}.9007199254740991=d")
    assert COOKIES.read_stored(found, NAME) == "abcd"
    assert COOKIES.stored_names(found, NAME) == [f"{NAME}.{n}" for n in (10, 2, 0, 9007199254740991)]


def test_the_whole_goes_before_chunks_unless_it_is_empty() -> None:
    assert COOKIES.read_stored(parse(f"{NAME}.0=a; {NAME}=whole"), NAME) == "whole"
    assert COOKIES.read_stored(parse(f"{NAME}.0=a; {NAME}="), NAME) == "a"
    assert COOKIES.read_stored(parse(f"{NAME}=; {NAME}.0="), NAME) == ""


@pytest.mark.parametrize(
    ("length", "count"), [(0, 0), (1, 0), (FIT, 0), (FIT + 1, 2), (2 * FIT, 2), (2 * FIT + 1, 3)]
)
def test_a_cookie_is_split_where_a_browser_would_refuse_it(length: int, count: int) -> None:  # S30
    lines = COOKIES.write_stored(RequestCookies(), NAME, "v" * length, 300)
    names = [line.partition("=")[0] for line in lines]
    assert names == ([f"{NAME}.{n}" for n in range(count)] if count else [NAME])
    assert all(len(line) <= MAX_SIZE for line in lines)


def test_what_no_longer_serves_expires_where_it_stood() -> None:
    found = parse(f"{NAME}.1=b; {NAME}=w; {NAME}.0=a; {NAME}.7=x")
    cut = MAX_SIZE - len(f"{NAME}.99=; Path=/; HttpOnly; SameSite=Lax")
    lines = COOKIES.write_stored(found, NAME, "v" * (cut + 3), None)
    end = "; Path=/; HttpOnly; SameSite=Lax"
    assert lines == [
        f"{NAME}.1={'v' * 3}{end}",
        f"{NAME}=; Max-Age=0{end}",
        f"{NAME}.0={'v' * cut}{end}",
        f"{NAME}.7=; Max-Age=0{end}",
    ]


def test_what_is_too_long_for_a_hundred_cookies_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    most = "v" * (FIT * MAX_CHUNKS)
    assert len(COOKIES.write_stored(RequestCookies(), NAME, most, 300)) == MAX_CHUNKS
    assert not caplog.records
    found = parse(f"{NAME}=old")
    assert pairs(COOKIES.write_stored(found, NAME, most + "v", 300)) == {}
    assert "too large" in caplog.text


values = st.integers(0, 4 * FIT).map(lambda length: ("abcdefghij_-." * (length // 13 + 1))[:length])


@given(st.lists(values, min_size=1, max_size=4), st.sampled_from([None, 300]))
def test_what_is_split_is_joined_again(given_values: list[str], age: int | None) -> None:
    kept: dict[str, str] = {}
    for value in given_values:
        lines = COOKIES.write_stored(request(kept), NAME, value, age)
        assert all(len(line) <= MAX_SIZE for line in lines)
        kept |= pairs(lines)
        kept = {name: text for name, text in kept.items() if f"{name}=; Max-Age=0" not in "\n".join(lines)}
        assert COOKIES.read_stored(request(kept), NAME) == value
    cleared = COOKIES.clear_session(request(kept))
    assert kept.keys() <= {line.partition("=")[0] for line in cleared}


def test_an_answer_that_clears_takes_back_what_it_set() -> None:
    for name in ("session_token", "session_data", "session_data.0", "dont_remember"):
        assert COOKIES.is_session(f"better-auth.{name}=x; Path=/")
    for name in ("session_datum", "state", "session_token2"):
        assert not COOKIES.is_session(f"better-auth.{name}=x; Path=/")
