"""The `ai_editor_attachment` table."""

from __future__ import annotations

from msgspec import Struct

from handlers.documents.rows import Attachment
from server.database import Executor


class Room(Struct, frozen=True):
    """How many attachments there are, and how large they are together."""

    number: int
    size: int


async def find(db: Executor, document_id: str, attachment_id: str) -> Attachment | None:
    """An attachment of this document."""
    return await db.one(
        Attachment,
        """
        SELECT "documentId" AS document_id, "id" AS id, "name" AS name, "type" AS type, "bytes" AS bytes, "width" AS width,
               "height" AS height, "digest" AS digest, "userId" AS user_id, "createdAt" AS created_at
        FROM "ai_editor_attachment"
        WHERE "documentId" = %(document_id)s AND "id" = %(attachment_id)s
        """,
        document_id=document_id,
        attachment_id=attachment_id,
    )


async def list_of(db: Executor, document_id: str) -> list[Attachment]:
    """All of a document, the oldest first."""
    return await db.all(
        Attachment,
        """
        SELECT "documentId" AS document_id, "id" AS id, "name" AS name, "type" AS type, "bytes" AS bytes, "width" AS width,
               "height" AS height, "digest" AS digest, "userId" AS user_id, "createdAt" AS created_at
        FROM "ai_editor_attachment"
        WHERE "documentId" = %(document_id)s
        ORDER BY "createdAt", "id"
        """,
        document_id=document_id,
    )


async def measure(db: Executor, document_id: str) -> Room:
    """How much of what a document may have is taken."""
    found = await db.one(
        Room,
        """
        SELECT count(*) AS number, COALESCE(sum("bytes"), 0)::bigint AS size
        FROM "ai_editor_attachment"
        WHERE "documentId" = %(document_id)s
        """,
        document_id=document_id,
    )
    return found or Room(0, 0)


async def insert(db: Executor, attachment: Attachment) -> None:
    """A new one, whose file is there."""
    await db.run(
        """
        INSERT INTO "ai_editor_attachment"
            ("documentId", "id", "name", "type", "bytes", "width", "height", "digest", "userId", "createdAt")
        VALUES (%(document_id)s, %(id)s, %(name)s, %(type)s, %(bytes)s, %(width)s, %(height)s, %(digest)s, %(user_id)s,
                %(created_at)s)
        """,
        document_id=attachment.document_id,
        id=attachment.id,
        name=attachment.name,
        type=attachment.type,
        bytes=attachment.bytes,
        width=attachment.width,
        height=attachment.height,
        digest=attachment.digest,
        user_id=attachment.user_id,
        created_at=attachment.created_at,
    )
