"""Moments and spans of time, as a mail says them."""

from __future__ import annotations

from datetime import UTC, datetime

from server.languages.sentences import translate


def moment(language: str, at: datetime) -> str:
    """ "27 November 2026, 08:10 UTC"."""
    there = at.astimezone(UTC)
    month = translate(language, f"{there:%B}")
    return translate(
        language, "{day} {month} {year}, {time} UTC",
        day=there.day, month=month, year=there.year, time=f"{there:%H:%M}",
    )  # fmt: skip


def span(language: str, seconds: int) -> str:
    """How long a link or a code lasts: each span that there is, is a sentence of its own, so that its plural is right."""
    if seconds < 3600:
        return translate(language, f"{seconds // 60} minutes")
    hours = seconds // 3600
    return translate(language, "one hour" if hours == 1 else f"{hours} hours")
