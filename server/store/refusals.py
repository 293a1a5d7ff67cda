"""A change that PostgreSQL takes and does not make: a trigger BEFORE it has answered NULL."""

from __future__ import annotations

from typing import Literal

from server.database import Executor, RowRefused

_BITS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16}


async def swallowed(db: Executor, table: str, change: Literal["INSERT", "UPDATE", "DELETE"]) -> RowRefused:
    """What is raised where the row that should have changed is as it was; the words name who may have done it."""
    names = await db.value(
        """
        SELECT string_agg(tgname::text, ', ' ORDER BY tgname)
        FROM pg_trigger
        WHERE tgrelid = to_regclass(quote_ident(%(table)s)) AND NOT tgisinternal
              AND tgtype & 3 = 3 AND tgtype & %(bit)s <> 0
        """,
        table=table,
        bit=_BITS[change],
    )
    by = f"by the trigger {names}" if names else "by a unique index or row level security"
    return RowRefused(f'{change} on "{table}" was swallowed {by}')
