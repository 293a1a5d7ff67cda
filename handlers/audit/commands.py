"""`ai-editor audit`: what was written down, whether it is as it was written, and all of it."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO

import click

from handlers.audit import chain, entries, store
from handlers.audit.chain import Head, Verdict
from handlers.audit.entries import Sealed
from handlers.audit.store import Wanted
from server.cli import listings, output, setup
from server.cli.options import json_option, limit_option
from server.cli.setup import Refused, WrongUsage
from server.database import Executor
from server.services import Services
from server.store import users

_TIMES = ["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]


@click.group()
def audit() -> None:
    """The audit log: who did what, on whom, from where, and when.

    Events are added and never changed, each with a hash over itself and the one before.
    """


@audit.command("list")
@click.option(
    "--user", metavar="WHO", help="Only what is about a user (e-mail address or id; a deleted one's id)."
)
@click.option("--event", metavar="NAME", help="Only one kind, as sign-in-failed.")
@click.option(
    "--since",
    type=click.DateTime(_TIMES),
    metavar="TIME",
    help="Only since then: 2026-01-31, 2026-01-31T12:00:00Z.",
)
@limit_option
@json_option
def list_events(
    user: str | None, event: str | None, since: datetime | None, limit: int, as_json: bool
) -> None:
    """List events, the newest first.

    \b
    Examples:
      ai-editor audit list --user ada@example.com
      ai-editor audit list --event sign-in-failed --since 2026-01-31
      ai-editor audit list --json | jq -r '.events[].ipAddress' | sort | uniq -c
    """
    moment = since.astimezone() if since else None

    async def work(db: Executor) -> tuple[list[Sealed], int]:
        wanted = Wanted(await _subject(db, user) if user else None, event, moment)
        return await store.list_newest(db, wanted, limit), await store.count(db, wanted)

    found, total = setup.run(setup.reading(work))
    if as_json:
        output.document({"events": [entries.as_json(each) for each in found], "total": total})
        return
    _table(found)
    listings.remainder(len(found), total, "event")


async def _subject(db: Executor, who: str) -> str:
    """The id of a user by address; what is none is taken for an id, as users who are gone have events."""
    found = await users.find_by_email(db, who.lower()) if "@" in who else None
    if found is None and "@" in who:
        raise Refused(f"no user has the e-mail address {who}: a deleted user's events are found by the id")
    return found.id if found else who


def _table(found: list[Sealed]) -> None:
    titles = ("TIME", "EVENT", "RESULT", "WHO", "ON WHOM", "ADDRESS", "BROWSER")
    rows = [
        (
            f"{each.created_at.astimezone():%Y-%m-%d %H:%M:%S}",
            each.event,
            each.result,
            each.actor or "",
            each.subject or "",
            each.ip_address or "",
            each.user_agent or "",
        )
        for each in found
    ]
    output.table(titles, rows, ["BROWSER", "ON WHOM", "WHO"])


@audit.command()
@click.option(
    "--head", metavar="POSITION:HASH", help="A head that was noted before: it has to be in the chain."
)
@json_option
def verify(head: str | None, as_json: bool) -> None:
    """Check the chain of hashes; exit code 0 when it is whole, 1 when not.

    Events that are gone from the end leave no gap. Whoever notes the head elsewhere, and gives it the next time,
    finds that out, too.

    \b
    Examples:
      ai-editor audit verify
      ai-editor audit verify --head 1042:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    """
    noted = _noted(head) if head else None
    found = setup.run(lambda services: chain.verify(services.db, noted))
    if as_json:
        output.document(_verdict_json(found))
    else:
        _print_verdict(found)
    sys.exit(0 if found.broken is None else 1)


def _noted(text: str) -> Head:
    given = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text.strip())
    if not given:
        raise WrongUsage("--head takes a position and a hash, as `audit verify` prints them: 1042:9f86…")
    return Head(int(given[1]), given[2])


def _verdict_json(found: Verdict) -> dict[str, object]:
    broken = None if found.broken is None else {"position": found.broken, "reason": found.reason}
    return {
        "whole": found.broken is None,
        "head": str(found.head),
        "events": found.head.position,
        "unsealed": found.unsealed,
        "broken": broken,
    }


def _print_verdict(found: Verdict) -> None:
    if found.broken is not None:
        click.echo(f"Broken at position {found.broken}: {found.reason}.")
        return
    click.echo(
        f"Whole: {output.counted(found.head.position, 'event')}, {found.unsealed} not in the chain yet."
    )
    click.echo(f"head  {found.head}")


@audit.command()
@click.option(
    "--after", type=click.IntRange(0), default=0, metavar="POSITION", help="Only what follows this place."
)
@click.option(
    "--output", "path", type=click.Path(dir_okay=False, path_type=Path), help="A file, made or replaced."
)
def export(after: int, path: Path | None) -> None:
    """Write events as JSON lines, in the order of the chain; those without a place yet come last.

    A hash is the SHA-256 of the line's members, sorted, without spaces, with the hash before in place of its own.

    \b
    Examples:
      ai-editor audit export > audit.jsonl
      ai-editor audit export --after 1042 --output audit-2.jsonl
    """

    async def work(services: Services, file: TextIO) -> None:
        async for each in chain.everything(services.db, after):
            print(json.dumps(entries.as_json(each)), file=file)

    with _opened(path) as file:
        setup.run(lambda services: work(services, file))


@contextmanager
def _opened(path: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that only its owner can read, and that is there as a whole or not at all.

    What is there already and no file, as a pipe or a device, is written to and stays what it is.
    """
    if path is None:
        yield sys.stdout
        return
    in_place = path.exists() and not path.is_file()
    part = path if in_place else path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            yield file
        if not in_place:
            part.replace(path)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}") from error
    finally:
        if not in_place:
            part.unlink(missing_ok=True)
