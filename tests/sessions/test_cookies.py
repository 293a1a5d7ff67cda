"""Reading the Cookie header twice, as better-auth does, and cookies that are too long for one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.sessions.cookies import MAX_SIZE, MAX_STORED, Cookies, RequestCookies, parse

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


@pytest.mark.parametrize(("length", "count"), [(0, 0), (1, 0), (FIT, 0), (FIT + 1, 2), (MAX_STORED, 2)])
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


def test_what_is_too_long_for_a_cookie_header_is_left_out() -> None:
    most = "v" * MAX_STORED
    found = parse(f"{NAME}=old; {NAME}.0=a; {NAME}.1=b; {NAME}.2=c")
    assert pairs(COOKIES.write_stored(found, NAME, most, 300)).keys() == {f"{NAME}.0", f"{NAME}.1"}
    lines = COOKIES.write_stored(found, NAME, most + "v", 300)
    assert lines == [COOKIES.expire(each) for each in (NAME, f"{NAME}.0", f"{NAME}.1", f"{NAME}.2")]


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("D=a; D=b; D=", ["a", "b"]),
        ("D=a; D=a; D.0=c", ["a", "c"]),
        ("D.0=a; D.1=b; D.0=c; D.1=d", ["cd", "ab"]),
        ("D.0=a; D.1=b; D.2=x; D.0=c; D.1=d", ["cdx", "abx", "cd", "ab"]),
        ("D.0=a; D.1=b; D.0=c; D.1=d; D.2=x", ["cdx", "abx", "cd", "ab"]),
    ],
)
def test_what_several_of_a_name_may_mean(header: str, values: list[str]) -> None:
    assert COOKIES.read_each_stored(parse(header.replace("D", NAME)), NAME) == values


@given(st.integers(1, 60), st.integers(1, 60))
def test_however_many_there_are_a_few_are_looked_at(chunks: int, rows: int) -> None:  # S46
    row = "; ".join(f"{NAME}.{n}=%d" for n in range(chunks))
    header = "; ".join(
        [row.replace("%d", str(n)) for n in range(rows)] + [f"{NAME}={n}" for n in range(rows)]
    )
    assert len(COOKIES.read_each_stored(parse(header), NAME)) <= 100


values = st.integers(0, MAX_STORED).map(lambda length: ("abcdefghij_-." * (length // 13 + 1))[:length])


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
