"""The `ai_editor_document` table, and who may see what is in it."""

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
