"""JSON as JavaScript reads and writes it, byte for byte: numbers, order of keys, lone surrogates, dates."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

_quote = json.JSONEncoder(ensure_ascii=False).encode
_SURROGATE = re.compile("[\ud800-\udfff]")
_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")
_LAST_INDEX = 2**32 - 2
_SAFE_INTEGER = 2**53
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?Z", re.ASCII)


class Date(str):
    """A moment as `Date.toJSON()` prints it: JSON has no dates, so it is written as the text that it is."""

    __slots__ = ()

    def moment(self) -> datetime:
        """The moment; raises ValueError for the year 0 and those after 9999."""
        return datetime.fromisoformat(self)


def parse(text: str) -> object:
    """What `JSON.parse` gives; raises ValueError for what is no JSON, or too deep to be read."""
    try:
        return json.loads(text, parse_constant=_refuse, parse_int=_whole, parse_float=_fraction)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse(constant: str) -> object:
    raise ValueError(constant)


def _whole(digits: str) -> float:
    return int(digits) if len(digits) < 16 else float(digits)


def _fraction(digits: str) -> float:
    """JavaScript has one kind of number: 1.0 is 1."""
    exact = float(digits)
    return int(exact) if exact.is_integer() and abs(exact) <= _SAFE_INTEGER else exact


def stringify(value: object) -> str:
    """What `JSON.stringify` prints; raises ValueError for what is too deep to be written."""
    try:
        return _write(value)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _write(value: object) -> str:
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_text(key)}:{_write(item)}" for key, item in members(value)) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_write(item) for item in value) + "]"
    raise TypeError(f"JSON has no {type(value).__name__}")


def _text(text: str) -> str:
    written = _quote(text)
    return written if written.isascii() else _SURROGATE.sub(lambda lone: f"\\u{ord(lone[0]):04x}", written)


def members(value: dict[str, object]) -> Iterable[tuple[str, object]]:
    """A JavaScript object keeps its keys in the order they came, but those that are array indexes come first."""
    indexes = sorted(int(key) for key in value if _INDEX.fullmatch(key) and int(key) <= _LAST_INDEX)
    if not indexes:
        return value.items()
    first = {str(index): value[str(index)] for index in indexes}
    return (first | value).items()


def number(value: float) -> str:
    """A number as JavaScript prints it: the shortest digits that read back the same, no exponent below 1e21."""
    if isinstance(value, int) and abs(value) <= _SAFE_INTEGER:
        return str(value)
    exact = float(value)
    if not math.isfinite(exact):
        return "null"
    sign, digits, exponent = Decimal(repr(exact)).as_tuple()
    point = len(digits) + int(exponent)
    return ("-" if sign and exact else "") + _places("".join(map(str, digits)).rstrip("0"), point)


def _places(digits: str, point: int) -> str:
    """`digits` with the decimal point after the first `point` of them."""
    if not digits:
        return "0"
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{point - 1:+d}"


def revive(value: object) -> object:
    """The value with every text that is an ISO date made a Date, as better-auth reads JSON; ValueError as `parse`."""
    try:
        return _revived(value)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _revived(value: object) -> object:
    if isinstance(value, Date):
        return value
    if isinstance(value, str):
        return date(value) or value
    if isinstance(value, dict):
        return {key: _revived(item) for key, item in value.items()}
    return [_revived(item) for item in value] if isinstance(value, list) else value


def date(text: str) -> Date | None:
    """The date that an ISO text in UTC means to JavaScript: 30 February is 2 March, 24:00 the next midnight."""
    found = _ISO.fullmatch(text) if text.endswith("Z") else None
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    fraction = found[7] or ""
    midnight = hour == 24 and not (minute or second or fraction.strip("0"))
    if not (1 <= month <= 12 and 1 <= day <= 31 and minute < 60 and second < 60 and (hour < 24 or midnight)):
        return None
    like = 2000 + year % 400  # the calendar repeats, and Python has neither the year 0 nor 10000
    moment = datetime(like, month, 1, tzinfo=UTC) + timedelta(days=day - 1, hours=hour)
    years = moment.year - like + year
    shown = f"{years:04d}" if years < 10000 else f"+{years:06d}"
    return Date(
        f"{shown}{moment:-%m-%dT%H}:{minute:02d}:{second:02d}.{(fraction + '00')[:3] if fraction else '000'}Z"
    )
