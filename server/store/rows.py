"""What holds for the rows of every table: ids that the database counts, and changes that it takes and does not make."""

from __future__ import annotations

from typing import Literal

from server.database import Executor, RowRefused

_BITS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16}


async def draw(db: Executor, table: str) -> str:
    """The next id of a table, a name in quotes, where better-auth's `generateId` is "serial".

    A row that is added with it goes by the same count as others.
    """
    return str(
        await db.value("""SELECT nextval(pg_get_serial_sequence(%(table)s, 'id'))::text""", table=table)
    )


async def draw_many(db: Executor, table: str, number: int) -> list[str]:
    """The next ids of a table, as `draw` has them."""
    found: list[str] = await db.value(
        """
        SELECT array_agg(nextval(pg_get_serial_sequence(%(table)s, 'id'))::text)
        FROM generate_series(1, %(number)s)
        """,
        table=table,
        number=number,
    )
    return found or []


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
