"""What pg_dump wrote, back in a database: all of it in one transaction, or nothing."""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from server.backup import archive, store
from server.backup.errors import BackupError
from server.backup.source import Source, last_line
from server.schema.migrate import LOCK_KEY

# What newer programs set and older servers do not know, in the lines before this one.
_HEAD_ENDS = b"SET row_security"
_NEWER = (b"SET transaction_timeout",)
Opener = Callable[[], IO[bytes]]


def load(source: Source, dsn: str, dump: Opener, existing: str | None, replace: bool = False) -> None:
    """Into the database at `dsn`, whose schema `existing` is there already; `replace` has it emptied before."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as said, dump() as member:
        wanted = Path(folder, "list")
        wanted.write_bytes(_contents(source, dump, existing))
        reader = source.start(
            "pg_restore", "--no-owner", "--no-privileges", "--no-tablespaces", "--file=-", f"--use-list={wanted}",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        psql = source.start(
            "psql", "--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1", f"--set=key={LOCK_KEY}",
            "--dbname", source.shown(dsn), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said,
        )  # fmt: skip
        try:
            with feeding(member, reader):
                _run(reader, psql, replace)
        except BrokenPipeError:
            psql.wait()  # which has said why
        finally:
            _end(reader, psql)
        if psql.returncode:
            said.seek(0)
            raise BackupError(f"nothing was changed, as PostgreSQL refused: {last_line(said.read())}")


def _end(*processes: subprocess.Popen[bytes]) -> None:
    for each in processes:
        if each.poll() is None:
            each.kill()
        each.wait()
        for pipe in (each.stdin, each.stdout, each.stderr):
            _close(pipe)


@contextmanager
def feeding(member: IO[bytes], reader: subprocess.Popen[bytes]) -> Iterator[None]:
    """Writes all of `member` to the process. When this ends, by whatever, the process has ended and nobody reads on."""
    assert reader.stdin
    feeder = threading.Thread(target=_feed, args=(member, reader.stdin), daemon=True)
    feeder.start()
    try:
        yield
    finally:
        _end(reader)
        feeder.join()


def _run(reader: subprocess.Popen[bytes], psql: subprocess.Popen[bytes], replace: bool) -> None:
    """COMMIT comes last, when all has been read: a psql that is left alone undoes what it did."""
    assert reader.stdout
    assert reader.stderr
    assert psql.stdin
    psql.stdin.write((store.BEGIN + (store.EMPTY if replace else "")).encode())
    _head(reader.stdout, psql.stdin)
    archive.copy(reader.stdout, psql.stdin)
    words = reader.stderr.read()
    if reader.wait():
        raise BackupError(f"nothing was changed, as the backup cannot be read: {last_line(words)}")
    psql.stdin.write(b"\nCOMMIT;\n")
    psql.stdin.close()
    psql.wait()


def _head(script: IO[bytes], target: IO[bytes]) -> None:
    for line in script:
        if not line.startswith(_NEWER):
            target.write(line)
        if line.startswith(_HEAD_ENDS):
            return


def _feed(member: IO[bytes], target: IO[bytes]) -> None:
    try:
        archive.copy(member, target)
    except (OSError, ValueError):  # who reads it says what is wrong
        pass
    finally:
        _close(target)


def _close(pipe: IO[bytes] | None) -> None:
    try:
        if pipe:
            pipe.close()
    except OSError:  # nobody reads what it still held
        pass


def _contents(source: Source, dump: Opener, existing: str | None) -> bytes:
    """The list of what is restored: without the schema that is there, and words about extensions of somebody else's."""
    listed = _listed(source, dump)
    left_out = [b" COMMENT - EXTENSION ", b" ACL "]
    if existing:
        left_out += [f" SCHEMA - {existing} ".encode(), f" COMMENT - SCHEMA {existing} ".encode()]
    lines = listed.splitlines(keepends=True)
    return b"".join(line for line in lines if not any(each in line for each in left_out))


def _listed(source: Source, dump: Opener) -> bytes:
    with tempfile.TemporaryFile() as said, dump() as member:
        lister = source.start(
            "pg_restore", "--list", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said
        )
        assert lister.stdout
        with feeding(member, lister):
            listed = lister.stdout.read()
            lister.wait()
        if lister.returncode:
            said.seek(0)
            raise BackupError(f"nothing was changed, as the backup cannot be read: {last_line(said.read())}")
        return listed
