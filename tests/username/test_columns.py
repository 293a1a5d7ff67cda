"""The columns of names in databases that others made: used as they are, or brought to where they can be."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from handlers.username import FEATURE
from server.config.reader import Reader
from server.database import Database
from server.feature import columns_of
from server.model import NO_COLUMNS, Columns
from server.schema import migrate
from server.schema.migrate import MigrationError
from tests.conftest import execute
from tests.schema.others import make

NewDatabase = Callable[[], str]
COLUMNS = Columns(columns_of(FEATURE, Reader({})))
# As better-auth's migration with the plugin says it.
THEIRS = 'ALTER TABLE "user" ADD COLUMN "username" text UNIQUE, ADD COLUMN "displayUsername" text'
PERSON = """INSERT INTO "user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt", "username")
VALUES (%s, 'Ada', %s, false, now(), now(), 'ada')"""
UNIQUE = """SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%UNIQUE%(username)%'"""


def ran(url: str, columns: Columns) -> list[str]:
    """What a start does to the database."""

    async def migrated() -> list[str]:
        db = Database(url, 1, columns)
        try:
            return await migrate.migrate(db)
        finally:
            await db.close()

    with ThreadPoolExecutor(1) as pool:  # asyncio.run leaves a thread without an event loop
        return pool.submit(asyncio.run, migrated()).result()


def names(url: str) -> list[tuple[object, ...]]:
    """The columns that are there."""
    return execute(
        url,
        """SELECT attname FROM pg_attribute
           WHERE attrelid = '"user"'::regclass AND attname IN ('username', 'displayUsername') ORDER BY 1""",
    )


def test_an_empty_database_gets_them_with_the_plugin_alone(new_database: NewDatabase) -> None:
    url = new_database()
    assert "mend" not in ran(url, NO_COLUMNS)
    assert names(url) == []
    assert ran(url, COLUMNS) == ["mend"]
    assert names(url) == [("displayUsername",), ("username",)]
    assert execute(url, UNIQUE) == [(1,)]
    other = new_database()
    assert ran(other, COLUMNS)[-1] == "mend"
    assert names(other) == names(url)
    assert ran(other, COLUMNS) == []
    assert ran(other, NO_COLUMNS) == []


def test_what_better_auth_made_is_used_as_it_is(new_database: NewDatabase) -> None:
    url = new_database()
    make(url, THEIRS)
    execute(url, PERSON, ("1", "ada@example.com"))
    assert "mend" not in ran(url, COLUMNS)
    assert execute(url, UNIQUE) == [(1,)]
    assert execute(url, 'SELECT "username" FROM "user"') == [("ada",)]


def test_a_column_that_is_not_unique_becomes_so(new_database: NewDatabase) -> None:
    url = new_database()
    make(url, THEIRS.replace("UNIQUE", ""))
    execute(url, PERSON, ("1", "ada@example.com"))
    assert ran(url, COLUMNS)[0] == "mend"
    assert execute(url, UNIQUE) == [(1,)]


def test_two_with_one_name_end_the_start(new_database: NewDatabase) -> None:
    url = new_database()
    make(url, THEIRS.replace("UNIQUE", ""))
    for number in ("1", "2"):
        execute(url, PERSON, (number, f"{number}@example.com"))
    with pytest.raises(MigrationError, match="another row has what user_username_idx allows once"):
        ran(url, COLUMNS)
    assert execute(url, 'SELECT count(*) FROM "user"') == [(2,)]
