"""What every measurement stands on: one PostgreSQL with its normal settings, the people in it, and their cookies."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg2

from server import postgres
from server.database import Database
from server.passwords import passwords
from server.schema import migrate

PASSWORD = "correct horse battery staple"  # noqa: S105
COST = 12
PERSON = """
    INSERT INTO "user" ("id", "name", "email", "emailVerified")
    VALUES (%(id)s, 'Ada Lovelace', %(email)s, true);
    INSERT INTO "account" ("id", "accountId", "providerId", "userId", "password", "updatedAt")
    VALUES (%(id)s, %(id)s, 'credential', %(id)s, %(hash)s, now());
    INSERT INTO "session" ("id", "token", "userId", "expiresAt", "updatedAt", "ipAddress", "userAgent")
    VALUES (%(id)s, %(token)s, %(id)s, now() + interval '7 days', now(), '127.0.0.1', 'bench')
"""


@dataclass(frozen=True)
class Person:
    """Somebody with a password and a session."""

    email: str
    token: str


@dataclass(frozen=True)
class Stage:
    """A PostgreSQL, a database with our tables, and two people: `ours` with a bcrypt hash, `theirs` with a scrypt one."""

    folder: Path
    address: str
    secret: str
    ours: Person
    theirs: Person

    def cookie(self, token: str) -> str:
        """The Cookie header of a session, as the protocol signs it."""
        digest = hmac.digest(self.secret.encode(), token.encode(), hashlib.sha256)
        return "better-auth.session_token=" + quote(f"{token}.{base64.b64encode(digest).decode()}", safe="")

    def run(self, sql: str, database: str | None = None, **params: Any) -> list[tuple[Any, ...]]:
        """One statement from outside, as psql would run it."""
        return execute(self.at(database), sql, params)

    def at(self, database: str | None) -> str:
        """The address of another database beside ours."""
        if database is None:
            return self.address
        return urlsplit(self.address)._replace(path=f"/{database}").geturl()


def execute(address: str, sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Runs a statement on a connection of its own, without a transaction around it."""
    connection = psycopg2.connect(address)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, params or None)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


@contextmanager
def staged() -> Iterator[Stage]:
    """A PostgreSQL of our own, as the app itself starts it, and gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        postgres.owned(Path(folder) / "postgres") as address,
    ):
        prepare(address)
        hashed = passwords.hash_bcrypt(PASSWORD.encode(), COST)
        ours = add_person(address, "ada@example.com", hashed)
        theirs = add_person(address, "grace@example.com", passwords.hash_scrypt(PASSWORD.encode()))
        yield Stage(Path(folder), address, secrets.token_hex(32), ours, theirs)


def prepare(address: str) -> None:
    """Makes our tables."""

    async def migrated() -> None:
        db = Database(address, 1)
        await migrate.migrate(db)
        await db.close()

    asyncio.run(migrated())


def add_person(address: str, email: str, hashed: str) -> Person:
    """A user with a password and a session that is new."""
    name, token = secrets.token_hex(16), secrets.token_hex(16)
    execute(address, PERSON, {"id": name, "email": email, "hash": hashed, "token": token})
    return Person(email, token)
