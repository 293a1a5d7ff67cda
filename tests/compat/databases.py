"""Databases for the comparison: one embedded PostgreSQL for the run, one database for whoever asks."""

from __future__ import annotations

import contextlib
import tempfile
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg2
from psycopg2.extensions import connection
from psycopg2.extras import RealDictCursor

from server import postgres
from server.postgres.server import SETTINGS

# better-auth takes five for every database.
MANY = {"max_connections": "400"}


class Databases:
    """A running PostgreSQL whose role may make databases; connections are kept for the next statement."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._idle: dict[str, list[connection]] = {}

    def uri(self, database: str) -> str:
        """The address of one database, for libpq and node-postgres alike."""
        return urllib.parse.urlsplit(self._address)._replace(path=f"/{database}").geturl()

    def create(self, name: str) -> str:
        """Makes an empty database; its name."""
        own = urllib.parse.urlsplit(self._address).path.removeprefix("/")
        self.run(own, f'CREATE DATABASE "{name}"')
        return name

    def run(
        self, database: str, statement: str, values: dict[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Runs one statement by itself, outside any transaction."""
        idle = self._idle.setdefault(database, [])
        used = idle.pop() if idle else self._connect(database)
        try:
            with used.cursor(cursor_factory=RealDictCursor) as cursor:
                cursor.execute(statement, values)
                return [dict(row) for row in cursor.fetchall()] if cursor.description else []
        finally:
            idle.append(used)

    def close(self) -> None:
        """Closes every connection."""
        for idle in self._idle.values():
            while idle:
                idle.pop().close()

    def _connect(self, database: str) -> connection:
        made = psycopg2.connect(self.uri(database))
        made.autocommit = True
        return made


@contextlib.contextmanager
def databases() -> Iterator[Databases]:
    """A PostgreSQL of our own for the duration, its files gone afterwards."""
    with (
        patch.dict(SETTINGS, MANY),
        tempfile.TemporaryDirectory(prefix="compat-") as folder,
        postgres.owned(Path(folder) / "postgres") as address,
    ):
        found = Databases(address)
        try:
            yield found
        finally:
            found.close()
