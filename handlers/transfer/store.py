"""Many people at once: who is there already, their accounts, and all of them one after another."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from server.database import Executor, Transaction
from server.store.rows import swallowed

_TAKEN = """
SELECT 'email' AS kind, u."email"::text AS value
FROM jsonb_populate_recordset(NULL::"user", %(emails)s::jsonb) AS given
JOIN "user" u ON u."email" = given."email"
UNION ALL
SELECT 'email', given."email"::text
FROM jsonb_populate_recordset(NULL::"user", %(emails)s::jsonb) AS given
CROSS JOIN LATERAL (
    SELECT 1
    FROM "user" u
    WHERE lower(u."email") = given."email" AND u."email" <> lower(u."email")
          AND octet_length(u."email") = octet_length(given."email")
    LIMIT 1
) AS capitals
UNION ALL
SELECT 'id', u."id"::text
FROM jsonb_populate_recordset(NULL::"user", %(ids)s::jsonb) AS given
JOIN "user" u ON u."id" = given."id"
"""
_EXPORT = """
DECLARE ai_editor_export NO SCROLL CURSOR FOR
SELECT u."id"::text AS id, u."name" AS name, u."email"::text AS email, u."emailVerified" AS email_verified,
       u."image" AS image, u."createdAt" AS created_at, u."updatedAt" AS updated_at, (
           SELECT a."password"
           FROM "account" a
           WHERE a."userId" = u."id" AND a."providerId" = 'credential' AND a."accountId" = u."id"::text
           LIMIT 1
       ) AS password, (
           SELECT coalesce(jsonb_agg(to_jsonb(a) ORDER BY a."providerId", a."accountId"), '[]')
           FROM "account" a
           WHERE a."userId" = u."id" AND a."providerId" <> 'credential'
       ) AS accounts, (
           SELECT coalesce(jsonb_agg(to_jsonb(p) ORDER BY p."createdAt", p."id"), '[]')
           FROM "passkey" p
           WHERE p."userId" = u."id"
       ) AS passkeys, (
           SELECT to_jsonb(f) FROM "twoFactor" f WHERE f."userId" = u."id" LIMIT 1
       ) AS two_factor, to_jsonb(u) AS more,
       coalesce(lower(to_jsonb(u)->>'banned') NOT IN ('false', 'f', '0', 'no', 'off', ''), false) AS banned,
       coalesce(lower(to_jsonb(u)->>'twoFactorEnabled') NOT IN ('false', 'f', '0', 'no', 'off', ''), false)
       AS second_factor
FROM "user" u
ORDER BY u."id"
"""


class Taken(Struct, frozen=True):
    """An address or an id that somebody has."""

    kind: str
    value: str


class TakenAccount(Struct, frozen=True):
    """A provider's account that is linked to somebody."""

    provider_id: str
    account_id: str


class TakenPasskey(Struct, frozen=True):
    """A passkey that is somebody's."""

    credential_id: str


class Exported(Struct, frozen=True):
    """A person with all that goes into an export."""

    id: str
    name: str
    email: str
    email_verified: bool
    image: str | None
    created_at: datetime
    updated_at: datetime
    password: str | None
    accounts: list[dict[str, Any]]
    passkeys: list[dict[str, Any]]
    two_factor: dict[str, Any] | None
    more: dict[str, Any]
    banned: bool
    second_factor: bool


async def find_taken(tx: Transaction, emails: Sequence[str], ids: Sequence[str]) -> list[Taken]:
    """Which of these addresses, in lower case, and of these ids somebody has; each is looked up in an index.

    In a transaction: a plan that was kept from when the table was empty would read all of it.
    """
    return await tx.all(
        Taken,
        _TAKEN,
        emails=json.dumps([{"email": each} for each in emails]),
        ids=json.dumps([{"id": each} for each in ids]),
    )


async def find_taken_accounts(tx: Transaction, pairs: Sequence[tuple[str, str]]) -> list[TakenAccount]:
    """Which of these accounts, each by provider and id, are somebody's."""
    return await tx.all(
        TakenAccount,
        """
        SELECT a."providerId"::text AS provider_id, a."accountId"::text AS account_id
        FROM jsonb_populate_recordset(NULL::"account", %(pairs)s::jsonb) AS given
        JOIN "account" a ON a."providerId" = given."providerId" AND a."accountId" = given."accountId"
        """,
        pairs=json.dumps([{"providerId": provider, "accountId": account} for provider, account in pairs]),
    )


