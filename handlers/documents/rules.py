"""What members of bodies may be: titles, icons, names of folders, roles, ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from server.protocol import rules, schemas
from server.protocol.rules import Issue, Rule
from server.protocol.schemas import STRING, says

LONGEST_TITLE, LONGEST_NAME, LONGEST_ICON = 200, 100, 32
_BREAKS = re.compile("[\x00-\x1f\x7f\u2028\u2029]+")


def nullable(rule: Rule) -> Rule:
    """The same, or null."""

    def check(value: object) -> list[Issue]:
        return [] if value is None else rule(value)

    return says(lambda: schemas.nullable(schemas.of(rule)))(check)


def _short(most: int, least: int = 0) -> Callable[[object], list[Issue]]:
    def check(value: object) -> list[Issue]:
        issues = rules.string(value)
        if issues:
            return issues
        if len(str(value)) > most:
            return [("", f"Too big: expected string to have <={most} characters")]
        return [("", "Too small: expected string to have >=1 characters")] if len(str(value)) < least else []

    schema = STRING | {"maxLength": most}
    return says(schema | {"minLength": least} if least else schema)(check)


title = _short(LONGEST_TITLE)
icon = nullable(_short(LONGEST_ICON))
folder_name = _short(LONGEST_NAME, 1)
role = rules.one_of("editor", "reader")


@says(schemas.DATE)
def moment(value: object) -> list[Issue]:
    """A time with its zone, as ISO 8601 and RFC 3339 write it."""
    issues = rules.string(value)
    return issues or ([] if read_moment(str(value)) else [("", "Invalid ISO datetime")])


def read_moment(text: str) -> datetime | None:
    """The time that a text names, or None; one beyond the years of a calendar is none."""
    try:
        found = datetime.fromisoformat(text.upper())
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def one_line(text: str) -> str:
    """Without line breaks and other controls, which no title needs."""
    return _BREAKS.sub(" ", text)
