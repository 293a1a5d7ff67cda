"""The `ai_editor_attachment` table."""

from __future__ import annotations

from msgspec import Struct

from handlers.documents.rows import Attachment
from server.database import Executor
from server.uploads.files import FILES_KEY


class _Id(Struct, frozen=True):
    id: str


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


async def copy(db: Executor, document_id: str, copy_id: str) -> None:
    """Gives a copy of the document what the document has."""
    await db.run(
        """
        INSERT INTO "ai_editor_attachment"
            ("documentId", "id", "name", "type", "bytes", "width", "height", "digest", "userId", "createdAt")
        SELECT %(copy_id)s, "id", "name", "type", "bytes", "width", "height", "digest", "userId", "createdAt"
        FROM "ai_editor_attachment"
        WHERE "documentId" = %(document_id)s
        """,
        document_id=document_id,
        copy_id=copy_id,
    )


async def list_documents(db: Executor, ids: list[str]) -> list[str]:
    """Which of these documents there are, in the trash or not."""
    found = await db.all(
        _Id, """SELECT "id" AS id FROM "ai_editor_document" WHERE "id" = ANY(%(ids)s)""", ids=ids
    )
    return [each.id for each in found]


async def list_owned(db: Executor, owner_id: str) -> list[str]:
    """The documents of somebody's that have attachments."""
    found = await db.all(
        _Id,
        """
        SELECT d."id" AS id
        FROM "ai_editor_document" d
        WHERE d."ownerId" = %(owner_id)s
              AND EXISTS (SELECT 1 FROM "ai_editor_attachment" a WHERE a."documentId" = d."id")
        """,
        owner_id=owner_id,
    )
    return [each.id for each in found]


async def take_files_turn(db: Executor) -> bool:
    """Until the transaction ends files may be deleted; False while a backup reads them, or another process deletes."""
    return bool(await db.value("""SELECT pg_try_advisory_xact_lock(%(key)s)""", key=FILES_KEY))
