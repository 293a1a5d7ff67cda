"""The `ai_editor_folder` table."""

from __future__ import annotations

from datetime import datetime

from server.database import Executor
from server.documents.model import Folder


async def list_of(db: Executor, owner_id: str) -> list[Folder]:
    """All folders of somebody, by name."""
    return await db.all(
        Folder,
        """
        SELECT "id" AS id, "ownerId"::text AS owner_id, "parentId" AS parent_id, "name" AS name
        FROM "ai_editor_folder"
        WHERE "ownerId" = %(owner_id)s
        ORDER BY lower("name"), "id"
        """,
        owner_id=owner_id,
    )


async def find(db: Executor, owner_id: str, folder_id: str) -> Folder | None:
    """A folder of somebody's, which stays until the transaction ends; None for what is not theirs."""
    return await db.one(
        Folder,
        """
        SELECT "id" AS id, "ownerId"::text AS owner_id, "parentId" AS parent_id, "name" AS name
        FROM "ai_editor_folder"
        WHERE "id" = %(folder_id)s AND "ownerId" = %(owner_id)s
        FOR KEY SHARE
        """,
        owner_id=owner_id,
        folder_id=folder_id,
    )


async def insert(db: Executor, folder: Folder) -> None:
    """A new one."""
    await db.run(
        """
        INSERT INTO "ai_editor_folder" ("id", "ownerId", "parentId", "name")
        VALUES (%(id)s, %(owner_id)s, %(parent_id)s, %(name)s)
        """,
        id=folder.id,
        owner_id=folder.owner_id,
        parent_id=folder.parent_id,
        name=folder.name,
    )


async def update(db: Executor, folder: Folder) -> None:
    """Stores name and place."""
    await db.run(
        """UPDATE "ai_editor_folder" SET "name" = %(name)s, "parentId" = %(parent_id)s WHERE "id" = %(id)s""",
        id=folder.id,
        name=folder.name,
        parent_id=folder.parent_id,
    )


async def is_within(db: Executor, folder_id: str, outer_id: str) -> bool:
    """Whether a folder is the other one, or lies in it, however deep."""
    return bool(
        await db.value(
            """
            WITH RECURSIVE above AS (
                SELECT "id", "parentId"
                FROM "ai_editor_folder"
                WHERE "id" = %(folder_id)s
                UNION
                SELECT f."id", f."parentId"
                FROM above
                JOIN "ai_editor_folder" f ON f."id" = above."parentId"
            )
            SELECT true FROM above WHERE "id" = %(outer_id)s
            """,
            folder_id=folder_id,
            outer_id=outer_id,
        )
    )


async def delete(db: Executor, owner_id: str, folder_id: str, now: datetime) -> None:
    """With the folders in it; what lies in all of these goes to the trash."""
    await db.run(
        """
        WITH RECURSIVE below AS (
            SELECT "id"
            FROM "ai_editor_folder"
            WHERE "id" = %(folder_id)s
            UNION
            SELECT f."id"
            FROM below
            JOIN "ai_editor_folder" f ON f."parentId" = below."id"
        )
        UPDATE "ai_editor_document"
        SET "deletedAt" = %(now)s
        WHERE "ownerId" = %(owner_id)s AND "folderId" IN (SELECT "id" FROM below) AND "deletedAt" IS NULL
        """,
        owner_id=owner_id,
        folder_id=folder_id,
        now=now,
    )
    await db.run("""DELETE FROM "ai_editor_folder" WHERE "id" = %(folder_id)s""", folder_id=folder_id)
