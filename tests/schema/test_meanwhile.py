"""Migrations while somebody serves: whoever is in the middle of a change comes first, and who serves goes on serving."""

import asyncio
import os
import re
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest

from server.database import Database
from server.schema import migrate
from server.schema.migrate import MigrationError
from tests.cli.commands import Commands
from tests.conftest import SECRET, execute
from tests.workers.served import Served, Starting, until

NewDatabase = Callable[[], str]
FIRST_TWO = ("0000_baseline", "0001_oauth_account_unique")
INDEX = re.compile(r"CREATE (?:UNIQUE )?INDEX IF NOT EXISTS [^;]*;")
WAITS = """
    SELECT count(*) FROM pg_locks
    WHERE NOT granted AND relation = '"user"'::regclass AND mode = 'ShareRowExclusiveLock'
"""


@pytest.fixture
def older(new_database: NewDatabase) -> str:
    """A database that has had the first two migrations alone."""
    url = new_database()
    execute(url, """CREATE TABLE "ai_editor_migration" ("name" text PRIMARY KEY, "appliedAt" timestamptz)""")
    for name in FIRST_TWO:
        execute(url, migrate.files()[name])
        execute(url, """INSERT INTO "ai_editor_migration" ("name") VALUES (%s)""", (name,))
    return url


def test_a_sign_up_under_way_and_a_migration_do_not_wait_for_each_other(older: str, tmp_path: Path) -> None:
    """One has "user" and wants "session", the other the reverse."""
    commands = Commands(tmp_path, {"DATABASE_URL": older, "BETTER_AUTH_SECRET": SECRET})
    with closing(psycopg2.connect(older)) as connection, connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO "user" ("id", "name", "email", "emailVerified") VALUES ('u', 'Ada', 'ada@example.com', true)"""
        )
        migrating = commands.start("db", "migrate")
        until(lambda: execute(older, WAITS) != [(0,)] or migrating.poll() is not None)
        assert migrating.poll() is None, migrating.communicate()
        cursor.execute(
            """
            INSERT INTO "session" ("id", "expiresAt", "token", "updatedAt", "userId")
            VALUES ('s', now() + interval '1 day', 't', now(), 'u')
            """
        )
        assert migrating.poll() is None
        connection.commit()
    said = migrating.communicate(timeout=60)
    assert (migrating.returncode, said[1]) == (0, "")
    assert execute(older, 'SELECT "userId" FROM "session"') == [("u",)]


def test_indexes_may_be_made_before(older: str, tmp_path: Path) -> None:
    """As large tables want it: without holding up who changes them."""
    found = [each for sql in migrate.files().values() for each in INDEX.findall(sql)]
    tables = [
        f'ON "{name}"' for (name,) in execute(older, "SELECT relname FROM pg_class WHERE relkind = 'r'")
    ]
    statements = [each for each in found if any(table in each for table in tables)]
    assert any('ON "user"' in each for each in statements)
    for each in statements:
        execute(older, each.replace(" INDEX ", " INDEX CONCURRENTLY ", 1))
    commands = Commands(tmp_path, {"DATABASE_URL": older, "BETTER_AUTH_SECRET": SECRET})
    assert commands("db", "migrate").code == 0
    assert commands("db", "status").code == 0


@pytest.mark.parametrize("name", migrate.files())
def test_a_migration_only_adds(name: str) -> None:
    """What the version before it reads and writes stays as it is, and no row of theirs is locked for long."""
    code = re.sub(r"(?s)\$\$.*?\$\$", "", migrate.files()[name])
    code = re.sub(r"--.*|\b(?:AFTER|BEFORE) .*|ON DELETE (?:CASCADE|SET NULL)", "", code)
    assert not re.findall(r"\b(?:ALTER|DROP|RENAME|UPDATE|DELETE|TRUNCATE)\b", code)


@contextmanager
def in_use(url: str) -> Iterator[None]:
    """A change of a user that does not end."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute('LOCK TABLE "user" IN ROW EXCLUSIVE MODE')
        yield


def test_a_lock_that_stays_is_told_of(older: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "_TRIES", 2)
    monkeypatch.setattr(migrate, "_PAUSE", 0.01)

    async def migrated() -> None:
        db = Database(older, 1)
        try:
            await migrate.migrate(db)
        finally:
            await db.close()

    def run() -> None:
        with ThreadPoolExecutor(1) as pool:  # asyncio.run leaves its thread without a loop
            pool.submit(asyncio.run, migrated()).result()

    with in_use(older), pytest.raises(MigrationError, match="others keep a table locked"):
        run()
    assert execute(older, "SELECT to_regproc('ai_editor_session_changed')::text") == [(None,)]
    run()
    assert execute(older, """SELECT count(*) FROM "ai_editor_migration" """) == [(len(migrate.files()),)]


def test_who_serves_goes_on_when_a_newer_version_has_migrated(
    new_whole_database: NewDatabase, tmp_path: Path
) -> None:
    url = new_whole_database()
    settings = {"DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET, "LOG_LEVEL": "error"}
    with Served(tmp_path, **settings) as served:
        execute(url, """INSERT INTO "ai_editor_migration" ("name") VALUES ('9999_from_the_future')""")
        assert served.call("/health/ready")[0] == 200
        before = served.pids()
        os.kill(min(before), signal.SIGKILL)
        until(lambda: len(served.pids() - before) == 1)
        body = {"name": "Ada", "email": "ada@example.com", "password": "correct horse battery staple"}
        until(lambda: len(served.pids()) == 2 and served.call("/health/ready")[0] == 200)
        assert served.call("/api/auth/sign-up/email", body)[0] == 200
        with Starting(tmp_path, **settings) as another:
            another.hear("the database is newer than this version")
            assert another.process.wait(60) == 1
        assert served.process.poll() is None


def test_an_older_database_is_left_alone_until_it_is_told_to(older: str, tmp_path: Path) -> None:
    """A dry run and a start with MIGRATE_ON_START=no change nothing in it."""
    settings = {"DATABASE_URL": older, "BETTER_AUTH_SECRET": SECRET, "APP_ENV": "development", "PORT": "0"}
    commands = Commands(tmp_path, {**settings, "MIGRATE_ON_START": "no"})
    missing = [name for name in migrate.files() if name not in FIRST_TWO]
    applied = """SELECT "name" FROM "ai_editor_migration" ORDER BY 1"""
    before = commands("db", "migrate", "--dry-run", "--json")
    assert (before.code, before.json["would_run"]) == (1, missing)
    refused = commands("serve")
    assert (refused.code, "MIGRATE_ON_START is off" in refused.err) == (1, True)
    assert execute(older, applied) == [(name,) for name in FIRST_TWO]
    assert commands("db", "migrate", "--json").json == {"ran": missing}
    assert commands("db", "migrate", "--dry-run").code == 0
    with Served(tmp_path, **{**settings, "MIGRATE_ON_START": "no"}) as served:
        assert served.call("/health/ready")[0] == 200
