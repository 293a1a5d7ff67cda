"""`ai-editor user import` and `ai-editor user export`."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import click

from handlers.transfer import exporting
from handlers.transfer.exporting import Export, Left, Wanted
from handlers.transfer.formats import FORMATS, guess
from handlers.transfer.formats.firebase import hash_config
from handlers.transfer.formats.format import Beside, Format
from handlers.transfer.importing import Import, Wishes, gathered
from handlers.transfer.keys import Here
from handlers.transfer.person import ACCEPTABLE, Unfit
from handlers.transfer.reading import Source, Unreadable
from handlers.transfer.report import Counts, Report
from server.cli import output, setup
from server.cli.options import json_option
from server.cli.setup import Refused, WrongUsage
from server.database import DatabaseError
from server.services import Services

# Rows that are looked at to tell what wrote a file.
_LOOKED_AT = 20
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("file", type=_file)
@click.option(
    "--from", "name", type=click.Choice(list(FORMATS)), help="What wrote FILE; guessed where that is safe."
)
@click.option(
    "--dry-run", is_flag=True, help="Check everything, against the database too, and store nothing."
)
@click.option(
    "--existing", type=click.Choice(["skip", "refuse"]), default="skip", show_default=True,
    help="What becomes of a row about somebody who is here already. Nobody is ever changed.",
)  # fmt: skip
@click.option(
    "--accept", multiple=True, type=click.Choice(ACCEPTABLE),
    help="Take those that are refused else: shut out there, with a hash that cannot be checked; and without a second "
    "factor, passkeys or fields that this server cannot keep.",
)  # fmt: skip
@click.option("--hashes", type=_file, help="The file with password hashes that Auth0's support has made.")
@click.option("--hash-config", "config", type=_file, help="A file with Firebase's password hash parameters.")
@click.option(
    "--secret-file",
    "secret",
    type=_file,
    help="A file with the BETTER_AUTH_SECRET of the server that FILE is from.",
)
@click.option(
    "--report", "path", type=click.Path(dir_okay=False, path_type=Path),
    help="Where a line for each refused row goes.  [default: FILE.refused.jsonl]",
)  # fmt: skip
@json_option
def import_users(
    file: Path,
    name: str | None,
    dry_run: bool,
    existing: str,
    accept: tuple[str, ...],
    hashes: Path | None,
    config: Path | None,
    secret: Path | None,
    path: Path | None,
    as_json: bool,
) -> None:
    """Bring in users from FILE, with their password hashes and linked accounts.

    Nobody who is here already is changed, so that it can be run again after a break, and goes on. Ends with 0 when all
    are in, with 1 when rows were refused, with 2 when FILE cannot be read. docs/moving-in.md has a part for each format.

    \b
    Examples:
      ai-editor user import users.jsonl --dry-run
      ai-editor user import users.ndjson --from auth0 --hashes passwords.ndjson
      ai-editor user import users.json --from firebase --hash-config parameters.txt
    """
    report = path or file.with_name(file.name + ".refused.jsonl")
    if any(each and report.resolve() == each.resolve() for each in (file, hashes, config, secret)):
        raise WrongUsage("--report names a file that is read")
    with _readable():
        form, source = _opened(file, name)
        beside = _beside(form, source, hashes, config)
        beside.secret = secret.read_text(errors="replace").strip() if secret else ""
    wishes = Wishes(frozenset(accept), existing == "refuse", dry_run)
    begun = time.monotonic()
    counts, problem = _run(source, form, beside, wishes, report)
    _say(counts, form, wishes, time.monotonic() - begun, report, as_json)
    if problem or not counts.rows:
        raise WrongUsage(f"{file.name}: {problem or 'there is nobody in it'}")
    if counts.refused:
        raise click.exceptions.Exit(1)


def _run(source: Source, form: Format, beside: Beside, wishes: Wishes, path: Path) -> tuple[Counts, str]:
    """What became of the rows, and why not all of them could be read."""

    async def work(services: Services) -> tuple[Counts, str]:
        doing = Import(
            services.db,
            Here.of(services, beside.secret),
            source,
            form,
            beside,
            wishes,
            Report(path, source.unit),
        )
        problem = ""
        try:
            with _bar(source.size) as told:
                await doing.run(told)
        except Unreadable as error:
            problem = str(error)
        finally:
            await _tell_audit(services, form, wishes, doing.counts)
        return doing.counts, problem

    with _writable():
        return setup.run(work)


def _opened(file: Path, name: str | None) -> tuple[Format, Source]:
    if name:
        form = FORMATS[name]
        return form, Source(file, form.heads)
    source = Source(file)
    paths = tuple(dict.fromkeys(path for each in FORMATS.values() for path in each.people))
    firsts = (row.found for row in islice(source.rows(paths), _LOOKED_AT))
    guesses = (guess(each) for each in firsts if not isinstance(each, Unfit))
    found = next((each for each in guesses if each), None)
    if found is None:
        raise WrongUsage(f"what wrote {file.name} is not clear: say --from, one of {', '.join(FORMATS)}")
    return FORMATS[found], source


def _beside(form: Format, source: Source, hashes: Path | None, config: Path | None) -> Beside:
    if (hashes and not form.hashes_apart) or (config and form.name != "firebase"):
        raise WrongUsage("--hashes is for auth0, --hash-config for firebase")
    elsewhere = Source(hashes) if hashes else None
    beside = Beside(gathered(form, elsewhere or source) if elsewhere or not form.hashes_apart else {})
    if config:
        try:
            beside.hash_config = hash_config(config.read_text()[:4096])
        except ValueError:
            raise WrongUsage(
                f"{config.name} has no base64_signer_key, rounds and mem_cost as Firebase's console shows them"
            ) from None
    return beside


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (Unreadable, OSError) as error:
        raise WrongUsage(f"the file cannot be read: {error}") from None


@contextlib.contextmanager
def _writable() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError) as error:
        raise WrongUsage(f"{error.filename} cannot be written: {error.strerror}") from None


@contextlib.contextmanager
def _bar(size: int) -> Iterator[Callable[[int], None]]:
    """What is told how many bytes have been read: on a terminal it draws a bar."""
    with click.progressbar(
        length=size, label="Importing", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        yield lambda position: bar.update(max(position - bar.pos, 0))


async def _tell_audit(services: Services, form: Format, wishes: Wishes, counts: Counts) -> None:
    if not wishes.dry_run:
        numbers = {"imported": counts.imported, "existing": counts.existing, "refused": counts.refused}
        await _record(services, "users-imported", source=form.name, **numbers)


async def _record(services: Services, event: str, **facts: Any) -> None:
    """What has been done stays done where the database went away meanwhile."""
    try:
        async with services.db.transaction() as tx:
            await services.audit.record(tx, event, by="command", **facts)
    except DatabaseError:
        services.audit.write(event, by="command", **facts)


def _say(counts: Counts, form: Format, wishes: Wishes, seconds: float, path: Path, as_json: bool) -> None:
    rate = round(counts.rows / max(seconds, 0.001))
    if as_json:
        output.document(
            {
                "source": form.name,
                "dryRun": wishes.dry_run,
                "rows": counts.rows,
                "imported": counts.imported,
                "existing": counts.existing,
                "refused": counts.refused,
                "reasons": counts.reasons,
                "report": str(path) if counts.refused else None,
                "seconds": round(seconds, 3),
                "rowsPerSecond": rate,
            }
        )
        return
    done = "Would import" if wishes.dry_run else "Imported"
    click.echo(
        f"{done} {output.counted(counts.imported, 'user')} from {form.name}; {counts.existing} were here already, "
        f"{counts.refused} refused. {output.counted(counts.rows, 'row')} in {seconds:.1f} s, {rate} a second."
    )
    for reason, number in sorted(counts.reasons.items()):
        click.echo(f"  {reason}: {number}")
    if counts.refused:
        click.echo(f"Each refused row is a line in {output.plain(str(path))}.")


@click.command("export")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "csv"]),
    default="jsonl",
    show_default=True,
    help="What to write.",
)
@click.option(
    "--with-password-hashes", "with_hashes", is_flag=True, help="The hashes, too: keep the file secret."
)
@click.option(
    "--with-secrets", is_flag=True,
    help="All that people come in by: hashes, second factors and providers' tokens, in clear. Delete the file afterwards.",
)  # fmt: skip
def export_users(file: Path | None, form: str, with_hashes: bool, with_secrets: bool) -> None:
    """Write all users to FILE, which only you can read, or to standard output; `user import` reads it.

    \b
    Examples:
      ai-editor user export users.jsonl --with-secrets
      ai-editor user export --format csv | head
    """
    wanted = Wanted(with_hashes or with_secrets, with_secrets)
    number, left = setup.run(lambda services: _export(services, file, form == "csv", wanted))
    if file:
        click.echo(f"Exported {output.counted(number, 'user')} to {output.plain(str(file))}.")
    for line in _told(left):
        click.echo(line, err=True)


def _told(left: Left) -> Iterator[str]:
    """A line for each kind of what is not in the file."""
    if left.factors:
        yield f"Not in it: the second factors of {output.counted(left.factors, 'user')}, without which they are refused; see --with-secrets."
    if left.unread_factors:
        yield (
            f"Not in it: the second factors of {output.counted(left.unread_factors, 'user')}, which BETTER_AUTH_SECRET "
            "and BETTER_AUTH_SECRETS do not open; they are refused without."
        )
    if left.unread_tokens:
        yield f"Not in it: {output.counted(left.unread_tokens, 'token')} of providers, which no secret opens."
    if left.columns:
        names = ", ".join(output.plain(name) for name in left.columns)
        yield f"Not in it: columns of users that no plugin or field here has: {names}."


async def _export(services: Services, file: Path | None, as_csv: bool, wanted: Wanted) -> tuple[int, Left]:
    line, number = exporting.as_csv if as_csv else exporting.as_json, 0
    export = Export(services.db, Here.of(services), wanted)
    with _private(file) as target:
        if as_csv:
            target.write(exporting.csv_head(wanted))
        async for row in export.rows():
            target.write(line(row))
            number += 1
    secrets = {"with_hashes": wanted.hashes, "with_secrets": wanted.secrets}
    await _record(services, "users-exported", number=number, **secrets)
    return number, export.left


@contextlib.contextmanager
def _private(file: Path | None) -> Iterator[TextIO]:
    """A file of mode 0600 that takes its place when it is whole, or standard output."""
    if file is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with _made(part, file) as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _made(part: Path, file: Path) -> TextIO:
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}") from None
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")
