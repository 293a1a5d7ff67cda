"""Accounts at providers, in the `account` table, with the tokens that came with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from server.database import Executor
from server.store.rows import swallowed

_FIND = """
SELECT "accessToken" AS access_token, "refreshToken" AS refresh_token, "idToken" AS id_token,
       "accessTokenExpiresAt" AS access_token_expires_at,
       "refreshTokenExpiresAt" AS refresh_token_expires_at, "scope" AS scope,
       "id"::text AS id, "accountId" AS account_id, "providerId" AS provider_id, "userId"::text AS user_id
FROM "account"
WHERE "providerId" = %(provider_id)s AND "accountId" = %(account_id)s
ORDER BY "createdAt"
LIMIT 1
"""
_READ = """
SELECT "accessToken" AS access_token, "refreshToken" AS refresh_token, "idToken" AS id_token,
       "accessTokenExpiresAt" AS access_token_expires_at,
       "refreshTokenExpiresAt" AS refresh_token_expires_at, "scope" AS scope,
       "id"::text AS id, "accountId" AS account_id, "providerId" AS provider_id, "userId"::text AS user_id
FROM "account"
WHERE "id" = %(row_id)s
"""
_LATEST = """
SELECT "providerId" AS provider_id, "idToken" AS id_token
FROM (
    SELECT "providerId", "idToken", "updatedAt"
    FROM "account"
    WHERE "userId" = %(user_id)s
    ORDER BY "createdAt"
    LIMIT 100
) found
ORDER BY "updatedAt" DESC
"""
_INSERT = """
INSERT INTO "account" ("id", "accountId", "providerId", "userId", "accessToken", "refreshToken", "idToken",
                       "accessTokenExpiresAt", "refreshTokenExpiresAt", "scope", "createdAt", "updatedAt")
VALUES (%(id)s, %(account_id)s, %(provider_id)s, %(user_id)s, %(access_token)s, %(refresh_token)s, %(id_token)s,
        %(access_token_expires_at)s, %(refresh_token_expires_at)s, %(scope)s, %(now)s, %(now)s)
"""
_UPDATE = """
UPDATE "account"
SET "accessToken" = coalesce(%(access_token)s, "accessToken"),
    "refreshToken" = coalesce(%(refresh_token)s, "refreshToken"),
    "idToken" = coalesce(%(id_token)s, "idToken"),
    "accessTokenExpiresAt" = coalesce(%(access_token_expires_at)s, "accessTokenExpiresAt"),
    "refreshTokenExpiresAt" = coalesce(%(refresh_token_expires_at)s, "refreshTokenExpiresAt"),
    "scope" = coalesce(%(scope)s, "scope"),
    "updatedAt" = %(now)s
WHERE "id" = %(row_id)s
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the row of an account holds of tokens, as it is stored: None where there is nothing, or nothing new."""

    access_token: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    id_token: str | None = field(default=None, repr=False)
    access_token_expires_at: datetime | None = None
    refresh_token_expires_at: datetime | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Linked(Kept):
    """A user's account at a provider."""

    id: str = ""
    account_id: str = ""
    provider_id: str = ""
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """The id token that a provider gave of somebody last, where it gave one."""

    provider_id: str
    id_token: str | None = field(default=None, repr=False)


def linked(kept: Kept, row_id: str, account_id: str, provider_id: str, user_id: str) -> Linked:
    """An account with these tokens."""
    held = {name: getattr(kept, name) for name in Kept.__slots__}
    return Linked(**held, id=row_id, account_id=account_id, provider_id=provider_id, user_id=user_id)


async def hold_key(db: Executor, provider_id: str, account_id: str) -> None:
    """Makes whoever else comes with this account wait until the transaction ends, whether it has a row or not."""
    await db.run(
        """SELECT pg_advisory_xact_lock(hashtextextended(%(key)s, 4143))""",
        key=f"{provider_id}\n{account_id}",
    )


async def find(db: Executor, provider_id: str, account_id: str) -> Linked | None:
    """The account of that name at a provider, whoever's it is; or None."""
    return await db.one(
        Linked,
        _FIND,
        provider_id=provider_id,
        account_id=account_id,
    )


async def read(db: Executor, row_id: str) -> Linked | None:
    """The account with this row id, or None."""
    return await db.one(
        Linked,
        _READ,
        row_id=row_id,
    )


async def proofs(db: Executor, user_id: str) -> list[Proof]:
    """Of a user's accounts, the one that was used last first."""
    return await db.all(
        Proof,
        _LATEST,
        user_id=user_id,
    )


async def hold(db: Executor, row_id: str) -> None:
    """Makes other changes of this account wait until the transaction ends."""
    await db.run("""SELECT 1 FROM "account" WHERE "id" = %(row_id)s FOR UPDATE""", row_id=row_id)


async def insert(db: Executor, account: Linked, now: datetime) -> None:
    """Adds an account at a provider."""
    added = await db.run(
        _INSERT,
        id=account.id,
        account_id=account.account_id,
        provider_id=account.provider_id,
        user_id=account.user_id,
        access_token=account.access_token,
        refresh_token=account.refresh_token,
        id_token=account.id_token,
        access_token_expires_at=account.access_token_expires_at,
        refresh_token_expires_at=account.refresh_token_expires_at,
        scope=account.scope,
        now=now,
    )
    if not added:
        raise await swallowed(db, "account", "INSERT")


async def update(db: Executor, row_id: str, kept: Kept, now: datetime) -> bool:
    """Stores what is not None, and leaves the rest; False when the account is gone."""
    changed = await db.run(
        _UPDATE,
        row_id=row_id,
        access_token=kept.access_token,
        refresh_token=kept.refresh_token,
        id_token=kept.id_token,
        access_token_expires_at=kept.access_token_expires_at,
        refresh_token_expires_at=kept.refresh_token_expires_at,
        scope=kept.scope,
        now=now,
    )
    if not changed and await read(db, row_id):
        raise await swallowed(db, "account", "UPDATE")
    return bool(changed)
