"""The way back: refused wherever something would be lost that nobody has said may be."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from server.backup import store
from server.backup.archive import Archive, copy
from server.backup.errors import BackupError
from server.backup.load import load
from server.backup.source import Source
from server.schema import migrate


def check(source: Source, backup: Archive, tables: Sequence[str], foreign: bool, replace: bool) -> None:
    """Raises BackupError where this backup cannot go into this database as it is."""
    manifest, here = backup.manifest, source.about.schema
    newer = sorted(set(manifest.migrations) - set(migrate.files()))
    if newer:
        raise BackupError(
            f"the backup is of a newer version ({manifest.version}, it has {newer[-1]}): upgrade, then restore"
        )
    if here is not None and here != manifest.schema:
        raise BackupError(
            f'the backup is of the schema "{manifest.schema}", and DATABASE_URL leads to "{here}": set search_path in it'
        )
    if foreign:
        raise BackupError(
            "the database has tables that are neither AI-Editor's nor better-auth's: restore into an empty one"
        )
    if tables and not replace:
        raise BackupError("the database is not empty: restore into an empty one, or say --replace")
    alone(source)


def alone(source: Source) -> None:
    """Raises BackupError while somebody else is connected: a server would go on with what it remembers."""
    others = store.count_others(source.db)
    source.db.rollback()
    if others:
        are = "1 other connection uses" if others == 1 else f"{others} other connections use"
        raise BackupError(f"{are} the database: stop the servers on it, then restore")


def restore(source: Source, backup: Archive, folder: Path, replace: bool) -> None:
    """The files first, which nobody sees without the rows; those that are new go again where the rows are refused."""
    made: list[Path] = []
    try:
        for name in backup.files():
            _put(folder / name, backup, name, made.append)
        load(source, source.dsn, backup.dump, source.about.schema, replace)
    except BaseException as error:
        _undo(made)
        if isinstance(error, OSError):
            words = f"{error.filename or folder} cannot be written: {error.strerror}"
            raise BackupError(f"nothing was changed: {words}") from error
        raise


def _undo(made: Sequence[Path]) -> None:
    for path in made:
        path.unlink(missing_ok=True)


def _put(path: Path, backup: Archive, name: str, made: Callable[[Path], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new, part = not path.exists(), path.with_name(f"{path.name}.part")
    try:
        with backup.file(name) as source, part.open("wb") as target:
            copy(source, target)
            target.flush()
            os.fsync(target.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    if new:
        made(path)


def sweep(backup: Archive, folder: Path, names: Sequence[str]) -> None:
    """Deletes the shared files that the backup does not have: those whose they were are gone. S24."""
    kept = set(backup.files())
    for name in names:
        for path in (folder / name).rglob("*"):
            if path.is_file() and path.relative_to(folder).as_posix() not in kept:
                path.unlink(missing_ok=True)
