"""Statements for the columns that features declare: the only ones whose names are not known before the start.

This is the one place where a statement is put together. What is put in are names that stand in the code and were
checked when they were declared, in quotes; a value is a parameter here as everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from msgspec import Struct

from server.database import Executor
from server.model import Column, ExtendedSession, ExtendedUser, Json, Session, User
from server.store.extended import Whole, read, with_moments
from server.store.rows import swallowed

Written = Mapping[str, str | None]


class _Added(Struct, frozen=True):
    id: str


_INSERT_USER = """
INSERT INTO "user" ("id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt"{names})
SELECT %(id)s, %(name)s, %(email)s, %(email_verified)s, %(image)s, %(created_at)s, %(updated_at)s{values}
WHERE NOT EXISTS (SELECT 1 FROM "user" WHERE lower("email") = %(email)s AND "email" <> lower("email")
  AND octet_length("email") = octet_length(%(email)s))
ON CONFLICT DO NOTHING
RETURNING to_jsonb("user") AS more
"""
_INSERT_USERS = """
INSERT INTO "user" ("id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt"{names})
SELECT "id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt"{names}
FROM jsonb_populate_recordset(NULL::"user", %(rows)s::jsonb) AS given
ON CONFLICT DO NOTHING
RETURNING "id"::text AS id
"""
_UPDATE_USER = """
UPDATE "user"
SET "name" = CASE WHEN %(with_name)s THEN %(name)s ELSE "name" END,
    "image" = CASE WHEN %(with_image)s THEN %(image)s ELSE "image" END,
    "updatedAt" = %(updated_at)s{changes}
WHERE "id" = %(id)s
RETURNING "id"::text AS id, "name" AS name, "email" AS email, "emailVerified" AS email_verified,
          "image" AS image, "createdAt" AS created_at, "updatedAt" AS updated_at, to_jsonb("user") AS more
"""
_FIND_USER = """
SELECT "id"::text AS id, "name" AS name, "email" AS email, "emailVerified" AS email_verified,
       "image" AS image, "createdAt" AS created_at, "updatedAt" AS updated_at, to_jsonb("user") AS more
FROM "user"
WHERE TRUE{conditions}
"""
_FIND_TAKEN = """
SELECT {names} AS id
FROM "user"
WHERE {names} = ANY (%(texts)s)
"""
_INSERT_SESSION = """
INSERT INTO "session" ("id", "expiresAt", "token", "createdAt", "updatedAt", "ipAddress", "userAgent", "userId"{names})
VALUES (%(id)s, %(expires_at)s, %(token)s, %(created_at)s, %(updated_at)s, %(ip_address)s, %(user_agent)s,
        %(user_id)s{values})
RETURNING to_jsonb("session") AS more
"""
_UPDATE_SESSION = """
UPDATE "session"
SET "updatedAt" = %(updated_at)s{changes}
WHERE "token" = %(token)s
RETURNING "id"::text AS id, "expiresAt" AS expires_at, "token" AS token, "createdAt" AS created_at,
          "updatedAt" AS updated_at, "ipAddress" AS ip_address, "userAgent" AS user_agent, "userId"::text AS user_id,
          to_jsonb("session") AS more
"""


def _compose(statement: str, names: Collection[str]) -> str:
    """The whole statement for these columns."""
    return statement.format(
        names="".join(f', "{name}"' for name in names),
        values="".join(f", %({_parameter(name)})s" for name in names),
        changes="".join(f', "{name}" = %({_parameter(name)})s' for name in names),
        conditions="".join(f' AND "{name}" = %({_parameter(name)})s' for name in names),
    )


def _parameter(name: str) -> str:
    return f"more_{name}"


def _parameters(columns: Collection[Column], written: Written) -> dict[str, object]:
    """A new row says something of every column, so that no default of the database's own comes in."""
    return {_parameter(column.name): written.get(column.name) for column in columns}


async def insert_user(db: Executor, user: User, written: Written) -> ExtendedUser | None:
    """Adds a user; as stored, or None where the address is taken."""
    columns = db.columns.user
    core = {name: getattr(user, name) for name in User.__slots__}
    more: Json | None = await db.value(
        _compose(_INSERT_USER, [column.name for column in columns]), **core, **_parameters(columns, written)
    )
    return None if more is None else ExtendedUser(**core, more=read(columns, more))


async def get_as_stored(db: Executor, user: User, written: Written) -> ExtendedUser:
    """The user as `insert_user` would give it, which has found that these values can be stored."""
    columns = db.columns.user
    more = await db.value(
        """SELECT to_jsonb(jsonb_populate_record(NULL::"user", %(given)s::jsonb)) AS more""",
        given=json.dumps(_as_json(columns, written)),
    )
    core = {name: getattr(user, name) for name in User.__slots__}
    return ExtendedUser(**core, more=read(columns, more))


