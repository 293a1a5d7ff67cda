"""The `twoFactor` table: an authenticator's secret and the backup codes of a user, both encrypted."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from server.crypto.ids import new_id
from server.database import Executor
from server.store.rows import swallowed


class TwoFactor(Struct, frozen=True):
    """What a user has set up. `verified` is false until a first code was right; NULL is from before there was that."""

    id: str
    secret: str
    backup_codes: str
    verified: bool | None
    locked_until: datetime | None


async def find(db: Executor, user_id: str) -> TwoFactor | None:
    """What a user has set up, or None; the table has no rule that there is one row of each."""
    return await db.one(
        TwoFactor,
        """
        SELECT "id"::text AS id, "secret" AS secret, "backupCodes" AS backup_codes, "verified" AS verified,
               "lockedUntil" AS locked_until
        FROM "twoFactor"
        WHERE "userId" = %(user_id)s
        LIMIT 1
        """,
        user_id=user_id,
    )


async def insert(db: Executor, user_id: str, secret: str, backup_codes: str) -> None:
    """Adds what is still to be verified."""
    added = await db.run(
        """
        INSERT INTO "twoFactor" ("id", "secret", "backupCodes", "userId", "verified", "failedVerificationCount")
        VALUES (%(id)s, %(secret)s, %(backup_codes)s, %(user_id)s, false, 0)
        """,
        id=await new_id(db, "twoFactor"),
        secret=secret,
        backup_codes=backup_codes,
        user_id=user_id,
    )
    if not added:
        raise await swallowed(db, "twoFactor", "INSERT")


async def update(db: Executor, row_id: str, secret: str, backup_codes: str) -> None:
    """Another secret in place of one that was never verified."""
    await db.run(
        """
        UPDATE "twoFactor"
        SET "secret" = %(secret)s, "backupCodes" = %(backup_codes)s, "verified" = false
        WHERE "id" = %(id)s
        """,
        id=row_id,
        secret=secret,
        backup_codes=backup_codes,
    )


async def update_verified(db: Executor, row_id: str) -> None:
    """A first code was right."""
    await db.run("""UPDATE "twoFactor" SET "verified" = true WHERE "id" = %(id)s""", id=row_id)


async def update_codes(db: Executor, found: TwoFactor, backup_codes: str) -> bool:
    """Other backup codes; False where they are not what was `found` any more. S18."""
    return bool(
        await db.run(
            """
            UPDATE "twoFactor"
            SET "backupCodes" = %(backup_codes)s
            WHERE "id" = %(id)s AND "backupCodes" = %(before)s
            """,
            id=found.id,
            before=found.backup_codes,
            backup_codes=backup_codes,
        )
    )


async def update_seals(db: Executor, found: TwoFactor, secret: str, backup_codes: str) -> None:
    """The same, encrypted otherwise, unless it is not what was `found` any more."""
    await db.run(
        """
        UPDATE "twoFactor"
        SET "secret" = %(secret)s, "backupCodes" = %(backup_codes)s
        WHERE "id" = %(id)s AND "secret" = %(before)s AND "backupCodes" = %(codes_before)s
        """,
        id=found.id,
        before=found.secret,
        codes_before=found.backup_codes,
        secret=secret,
        backup_codes=backup_codes,
    )


async def update_failures(db: Executor, row_id: str, most: int, until: datetime) -> bool:
    """Counts a wrong code; True where that locks the account, with the `most`th in a row. S19."""
    return bool(
        await db.value(
            """
            UPDATE "twoFactor"
            SET "failedVerificationCount" = coalesce("failedVerificationCount", 0) + 1,
                "lockedUntil" = CASE WHEN coalesce("failedVerificationCount", 0) + 1 >= %(most)s THEN %(until)s
                                     ELSE "lockedUntil" END
            WHERE "id" = %(id)s
            RETURNING "failedVerificationCount" >= %(most)s
            """,
            id=row_id,
            most=most,
            until=until,
        )
    )


async def forgive(db: Executor, row_id: str) -> None:
    """Forgets wrong codes, and a lock."""
    await db.run(
        """UPDATE "twoFactor" SET "failedVerificationCount" = 0, "lockedUntil" = NULL WHERE "id" = %(id)s""",
        id=row_id,
    )


async def delete_of_user(db: Executor, user_id: str) -> int:
    """Removes what a user has set up; the number of rows."""
    return await db.run("""DELETE FROM "twoFactor" WHERE "userId" = %(user_id)s""", user_id=user_id)
