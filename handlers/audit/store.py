"""The `ai_editor_audit` table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct, structs

from handlers.audit.entries import Entry, Sealed, as_json
from server.database import Executor

_KEY = 0x61695F6175646974  # "ai_audit"
_INSERT = """
    INSERT INTO "ai_editor_audit"
        ("id", "createdAt", "event", "result", "actor", "subject", "sessionId", "ipAddress", "userAgent",
         "requestId", "details")
    SELECT "id", "createdAt", "event", "result", "actor", "subject", "sessionId", "ipAddress", "userAgent",
           "requestId", "details"
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS given
        ("id" text, "createdAt" timestamptz, "event" text, "result" text, "actor" text, "subject" text,
         "sessionId" text, "ipAddress" text, "userAgent" text, "requestId" text, "details" jsonb)
    ON CONFLICT ("id") DO NOTHING
"""
_HEAD = """
    SELECT "id" AS id, "createdAt" AS created_at, "event" AS event, "result" AS result, "actor" AS actor,
           "subject" AS subject, "sessionId" AS session_id, "ipAddress" AS ip_address, "userAgent" AS user_agent,
           "requestId" AS request_id, "details" AS details, "position" AS position, "hash" AS hash
    FROM "ai_editor_audit"
    WHERE "position" IS NOT NULL
    ORDER BY "position" DESC
    LIMIT 1
"""
_UNSEALED = """
    SELECT "id" AS id, "createdAt" AS created_at, "event" AS event, "result" AS result, "actor" AS actor,
           "subject" AS subject, "sessionId" AS session_id, "ipAddress" AS ip_address, "userAgent" AS user_agent,
           "requestId" AS request_id, "details" AS details, "position" AS position, "hash" AS hash
    FROM "ai_editor_audit"
    WHERE "position" IS NULL
    ORDER BY "createdAt", "id"
    LIMIT %(limit)s
"""
_SEAL = """
    UPDATE "ai_editor_audit" a
    SET "position" = given.number + %(first)s - 1, "hash" = given.hash
    FROM unnest(%(ids)s::text[], %(hashes)s::text[]) WITH ORDINALITY AS given (id, hash, number)
    WHERE a."id" = given.id
"""
_AFTER = """
    SELECT "id" AS id, "createdAt" AS created_at, "event" AS event, "result" AS result, "actor" AS actor,
           "subject" AS subject, "sessionId" AS session_id, "ipAddress" AS ip_address, "userAgent" AS user_agent,
           "requestId" AS request_id, "details" AS details, "position" AS position, "hash" AS hash
    FROM "ai_editor_audit"
    WHERE "position" > %(position)s
    ORDER BY "position"
    LIMIT %(limit)s
"""
_REST = """
    SELECT "id" AS id, "createdAt" AS created_at, "event" AS event, "result" AS result, "actor" AS actor,
           "subject" AS subject, "sessionId" AS session_id, "ipAddress" AS ip_address, "userAgent" AS user_agent,
           "requestId" AS request_id, "details" AS details, "position" AS position, "hash" AS hash
    FROM "ai_editor_audit"
    WHERE ("position" IS NULL OR "position" > %(position)s) AND ("createdAt", "id") > (%(time)s, %(id)s)
    ORDER BY "createdAt", "id"
    LIMIT %(limit)s
"""
_NEWEST = """
    SELECT "id" AS id, "createdAt" AS created_at, "event" AS event, "result" AS result, "actor" AS actor,
           "subject" AS subject, "sessionId" AS session_id, "ipAddress" AS ip_address, "userAgent" AS user_agent,
           "requestId" AS request_id, "details" AS details, "position" AS position, "hash" AS hash
    FROM "ai_editor_audit"
    WHERE (%(subject)s::text IS NULL OR "subject" = %(subject)s)
        AND (%(event)s::text IS NULL OR "event" = %(event)s)
        AND (%(since)s::timestamptz IS NULL OR "createdAt" >= %(since)s)
    ORDER BY "createdAt" DESC, "id" DESC
    LIMIT %(limit)s
"""
_COUNT = """
    SELECT count(*)
    FROM "ai_editor_audit"
    WHERE (%(subject)s::text IS NULL OR "subject" = %(subject)s)
        AND (%(event)s::text IS NULL OR "event" = %(event)s)
        AND (%(since)s::timestamptz IS NULL OR "createdAt" >= %(since)s)
"""
_OF = """
    SELECT "id" AS id, "createdAt" AS created_at, "event" AS event, "result" AS result, "actor" AS actor,
           "subject" AS subject, "sessionId" AS session_id, "ipAddress" AS ip_address, "userAgent" AS user_agent,
           "requestId" AS request_id, "details" AS details, "position" AS position, "hash" AS hash
    FROM "ai_editor_audit"
    WHERE "subject" = %(subject)s AND (
        %(before)s::text IS NULL OR ("createdAt", "id") < (
            SELECT b."createdAt", b."id"
            FROM "ai_editor_audit" b
            WHERE b."id" = %(before)s AND b."subject" = %(subject)s
        )
    )
    ORDER BY "createdAt" DESC, "id" DESC
    LIMIT %(limit)s
"""


class Wanted(Struct, frozen=True):
    """About whom, of which kind, since when; each of these or any."""

    subject: str | None = None
    event: str | None = None
    since: datetime | None = None


async def insert(db: Executor, entries: Sequence[Entry]) -> None:
    """Adds rows; those that are there already stay as they are."""
    await db.run(_INSERT, rows=json.dumps([as_json(each) for each in entries]))


async def take_turn(db: Executor) -> bool:
    """Until the transaction ends; False when another process has it."""
    return bool(await db.value("""SELECT pg_try_advisory_xact_lock(%(key)s)""", key=_KEY))


async def find_head(db: Executor) -> Sealed | None:
    """The last row of the chain."""
    return await db.one(Sealed, _HEAD)


async def list_unsealed(db: Executor, limit: int) -> list[Sealed]:
    """The oldest rows without a place."""
    return await db.all(Sealed, _UNSEALED, limit=limit)


async def count_unsealed(db: Executor) -> int:
    """How many rows have no place yet."""
    return int(await db.value("""SELECT count(*) FROM "ai_editor_audit" WHERE "position" IS NULL"""))


async def seal(db: Executor, ids: list[str], hashes: list[str], first: int) -> None:
    """Gives rows their places from `first` on, and their hashes."""
    await db.run(_SEAL, ids=ids, hashes=hashes, first=first)


async def list_after(db: Executor, position: int, limit: int) -> list[Sealed]:
    """The chain after a place."""
    return await db.all(Sealed, _AFTER, position=position, limit=limit)


async def list_rest(db: Executor, position: int, after: tuple[datetime, str], limit: int) -> list[Sealed]:
    """What has no place up to this one, the oldest first, after a time and an id."""
    return await db.all(Sealed, _REST, position=position, time=after[0], id=after[1], limit=limit)


async def list_newest(db: Executor, wanted: Wanted, limit: int) -> list[Sealed]:
    """The newest rows that are wanted."""
    return await db.all(Sealed, _NEWEST, **structs.asdict(wanted), limit=limit)


async def count(db: Executor, wanted: Wanted) -> int:
    """How many there are of those."""
    return int(await db.value(_COUNT, **structs.asdict(wanted)))


async def list_of(db: Executor, subject: str, before: str | None, limit: int) -> list[Sealed]:
    """The newest rows about somebody, older than the one with the id `before`, which is about them too."""
    return await db.all(Sealed, _OF, subject=subject, before=before, limit=limit)
