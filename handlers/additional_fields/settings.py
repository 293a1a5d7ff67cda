"""What better-auth's user.additionalFields and session.additionalFields say, as far as JSON can."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Literal

from server.config.reader import Reader
from server.errors import SettingsError
from server.model import Column

Table = Literal["user", "session"]
_LONGEST = 63  # of a name in PostgreSQL, in bytes
_LARGEST = 2**31 - 1  # of a number, as better-auth's column has it
_WORDS = {
    "type": str,
    "required": bool,
    "defaultValue": object,
    "input": bool,
    "returned": bool,
    "unique": bool,
}


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not re.search(r"[\x00\ud800-\udfff]", value)


# By the types that a column may have, whether a value may be what new rows have; a date would be the same for all.
_FITS: dict[str, Callable[[object], bool]] = {
    "string": _is_text,
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "date": lambda value: False,
    "json": lambda value: value is not None,
    "string[]": lambda value: isinstance(value, list) and all(map(_is_text, value)),
    "number[]": lambda value: isinstance(value, list) and all(map(_is_number, value)),
}


def read(read: Reader) -> tuple[Column, ...]:
    """The columns, in the order they are given in; raises SettingsError."""
    return (
        *_read(read, "USER_ADDITIONAL_FIELDS", "user"),
        *_read(read, "SESSION_ADDITIONAL_FIELDS", "session"),
    )


def _read(read: Reader, name: str, table: Table) -> list[Column]:
    text = read.text(name)
    if text is None:
        return []
    try:
        given = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse_constant)
        return [_column(table, *each) for each in given.items()]
    except (ValueError, AttributeError, RecursionError) as error:
        why = "that is no JSON object" if isinstance(error, json.JSONDecodeError | AttributeError) else error
        raise SettingsError(
            f'{name}: {why}; it takes fields in better-auth\'s words, such as {{"nickname": {{"type": "string"}}}}'
        ) from None


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name is there twice")
    return dict(pairs)


def _column(table: Table, name: str, given: Any) -> Column:
    if len(name) > _LONGEST:
        raise ValueError(f"{name[:20]!r}… is longer than {_LONGEST} letters")
    if not isinstance(given, dict):
        raise ValueError(f"what {name!r} is stands in an object")
    if unfit := next((word for word in given if not isinstance(given[word], _WORDS.get(word, ()))), None):
        raise ValueError(f"{name!r} has {unfit!r}, which is not understood; known are {', '.join(_WORDS)}")
    kind, default = given.get("type"), given.get("defaultValue")
    if kind not in _FITS:
        raise ValueError(f"the type of {name!r} is {kind!r}; there are {', '.join(_FITS)}")
    if default is not None and not _FITS[kind](default):
        raise ValueError(f"the defaultValue of {name!r} is none that a {kind} has")
    if given.get("unique") and kind != "string":
        raise ValueError(f"{name!r} is unique, which only a string can be")
    words = {word: given[word] for word in ("required", "input", "returned", "unique") if word in given}
    return Column(table, name, kind, default=default, **words)
