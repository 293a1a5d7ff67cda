"""`ai-editor db backup` and `ai-editor db restore`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from server.backup import archive, make, restore, trial
from server.backup.archive import Manifest
from server.backup.source import Source, connected
from server.cli import asking, output, setup
from server.cli.setup import WrongUsage
from server.config import settings
from server.config.settings import Settings
from server.feature import Feature
from server.schema import ledger, migrate
from server.schema.migrate import Status
from server.services import Services

STEP = 1 << 20


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--no-check", is_flag=True, help="Do not try the backup.")
@click.option("--check-apart", is_flag=True, help="Try it in an embedded PostgreSQL of its own.")
@click.pass_obj
def backup(features: tuple[Feature, ...], path: Path, force: bool, no_check: bool, check_apart: bool) -> None:
    """Write a whole backup to FILE: the database and the shared files; servers may run.

    It is restored into a scratch database, which goes again, and compared, before the file gets its name. A - as FILE
    is standard output, and nothing is tried then. The settings, the secret among them, are not in it: keep them, too.

    \b
    Examples:
      ai-editor db backup ai-editor.zip
      ai-editor db backup --check-apart "backup-$(date +%F).zip"
    """
    if no_check and check_apart:
        raise WrongUsage("--no-check and --check-apart exclude each other")
    with setup.one_line_errors(), _config() as config, connected(config.database_url or "") as source:
        if str(path) == "-":
            _to_stdout(source, config, features)
            return
        with make.whole_file(path, force) as (file, keep), _progress() as show:
            manifest = make.make(source, file, config.shared_dir, _shared(features), show)
            file.flush()
            found = [] if no_check else _try(source, file, config, features, check_apart)
            keep()
    click.echo(f"{path}: {_words(manifest)}")
    for line in found or ["not tried"]:
        click.echo(f"  {line}")


def _to_stdout(source: Source, config: Settings, features: tuple[Feature, ...]) -> None:
    if sys.stdout.isatty():
        raise WrongUsage("a backup is nothing for a terminal: name a file, or pipe it on")
    make.make(source, sys.stdout.buffer, config.shared_dir, _shared(features), lambda size: None)
    sys.stdout.buffer.flush()


def _try(
    source: Source, file: IO[bytes], config: Settings, features: tuple[Feature, ...], apart: bool
) -> list[str]:
    checks = [check for feature in features for check in feature.doctor if check.rows]
    with archive.opened(file, "the backup") as whole:
        if apart:
            return trial.apart(whole, config, checks)
        return trial.beside(source, whole, config, checks)


@click.command("restore")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--replace", is_flag=True, help="Replace what is in the database.")
@asking.yes_option
@click.pass_obj
def restore_command(features: tuple[Feature, ...], path: Path, replace: bool, yes: bool) -> None:
    """Bring a backup back: all of it, or nothing.

    Into an empty database; --replace takes one with users, whose rows and pictures go. Servers on it have to be
    stopped. A backup of an older version is brought up to date.

    \b
    Examples:
      ai-editor db restore ai-editor.zip
      ai-editor db restore --replace ai-editor.zip
    """
    with setup.one_line_errors(), _spooled(path) as (file, whose):
        archive.recognise(file, whose)  # before a database is made for it
        with _config(makes=True) as config:
            with archive.opened(file, whose) as whole:
                manifest = whole.manifest
                _restore(whole, config, features, replace, yes)
            ran = setup.run_as_it_is(_bring_up) if manifest.migrations else []
    click.echo(f"restored {_words(manifest)}")
    for name in ran:
        click.echo(f"ran  {name}")


def _restore(
    whole: archive.Archive, config: Settings, features: tuple[Feature, ...], replace: bool, yes: bool
) -> None:
    tables, status = setup.run_as_it_is(_look)
    with connected(config.database_url or "") as source:
        restore.check(source, whole, tables, status.foreign, replace)
        if tables:
            asking.go_on(f"Replace all that is in the database by {_words(whole.manifest)}?", yes)
            restore.alone(source)
        restore.restore(source, whole, config.shared_dir, replace and bool(tables))
    if replace:
        restore.sweep(whole, config.shared_dir, _shared(features))


async def _look(services: Services) -> tuple[list[str], Status]:
    return await ledger.list_tables(services.db), await migrate.status(services.db)


async def _bring_up(services: Services) -> list[str]:
    return await migrate.migrate(services.db)


@contextmanager
def _config(makes: bool = False) -> Iterator[Settings]:
    with setup.reachable(setup.with_secret(settings.from_environment()), makes) as config:
        yield config


def _shared(features: tuple[Feature, ...]) -> list[str]:
    """Also of features that are off: their files are people's all the same."""
    return [name for feature in features for name in feature.shared]


@contextmanager
def _spooled(path: Path) -> Iterator[tuple[Path, str]]:
    """The file, and how to call it; what comes in by a pipe is read to its end first."""
    if str(path) != "-":
        yield path, str(path)
        return
    with tempfile.NamedTemporaryFile() as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.flush()
        yield Path(file.name), "standard input"


@contextmanager
def _progress() -> Iterator[archive.Progress]:
    """How much there is by now, on a terminal alone."""
    shown = sys.stderr.isatty()
    last = -STEP

    def show(size: int) -> None:
        nonlocal last
        if shown and size - last >= STEP:
            last = size
            click.echo(f"\r{size / STEP:8.0f} MB ", nl=False, err=True)

    try:
        yield show
    finally:
        if shown:
            click.echo("\r" + " " * 12 + "\r", nl=False, err=True)


def _words(manifest: Manifest) -> str:
    rows, files = output.counted(manifest.rows, "row"), output.counted(manifest.files, "file")
    return f"{rows} in {output.counted(len(manifest.tables), 'table')}, {files}, of {manifest.created}"