async def get_session_as_stored(db: Executor, written: Written) -> Json:
    """What these columns of a session would hold, dates as moments."""
    if not written:
        return {}
    row = await db.value(
        """SELECT to_jsonb(jsonb_populate_record(NULL::"session", %(given)s::jsonb)) AS more""",
        given=json.dumps(_as_json(db.columns.session, written)),
    )
    dates = [column.name for column in db.columns.session if column.type == "date"]
    return {name: value for name, value in with_moments(Whole(row, dates)).items() if name in written}


def _as_json(columns: Collection[Column], written: Written) -> Json:
    """The texts as members of a row that is JSON."""
    kinds = {column.name: column.type for column in columns}
    plain = ("string", "number", "boolean", "date")
    return {
        name: text if text is None or kinds[name] in plain else json.loads(text)
        for name, text in written.items()
    }


async def insert_users(db: Executor, users: Sequence[tuple[User, Written]]) -> set[str]:
    """Adds many at once; the ids of those who are there now: the others' addresses or ids are taken.

    Whether somebody has an address with capitals was asked before: for many at once that costs more than the rest.
    """
    columns = db.columns.user
    rows = [_row(user) | _as_json(columns, written) for user, written in users]
    statement = _compose(_INSERT_USERS, [column.name for column in columns])
    return {each.id for each in await db.all(_Added, statement, rows=json.dumps(rows))}


def _row(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "emailVerified": user.email_verified,
        "image": user.image,
        "createdAt": user.created_at.isoformat(),
        "updatedAt": user.updated_at.isoformat(),
    }


async def update_profile(
    db: Executor, user: User, members: Collection[str], written: Written
) -> ExtendedUser | None:
    """As users.update_profile, with declared columns."""
    found = await db.one(
        ExtendedUser,
        _compose(_UPDATE_USER, written),
        id=user.id,
        with_name="name" in members,
        name=user.name,
        with_image="image" in members,
        image=user.image,
        updated_at=user.updated_at,
        **{_parameter(name): text for name, text in written.items()},
    )
    return replace(found, more=read(db.columns.user, found.more)) if found else None


async def find_user(db: Executor, column: str, text: str) -> ExtendedUser | None:
    """Who has this in a column that is unique."""
    found = await db.one(ExtendedUser, _compose(_FIND_USER, (column,)), **{_parameter(column): text})
    return replace(found, more=read(db.columns.user, found.more)) if found else None


async def find_taken(db: Executor, column: str, texts: Sequence[str]) -> set[str]:
    """Which of these somebody has in a column that is unique."""
    statement = _FIND_TAKEN.format(names=f'"{column}"')
    return {each.id for each in await db.all(_Added, statement, texts=list(texts))}


async def without_taken(db: Executor, user_id: str, written: Written) -> Written:
    """What can be stored of a user: nothing in a unique column that another has there."""
    kept = dict(written)
    for name in [column.name for column in db.columns.user if column.unique]:
        text = kept.get(name)
        owner = None if text is None else await find_user(db, name, text)
        if owner and owner.id != user_id:
            del kept[name]
    return kept


async def insert_session(db: Executor, session: Session, written: Written) -> ExtendedSession:
    """Adds a session; as stored."""
    columns = db.columns.session
    core = {name: getattr(session, name) for name in Session.__slots__}
    more = await db.value(
        _compose(_INSERT_SESSION, [column.name for column in columns]),
        **core,
        **_parameters(columns, written),
    )
    if more is None:
        raise await swallowed(db, "session", "INSERT")
    return ExtendedSession(**core, more=read(columns, more))


async def update_session(db: Executor, token: str, written: Written, now: datetime) -> Session | None:
    """Stores declared columns of a session; as it is then, None when it is gone."""
    found = await db.one(
        ExtendedSession,
        _compose(_UPDATE_SESSION, written),
        token=token,
        updated_at=now,
        **{_parameter(name): text for name, text in written.items()},
    )
    return replace(found, more=read(db.columns.session, found.more)) if found else None


async def list_missing(db: Executor) -> list[str]:
    """The declared columns that the database has not, as table.column."""
    declared = [f"{column.table}.{column.name}" for column in (*db.columns.user, *db.columns.session)]
    if not declared:
        return []
    there: list[str] = await db.value(
        """
        SELECT array_agg(CASE "attrelid" WHEN '"user"'::regclass THEN 'user.' ELSE 'session.' END || "attname")
        FROM "pg_attribute"
        WHERE "attrelid" IN ('"user"'::regclass, '"session"'::regclass) AND "attnum" > 0 AND NOT "attisdropped"
        """
    )
    return [name for name in declared if name not in there]
