"""Our server with a feature that has nothing but columns: those that COMPAT_COLUMNS names in better-auth's words."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

import psycopg2
from psycopg2 import sql

from handlers import FEATURES
from server.cli import build
from server.database import Database
from server.feature import Feature
from server.model import Column
from server.schema import migrate

TYPES = {
    "string": "text",
    "number": "integer",
    "boolean": "boolean",
    "date": "timestamptz",
    "json": "jsonb",
    "string[]": "jsonb",
    "number[]": "jsonb",
}
Fields = dict[str, dict[str, Any]]


def declared(fields: dict[str, Fields]) -> tuple[Column, ...]:
    """better-auth's additionalFields, by table, as columns of ours."""
    return tuple(_column(table, name, kept) for table, each in fields.items() for name, kept in each.items())


def _column(table: Any, name: str, kept: dict[str, Any]) -> Column:
    words = {"default": kept.get("defaultValue"), "required": kept.get("required", False)}
    words |= {word: kept[word] for word in ("type", "input", "returned") if word in kept}
    return Column(table, name, **words)


def add(database_url: str, fields: dict[str, Fields]) -> None:
    """What a feature's own migration would do."""
    connection = psycopg2.connect(database_url)
    with connection, connection.cursor() as cursor:
        for table, each in fields.items():
            for name, kept in each.items():
                needed = " NOT NULL" if kept.get("required", True) else ""
                statement = sql.SQL(
                    "ALTER TABLE {} ADD COLUMN IF NOT EXISTS {} " + TYPES[kept["type"]] + needed
                )
                cursor.execute(statement.format(sql.Identifier(table), sql.Identifier(name)))
    connection.close()


async def _bring_up(database_url: str) -> None:
    db = Database(database_url, 1)
    await migrate.migrate(db)
    await db.close()


def main() -> None:
    """`ai-editor` with the columns."""
    fields, database_url = json.loads(os.environ["COMPAT_COLUMNS"]), os.environ["DATABASE_URL"]
    asyncio.run(_bring_up(database_url))
    add(database_url, fields)
    build((*FEATURES, Feature(name="columns", columns=declared(fields))))(prog_name="ai-editor")


if __name__ == "__main__":
    main()
