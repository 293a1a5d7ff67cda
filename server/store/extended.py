"""The reads of users and sessions where features have declared columns: the same as without, and the whole row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from msgspec import Struct

from server.database import Executor, InvalidValue
from server.model import Column, ExtendedSession, ExtendedUser, Json

_WHOLE = 2**53


class SignedInRow(Struct, frozen=True):
    """A session and its user."""

    id: str
    expires_at: datetime
    token: str
    created_at: datetime
    updated_at: datetime
    ip_address: str | None
    user_agent: str | None
    user_id: str
    name: str
    email: str
    email_verified: bool
    image: str | None
    user_created_at: datetime
    user_updated_at: datetime
    session_more: Json
    user_more: Json


def read(columns: Sequence[Column], row: object) -> Json:
    """What a row as JSON holds in the declared columns that are shown."""
    found = row if isinstance(row, dict) else {}
    return {column.name: _value(column, found.get(column.name)) for column in columns if column.returned}


def _value(column: Column, value: object) -> object:
    if column.type == "date":
        return None if value is None else _date(column, str(value))
    if column.type in ("string[]", "number[]") and isinstance(value, str):
        value = _list(value)
    return _as_javascript(value)


def _date(column: Column, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else datetime.combine(found.date(), found.time(), UTC)
    except ValueError:
        raise InvalidValue(f"{column.table}.{column.name} holds no date") from None


def _list(text: str) -> object:
    """A text where a list should be is a list in JSON to better-auth, or nothing."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _as_javascript(value: object) -> object:
    """JavaScript has one kind of number: 1.0 is 1."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= _WHOLE else value
    if isinstance(value, dict):
        return {key: _as_javascript(item) for key, item in value.items()}
    return [_as_javascript(item) for item in value] if isinstance(value, list) else value


async def find_user_by_email(db: Executor, email: str) -> ExtendedUser | None:
    """As users.find_by_email."""
    found = await db.one(
        ExtendedUser,
        """
        SELECT "id"::text AS id, "name" AS name, "email" AS email, "emailVerified" AS email_verified,
               "image" AS image, "createdAt" AS created_at, "updatedAt" AS updated_at, to_jsonb("user") AS more
        FROM "user"
        WHERE "email" = %(email)s
        UNION ALL
        SELECT "id"::text AS id, "name" AS name, "email" AS email, "emailVerified" AS email_verified,
               "image" AS image, "createdAt" AS created_at, "updatedAt" AS updated_at, to_jsonb("user") AS more
        FROM "user"
        WHERE lower("email") = %(email)s AND "email" <> lower("email")
          AND octet_length("email") = octet_length(%(email)s)
        LIMIT 1
        """,
        email=email,
    )
    return _user(db, found)


async def find_user(db: Executor, user_id: str) -> ExtendedUser | None:
    """As users.find."""
    found = await db.one(
        ExtendedUser,
        """
        SELECT "id"::text AS id, "name" AS name, "email" AS email, "emailVerified" AS email_verified,
               "image" AS image, "createdAt" AS created_at, "updatedAt" AS updated_at, to_jsonb("user") AS more
        FROM "user"
        WHERE "id" = %(user_id)s
        """,
        user_id=user_id,
    )
    return _user(db, found)


def _user(db: Executor, found: ExtendedUser | None) -> ExtendedUser | None:
    return replace(found, more=read(db.columns.user, found.more)) if found else None


async def find_by_token(db: Executor, token: str) -> SignedInRow | None:
    """As sessions.find_by_token."""
    return await db.one(
        SignedInRow,
        """
        SELECT s."id"::text AS id, s."expiresAt" AS expires_at, s."token" AS token, s."createdAt" AS created_at,
               s."updatedAt" AS updated_at, s."ipAddress" AS ip_address, s."userAgent" AS user_agent,
               s."userId"::text AS user_id, u."name" AS name, u."email" AS email, u."emailVerified" AS email_verified,
               u."image" AS image, u."createdAt" AS user_created_at, u."updatedAt" AS user_updated_at,
               to_jsonb(s) AS session_more, to_jsonb(u) AS user_more
        FROM "session" s
        JOIN "user" u ON u."id" = s."userId"
        WHERE s."token" = %(token)s
        """,
        token=token,
    )


async def list_active(db: Executor, user_id: str, now: datetime) -> list[ExtendedSession]:
    """As sessions.list_active."""
    found = await db.all(
        ExtendedSession,
        """
        SELECT "id"::text AS id, "expiresAt" AS expires_at, "token" AS token, "createdAt" AS created_at,
               "updatedAt" AS updated_at, "ipAddress" AS ip_address, "userAgent" AS user_agent, "userId"::text AS user_id,
               to_jsonb("session") AS more
        FROM "session"
        WHERE "userId" = %(user_id)s AND "expiresAt" > %(now)s
        ORDER BY "createdAt"
        LIMIT 100
        """,
        user_id=user_id,
        now=now,
    )
    return [replace(each, more=read(db.columns.session, each.more)) for each in found]


class Whole(Struct, frozen=True):
    """A row as it is, and which of its columns are dates."""

    row: object
    dates: list[str]


async def find_whole_user(db: Executor, user_id: str) -> Json | None:
    """The user's row, which in a transaction nobody changes until that ends."""
    found = await db.one(
        Whole,
        """
        SELECT to_jsonb(u) AS row, ARRAY(
                   SELECT "attname"::text
                   FROM "pg_attribute"
                   WHERE "attrelid" = '"user"'::regclass AND "attnum" > 0 AND NOT "attisdropped"
                         AND "atttypid" IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)
               ) AS dates
        FROM "user" u
        WHERE "id" = %(user_id)s
        FOR SHARE OF u
        """,
        user_id=user_id,
    )
    row = with_moments(found) if found else None
    return row | {"id": str(row["id"])} if row else None


async def find_whole_session(db: Executor, token: str) -> Json | None:
    """The session's row, as `find_whole_user`."""
    found = await db.one(
        Whole,
        """
        SELECT to_jsonb(s) AS row, ARRAY(
                   SELECT "attname"::text
                   FROM "pg_attribute"
                   WHERE "attrelid" = '"session"'::regclass AND "attnum" > 0 AND NOT "attisdropped"
                         AND "atttypid" IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)
               ) AS dates
        FROM "session" s
        WHERE "token" = %(token)s
        FOR SHARE OF s
        """,
        token=token,
    )
    return with_moments(found) if found else None


def with_moments(whole: Whole) -> Json:
    """The row with moments where it has dates."""
    found = whole.row if isinstance(whole.row, dict) else {}
    return {name: _moment(value) if name in whole.dates else value for name, value in found.items()}


def _moment(value: object) -> object:
    """What Python has no moment for stays as it is."""
    try:
        found = datetime.fromisoformat(str(value)) if value is not None else None
    except ValueError:
        return value
    if found is None:
        return None
    return found if found.tzinfo else datetime.combine(found.date(), found.time(), UTC)
