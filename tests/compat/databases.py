"""Databases for the comparison: one embedded PostgreSQL for the run, one database for whoever asks."""

from __future__ import annotations

import contextlib
import tempfile
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extras import RealDictCursor

from server import postgres


@dataclass(frozen=True)
class Databases:
    """A running PostgreSQL whose role may make databases."""

    address: str

    def uri(self, database: str) -> str:
        """The address of one database, for libpq and node-postgres alike."""
        return urllib.parse.urlsplit(self.address)._replace(path=f"/{database}").geturl()

    def create(self, name: str) -> str:
        """Makes an empty database; its name."""
        own = urllib.parse.urlsplit(self.address).path.removeprefix("/")
        self.run(own, f'CREATE DATABASE "{name}"')
        return name

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
def databases() -> Iterator[Databases]:
    """A PostgreSQL of our own for the duration, its files gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="compat-") as folder,
        postgres.owned(Path(folder) / "postgres") as address,
    ):
        yield Databases(address)
