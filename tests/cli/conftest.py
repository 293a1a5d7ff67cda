"""A database that runs for a module's commands, and people in it."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from server import postgres
from tests.cli.commands import Commands, Done

PASSWORD = "correct horse battery staple"
Execute = Callable[..., list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The working folder of the module's commands; a socket's path must stay short."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[str]:
    """The embedded PostgreSQL of that folder, owned by another process than the commands, as a server owns it."""
    with postgres.owned(folder / "data" / "postgres") as url:
        yield url


@pytest.fixture(scope="module")
def commands(folder: Path, running: str) -> Commands:
    """Commands on a database that is up."""
    found = Commands(folder)
    assert found("db", "migrate").code == 0
    return found


@pytest.fixture(scope="module")
def execute(running: str) -> Execute:
    """execute("SELECT …", …) on the module's database, as psql would."""

    def run(statement: str, *parameters: object, url: str = running) -> list[tuple[object, ...]]:
        connection = psycopg2.connect(url)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, parameters or None)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    return run


@pytest.fixture
def ai_editor(commands: Commands, execute: Execute) -> Commands:
    """Commands on a database that is up and empty."""
    execute('DELETE FROM "user"')
    return commands


@pytest.fixture
def create(ai_editor: Commands) -> Callable[..., Done]:
    """create("ada@example.com", …): a user with PASSWORD."""

    def run(email: str = "ada@example.com", *more: str, password: str = PASSWORD) -> Done:
        name = () if "--name" in more else ("--name", "Ada")
        return ai_editor("user", "create", email, *name, "--password-stdin", *more, stdin=password + "\n")

    return run


@pytest.fixture
def add_session(execute: Execute) -> Callable[..., str]:
    """add_session("ada@example.com", "id", …): a session as the server makes one; the token that goes with it."""

    def run(email: str, session_id: str, ends: str = "7 days", agent: str = "Browser/1.0") -> str:
        token = f"token-of-{session_id}"
        execute(
            """
            INSERT INTO "session" ("id", "expiresAt", "token", "updatedAt", "ipAddress", "userAgent", "userId")
            SELECT %s, now() + %s::interval, %s, now(), '192.0.2.7', %s, "id" FROM "user" WHERE "email" = %s
            """,
            session_id, ends, token, agent, email,
        )  # fmt: skip
        return token

    return run
