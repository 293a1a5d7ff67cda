"""schema.sql is what the migrations make; an empty, an old and a better-auth's database all get there."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from server.database import Database
from server.schema import migrate
from server.schema.migrate import MigrationError
from tests.conftest import SECRET, execute

ROOT = Path(__file__).resolve().parents[2]
NewDatabase = Callable[[], str]

COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
           pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'v', 'm', 'p')
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
TRIGGERS = (
    "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
)
OTHERS = """
    SELECT 'function', proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'relation', relname, relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'extension', extname, '' FROM pg_extension
"""


def catalogue(url: str) -> dict[str, list[tuple[object, ...]]]:
    """All that makes a schema, but for the order of columns."""
    parts = {"columns": COLUMNS, "constraints": CONSTRAINTS, "indexes": INDEXES, "triggers": TRIGGERS}
    return {
        name: sorted(execute(url, query), key=str) for name, query in (parts | {"others": OTHERS}).items()
    }


def better_auth(url: str, leave_out: str = "") -> None:
    """Makes a database as better-auth leaves it, with a user, a session and an account in it."""
    sql = (ROOT / "tests" / "better_auth.sql").read_text()
    execute(url, "\n".join(part for part in sql.split("\n") if not leave_out or leave_out not in part))
    execute(url, """INSERT INTO "user" VALUES ('u1', 'Ada', 'ada@example.com', false, NULL, now(), now())""")
    execute(url, """INSERT INTO "session" VALUES ('s1', now(), 't1', now(), now(), '', '', 'u1')""")
    account(url, "a1", "github", "7")


def account(url: str, row: str, provider: str, name: str) -> None:
    execute(
        url,
        """INSERT INTO "account" ("id", "accountId", "providerId", "userId", "updatedAt") VALUES (%s, %s, %s, 'u1', now())""",
        (row, name, provider),
    )


def rows(url: str) -> list[tuple[dict[str, object], str]]:
    """Every row with who wrote it last."""
    tables = ("user", "session", "account", "verification")
    found = (execute(url, f'SELECT to_jsonb(t), t.xmin::text FROM "{table}" t') for table in tables)
    return [(row, writer) for each in found for row, writer in each]


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    db = Database(url, 1)
    try:
        yield db
    finally:
        await db.close()


async def migrated(url: str) -> list[str]:
    async with opened(url) as db:
        return await migrate.migrate(db)


@pytest.mark.gen_test
async def test_the_migrations_make_what_schema_sql_says(new_database: NewDatabase) -> None:
    told, made = new_database(), new_database()
    execute(told, (ROOT / "schema.sql").read_text())
    await migrated(made)
    expected, found = catalogue(told), catalogue(made)
    for part in expected:
        assert found[part] == expected[part], part
    assert len(found["columns"]) > 30


@pytest.mark.gen_test
async def test_a_second_time_there_is_nothing_to_do(new_database: NewDatabase) -> None:
    url = new_database()
    assert await migrated(url) == list(migrate.files())
    assert await migrated(url) == []
    async with opened(url) as db:
        assert (await migrate.status(db)).current


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [name[:5] for name in migrate.files()] == [
        f"{number:04}_" for number in range(len(migrate.files()))
    ]


@pytest.mark.gen_test
async def test_two_processes_at_once_run_each_migration_once(new_database: NewDatabase) -> None:
    url = new_database()
    environment = {**os.environ, "DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET}
    command = (sys.executable, "-m", "server", "db", "migrate", "--json")
    running = [
        await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(2)
    ]
    done = [await process.communicate() for process in running]
    assert [process.returncode for process in running] == [0, 0], done
    assert sorted(name for out, _ in done for name in json.loads(out)["ran"]) == [*migrate.files(), "mend"]


async def refused(url: str) -> str:
    before = catalogue(url)
    with pytest.raises(MigrationError) as raised:
        await migrated(url)
    assert catalogue(url) == before
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.gen_test
async def test_a_newer_database_is_refused(new_database: NewDatabase) -> None:
    url = new_database()
    await migrated(url)
    execute(url, """INSERT INTO "ai_editor_migration" ("name") VALUES ('9999_future')""")
    words = await refused(url)
    assert "9999_future" in words
    assert "upgrade AI-Editor" in words


@pytest.mark.gen_test
async def test_a_foreign_database_is_refused(new_database: NewDatabase) -> None:
    url = new_database()
    execute(url, "CREATE TABLE accounting (id integer)")
    assert "a database of its own" in await refused(url)


@pytest.mark.parametrize("leave_out", ["", '"rateLimit"', "create index"])
@pytest.mark.gen_test
async def test_better_auths_database_is_adopted(new_database: NewDatabase, leave_out: str) -> None:
    url, ours = new_database(), new_database()
    better_auth(url, leave_out)
    before = rows(url)
    async with opened(url) as db:
        assert (await migrate.status(db)).adoptable
    assert await migrated(url) == list(migrate.files())
    await migrated(ours)
    kept = [
        ({name: row[name] for name in was}, writer)
        for (row, writer), (was, _) in zip(rows(url), before, strict=True)
    ]
    assert kept == before
    assert catalogue(url) == catalogue(ours)


@pytest.mark.gen_test
async def test_an_account_in_two_rows_stops_the_adoption(new_database: NewDatabase) -> None:
    url = new_database()
    better_auth(url)
    account(url, "a2", "github", "7")
    account(url, "a3", "gitlab", "7")
    words = await refused(url)
    assert '"account"' in words
    assert "delete" in words
    execute(url, """DELETE FROM "account" WHERE "id" = 'a2'""")
    assert await migrated(url) == list(migrate.files())


@pytest.mark.gen_test
async def test_an_account_in_two_rows_stops_an_upgrade(new_database: NewDatabase) -> None:
    url = new_database()
    better_auth(url)
    execute(
        url,
        """CREATE TABLE "ai_editor_migration" ("name" text PRIMARY KEY, "appliedAt" timestamptz DEFAULT now())""",
    )
    execute(url, """INSERT INTO "ai_editor_migration" ("name") VALUES ('0000_baseline')""")
    account(url, "a2", "github", "7")
    assert '"account"' in await refused(url)


@pytest.mark.gen_test
async def test_a_migration_that_fails_leaves_nothing(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_database()
    await migrated(url)
    broken = {**migrate.files(), "9999_broken": "CREATE TABLE half (id integer); SELECT 1 / 0"}
    monkeypatch.setattr(migrate, "files", lambda: broken)
    assert "9999_broken" in await refused(url)
