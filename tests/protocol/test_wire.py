"""JavaScript's ways with dates, URLs and numbers. The pairs were printed by Node."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server import clock
from server.protocol import uri, wire

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECONDS = st.integers(-62135596800000, 253402300799999)


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1, "1970-01-01T00:00:00.001Z"),
        (1795310400057, "2026-11-22T01:20:00.057Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (253402300799999, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_dates(milliseconds: int, text: str) -> None:
    moment = EPOCH + timedelta(milliseconds=milliseconds)
    assert wire.date(moment) == text
    assert clock.milliseconds(moment) == milliseconds


def test_a_date_is_cut_not_rounded() -> None:
    assert wire.date(datetime(2026, 1, 1, 0, 0, 0, 999999, UTC)) == "2026-01-01T00:00:00.999Z"


def test_a_date_of_another_zone_is_printed_in_utc() -> None:
    there = datetime(2026, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert wire.date(there) == "2025-12-31T19:00:00.000Z"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(MILLISECONDS)
def test_milliseconds_are_exact(milliseconds: int) -> None:
    assert clock.milliseconds(EPOCH + timedelta(milliseconds=milliseconds)) == milliseconds


def test_now_has_no_more_than_milliseconds() -> None:
    moment = clock.now()
    assert moment.microsecond % 1000 == 0
    assert abs(moment - datetime.now(UTC)) < timedelta(seconds=5)
    assert timedelta(seconds=59) < clock.after(60) - moment < timedelta(seconds=65)


def test_json_has_no_spaces_and_keeps_order_and_letters() -> None:
    assert wire.dumps({"z": 1, "a": [None, True, "ä😀\u2028</script>"]}) == (
        '{"z":1,"a":[null,true,"ä😀\u2028</script>"]}'.encode()
    )


@pytest.mark.parametrize(
    ("text", "component", "form"),
    [
        ("", "", ""),
        ("abc-_.!~*'()", "abc-_.!~*'()", "abc-_.%21%7E*%27%28%29"),
        ("a b+c/d=e&f", "a%20b%2Bc%2Fd%3De%26f", "a+b%2Bc%2Fd%3De%26f"),
        ("ä😀\u2028", "%C3%A4%F0%9F%98%80%E2%80%A8", "%C3%A4%F0%9F%98%80%E2%80%A8"),
        ("%41", "%2541", "%2541"),
        ("\0\n", "%00%0A", "%00%0A"),
    ],
)
def test_encoding(text: str, component: str, form: str) -> None:
    assert uri.encode_component(text) == component
    assert uri.form_encode({"x": text}) == f"x={form}"


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("%41", "A"),
        ("a%20b", "a b"),
        ("a+b", "a+b"),
        ("%f0%9f%98%80", "😀"),
        ("%00", "\0"),
        ("%E4", "%E4"),
        ("%zz", "%zz"),
        ("%", "%"),
        ("%ED%A0%80", "%ED%A0%80"),
        ("%C3%A4%zz", "%C3%A4%zz"),
    ],
)
def test_decoding_or_as_it_was(text: str, decoded: str) -> None:
    assert uri.decode_component(text) == decoded


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(st.characters(codec="utf-8")))
def test_what_is_encoded_is_decoded(text: str) -> None:
    assert uri.decode_component(uri.encode_component(text)) == text


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(), st.one_of(st.none(), st.text()))
def test_any_text_is_a_url_or_none(text: str, base: str | None) -> None:
    parsed = uri.parse(text, base)
    assert parsed is None or parsed.href
    uri.origin(text)
    uri.decode_component(text)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text())
def test_any_url_is_fit_for_a_header(url: str) -> None:
    value = uri.header_value(url)
    assert value.encode("latin-1") or not url
    assert not any(char < " " or char == "\x7f" for char in value)
