"""Sessions as tables and as JSON, and the line below a list that was cut."""

from __future__ import annotations

from collections.abc import Sequence

import click

from server.cli import output
from server.protocol import wire
from server.store.session_lists import SessionSummary


def session_table(found: Sequence[SessionSummary], with_user: bool) -> None:
    """Prints sessions; the id stands first, so that a narrow terminal leaves it whole."""
    titles = ["ID", "USER", "CREATED", "ENDS", "ADDRESS", "BROWSER"]
    rows = [
        [
            each.id,
            each.email,
            output.when(each.created_at),
            output.when(each.expires_at),
            each.ip_address or "",
            each.user_agent or "",
        ]
        for each in found
    ]
    if not with_user:
        titles.pop(1)
        rows = [[row[0], *row[2:]] for row in rows]
    output.table(titles, rows, [title for title in ("USER", "ADDRESS", "BROWSER") if title in titles])


def session_json(each: SessionSummary) -> wire.Json:
    """A session without its token."""
    return {
        "id": each.id,
        "userId": each.user_id,
        "email": each.email,
        "createdAt": wire.date(each.created_at),
        "updatedAt": wire.date(each.updated_at),
        "expiresAt": wire.date(each.expires_at),
        "ipAddress": each.ip_address,
        "userAgent": each.user_agent,
    }


def remainder(shown: int, total: int, one: str) -> None:
    """Says on standard error what a list left out, or that it is empty."""
    if not total:
        click.echo(f"no {one}s", err=True)
    elif shown < total:
        click.echo(f"{shown} of {output.counted(total, one)}; --limit shows more", err=True)
