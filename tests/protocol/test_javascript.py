"""JSON as JavaScript has it."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.protocol import javascript
from server.protocol.javascript import Date

NUMBERS = [
    (0.0, "0"),
    (-0.0, "0"),
    (1.0, "1"),
    (-1.5, "-1.5"),
    (0.1, "0.1"),
    (1e-6, "0.000001"),
    (1e-7, "1e-7"),
    (1.25e-9, "1.25e-9"),
    (1e20, "100000000000000000000"),
    (1e21, "1e+21"),
    (123456789012345680000.0, "123456789012345680000"),
    (1.7976931348623157e308, "1.7976931348623157e+308"),
    (5e-324, "5e-324"),
    (2**53 + 1, "9007199254740992"),
    (math.inf, "null"),
]


@pytest.mark.parametrize(("value", "text"), NUMBERS)
def test_numbers(value: float, text: str) -> None:
    assert javascript.number(value) == text


READ_AND_WRITTEN = [
    ('{ "b" : 1.0 , "a" : [ true , null , "x" ] }', '{"b":1,"a":[true,null,"x"]}'),
    ('{"b":1,"10":2,"2":3,"01":4,"-1":5}', '{"2":3,"10":2,"b":1,"01":4,"-1":5}'),
    ('{"4294967295":1,"4294967294":2}', '{"4294967294":2,"4294967295":1}'),
    ('{"a":1,"b":2,"a":3}', '{"a":3,"b":2}'),
    ('"\\ud83d\\ude00 \\udc00\\ud800"', '"😀 \\udc00\\ud800"'),
    (
        '"\\u2028\\u007f\\/\\u0000\\u001f\\b\\f\\n\\r\\t\\"\\\\"',
        '"\u2028\x7f/\\u0000\\u001f\\b\\f\\n\\r\\t\\"\\\\"',
    ),
    ("[1e400,-1e400,12345678901234567890,-0]", "[null,null,12345678901234567000,0]"),
]


@pytest.mark.parametrize(("read", "written"), READ_AND_WRITTEN)
def test_what_is_read_is_printed_as_javascript_prints_it(read: str, written: str) -> None:
    assert javascript.stringify(javascript.parse(read)) == written


@pytest.mark.parametrize(
    "text", ["", "NaN", "Infinity", "-Infinity", "{'a':1}", "[1,]", "1 2", '"\n"', "[" * 100_000]
)
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        javascript.parse(text)


def test_what_is_too_deep_to_write() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match="deep"):
        javascript.stringify(deep)


def test_what_json_has_not() -> None:
    with pytest.raises(TypeError, match="bytes"):
        javascript.stringify({"a": b""})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_what_is_written_is_read_and_written_the_same(value: object) -> None:
    once = javascript.stringify(value)
    assert javascript.stringify(javascript.parse(once)) == once


@given(st.text(st.characters(), max_size=40) | st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")))
def test_reading_anything_gives_a_value_or_a_value_error(text: str) -> None:
    try:
        value = javascript.parse(text)
    except ValueError:
        return
    javascript.stringify(javascript.revive(value))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_as_itself(value: float) -> None:
    assert float(json.loads(javascript.number(value))) == value


DATES = [
    ("2021-01-01T00:00:00Z", "2021-01-01T00:00:00.000Z"),
    ("2021-02-30T00:00:00Z", "2021-03-02T00:00:00.000Z"),
    ("2021-04-31T24:00:00Z", "2021-05-02T00:00:00.000Z"),
    ("2021-01-01T00:00:00.9996Z", "2021-01-01T00:00:00.999Z"),
    ("2021-01-01T00:00:00.1Z", "2021-01-01T00:00:00.100Z"),
    ("0000-02-30T00:00:00Z", "0000-03-01T00:00:00.000Z"),
    ("9999-12-31T24:00:00Z", "+010000-01-01T00:00:00.000Z"),
    ("1900-02-29T00:00:00Z", "1900-03-01T00:00:00.000Z"),
]


@pytest.mark.parametrize(("text", "shown"), DATES)
def test_dates(text: str, shown: str) -> None:
    assert javascript.date(text) == shown


NO_DATES = [
    "2021-13-01T00:00:00Z",
    "2021-01-00T00:00:00Z",
    "2021-01-32T00:00:00Z",
    "2021-01-01T24:00:01Z",
    "2021-01-01T24:00:00.0001Z",
    "2021-01-01T23:60:00Z",
    "2021-01-01T23:59:60Z",
    "2021-01-01T00:00:00.Z",
    "2021-01-01T00:00:00Z\n",
    "2021-01-01T00:00:00+00:00",
    "2021-01-01",
    "٢٠٢١-01-01T00:00:00Z",
]


@pytest.mark.parametrize("text", NO_DATES)
def test_no_dates(text: str) -> None:
    assert javascript.date(text) is None


def test_dates_are_found_wherever_they_stand() -> None:
    found = javascript.revive({"a": ["2021-01-01T00:00:00Z", {"b": "x"}], "c": 1})
    assert found == {"a": ["2021-01-01T00:00:00.000Z", {"b": "x"}], "c": 1}
    assert isinstance(found, dict)
    assert isinstance(found["a"][0], Date)
    assert javascript.revive(found["a"][0]) is found["a"][0]
    assert found["a"][0].moment().year == 2021
