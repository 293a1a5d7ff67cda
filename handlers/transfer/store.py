"""Many people at once: who is there already, their accounts, and all of them one after another."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

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
           SELECT coalesce(jsonb_agg(jsonb_build_object(
               'provider_id', a."providerId", 'account_id', a."accountId"
           ) ORDER BY a."providerId", a."accountId"), '[]')
           FROM "account" a
           WHERE a."userId" = u."id" AND a."providerId" <> 'credential'
       ) AS accounts,
       coalesce(lower(to_jsonb(u)->>'banned') NOT IN ('false', 'f', '0', 'no', 'off', ''), false) AS banned,
       coalesce(lower(to_jsonb(u)->>'twoFactorEnabled') NOT IN ('false', 'f', '0', 'no', 'off', ''), false)
       AS second_factor
FROM "user" u
ORDER BY u."id"
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """An address or an id that somebody has."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class TakenAccount:
    """A provider's account that is linked to somebody."""

    provider_id: str
    account_id: str


@dataclass(frozen=True, slots=True)
class Exported:
    """A person with all that goes into an export."""

    id: str
    name: str
    email: str
    email_verified: bool
    image: str | None
    created_at: datetime
    updated_at: datetime
    password: str | None
    accounts: list[dict[str, str]]
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
    """Everybody as they are now, for `fetch_exported` in the same transaction. Of accounts no token goes out."""
    await tx.run(_EXPORT)


async def fetch_exported(tx: Transaction) -> list[Exported]:
    """The next few hundred; none at the end."""
    return await tx.all(Exported, "FETCH 500 FROM ai_editor_export")