async def find_taken_passkeys(tx: Transaction, credentials: Sequence[str]) -> list[TakenPasskey]:
    """Which of these passkeys somebody has, as authenticators call them."""
    return await tx.all(
        TakenPasskey,
        """
        SELECT p."credentialID" AS credential_id
        FROM jsonb_populate_recordset(NULL::"passkey", %(given)s::jsonb) AS given
        JOIN "passkey" p ON p."credentialID" = given."credentialID"
        """,
        given=json.dumps([{"credentialID": each} for each in credentials]),
    )


async def insert_passkeys(db: Executor, rows: Sequence[Mapping[str, object]]) -> None:
    """Adds passkeys of new users; raises RowRefused."""
    added = await db.run(
        """
        INSERT INTO "passkey" ("id", "name", "publicKey", "userId", "credentialID", "counter", "deviceType",
            "backedUp", "transports", "createdAt", "aaguid")
        SELECT "id", "name", "publicKey", "userId", "credentialID", "counter", "deviceType",
            "backedUp", "transports", "createdAt", "aaguid"
        FROM jsonb_populate_recordset(NULL::"passkey", %(rows)s::jsonb) AS given
        """,
        rows=json.dumps(rows),
    )
    if added != len(rows):
        raise await swallowed(db, "passkey", "INSERT")


async def insert_factors(db: Executor, rows: Sequence[Mapping[str, object]]) -> None:
    """Adds second factors of new users; raises RowRefused."""
    added = await db.run(
        """
        INSERT INTO "twoFactor" ("id", "secret", "backupCodes", "userId", "verified", "failedVerificationCount")
        SELECT "id", "secret", "backupCodes", "userId", "verified", "failedVerificationCount"
        FROM jsonb_populate_recordset(NULL::"twoFactor", %(rows)s::jsonb) AS given
        """,
        rows=json.dumps(rows),
    )
    if added != len(rows):
        raise await swallowed(db, "twoFactor", "INSERT")


async def update_tokens(db: Executor, rows: Sequence[Mapping[str, object]]) -> None:
    """Gives accounts that were just added their tokens; by itself, as a table of others may have no place for some."""
    await db.run(
        """
        UPDATE "account" a
        SET "accessToken" = given."accessToken", "refreshToken" = given."refreshToken", "idToken" = given."idToken",
            "accessTokenExpiresAt" = given."accessTokenExpiresAt",
            "refreshTokenExpiresAt" = given."refreshTokenExpiresAt", "scope" = given."scope"
        FROM jsonb_populate_recordset(NULL::"account", %(rows)s::jsonb) AS given
        WHERE a."id" = given."id"
        """,
        rows=json.dumps(rows),
    )


async def list_undeclared(tx: Transaction, declared: Sequence[str]) -> list[str]:
    """The columns of users that no feature here knows."""
    found: list[str] = await tx.value(
        """
        SELECT coalesce(jsonb_agg("attname" ORDER BY "attnum"), '[]')
        FROM "pg_attribute"
        WHERE "attrelid" = '"user"'::regclass AND "attnum" > 0 AND NOT "attisdropped"
          AND "attname"::text <> ALL (%(declared)s)
        """,
        declared=list(declared),
    )
    return found


async def insert_accounts(db: Executor, rows: Sequence[Mapping[str, object]]) -> None:
    """Adds the accounts of new users, each a row by the columns' names; raises RowRefused."""
    added = await db.run(
        """
        INSERT INTO "account" ("id", "accountId", "providerId", "userId", "password", "createdAt", "updatedAt")
        SELECT "id", "accountId", "providerId", "userId", "password", "createdAt", "updatedAt"
        FROM jsonb_populate_recordset(NULL::"account", %(rows)s::jsonb) AS given
        """,
        rows=json.dumps(rows),
    )
    if added != len(rows):
        raise await swallowed(db, "account", "INSERT")


async def open_export(tx: Transaction) -> None:
    """Everybody as they are now, for `fetch_exported` in the same transaction."""
    await tx.run(_EXPORT)


async def fetch_exported(tx: Transaction) -> list[Exported]:
    """The next few hundred; none at the end."""
    return await tx.all(Exported, "FETCH 500 FROM ai_editor_export")
