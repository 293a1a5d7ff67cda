"""What a client may say of declared columns, and what is stored of it: better-auth's rules, and its driver's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from server import errors
from server.model import Column
from server.protocol import driver_text, javascript
from server.protocol.bodies import truthy

Given = Mapping[str, object]
Stored = Mapping[str, str | None]

_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T(\d\d:\d\d)(?::(\d\d(?:\.\d+)?))?(Z|[+-]\d\d:\d\d)?)?", re.ASCII
)


class Own(Struct, frozen=True):
    """What a feature says of a column that no client may set; no JSON is one."""

    value: object


class Unstorable(ValueError):
    """A value that is none of the column's type."""


def accept(columns: Sequence[Column], given: Given, creating: bool) -> Stored:
    """The members of `given` that are columns, as texts to store; of a new row the defaults, too.

    Raises FIELD_NOT_ALLOWED or MISSING_FIELD for the first that has to be refused, and Unstorable.
    """
    found = {column: value for column in columns for value in _accepted(column, given, creating)}
    return {column.name: _text(column, value) for column, value in found.items()}


def defaults(columns: Sequence[Column]) -> Stored:
    """What a new row has where no client is asked."""
    return {column.name: _text(column, column.initial()) for column in columns if column.default is not None}


def kept(columns: Sequence[Column], more: Given) -> Stored:
    """What columns hold, as `more` has it, as texts to store once more."""
    return {each.name: _text_again(each, more[each.name]) for each in columns if each.name in more}


def _text_again(column: Column, value: object) -> str | None:
    return value.isoformat() if isinstance(value, datetime) else _text(column, value)


def _accepted(column: Column, given: Given, creating: bool) -> tuple[object, ...]:
    """The value for one column, or none; null gives way to the default of a column that needs a value."""
    own = given.get(column.name)
    if isinstance(own, Own):
        return (own.value,)
    has_default = creating and column.default is not None
    if column.name in given and (column.input or not has_default):
        value = given[column.name]
        if column.input:
            return (_needed(column, value, has_default),)
        if truthy(value):
            raise errors.field_not_allowed(column.name)
        return ()
    if creating and not has_default and column.required:
        raise errors.missing_field(column.name)
    return (column.initial(),) if has_default else ()


def _needed(column: Column, value: object, has_default: bool) -> object:
    """better-auth has the database refuse a null where a value is needed."""
    found = column.initial() if value is None and has_default and column.required else value
    if found is None and column.required:
        raise Unstorable
    return found


def _text(column: Column, value: object) -> str | None:
    """What better-auth hands to PostgreSQL, which reads it as the column's type or refuses it."""
    if value is None:
        return None
    if column.unique and truthy(value) and not isinstance(value, str):
        raise Unstorable
    if column.type == "date":
        return _date(value)
    if column.type in ("string", "number", "boolean") or not isinstance(value, list):
        return driver_text.text_of(value)
    return javascript.stringify(value)


def _date(value: object) -> str:
    """A date as ECMAScript defines it; what browsers read beyond that is refused. Without a zone it is UTC."""
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Unstorable
    year, month, day, clock, seconds, zone = found.groups()
    date = javascript.date(f"{year}-{month or '01'}-{day or '01'}T{clock or '00:00'}:{seconds or '00'}Z")
    if date is None:
        raise Unstorable
    try:
        return (date.moment() - _offset(zone)).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError):
        raise Unstorable from None


def _offset(zone: str | None) -> timedelta:
    if not zone or zone == "Z":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[4:])
    if hours > 23 or minutes > 59:
        raise ValueError(zone)
    return timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)
