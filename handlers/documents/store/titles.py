"""What becomes of a document beside its text: renamed, moved, thrown away, taken back, handed over."""

from __future__ import annotations

from datetime import datetime

from server.database import Executor


async def rename(db: Executor, document_id: str, title: str, icon: str | None, now: datetime) -> None:
    """Stores title and icon."""
    await db.run(
        """
        UPDATE "ai_editor_document"
        SET "title" = %(title)s, "icon" = %(icon)s, "updatedAt" = %(now)s
        WHERE "id" = %(document_id)s
        """,
        document_id=document_id,
        title=title,
        icon=icon,
        now=now,
    )


async def move(db: Executor, document_id: str, folder_id: str | None) -> None:
    """Puts it into a folder of its owner's, which is no change of the document."""
    await db.run(
        """UPDATE "ai_editor_document" SET "folderId" = %(folder_id)s WHERE "id" = %(document_id)s""",
        document_id=document_id,
        folder_id=folder_id,
    )


async def throw_away(db: Executor, document_id: str, now: datetime) -> None:
    """To the trash."""
    await db.run(
        """UPDATE "ai_editor_document" SET "deletedAt" = %(now)s WHERE "id" = %(document_id)s AND "deletedAt" IS NULL""",
        document_id=document_id,
        now=now,
    )


async def take_back(db: Executor, document_id: str) -> None:
    """From the trash."""
    await db.run(
        """UPDATE "ai_editor_document" SET "deletedAt" = NULL WHERE "id" = %(document_id)s AND "deletedAt" IS NOT NULL""",
        document_id=document_id,
    )


async def delete(db: Executor, document_id: str) -> bool:
    """For good, with all that is of it; False where there is none in the trash."""
    return bool(
        await db.run(
            """DELETE FROM "ai_editor_document" WHERE "id" = %(document_id)s AND "deletedAt" IS NOT NULL""",
            document_id=document_id,
        )
    )


async def hand_over(db: Executor, document_id: str, user_id: str) -> None:
    """Makes it somebody else's, who has it in no folder yet."""
    await db.run(
        """
        UPDATE "ai_editor_document"
        SET "ownerId" = %(user_id)s, "folderId" = NULL
        WHERE "id" = %(document_id)s
        """,
        document_id=document_id,
        user_id=user_id,
    )


async def hand_over_all(db: Executor, owner_id: str, user_id: str) -> int:
    """Makes all that is somebody's somebody else's, folders too; how many documents."""
    await db.run(
        """UPDATE "ai_editor_folder" SET "ownerId" = %(user_id)s WHERE "ownerId" = %(owner_id)s""",
        owner_id=owner_id,
        user_id=user_id,
    )
    return await db.run(
        """UPDATE "ai_editor_document" SET "ownerId" = %(user_id)s WHERE "ownerId" = %(owner_id)s""",
        owner_id=owner_id,
        user_id=user_id,
    )
