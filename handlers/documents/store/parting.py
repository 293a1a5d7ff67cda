"""All that is somebody's, seen from the `ai_editor_document` table: how much it is, and who else has access to any of it."""

from __future__ import annotations

from datetime import datetime

from handlers.documents.rows import Heir, Owned
from server.database import Executor

MOST = 100


async def count(db: Executor, owner_id: str) -> Owned:
    """How many documents somebody owns outside the trash, and how many of them anybody else can open."""
    found = await db.one(
        Owned,
        """
        SELECT count(*)::int AS documents, (count(*) FILTER (WHERE EXISTS (
            SELECT FROM "ai_editor_document_access" a WHERE a."documentId" = d."id"
        )))::int AS shared
        FROM "ai_editor_document" d
        WHERE d."ownerId" = %(owner_id)s AND d."deletedAt" IS NULL
        """,
        owner_id=owner_id,
    )
    return found or Owned(0, 0)


async def lock(db: Executor, owner_id: str) -> None:
    """Holds all that is somebody's until the transaction ends."""
    await db.run(
        """SELECT FROM "ai_editor_document" WHERE "ownerId" = %(owner_id)s ORDER BY "id" FOR UPDATE""",
        owner_id=owner_id,
    )


async def list_heirs(db: Executor, owner_id: str, now: datetime) -> list[Heir]:
    """The people who have access to any of it, by name; the first hundred."""
    return await db.all(
        Heir,
        """
        SELECT DISTINCT u."id"::text AS id, u."name" AS name, u."image" AS image
        FROM "ai_editor_document" d
        JOIN "ai_editor_document_access" a ON a."documentId" = d."id"
        JOIN "user" u ON u."id" = a."userId"
        LEFT JOIN "ai_editor_document_access" link ON link."id" = a."linkId"
        WHERE d."ownerId" = %(owner_id)s AND d."deletedAt" IS NULL
              AND (COALESCE(link."expiresAt", a."expiresAt") IS NULL OR COALESCE(link."expiresAt", a."expiresAt") > %(now)s)
        ORDER BY name, id
        LIMIT %(most)s
        """,
        owner_id=owner_id,
        now=now,
        most=MOST,
    )


async def is_heir(db: Executor, owner_id: str, user_id: str, now: datetime) -> bool:
    """Whether somebody is one of them."""
    return bool(
        await db.value(
            """
            SELECT EXISTS (
                SELECT FROM "ai_editor_document" d
                JOIN "ai_editor_document_access" a ON a."documentId" = d."id"
                LEFT JOIN "ai_editor_document_access" link ON link."id" = a."linkId"
                WHERE d."ownerId" = %(owner_id)s AND d."deletedAt" IS NULL AND a."userId" = %(user_id)s
                      AND (COALESCE(link."expiresAt", a."expiresAt") IS NULL
                           OR COALESCE(link."expiresAt", a."expiresAt") > %(now)s)
            )
            """,
            owner_id=owner_id,
            user_id=user_id,
            now=now,
        )
    )


async def keep_access(db: Executor, owner_id: str, now: datetime) -> None:
    """Lets somebody write in all that is theirs, whoever is to own it next."""
    await db.run(
        """
        INSERT INTO "ai_editor_document_access" ("id", "documentId", "userId", "role", "createdBy", "createdAt")
        SELECT gen_random_uuid()::text, "id", "ownerId", 'editor', "ownerId"::text, %(now)s
        FROM "ai_editor_document"
        WHERE "ownerId" = %(owner_id)s
        """,
        owner_id=owner_id,
        now=now,
    )
