"""The `session` table."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from msgspec import Struct

from server.database import Executor
from server.model import NOTHING_WRITTEN, ExtendedSession, ExtendedUser, Session, SignedIn, User, is_id
from server.store import columns, extended
from server.store.extended import SignedInRow, read
from server.store.rows import swallowed

LONGEST_SHARED = 512


class _Row(Struct, frozen=True):
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


class Ended(Struct, frozen=True):
    """Which session is gone, and whose it was."""

    session_id: str
    user_id: str


class _Done(Struct, frozen=True):
    """How many sessions there were, how many are gone, and how many of those had not ended."""

    found: int
    gone: int
    lasted: int


async def insert(
    db: Executor, session: Session, written: Mapping[str, str | None] = NOTHING_WRITTEN
) -> Session:
    """Adds a session and what declared columns hold; as stored."""
    if db.shape.longest_user_agent and session.user_agent:
        session = replace(session, user_agent=session.user_agent[: db.shape.longest_user_agent])
    if db.columns.session:
        return await columns.insert_session(db, session, written)
    added = await db.run(
        """
        INSERT INTO "session" ("id", "expiresAt", "token", "createdAt", "updatedAt", "ipAddress", "userAgent", "userId")
        VALUES (%(id)s, %(expires_at)s, %(token)s, %(created_at)s, %(updated_at)s, %(ip_address)s, %(user_agent)s,
                %(user_id)s)
        """,
        id=session.id,
        expires_at=session.expires_at,
        token=session.token,
        created_at=session.created_at,
        updated_at=session.updated_at,
        ip_address=session.ip_address,
        user_agent=session.user_agent,
        user_id=session.user_id,
    )
    if not added:
        raise await swallowed(db, "session", "INSERT")
    return session


async def find_by_token(db: Executor, token: str) -> SignedIn | None:
    """The session with this token and its user, ended or not; or None."""
    if db.columns.user or db.columns.session:
        whole = await extended.find_by_token(db, token)
        return _extended(db, whole) if whole else None
    row = await db.one(
        _Row,
        """
        SELECT s."id"::text AS id, s."expiresAt" AS expires_at, s."token" AS token, s."createdAt" AS created_at,
               s."updatedAt" AS updated_at, s."ipAddress" AS ip_address, s."userAgent" AS user_agent,
               s."userId"::text AS user_id, u."name" AS name, u."email" AS email, u."emailVerified" AS email_verified,
               u."image" AS image, u."createdAt" AS user_created_at, u."updatedAt" AS user_updated_at
        FROM "session" s
        JOIN "user" u ON u."id" = s."userId"
        WHERE s."token" = %(token)s
        """,
        token=token,
    )
    return _signed_in(row) if row else None


def _extended(db: Executor, row: SignedInRow) -> SignedIn:
    """Both with what features keep of them."""
    who = _signed_in(row)
    user = {name: getattr(who.user, name) for name in User.__slots__}
    session = {name: getattr(who.session, name) for name in Session.__slots__}
    return SignedIn(
        ExtendedSession(**session, more=read(db.columns.session, row.session_more)),
        ExtendedUser(**user, more=read(db.columns.user, row.user_more)),
    )


def _signed_in(row: _Row | SignedInRow) -> SignedIn:
    user = User(
        row.user_id,
        row.name,
        row.email,
        row.email_verified,
        row.image,
        row.user_created_at,
        row.user_updated_at,
    )
    session = Session(
        row.id,
        row.expires_at,
        row.token,
        row.created_at,
        row.updated_at,
        row.ip_address,
        _shared(row.user_agent),
        row.user_id,
    )
    return SignedIn(session, user)


def _shared(text: str | None) -> str | None:
    """One object for all who use the same browser: sessions stay in memory by the hundred thousand."""
    return _first_of(text) if text is not None and len(text) <= LONGEST_SHARED else text


@functools.lru_cache(maxsize=1000)
def _first_of(text: str) -> str:
    return text


async def list_active(db: Executor, user_id: str, now: datetime) -> Sequence[Session]:
    """The user's oldest hundred sessions that have not ended: better-auth's limit of a list."""
    if db.columns.session:
        return await extended.list_active(db, user_id, now)
    return await db.all(
        Session,
        """
        SELECT "id"::text AS id, "expiresAt" AS expires_at, "token" AS token, "createdAt" AS created_at,
               "updatedAt" AS updated_at, "ipAddress" AS ip_address, "userAgent" AS user_agent, "userId"::text AS user_id
        FROM "session"
        WHERE "userId" = %(user_id)s AND "expiresAt" > %(now)s
        ORDER BY "createdAt"
        LIMIT 100
        """,
        user_id=user_id,
        now=now,
    )


async def update_columns(
    db: Executor, token: str, written: Mapping[str, str | None], now: datetime
) -> Session | None:
    """Stores declared columns of a session; as it is then, None when it is gone."""
    stored = await columns.update_session(db, token, written, now)
    if not stored and await _is_there(db, [token]):
        raise await swallowed(db, "session", "UPDATE")
    return stored


async def _is_there(db: Executor, tokens: list[str]) -> bool:
    statement = """SELECT true FROM "session" WHERE "token" = ANY(%(tokens)s) LIMIT 1"""
    return bool(await db.value(statement, tokens=tokens))


async def update_expiry(db: Executor, token: str, expires_at: datetime, updated_at: datetime) -> bool:
    """Moves the end of a session; False when the row is gone (revoked meanwhile), or as good as, as better-auth has it."""
    return bool(
        await db.run(
            """
            UPDATE "session"
            SET "expiresAt" = %(expires_at)s, "updatedAt" = %(updated_at)s
            WHERE "token" = %(token)s
            """,
            token=token,
            expires_at=expires_at,
            updated_at=updated_at,
        )
    )


async def delete_by_tokens(db: Executor, tokens: list[str]) -> Ended | None:
    """Ends the sessions with these tokens; one of them, None when there was none."""
    ended = await db.one(
        Ended,
        """
        DELETE FROM "session"
        WHERE "token" = ANY(%(tokens)s)
        RETURNING "id"::text AS session_id, "userId"::text AS user_id
        """,
        tokens=tokens,
    )
    if not ended and await _is_there(db, tokens):
        raise await swallowed(db, "session", "DELETE")
    return ended


async def delete_own(db: Executor, token: str, user_id: str) -> bool:
    """Ends the session with this token if it is the user's; False when it is not. S40."""
    ended = await db.run(
        """DELETE FROM "session" WHERE "token" = %(token)s AND "userId" = %(user_id)s""",
        token=token,
        user_id=user_id,
    )
    if not ended and await db.value(
        """SELECT true FROM "session" WHERE "token" = %(token)s AND "userId" = %(user_id)s""",
        token=token,
        user_id=user_id,
    ):
        raise await swallowed(db, "session", "DELETE")
    return bool(ended)


