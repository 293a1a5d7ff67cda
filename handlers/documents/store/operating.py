"""What whoever runs the server looks up: documents of all people."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from server.database import Executor


class Summary(Struct, frozen=True):
    """A document, whose it is, and how large."""

    id: str
    title: str
    owner: str
    members: int
    size: int
    updated_at: datetime
    deleted_at: datetime | None


async def list_summaries(
    db: Executor, owner_id: str | None, trash: bool, search: str, limit: int
) -> list[Summary]:
    """What was changed last: of somebody or of all, in the trash or not, with a text in its title."""
    return await db.all(
        Summary,
        """
        SELECT d."id" AS id, d."title" AS title, o."email" AS owner, (
                   SELECT count(*)
                   FROM "ai_editor_document_access" a
                   WHERE a."documentId" = d."id" AND (a."userId" IS NOT NULL OR a."email" IS NOT NULL)
               ) AS members,
               COALESCE(octet_length(s."snapshot") + s."logBytes", 0) AS size,
               d."updatedAt" AS updated_at, d."deletedAt" AS deleted_at
        FROM "ai_editor_document" d
        JOIN "user" o ON o."id" = d."ownerId"
        LEFT JOIN "ai_editor_document_state" s ON s."documentId" = d."id"
        WHERE (%(owner_id)s IS NULL OR d."ownerId"::text = %(owner_id)s)
              AND (d."deletedAt" IS NOT NULL) = %(trash)s
              AND (%(search)s = '' OR strpos(lower(d."title"), lower(%(search)s)) > 0)
        ORDER BY d."updatedAt" DESC, d."id"
        LIMIT %(limit)s
        """,
        owner_id=owner_id,
        trash=trash,
        search=search,
        limit=limit,
    )


async def count(db: Executor, owner_id: str | None, trash: bool, search: str) -> int:
    """How many there are of those."""
    return int(
        await db.value(
            """
            SELECT count(*)
            FROM "ai_editor_document"
            WHERE (%(owner_id)s IS NULL OR "ownerId"::text = %(owner_id)s)
                  AND ("deletedAt" IS NOT NULL) = %(trash)s
                  AND (%(search)s = '' OR strpos(lower("title"), lower(%(search)s)) > 0)
            """,
            owner_id=owner_id,
            trash=trash,
            search=search,
        )
    )


class Titled(Struct, frozen=True):
    """A document by its title, and where it lies."""

    id: str
    title: str
    folder_id: str | None


async def list_titles(db: Executor, owner_id: str) -> list[Titled]:
    """All that is somebody's and not in the trash."""
    return await db.all(
        Titled,
        """
        SELECT "id" AS id, "title" AS title, "folderId" AS folder_id
        FROM "ai_editor_document"
        WHERE "ownerId" = %(owner_id)s AND "deletedAt" IS NULL
        ORDER BY "title", "id"
        """,
        owner_id=owner_id,
    )


class Weight(Struct, frozen=True):
    """What a document is made of: a snapshot, and what was written since."""

    snapshot: int
    log_rows: int
    log_bytes: int


async def weigh(db: Executor, document_id: str) -> Weight | None:
    """How large a document is."""
    return await db.one(
        Weight,
        """
        SELECT octet_length("snapshot") AS snapshot, "logRows" AS log_rows, "logBytes" AS log_bytes
        FROM "ai_editor_document_state"
        WHERE "documentId" = %(document_id)s
        """,
        document_id=document_id,
    )
