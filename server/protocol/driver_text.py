"""What better-auth's PostgreSQL driver makes of a JSON value for a text column: it takes any, and stores a text."""

from __future__ import annotations

import math

from server.protocol import javascript, rules


def text_of(value: object) -> str | None:
    """The text that is stored; None for null."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return _array(value)
    if isinstance(value, float) and not math.isfinite(value):
        return rules.type_name(value)  # JSON has null for it, which is right inside of objects alone
    return javascript.stringify(value)


def _array(values: list[object]) -> str:
    """PostgreSQL's notation of an array."""
    return "{" + ",".join(_element(value) for value in values) + "}"


def _element(value: object) -> str:
    if isinstance(value, list):
        return _array(value)
    text = text_of(value)
    if text is None:
        return "NULL"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