async def delete_others(db: Executor, user_id: str, token: str, now: datetime) -> int:
    """Ends the user's sessions that have not ended, but the one with this token; the number ended."""
    done = await db.one(
        _Done,
        """
        WITH found AS (
            SELECT 1
            FROM "session"
            WHERE "userId" = %(user_id)s AND "token" <> %(token)s AND "expiresAt" > %(now)s
            FOR UPDATE
        ), gone AS (
            DELETE FROM "session"
            WHERE "userId" = %(user_id)s AND "token" <> %(token)s AND "expiresAt" > %(now)s
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM found) AS found, (SELECT count(*) FROM gone) AS gone,
               (SELECT count(*) FROM gone) AS lasted
        """,
        user_id=user_id,
        token=token,
        now=now,
    )
    return await _all_gone(db, done)


async def _all_gone(db: Executor, done: _Done | None) -> int:
    if done and done.found > done.gone:
        raise await swallowed(db, "session", "DELETE")
    return done.lasted if done else 0


async def delete_by_id(db: Executor, session_id: str) -> Ended | None:
    """Ends the session with this id; None when there was none."""
    if not is_id(db.shape.ids["session"], session_id):
        return None
    ended = await db.one(
        Ended,
        """
        DELETE FROM "session"
        WHERE "id" = %(session_id)s
        RETURNING "id"::text AS session_id, "userId"::text AS user_id
        """,
        session_id=session_id,
    )
    if not ended and await db.value(
        """SELECT true FROM "session" WHERE "id" = %(session_id)s""", session_id=session_id
    ):
        raise await swallowed(db, "session", "DELETE")
    return ended


async def delete_ended(db: Executor, now: datetime, most: int) -> int:
    """Deletes at most `most` sessions that had ended by then; passes by those in use."""
    return await db.run(
        """
        DELETE FROM "session"
        WHERE "id" IN (
            SELECT "id"
            FROM "session"
            WHERE "expiresAt" < %(now)s
            LIMIT %(most)s
            FOR UPDATE SKIP LOCKED
        )
        """,
        now=now,
        most=most,
    )


async def delete_all(db: Executor, user_id: str | None, now: datetime) -> int:
    """Ends all sessions, of one user or of all; the number of those that had not ended before."""
    done = await db.one(
        _Done,
        """
        WITH found AS (
            SELECT 1
            FROM "session"
            WHERE %(user_id)s IS NULL OR "userId" = %(user_id)s
            FOR UPDATE
        ), gone AS (
            DELETE FROM "session"
            WHERE %(user_id)s IS NULL OR "userId" = %(user_id)s
            RETURNING "expiresAt"
        )
        SELECT (SELECT count(*) FROM found) AS found, (SELECT count(*) FROM gone) AS gone,
               (SELECT count(*) FROM gone WHERE "expiresAt" > %(now)s) AS lasted
        """,
        user_id=user_id,
        now=now,
    )
    return await _all_gone(db, done)
