"""`ai-editor db`."""

from __future__ import annotations

import sys

import click

from server.cli import output, setup
from server.cli.options import json_option
from server.schema import migrate
from server.schema.migrate import MigrationError, Status
from server.services import Services


@click.group()
def db() -> None:
    """The database: bring it up, and see where it is.

    `serve` brings it up by itself; these commands are for doing so beforehand, or with other rights.
    """


@db.command()
@json_option
def init(as_json: bool) -> None:
    """Bring an empty database up.

    Refuses a database that is not empty; `db migrate` brings one of an older version, or of better-auth, up to date.

    \b
    Example:
      ai-editor db init
    """
    _print_done(setup.run_as_it_is(_init, makes=True), as_json)


async def _init(services: Services) -> list[str]:
    database = services.db
    found = await migrate.status(database)
    migrate.check(found)
    if found.adoptable:
        raise MigrationError("the database has better-auth's tables: `ai-editor db migrate` adopts them")
    if found.applied:
        raise MigrationError("the database is initialised already; `ai-editor db status` shows where it is")
    return await migrate.migrate(database)


@db.command("migrate")
@click.option("--dry-run", is_flag=True, help="Say what would be run, and change nothing.")
@json_option
def migrate_command(dry_run: bool, as_json: bool) -> None:
    """Run the migrations that are missing.

    On a database that better-auth made, its tables and rows are kept as they are. Safe to run at any time, also while
    servers of the previous version run.

    With --dry-run the exit code is 0 where there is nothing to run, 1 where there is something, or where it could not be.

    \b
    Examples:
      ai-editor db migrate
      ai-editor db migrate --dry-run
      ai-editor db status || ai-editor db migrate
    """
    if dry_run:
        sys.exit(_print_missing(setup.run_as_it_is(_missing), as_json))
    _print_done(setup.run_as_it_is(lambda services: migrate.migrate(services.db)), as_json)


async def _missing(services: Services) -> Status:
    found = await migrate.status(services.db)
    migrate.check(found)
    return found


def _print_missing(found: Status, as_json: bool) -> int:
    """The exit code."""
    if as_json:
        output.document({"would_run": list(found.pending), "would_mend": list(found.mends)})
    else:
        for name in found.pending:
            click.echo(f"would run   {name}")
        for text in found.mends:
            click.echo(f"would mend  {text}")
        click.echo("Nothing was changed." if not found.current else "The database is up to date.")
    return 0 if found.current else 1


def _print_done(names: list[str], as_json: bool) -> None:
    if as_json:
        output.document({"ran": names})
        return
    for name in names:
        click.echo(f"ran  {name}")
    click.echo(
        "The database is up to date." if names else "The database is up to date; there was nothing to run."
    )


@db.command()
@json_option
def status(as_json: bool) -> None:
    """Show the migrations, and whether this version can serve from the database.

    Exit code 0 when it can now, 1 when not.

    \b
    Examples:
      ai-editor db status
      ai-editor db status --json
    """
    found = setup.run_as_it_is(lambda services: migrate.status(services.db))
    if as_json:
        output.document(_as_json(found))
    else:
        _print_status(found)
    sys.exit(0 if found.current else 1)


def _as_json(found: Status) -> dict[str, object]:
    return {
        "current": found.current,
        "applied": list(found.applied),
        "pending": list(found.pending),
        "unknown": list(found.unknown),
        "adoptable": found.adoptable,
        "foreign": found.foreign,
        "mends": list(found.mends),
        "stops": list(found.stops),
    }


def _print_status(found: Status) -> None:
    states = {**dict.fromkeys(found.applied, "applied"), **dict.fromkeys(found.pending, "pending")}
    states |= dict.fromkeys(found.unknown, "applied, by a newer version")
    output.table(("MIGRATION", "STATE"), sorted(states.items()))
    if found.stops or found.mends:
        click.echo()
    for text in (*found.stops, *(f"{text}: `ai-editor db migrate` mends it" for text in found.mends)):
        click.echo(text)
    click.echo(f"\n{_verdict(found)}")


def _verdict(found: Status) -> str:
    try:
        migrate.check(found)
    except MigrationError as error:
        text = str(error)
        return text[0].upper() + text[1:] + "."
    if found.adoptable:
        return "The database has better-auth's tables: `ai-editor db migrate` adopts them."
    if found.pending or found.mends:
        return "The database is not up to date: `ai-editor db migrate` brings it there."
    return "The database is up to date."
