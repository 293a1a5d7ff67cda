"""Ids that the database counts, as better-auth's `generateId: "serial"` has it."""

from __future__ import annotations

from server.database import Executor


async def draw(db: Executor, table: str) -> str:
    """The next one of a table, a name in quotes; a row that is added with it goes by the same count as others."""
    return str(
        await db.value("""SELECT nextval(pg_get_serial_sequence(%(table)s, 'id'))::text""", table=table)
    )
