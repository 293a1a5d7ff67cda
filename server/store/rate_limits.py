"""The `rateLimit` table: better-auth's own rows for requests, and beside them rows for accounts and their places.

Ours carry in "lastRequest" when they end, which lies ahead: so nobody who sweeps this table takes them for old ones.
Each statement decides and counts at once, by the database's clock. A count is not worth waiting for the disk.
"""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from server.database import Executor


class Failures(Struct, frozen=True):
    """Failures in a row, and the milliseconds until they are forgotten."""

    count: int
    left: int


class Slowing(NamedTuple):
    """How failures slow an account down, in milliseconds.

    Each adds `forget` to the time until all are forgotten. From `free` on each is followed by a wait, `first_delay`
    doubled up to `longest_delay`; after `most` all have to be forgotten first.
    """

    free: int
    first_delay: int
    longest_delay: int
    most: int
    forget: int


async def count(db: Executor, row_id: str, key: str, most: int, window: int) -> bool:
    """Counts a request; False when `most` have been made, each within `window` milliseconds of the one before.

    A row from beyond a whole window ahead is from a clock that was set back, and counts as over.
    """
    return bool(
        await db.run(
            """
            INSERT INTO "rateLimit" AS r ("id", "key", "count", "lastRequest")
            VALUES (%(row_id)s, %(key)s, 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
            ON CONFLICT ("key") DO UPDATE
            SET "count" = CASE
                    WHEN abs(excluded."lastRequest" - r."lastRequest") >= %(window)s THEN 1
                    ELSE r."count" + 1
                END,
                "lastRequest" = excluded."lastRequest"
            WHERE r."count" < %(most)s OR abs(excluded."lastRequest" - r."lastRequest") >= %(window)s
            RETURNING set_config('synchronous_commit', 'off', true)
            """,
            row_id=row_id,
            key=key,
            most=most,
            window=window,
        )
    )


async def time_left(db: Executor, key: str, most: int, window: int) -> int | None:
    """Milliseconds until a request is allowed again, or None when nothing forbids one."""
    left: int | None = await db.value(
        """
        SELECT "lastRequest" + %(window)s - (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS left
        FROM "rateLimit"
        WHERE "key" = %(key)s AND "count" >= %(most)s
        """,
        key=key,
        most=most,
        window=window,
    )
    return left


async def count_failure(db: Executor, row_id: str, account: str, slowing: Slowing) -> bool:
    """Counts a failure of an account; False while it has to wait."""
    return bool(
        await db.run(
            """
            INSERT INTO "rateLimit" AS r ("id", "key", "count", "lastRequest")
            VALUES (%(row_id)s, %(account)s, 1,
                    (extract(epoch FROM clock_timestamp()) * 1000)::bigint + %(forget)s)
            ON CONFLICT ("key") DO UPDATE
            SET ("count", "lastRequest") = (
                SELECT failures, excluded."lastRequest" + %(forget)s * (failures - 1)
                FROM (SELECT CASE
                          WHEN excluded."lastRequest" - %(forget)s >= r."lastRequest" THEN 1
                          ELSE r."count" + 1
                      END AS failures) AS counted
            )
            WHERE excluded."lastRequest" - %(forget)s >= CASE
                WHEN r."count" >= %(most)s THEN r."lastRequest"
                WHEN r."count" < %(free)s THEN 0
                ELSE r."lastRequest" - %(forget)s * r."count"
                     + least(%(first_delay)s * 2 ^ (r."count" - %(free)s), %(longest_delay)s)
            END
            RETURNING set_config('synchronous_commit', 'off', true)
            """,
            row_id=row_id,
            account=account,
            **slowing._asdict(),
        )
    )


async def find_failures(db: Executor, account: str) -> Failures | None:
    """The failures of an account that are not forgotten, or None."""
    return await db.one(
        Failures,
        """
        SELECT "count" AS count, "lastRequest" - (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS left
        FROM "rateLimit"
        WHERE "key" = %(account)s
        """,
        account=account,
    )


async def count_in_place(db: Executor, place: str, most: int) -> bool:
    """Counts a failure of a known place; False when it is not known, or has `most` already."""
    return bool(
        await db.run(
            """
            UPDATE "rateLimit"
            SET "count" = "count" + 1
            WHERE "key" = %(place)s AND "count" < %(most)s
              AND "lastRequest" > extract(epoch FROM clock_timestamp()) * 1000
            """,
            place=place,
            most=most,
        )
    )


async def forgive(db: Executor, account: str, row_id: str, place: str, life: int) -> None:
    """Forgets the account's failures, and knows the place for `life` milliseconds."""
    await db.run(
        """
        WITH forgiven AS (
            DELETE FROM "rateLimit"
            WHERE "key" = %(account)s
        )
        INSERT INTO "rateLimit" ("id", "key", "count", "lastRequest")
        VALUES (%(row_id)s, %(place)s, 0, (extract(epoch FROM clock_timestamp()) * 1000)::bigint + %(life)s)
        ON CONFLICT ("key") DO UPDATE
        SET "count" = 0, "lastRequest" = excluded."lastRequest"
        """,
        account=account,
        row_id=row_id,
        place=place,
        life=life,
    )


async def delete(db: Executor, key: str) -> None:
    """Deletes one row."""
    await db.run("""DELETE FROM "rateLimit" WHERE "key" = %(key)s""", key=key)


async def delete_lapsed(db: Executor, kept: int, most: int) -> int:
    """Deletes at most `most` rows that ended `kept` milliseconds ago or earlier; passes by rows in use."""
    return await db.run(
        """
        DELETE FROM "rateLimit"
        WHERE "key" IN (
            SELECT "key"
            FROM "rateLimit"
            WHERE "lastRequest" < extract(epoch FROM clock_timestamp()) * 1000 - %(kept)s
            LIMIT %(most)s
            FOR UPDATE SKIP LOCKED
        )
        """,
        kept=kept,
        most=most,
    )
