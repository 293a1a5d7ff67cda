"""The `ai_editor_document` table: what is there, who may see it, and by which words it is found."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from server.database import Executor
from server.documents.model import Document


class _Held(Struct, frozen=True):
    role: str


async def find(db: Executor, document_id: str) -> Document | None:
    """The document with this id, in the trash or not, or None."""
    return await db.one(
        Document,
        """
        SELECT "id" AS id, "ownerId"::text AS owner_id, "folderId" AS folder_id, "title" AS title, "icon" AS icon,
               "schema" AS schema, "createdAt" AS created_at, "updatedAt" AS updated_at, "deletedAt" AS deleted_at
        FROM "ai_editor_document"
        WHERE "id" = %(document_id)s
        """,
        document_id=document_id,
    )


async def list_roles(
    db: Executor, document_id: str, user_id: str, email: str | None, now: datetime
) -> list[str]:
    """The roles that somebody has, each by an access of theirs; by their address where that is proven, else None.

    Who came by a link has what the link gives today.
    """
    found = await db.all(
        _Held,
        """
        SELECT 'owner' AS role
        FROM "ai_editor_document"
        WHERE "id" = %(document_id)s AND "ownerId" = %(user_id)s
        UNION ALL
        SELECT COALESCE(link."role", mine."role") AS role
        FROM "ai_editor_document_access" mine
        LEFT JOIN "ai_editor_document_access" link ON link."id" = mine."linkId"
        WHERE mine."documentId" = %(document_id)s
              AND (mine."userId" = %(user_id)s OR mine."email" = %(email)s)
              AND (mine."expiresAt" IS NULL OR mine."expiresAt" > %(now)s)
              AND (link."expiresAt" IS NULL OR link."expiresAt" > %(now)s)
        """,
        document_id=document_id,
        user_id=user_id,
        email=email,
        now=now,
    )
    return [each.role for each in found]


async def insert(db: Executor, document: Document, snapshot: bytes) -> None:
    """A new document, and what it begins with."""
    await db.run(
        """
        WITH document AS (
            INSERT INTO "ai_editor_document"
                ("id", "ownerId", "folderId", "title", "icon", "schema", "createdAt", "updatedAt")
            VALUES (%(id)s, %(owner_id)s, %(folder_id)s, %(title)s, %(icon)s, %(schema)s, %(now)s, %(now)s)
            RETURNING "id"
        )
        INSERT INTO "ai_editor_document_state" ("documentId", "snapshot")
        SELECT "id", %(snapshot)s
        FROM document
        """,
        id=document.id,
        owner_id=document.owner_id,
        folder_id=document.folder_id,
        title=document.title,
        icon=document.icon,
        schema=document.schema,
        now=document.created_at,
        snapshot=snapshot,
    )


async def lock(db: Executor, document_id: str) -> Document | None:
    """The document, which nobody else changes, or gives access to, until the transaction ends; None where it is gone."""
    return await db.one(
        Document,
        """
        SELECT "id" AS id, "ownerId"::text AS owner_id, "folderId" AS folder_id, "title" AS title, "icon" AS icon,
               "schema" AS schema, "createdAt" AS created_at, "updatedAt" AS updated_at, "deletedAt" AS deleted_at
        FROM "ai_editor_document"
        WHERE "id" = %(document_id)s
        FOR NO KEY UPDATE
        """,
        document_id=document_id,
    )


async def write_text(db: Executor, document_id: str, text: str, words: list[str], now: datetime) -> None:
    """What a document says, the words by which it is found, and that it was changed now; what is gone is left."""
    await db.run(
        """
        WITH document AS (
            UPDATE "ai_editor_document"
            SET "updatedAt" = GREATEST("updatedAt", %(now)s)
            WHERE "id" = %(document_id)s
            RETURNING "id"
        )
        INSERT INTO "ai_editor_document_text" ("documentId", "text", "words")
        SELECT "id", %(text)s, array_to_tsvector(%(words)s::text[])
        FROM document
        ON CONFLICT ("documentId") DO UPDATE SET "text" = EXCLUDED."text", "words" = EXCLUDED."words"
        """,
        document_id=document_id,
        now=now,
        text=text,
        words=words,
    )


async def copy_text(db: Executor, document_id: str, copy_id: str) -> None:
    """Has a copy found by the words of the original."""
    await db.run(
        """
        INSERT INTO "ai_editor_document_text" ("documentId", "text", "words")
        SELECT %(copy_id)s, "text", "words"
        FROM "ai_editor_document_text"
        WHERE "documentId" = %(document_id)s
        """,
        document_id=document_id,
        copy_id=copy_id,
    )
