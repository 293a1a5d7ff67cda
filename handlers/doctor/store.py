"""What is asked of a database about how it is."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from server.database import Executor

_INDEXES = """
    SELECT c.relname::text AS name, t.relname::text AS of, array(
            SELECT coalesce(a.attname::text, '')
            FROM unnest(i.indkey::int[]) WITH ORDINALITY AS k (number, place)
            LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number AND k.number > 0
            ORDER BY k.place
        ) AS columns, i.indisvalid AS valid, i.indpred IS NOT NULL AS partial
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_class t ON t.oid = i.indrelid
    WHERE t.relnamespace = current_schema()::regnamespace
    ORDER BY c.relname
"""


class About(Struct, frozen=True):
    """The server; `waiting`: it takes no changes."""

    version: int
    spoken: str
    waiting: bool
    connections: int
    reserved: int
    used: int


class Index(Struct, frozen=True):
    """One that is there: its table and columns, whether PostgreSQL uses it, and whether it is over a part of the rows."""

    name: str
    of: str
    columns: list[str]
    valid: bool
    partial: bool


class Expired(Struct, frozen=True):
    """How many rows are over for longer than sweeping lets them."""

    sessions: int
    verifications: int
    limits: int


async def about(db: Executor) -> About:
    """The server that was reached."""
    found = await db.all(
        About,
        """
        SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS spoken,
            current_setting('transaction_read_only') = 'on' AS waiting,
            current_setting('max_connections')::int AS connections,
            current_setting('superuser_reserved_connections')::int AS reserved,
            (SELECT count(*)::int FROM pg_stat_activity WHERE usesysid IS NOT NULL) AS used
        """,
    )
    return found[0]


async def now(db: Executor) -> datetime:
    """The time by the database's clock."""
    found: datetime = await db.value("""SELECT clock_timestamp()""")
    return found


async def list_indexes(db: Executor) -> list[Index]:
    """All indexes of the schema."""
    return await db.all(Index, _INDEXES)


async def count_expired(db: Executor, moment: datetime, milliseconds: int) -> Expired:
    """Rows that were over before that moment."""
    found = await db.all(
        Expired,
        """
        SELECT (SELECT count(*)::int FROM "session" WHERE "expiresAt" < %(moment)s) AS sessions,
            (SELECT count(*)::int FROM "verification" WHERE "expiresAt" < %(moment)s) AS verifications,
            (SELECT count(*)::int FROM "rateLimit" WHERE "lastRequest" < %(milliseconds)s) AS limits
        """,
        moment=moment,
        milliseconds=milliseconds,
    )
    return found[0]
