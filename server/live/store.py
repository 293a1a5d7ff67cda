"""The log of documents, and their snapshots."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from server.database import Executor

# Rows are numbered without a gap in each document: whoever has all up to a number lacks nothing before it. The states are
# locked in one order, so that two that write never wait for each other.
_APPEND = """
    WITH given AS (
        SELECT id, author, change, place
        FROM unnest(%(ids)s::text[], %(authors)s::text[], %(changes)s::bytea[])
            WITH ORDINALITY AS g (id, author, change, place)
    ), locked AS (
        SELECT "documentId" AS id
        FROM "ai_editor_document_state"
        WHERE "documentId" = ANY (%(ids)s::text[])
        ORDER BY "documentId"
        FOR UPDATE
    ), numbered AS (
        SELECT given.id, author, change, row_number() OVER (PARTITION BY given.id ORDER BY place) AS number
        FROM given JOIN locked ON locked.id = given.id
    ), counted AS (
        UPDATE "ai_editor_document_state" s
        SET "seq" = s."seq" + t.rows, "logRows" = s."logRows" + t.rows, "logBytes" = s."logBytes" + t.bytes
        FROM (SELECT id, count(*) AS rows, sum(octet_length(change)) AS bytes FROM numbered GROUP BY id) t
        WHERE s."documentId" = t.id
        RETURNING s."documentId" AS id, s."seq" - t.rows AS before
    )
    INSERT INTO "ai_editor_document_update" ("documentId", "seq", "userId", "update")
    SELECT numbered.id, counted.before + number, author, change
    FROM numbered JOIN counted ON counted.id = numbered.id
    RETURNING "documentId" AS id, "seq" AS seq
"""
# In one statement, since a compaction may come between two.
_READ = """
    SELECT s."seq" AS seq,
           CASE WHEN s."snapshotSeq" > %(after)s THEN s."snapshot" END AS snapshot,
           s."snapshotSeq" AS snapshot_seq,
           (SELECT array_agg(u."update" ORDER BY u."seq")
            FROM "ai_editor_document_update" u
            WHERE u."documentId" = s."documentId" AND u."seq" > greatest(s."snapshotSeq", %(after)s)) AS updates
    FROM "ai_editor_document_state" s
    WHERE s."documentId" = %(id)s
"""
_COMPACT = """
    WITH kept AS (
        UPDATE "ai_editor_document_state"
        SET "snapshot" = %(snapshot)s, "snapshotSeq" = %(seq)s
        WHERE "documentId" = %(id)s AND "snapshotSeq" = %(before)s
        RETURNING "documentId"
    ), gone AS (
        DELETE FROM "ai_editor_document_update"
        WHERE "documentId" IN (SELECT "documentId" FROM kept) AND "seq" <= %(seq)s
        RETURNING octet_length("update") AS bytes
    )
    SELECT count(*) AS rows, coalesce(sum(bytes), 0)::bigint AS bytes FROM gone
"""
_SHORTER = """
    UPDATE "ai_editor_document_state"
    SET "logRows" = "logRows" - %(rows)s, "logBytes" = "logBytes" - %(bytes)s
    WHERE "documentId" = %(id)s
"""
_LOOK = """
    SELECT s."documentId" AS id, s."seq" AS seq, s."logRows" AS rows, s."logBytes" AS bytes,
           EXISTS (
               SELECT FROM "ai_editor_document_access" a
               WHERE a."documentId" = s."documentId" AND a."expiresAt" BETWEEN %(since)s AND %(now)s
           ) AS expired
    FROM "ai_editor_document_state" s
    WHERE s."documentId" = ANY (%(ids)s::text[])
"""
_LONG = """
    SELECT "documentId" AS id
    FROM "ai_editor_document_state"
    WHERE "logRows" > 0 AND ("logRows" > %(rows)s OR "logBytes" > %(bytes)s)
    LIMIT %(limit)s
"""


class Numbered(Struct, frozen=True):
    """A row of the log."""

    id: str
    seq: int


class State(Struct, frozen=True):
    """A document after a number: what came since, and where that is gone from the log, a snapshot of all before."""

    seq: int
    snapshot: bytes | None
    snapshot_seq: int
    updates: Sequence[bytes] | None

    @property
    def changes(self) -> list[bytes]:
        """In order, what has to be applied."""
        found = [self.snapshot] if self.snapshot is not None else []
        return [bytes(each) for each in (*found, *(self.updates or ()))]


class Look(Struct, frozen=True):
    """How far a document is, how long its log, and whether somebody's time in it has just ended."""

    id: str
    seq: int
    rows: int
    bytes: int
    expired: bool


class _Removed(Struct, frozen=True):
    rows: int
    bytes: int


async def append(
    db: Executor, ids: Sequence[str], authors: Sequence[str], changes: Sequence[bytes]
) -> list[Numbered]:
    """Adds rows, in their order; a document that is not there any more gets none."""
    return await db.all(Numbered, _APPEND, ids=list(ids), authors=list(authors), changes=list(changes))


async def read(db: Executor, document_id: str, after: int = -1) -> State | None:
    """What came after a number; None for a document that is not there."""
    return await db.one(State, _READ, id=document_id, after=after)


async def compact(db: Executor, document_id: str, before: int, seq: int, snapshot: bytes) -> int | None:
    """Puts a snapshot of all up to `seq` in place of the one of `before`; how many rows went, None where it was too late."""
    removed = await db.one(_Removed, _COMPACT, id=document_id, before=before, seq=seq, snapshot=snapshot)
    if not removed or not removed.rows:
        return None
    await db.run(_SHORTER, id=document_id, rows=removed.rows, bytes=removed.bytes)
    return removed.rows


async def look(db: Executor, ids: Sequence[str], since: datetime, now: datetime) -> list[Look]:
    """How these are."""
    return await db.all(Look, _LOOK, ids=list(ids), since=since, now=now)


async def list_long(db: Executor, rows: int, size: int, limit: int) -> list[str]:
    """Documents whose log is longer than so many rows or bytes."""
    return [each.id for each in await db.all(_Id, _LONG, rows=rows, bytes=size, limit=limit)]


class _Id(Struct, frozen=True):
    id: str
