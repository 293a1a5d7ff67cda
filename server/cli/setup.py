"""What every command does first: settings, the database they name, and errors in one line."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from server import postgres
from server.cli import output
from server.config import settings
from server.config.settings import Settings
from server.crypto.keyring import Keyring
from server.crypto.random import random_id
from server.database import DatabaseError, DatabaseUnavailable, Executor, RowRefused, WritesRefused
from server.errors import APIError, StartError
from server.feature import assemble, select
from server.redis.errors import RedisUnavailable
from server.schema import migrate
from server.services import Services
from server.telemetry import logs

T = TypeVar("T")
COMMAND_POOL_SIZE = 2
Work = Callable[[Services], Awaitable[T]]
_EXPECTED = (StartError, postgres.PostgresError, migrate.MigrationError, DatabaseError)


class Refused(click.ClickException):
    """One line on standard error, exit code 1."""

    def show(self, file: Any = None) -> None:
        click.echo(f"ai-editor: {output.plain(self.message)}", err=True)


class WrongUsage(Refused):
    """One line on standard error, exit code 2."""

    exit_code = 2


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turns what can be expected to go wrong into one line."""
    try:
        yield
    except APIError as error:
        cause = f" ({error.__cause__})" if isinstance(error.__cause__, RowRefused) else ""
        raise Refused((error.message or str(error)) + cause) from error
    except WritesRefused as error:
        raise Refused(
            f"{error}: give DATABASE_URL the server that takes changes, or end default_transaction_read_only"
        ) from error
    except RedisUnavailable as error:
        raise Refused(f"{error}: start it, or mend REDIS_URL") from error
    except DatabaseUnavailable as error:
        raise Refused(f"the database does not answer ({error}): start it, or mend DATABASE_URL") from error
    except _EXPECTED as error:
        raise Refused(str(error)) from error
    except PermissionError as error:
        raise Refused(
            f"no permission for {error.filename}: choose another DATA_DIR, or change its owner"
        ) from error


def load() -> Settings:
    """The settings to serve with: the secret of a development folder where none is set."""
    found = settings.from_environment()
    return found if found.secret else replace(found, keyring=Keyring(development_secret(found.data_dir)))


def development_secret(data_dir: Path) -> str:
    """The secret in DATA_DIR/secret, made once; only its owner can read it."""
    path = data_dir / "secret"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        return _read_secret(path) or _make_secret(path)
    except PermissionError:
        raise
    except OSError as error:
        words = f"{error.filename or path}: {error.strerror}"
        raise Refused(
            f"DATA_DIR cannot be used ({words}): set it to a folder that can be written in"
        ) from error


def _read_secret(path: Path) -> str:
    """Nothing where there is none: a file without a word in it is what a full disk left of one."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return ""


def _make_secret(path: Path) -> str:
    """All of it or nothing; of several who come together all get the one of the first."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # not every file system has locks
            fcntl.flock(folder, fcntl.LOCK_EX)
        if not _read_secret(path):
            _write_whole(path, random_id(48))
    finally:
        os.close(folder)
    return _read_secret(path)


def _write_whole(path: Path, text: str) -> None:
    part = path.with_suffix(f".{random_id(8)}")
    try:
        with part.open("x") as file:
            part.chmod(0o600)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def reachable(config: Settings, makes: bool = False) -> Iterator[Settings]:
    """The settings with a DATABASE_URL that answers: the person's own, or the embedded one for the time being.

    Raises Refused where there is none and this is no command that `makes` one: it was run in another folder.
    """
    if config.database_url:
        yield config
        return
    folder = config.data_dir / "postgres"
    if not makes and not postgres.exists(folder):
        raise Refused(
            f"there is no database in {config.data_dir}: run this where the server runs, or set DATA_DIR or"
            " DATABASE_URL; `ai-editor db init` makes one"
        )
    with postgres.attached(folder) as url:
        yield replace(config, database_url=url)


def run(work: Work[T]) -> T:
    """Runs a command's work on an open database that is current; nothing is asked of a person meanwhile."""

    async def checked(services: Services) -> T:
        found = await migrate.status(services.db)
        migrate.check(found)
        if not found.current:
            raise migrate.MigrationError("the database is not up to date: run `ai-editor db migrate`")
        return await work(services)

    return run_as_it_is(checked)


def reading(read: Callable[[Executor], Awaitable[T]]) -> Work[T]:
    """Work that only reads, which a replica may do."""

    async def work(services: Services) -> T:
        await services.replicas.look()
        return await services.reads.exactly(read)

    return work


def run_as_it_is(work: Work[T], makes: bool = False) -> T:
    """As `run`, whatever state the database is in; one that `makes` it may find none."""
    features = click.get_current_context().find_object(tuple) or ()

    async def main(config: Settings) -> T:
        services = assemble(select(features, config.features_off, config.plugins), config)
        try:
            return await work(services)
        finally:
            await services.close()

    with one_line_errors(), reachable(with_secret(settings.from_environment()), makes) as config:
        logs.configure_audit(config.log_format)
        return asyncio.run(main(replace(config, db_pool_size=COMMAND_POOL_SIZE)))


def with_secret(config: Settings) -> Settings:
    """The settings with the secret of a development folder, where it has one: a command makes none."""
    path = config.data_dir / "secret"
    secret = "" if config.secret else _read_secret(path)
    return replace(config, keyring=Keyring(secret)) if secret else config
