"""Makes a backup: the database as it is at one moment, and the shared files as they are right after it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from server import clock
from server.backup import archive, store
from server.backup.archive import Manifest, Progress
from server.backup.errors import BackupError
from server.backup.source import Source, last_line
from server.version import VERSION

LOCK_MILLISECONDS = 60_000


def make(
    source: Source, target: IO[bytes], folder: Path, names: Sequence[str], progress: Progress
) -> Manifest:
    """Writes it to `target`; raises BackupError."""
    schema = source.about.schema
    if schema is None:
        raise BackupError("the database has no schema of the name that DATABASE_URL says: mend the name")
    with _holding_files(source), _reading(source):
        store.patient(source.db)
        snapshot, tables = store.export_snapshot(source.db), store.counts(source.db, schema)
        if not tables:
            raise BackupError("the database has no tables: there is nothing to keep")
        migrations = store.list_migrations(source.db) if source.about.migrated else []

        def describe(files: int) -> Manifest:
            moment = clock.now().isoformat(timespec="seconds")
            about = (archive.FORMAT, VERSION, moment, source.about.version, schema or "")
            return Manifest(*about, migrations, tables, files)

        with _dumping(source, schema, snapshot) as dump:
            return archive.write(target, dump, describe, folder, names, progress)


@contextmanager
def _holding_files(source: Source) -> Iterator[None]:
    """In a transaction of its own, before the moment of the backup: what that has rows of stays until it has been read."""
    store.patient(source.db)
    store.hold_files(source.db)
    source.db.rollback()
    try:
        yield
    finally:
        store.let_files_go(source.db)
        source.db.rollback()


@contextmanager
def _reading(source: Source) -> Iterator[None]:
    source.db.set_session(isolation_level="REPEATABLE READ")
    try:
        yield
    finally:
        source.db.rollback()
        source.db.set_session(isolation_level="DEFAULT")


@contextmanager
def _dumping(source: Source, schema: str, snapshot: str) -> Iterator[IO[bytes]]:
    """What pg_dump writes; that it fails is known when all has been read."""
    pattern = '"' + schema.replace('"', '""') + '"'
    extensions = [f'--extension="{name}"' for name in store.list_extensions(source.db)]
    with tempfile.TemporaryFile() as said:
        process = source.start(
            "pg_dump", "--format=custom", "--no-password", f"--schema={pattern}", *extensions, f"--snapshot={snapshot}",
            f"--lock-wait-timeout={LOCK_MILLISECONDS}", "--dbname", source.shown(source.dsn),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said,
        )  # fmt: skip
        assert process.stdout
        try:
            yield _Whole(process, said)  # type: ignore[misc]
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


class _Whole:
    """The output of a program, which ends in an error where the program does."""

    def __init__(self, process: subprocess.Popen[bytes], said: IO[bytes]) -> None:
        self._process, self._said = process, said

    def read(self, size: int) -> bytes:
        assert self._process.stdout
        chunk = self._process.stdout.read(size)
        if not chunk and self._process.wait():
            self._said.seek(0)
            raise BackupError(f"the database cannot be read: {last_line(self._said.read())}")
        return chunk


@contextmanager
def whole_file(path: Path, force: bool) -> Iterator[tuple[IO[bytes], Callable[[], None]]]:
    """A file to write, for its owner's eyes, and what gives it its name; until then it has another, and goes again."""
    if path.exists() and not force:
        raise BackupError(f"{path} is there already: name another file, or say --force")
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        file = os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")
        with file:

            def keep() -> None:
                file.flush()
                os.fsync(file.fileno())
                part.replace(path)

            yield file, keep
    except OSError as error:
        raise BackupError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
