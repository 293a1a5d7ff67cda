"""The `verification` table: single-use values with an end."""

from __future__ import annotations

from datetime import datetime

from server.database import Executor
from server.model import Verification
from server.store.rows import swallowed


async def insert(db: Executor, verification: Verification) -> None:
    """Adds a value."""
    added = await db.run(
        """
        INSERT INTO "verification" ("id", "identifier", "value", "expiresAt", "createdAt", "updatedAt")
        VALUES (%(id)s, %(identifier)s, %(value)s, %(expires_at)s, %(created_at)s, %(created_at)s)
        """,
        id=verification.id,
        identifier=verification.identifier,
        value=verification.value,
        expires_at=verification.expires_at,
        created_at=verification.created_at,
    )
    if not added:
        raise await swallowed(db, "verification", "INSERT")


async def find(db: Executor, identifier: str) -> Verification | None:
    """The newest value under this identifier, expired or not; or None."""
    return await db.one(
        Verification,
        """
        SELECT "id"::text AS id, "identifier" AS identifier, "value" AS value, "expiresAt" AS expires_at,
               coalesce("createdAt", "expiresAt") AS created_at
        FROM "verification"
        WHERE "identifier" = %(identifier)s
        ORDER BY "createdAt" DESC NULLS LAST
        LIMIT 1
        """,
        identifier=identifier,
    )


async def hold(db: Executor, identifier: str) -> Verification | None:
    """As `find`; nobody else holds, changes or takes it until the transaction ends. Whoever waited finds what is left."""
    return await db.one(
        Verification,
        """
        SELECT "id"::text AS id, "identifier" AS identifier, "value" AS value, "expiresAt" AS expires_at,
               coalesce("createdAt", "expiresAt") AS created_at
        FROM "verification"
        WHERE "identifier" = %(identifier)s
        ORDER BY "createdAt" DESC NULLS LAST
        LIMIT 1
        FOR UPDATE
        """,
        identifier=identifier,
    )


async def update_value(db: Executor, verification: Verification, value: str, now: datetime) -> None:
    """Keeps another value in place of one that is held."""
    changed = await db.run(
        """
        UPDATE "verification"
        SET "value" = %(value)s, "updatedAt" = %(now)s
        WHERE "identifier" = %(identifier)s AND "id"::text = %(id)s
        """,
        id=verification.id,
        identifier=verification.identifier,
        value=value,
        now=now,
    )
    if not changed:
        raise await swallowed(db, "verification", "UPDATE")


async def consume(db: Executor, identifier: str) -> Verification | None:
    """Takes the newest value away, and older ones with it; of several callers at once one gets it. S18."""
    rows = await db.all(
        Verification,
        """
        DELETE FROM "verification"
        WHERE "identifier" = %(identifier)s
        RETURNING "id"::text AS id, "identifier" AS identifier, "value" AS value, "expiresAt" AS expires_at,
                  coalesce("createdAt", "expiresAt") AS created_at
        """,
        identifier=identifier,
    )
    if not rows and await find(db, identifier):
        raise await swallowed(db, "verification", "DELETE")
    return max(rows, key=lambda row: row.created_at, default=None)


async def insert_for_address(db: Executor, verification: Verification, email: str) -> bool:
    """Adds a value that is a user's id, while this is that user's address; the address stays until the transaction ends."""
    return bool(
        await db.run(
            """
            INSERT INTO "verification" ("id", "identifier", "value", "expiresAt", "createdAt", "updatedAt")
            SELECT %(id)s, %(identifier)s, %(value)s, %(expires_at)s, %(created_at)s, %(created_at)s
            FROM "user"
            WHERE "id" = %(value)s AND "email" = %(email)s
            FOR SHARE
            """,
            id=verification.id,
            identifier=verification.identifier,
            value=verification.value,
            expires_at=verification.expires_at,
            created_at=verification.created_at,
            email=email,
        )
    )


async def consume_of_user(db: Executor, kind: str, user_id: str) -> list[Verification]:
    """Takes all values of a user away whose identifiers begin with `kind`."""
    return await db.all(
        Verification,
        """
        DELETE FROM "verification"
        WHERE "value" = %(user_id)s AND starts_with("identifier", %(kind)s)
        RETURNING "id"::text AS id, "identifier" AS identifier, "value" AS value, "expiresAt" AS expires_at,
                  coalesce("createdAt", "expiresAt") AS created_at
        """,
        kind=kind,
        user_id=user_id,
    )


async def delete_expired(db: Executor, now: datetime) -> int:
    """Sweeps values whose time is over; the number swept."""
    return await db.run("""DELETE FROM "verification" WHERE "expiresAt" < %(now)s""", now=now)
