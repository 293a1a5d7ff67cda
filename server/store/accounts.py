"""The `account` table: how a user proves who they are."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from server.database import Executor
from server.model import Account, Credential, User
from server.store.rows import swallowed

_FIND_OR_ANOTHER = """
SELECT account_id, user_id, password
FROM (
    (SELECT 0 AS step, "id"::text AS account_id, "userId"::text AS user_id, "password" AS password
    FROM "account"
    WHERE "providerId" = 'credential' AND "accountId" = %(user_id)s AND "password" IS NOT NULL
    LIMIT 1)
    UNION ALL
    (SELECT 1, "id"::text, '', "password"
    FROM "account"
    WHERE "providerId" = 'credential' AND "accountId" >= %(place)s AND "password" IS NOT NULL
    ORDER BY "accountId"
    LIMIT 1)
    UNION ALL
    (SELECT 2, "id"::text, '', "password"
    FROM "account"
    WHERE "providerId" = 'credential' AND "accountId" >= %(digits)s AND "password" IS NOT NULL
    ORDER BY "accountId"
    LIMIT 1)
    UNION ALL
    (SELECT 3, "id"::text, '', "password"
    FROM "account"
    WHERE "providerId" = 'credential' AND "password" IS NOT NULL
    ORDER BY "accountId"
    LIMIT 1)
) found
ORDER BY step
LIMIT 1
"""


class AccountSummary(Struct, frozen=True):
    """One way of a user to sign in, for lists; without secrets."""

    id: str
    provider_id: str
    created_at: datetime


async def insert_credential(
    db: Executor, account_id: str, user: User, password: str, now: datetime | None = None
) -> None:
    """Adds the password account of a user; `password` is a hash; as old as the user unless `now` is given."""
    added = await db.run(
        """
        INSERT INTO "account" ("id", "accountId", "providerId", "userId", "password", "createdAt", "updatedAt")
        VALUES (%(id)s, %(user_id)s, 'credential', %(user_id)s, %(password)s, %(now)s, %(now)s)
        """,
        id=account_id,
        user_id=user.id,
        password=password,
        now=now or user.created_at,
    )
    if not added:
        raise await swallowed(db, "account", "INSERT")


async def find_credential(db: Executor, user_id: str) -> Credential | None:
    """The password account of a user, or None."""
    return await db.one(
        Credential,
        """
        SELECT "id"::text AS account_id, "userId"::text AS user_id, "password" AS password
        FROM "account"
        WHERE "userId" = %(user_id)s AND "providerId" = 'credential' AND "accountId" = "userId"::text
        """,
        user_id=user_id,
    )


async def find_credential_or_another(
    db: Executor, user_id: str, place: str, digits: str
) -> Credential | None:
    """The password account of a user who has a password, else that of the first behind a place among the ids, nobody's.

    `digits` is the place where all ids are before the first one, as numbers and UUIDs may be.
    """
    return await db.one(
        Credential,
        _FIND_OR_ANOTHER,
        user_id=user_id,
        place=place,
        digits=digits,
    )


async def list_summaries(db: Executor, user_id: str) -> list[AccountSummary]:
    """The ways of a user to sign in, the oldest first."""
    return await db.all(
        AccountSummary,
        """
        SELECT "id"::text AS id, "providerId" AS provider_id, "createdAt" AS created_at
        FROM "account"
        WHERE "userId" = %(user_id)s
        ORDER BY "createdAt", "id"
        """,
        user_id=user_id,
    )


async def update_password(db: Executor, user_id: str, password: str, now: datetime) -> bool:
    """Stores a new hash; False when the user has no password account that is found.

    Others may have made one under another name than the user's id. Nobody signs in with that; the old password is not
    kept there, either.
    """
    changed = await db.run(
        """
        UPDATE "account"
        SET "password" = %(password)s, "updatedAt" = %(now)s
        WHERE "userId" = %(user_id)s AND "providerId" = 'credential'
        """,
        user_id=user_id,
        password=password,
        now=now,
    )
    if not changed and await db.value(
        """SELECT true FROM "account" WHERE "userId" = %(user_id)s AND "providerId" = 'credential'""",
        user_id=user_id,
    ):
        raise await swallowed(db, "account", "UPDATE")
    return await find_credential(db, user_id) is not None


async def change_password(db: Executor, account_id: str, old: str, new: str, now: datetime) -> bool:
    """Stores the hash of another password; False when `old` is not the hash any more. S18."""
    changed = await db.run(
        """
        UPDATE "account"
        SET "password" = %(new)s, "updatedAt" = %(now)s
        WHERE "id" = %(account_id)s AND "password" = %(old)s
        """,
        account_id=account_id,
        old=old,
        new=new,
        now=now,
    )
    if not changed and await hold_password(db, account_id, old):
        raise await swallowed(db, "account", "UPDATE")
    return bool(changed)


async def find_password_change(db: Executor, user_id: str) -> int | None:
    """When a user's password was set last, in whole seconds since the epoch; None where there is none."""
    found: int | None = await db.value(
        """
        SELECT floor(extract(epoch FROM max("updatedAt")))::bigint
        FROM "account"
        WHERE "userId" = %(user_id)s AND "providerId" = 'credential'
        """,
        user_id=user_id,
    )
    return found


async def hold_password(db: Executor, account_id: str, password: str) -> bool:
    """Whether this is still the hash; until the transaction ends nobody can change it."""
    return bool(
        await db.value(
            """
            SELECT true
            FROM "account"
            WHERE "id" = %(account_id)s AND "password" = %(password)s
            FOR SHARE
            """,
            account_id=account_id,
            password=password,
        )
    )


async def replace_password(db: Executor, account_id: str, old: str, new: str) -> bool:
    """Swaps a hash for a better one of the same password; loses to a password change made meanwhile."""
    return bool(
        await db.run(
            """
            UPDATE "account"
            SET "password" = %(new)s
            WHERE "id" = %(account_id)s AND "password" = %(old)s
            """,
            account_id=account_id,
            old=old,
            new=new,
        )
    )


async def list_of_user(db: Executor, user_id: str) -> list[Account]:
    """The oldest hundred accounts of a user: to better-auth there are no others."""
    return await db.all(
        Account,
        """
        SELECT "id"::text AS id, "accountId" AS account_id, "providerId" AS provider_id, "userId"::text AS user_id,
               "scope" AS scope, "createdAt" AS created_at, "updatedAt" AS updated_at
        FROM "account"
        WHERE "userId" = %(user_id)s
        ORDER BY "createdAt"
        LIMIT 100
        """,
        user_id=user_id,
    )


async def delete_all(db: Executor, user_id: str) -> None:
    """Takes every way of a user to sign in away."""
    await db.run("""DELETE FROM "account" WHERE "userId" = %(user_id)s""", user_id=user_id)
    if await db.value("""SELECT true FROM "account" WHERE "userId" = %(user_id)s""", user_id=user_id):
        raise await swallowed(db, "account", "DELETE")


async def delete_passkeys(db: Executor, user_id: str) -> None:
    """Takes a user's passkeys away, which better-auth's plugin keeps in a table of its own."""
    await db.run("""DELETE FROM "passkey" WHERE "userId" = %(user_id)s""", user_id=user_id)


async def delete(db: Executor, account_id: str) -> bool:
    """Takes an account away; False when there was none."""
    deleted = await db.run("""DELETE FROM "account" WHERE "id" = %(account_id)s""", account_id=account_id)
    if not deleted and await db.value(
        """SELECT true FROM "account" WHERE "id" = %(account_id)s""", account_id=account_id
    ):
        raise await swallowed(db, "account", "DELETE")
    return bool(deleted)
