"""Whatever is sent becomes what an endpoint reads, or a 400. S38."""

import importlib
import json
import math
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from hypothesis import example, given, note, settings
from hypothesis import strategies as st

import handlers
from server.errors import APIError
from server.protocol import bodies, javascript, wire
from server.protocol.rules import UNDEFINED, is_email


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """Every module below handlers/."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def is_body(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, bodies.Body) and bool(value.fields)


BODIES: list[Any] = sorted(
    {value for module in modules(handlers) for value in vars(module).values() if is_body(value)},
    key=lambda body: str(body.__qualname__),
)
NAMES = sorted({member.key or name for body in BODIES for name, member in body.fields.items()})
TEXT = st.one_of(
    st.text(st.characters(codec="utf-8")), st.sampled_from(["", "a@example.com", "x" * 200, "\0"])
)
NUMBERS = st.one_of(st.integers(), st.floats(), st.booleans(), st.none())
JSON = st.recursive(
    st.one_of(NUMBERS, TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.one_of(st.sampled_from(NAMES), TEXT), inner, max_size=4)),
    max_leaves=12,
)  # fmt: skip
MEMBERS = st.dictionaries(st.sampled_from(NAMES), JSON)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.one_of(MEMBERS, MEMBERS, JSON))
@example(UNDEFINED)
@example({})
@example([])
def test_any_value_becomes_a_body_or_a_refusal(value: object) -> None:
    """Of every kind: to make up a value takes longer than to read it."""
    for body in BODIES:
        note(body.__name__)
        try:
            assert isinstance(bodies.read(body, value), body)
        except APIError as error:
            assert (error.status, error.code) == (400, "VALIDATION_ERROR")  # noqa: PT017
            assert wire.dumps(error.body()).startswith(b'{"message":"[body')  # noqa: PT017


def test_all_bodies_were_found() -> None:
    assert {"SignInEmailBody", "SignUpEmailBody", "SignOutBody"} <= {body.__name__ for body in BODIES}


def parsed(raw: bytes) -> object:
    """The value, or the name of the refusal."""
    try:
        return bodies.parse_json(raw)
    except APIError as error:
        return error.code


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.one_of(st.binary(), st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))))
@example(b"")
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
@example(b"1" * 10_000)
@example(b"-" + b"9" * 400)
@example(b"1e999")
@example(b"NaN")
@example(b"-Infinity")
@example(b'"\\ud800"')
@example(b'"\\ud83d\\ude00"')
@example(b'"\\\\ud800"')
@example(b'"\xed\xa0\x80"')
@example(b"\xef\xbb\xbf{}")
@example(b'{"a":1,"a":2}')
def test_any_bytes_become_a_value_or_a_refusal(raw: bytes) -> None:
    value = parsed(raw)
    if value != "BAD_REQUEST":
        assert javascript.stringify(value).encode()


@settings(max_examples=150, deadline=None, derandomize=True)
@given(JSON)
def test_json_is_read_as_it_was_written(value: object) -> None:
    try:
        raw = json.dumps(value, allow_nan=False).encode()
    except ValueError:
        return
    assert like_javascript(parsed(raw)) == like_javascript(value)


def like_javascript(value: object) -> object:
    """Numbers as doubles; beyond their reach, Infinity."""
    if isinstance(value, dict):
        return {key: like_javascript(item) for key, item in value.items()}
    if isinstance(value, list):
        return [like_javascript(item) for item in value]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.binary())
@example(b"a=1&a=2&b=&=c&%zz=%00&%ff=%e4")
def test_any_form_is_text_by_name(raw: bytes) -> None:
    assert all(isinstance(value, str) for value in bodies.parse_form(raw).values())


def test_a_form_of_very_many_fields_is_refused_at_once() -> None:
    with pytest.raises(APIError) as raised:
        bodies.parse_form(b"a&" * 500_000)
    assert (raised.value.status, raised.value.message) == (400, "Too many form fields")


@pytest.mark.parametrize("value", ["", 0, 0.0, -0.0, False, None, UNDEFINED])
def test_what_javascript_takes_for_false(value: object) -> None:
    assert not bodies.truthy(value)


@pytest.mark.parametrize("value", ["0", "false", " ", 1, -1, math.inf, [], {}, [0], True])
def test_what_javascript_takes_for_true(value: object) -> None:
    assert bodies.truthy(value)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.one_of(st.text(), st.emails()))
@example("a" * 100_000 + "@" + "a." * 100_000)
@example("a." * 50_000 + "@")
@example("a@" + "a-" * 50_000)
def test_any_text_is_an_address_or_not(text: str) -> None:
    """And soon: the longest body is judged in no time."""
    if is_email(text):
        local, _, domain = text.rpartition("@")
        assert local
        assert "." in domain
        assert text.isascii()
        assert not any(char.isspace() for char in text)
