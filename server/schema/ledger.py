"""The `ai_editor_migration` table, and what the catalogue says about the others."""

from __future__ import annotations

import json
from collections.abc import Sequence

from msgspec import Struct

from server.database import Executor
from server.model import Column


class _Name(Struct, frozen=True):
    name: str


async def exists(db: Executor) -> bool:
    """Whether this database has the list of migrations."""
    return bool(await db.value("""SELECT to_regclass('ai_editor_migration') IS NOT NULL"""))


async def has_schema(db: Executor) -> bool:
    """Whether there is a schema that new tables would go to."""
    return bool(await db.value("""SELECT current_schema() IS NOT NULL"""))


async def is_read_only(db: Executor) -> bool:
    """Whether PostgreSQL takes no changes: a standby, or one that was made so."""
    return bool(await db.value("""SELECT current_setting('transaction_read_only') = 'on'"""))


async def create(db: Executor) -> None:
    """Makes the list of migrations where there is none."""
    await db.run(
        """
        CREATE TABLE IF NOT EXISTS "ai_editor_migration" (
            "name" text NOT NULL PRIMARY KEY,
            "appliedAt" timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL
        )
        """
    )


async def list_applied(db: Executor) -> list[str]:
    """The names of the migrations that have run."""
    rows = await db.all(_Name, """SELECT "name" AS name FROM "ai_editor_migration" ORDER BY "name" """)
    return [row.name for row in rows]


async def list_tables(db: Executor) -> list[str]:
    """The tables in the schema that new tables would go to."""
    rows = await db.all(
        _Name,
        """
        SELECT tablename::text AS name
        FROM pg_tables
        WHERE schemaname = current_schema()
        ORDER BY tablename
        """,
    )
    return [row.name for row in rows]


async def count_shared_accounts(db: Executor) -> int:
    """The number of provider accounts that stand in more than one row."""
    return int(
        await db.value(
            """
            SELECT count(*)
            FROM (SELECT 1 FROM "account" GROUP BY "providerId", "accountId" HAVING count(*) > 1) AS shared
            """
        )
    )


async def lock(db: Executor, key: int) -> None:
    """Holds the advisory lock until the transaction ends; then gives up on a table's lock after 0.3 s.

    That is sooner than PostgreSQL looks for a circle of locks, of which it might throw out somebody who serves.
    """
    await db.run("""SELECT pg_advisory_xact_lock(%(key)s)""", key=key)
    await db.run("""SET LOCAL lock_timeout = '300ms'""")


async def mend(db: Executor, sql: str) -> None:
    """Runs what brings tables of others to where they can be used."""
    await db.run(sql)


# What a declared column of each type is, as better-auth makes it.
_TYPES = {"string": "text", "number": "integer", "boolean": "boolean", "date": "timestamptz"}


async def add_columns(db: Executor, columns: Sequence[Column]) -> None:
    """Adds columns that may be NULL."""
    if columns:
        await db.run(
            await db.value(
                """
                SELECT string_agg(format('ALTER TABLE %%I ADD COLUMN %%I %%s', "place", "name", "type"), '; ')
                FROM jsonb_to_recordset(%(columns)s::jsonb) AS given("place" text, "name" text, "type" text)
                """,
                columns=_described(columns),
            )
        )


async def make_unique(db: Executor, columns: Sequence[Column]) -> None:
    """Makes columns unique, under a name that PostgreSQL finds."""
    if columns:
        await db.run(
            await db.value(
                """
                SELECT string_agg(format('CREATE UNIQUE INDEX ON %%I (%%I)', "place", "name"), '; ')
                FROM jsonb_to_recordset(%(columns)s::jsonb) AS given("place" text, "name" text)
                """,
                columns=_described(columns),
            )
        )


def _described(columns: Sequence[Column]) -> str:
    return json.dumps(
        [{"place": each.table, "name": each.name, "type": _TYPES.get(each.type, "jsonb")} for each in columns]
    )


async def apply(db: Executor, name: str, sql: str) -> None:
    """Runs one migration and writes it down."""
    await db.run(sql)
    await db.run("""INSERT INTO "ai_editor_migration" ("name") VALUES (%(name)s)""", name=name)
