"""A connection to one server, and PostgreSQL's programs on the same one; no password in their arguments. S33."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from msgspec import Struct
from psycopg2 import extensions
from psycopg2.extensions import make_dsn, parse_dsn

from server.backup import store
from server.backup.errors import BackupError
from server.postgres.binaries import environment, find_clients

CONNECT_SECONDS = 10


class Source(Struct, frozen=True):
    """An open connection; `parts` are the address of the very server it has found, which may be one of several."""

    db: extensions.connection
    parts: dict[str, str]
    about: store.About
    programs: Path

    @property
    def dsn(self) -> str:
        """The address with all that is secret in it."""
        return str(make_dsn(**self.parts))

    def beside(self, name: str) -> str:
        """The address of another database there."""
        return str(make_dsn(**{**self.parts, "dbname": name}))

    def start(self, program: str, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        """One of PostgreSQL's programs; what it connects to is in an argument of the caller's, from `shown`."""
        password = self.parts.get("password")
        env = environment(**({"PGPASSWORD": password} if password else {}))
        return subprocess.Popen([self.programs / program, *arguments], env=env, **options)

    def run(self, program: str, *arguments: str) -> str | None:
        """Waits for one; why it did not do what it should, or None."""
        done = self.start(
            program, *arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        _, errors = done.communicate()
        return last_line(errors) if done.returncode else None

    def shown(self, dsn: str) -> str:
        """An address as anybody may see it in a list of processes."""
        return str(make_dsn(**{name: each for name, each in parse_dsn(dsn).items() if name != "password"}))


@contextmanager
def connected(url: str) -> Iterator[Source]:
    """The database at `url`; raises BackupError for whatever PostgreSQL says."""
    with _said():
        db = psycopg2.connect(url, connect_timeout=CONNECT_SECONDS)
    try:
        with _said():
            about = store.about(db)
            db.rollback()
        yield Source(db, _pinned(url, db), about, find_clients(about.major))
    except psycopg2.Error as error:
        raise BackupError(_words(error)) from error
    finally:
        db.close()


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except psycopg2.Error as error:
        raise BackupError(
            f"the database does not answer ({_words(error)}): start it, or mend DATABASE_URL"
        ) from error


def _pinned(url: str, db: extensions.connection) -> dict[str, str]:
    """The address of one server, where the person's may be of several."""
    parts = parse_dsn(url)
    if "sslpassword" in parts:
        raise BackupError(
            "DATABASE_URL has an sslpassword, which would be seen in the list of processes: use a key without one"
        )
    several = "," in parts.get("host", "") + parts.get("hostaddr", "") + parts.get("port", "")
    if several:
        parts.pop("hostaddr", None)
        parts |= {"host": db.info.host, "port": str(db.info.port)}
    return parts


def _words(error: psycopg2.Error) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].removeprefix("ERROR:").strip()


def last_line(text: bytes) -> str:
    """Why a program ended as it did: the line that says error, else the last."""
    lines = text.decode(errors="replace").strip().splitlines()
    told = [line for line in lines if "error:" in line.lower()] or lines[-1:] or ["no reason given"]
    return told[0]
