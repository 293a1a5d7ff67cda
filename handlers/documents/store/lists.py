"""Documents as somebody sees them: one, and lists of them, the newest change first. Each list is one statement."""

from __future__ import annotations

from handlers.documents.rows import Page, Seen, Sight, Who
from server.database import Executor

_ONE = """
    SELECT d."id" AS id, d."title" AS title, d."icon" AS icon,
           CASE WHEN d."ownerId" = %(user_id)s THEN 4 ELSE mine.role END AS role,
           o."id"::text AS owner_id, o."name" AS owner_name, o."image" AS owner_image, d."folderId" AS folder_id,
           EXISTS (
               SELECT 1
               FROM "ai_editor_document_access" any_
               WHERE any_."documentId" = d."id" AND (any_."expiresAt" IS NULL OR any_."expiresAt" > %(now)s)
           ) AS shared,
           d."createdAt" AS created_at, d."updatedAt" AS updated_at, d."deletedAt" AS deleted_at,
           COALESCE(mine.invited, false) AS invited
    FROM "ai_editor_document" d
    JOIN "user" o ON o."id" = d."ownerId"
    CROSS JOIN LATERAL (
        SELECT max(CASE COALESCE(link."role", a."role") WHEN 'editor' THEN 3 WHEN 'commenter' THEN 2 ELSE 1 END) AS role,
               bool_or(a."userId" IS NULL) AS invited
        FROM "ai_editor_document_access" a
        LEFT JOIN "ai_editor_document_access" link ON link."id" = a."linkId"
        WHERE a."documentId" = d."id" AND (a."userId" = %(user_id)s OR a."email" = %(email)s)
              AND (a."expiresAt" IS NULL OR a."expiresAt" > %(now)s)
              AND (link."expiresAt" IS NULL OR link."expiresAt" > %(now)s)
    ) mine
    WHERE d."id" = %(document_id)s
"""
_MINE = """
    SELECT d."id" AS id, d."title" AS title, d."icon" AS icon, 4 AS role, o."id"::text AS owner_id, o."name" AS owner_name,
           o."image" AS owner_image, d."folderId" AS folder_id,
           EXISTS (
               SELECT 1
               FROM "ai_editor_document_access" any_
               WHERE any_."documentId" = d."id" AND (any_."expiresAt" IS NULL OR any_."expiresAt" > %(now)s)
           ) AS shared,
           d."createdAt" AS created_at, d."updatedAt" AS updated_at, d."deletedAt" AS deleted_at
    FROM "ai_editor_document" d
    JOIN "user" o ON o."id" = d."ownerId"
    WHERE d."ownerId" = %(user_id)s AND d."deletedAt" IS NULL
          AND (%(everywhere)s OR d."folderId" IS NOT DISTINCT FROM %(folder_id)s)
          AND (d."updatedAt", d."id") < (%(moment)s, %(before)s)
    ORDER BY d."updatedAt" DESC, d."id" DESC
    LIMIT %(limit)s
"""
_TRASH = """
    SELECT d."id" AS id, d."title" AS title, d."icon" AS icon, 4 AS role, o."id"::text AS owner_id, o."name" AS owner_name,
           o."image" AS owner_image, d."folderId" AS folder_id,
           EXISTS (
               SELECT 1
               FROM "ai_editor_document_access" any_
               WHERE any_."documentId" = d."id" AND (any_."expiresAt" IS NULL OR any_."expiresAt" > %(now)s)
           ) AS shared,
           d."createdAt" AS created_at, d."updatedAt" AS updated_at, d."deletedAt" AS deleted_at
    FROM "ai_editor_document" d
    JOIN "user" o ON o."id" = d."ownerId"
    WHERE d."ownerId" = %(user_id)s AND d."deletedAt" IS NOT NULL
          AND (d."deletedAt", d."id") < (%(moment)s, %(before)s)
    ORDER BY d."deletedAt" DESC, d."id" DESC
    LIMIT %(limit)s
"""
_SHARED = """
    WITH readable AS (
        SELECT a."documentId" AS id,
               max(CASE COALESCE(link."role", a."role") WHEN 'editor' THEN 3 WHEN 'commenter' THEN 2 ELSE 1 END) AS role
        FROM "ai_editor_document_access" a
        LEFT JOIN "ai_editor_document_access" link ON link."id" = a."linkId"
        WHERE (a."userId" = %(user_id)s OR a."email" = %(email)s)
              AND (a."expiresAt" IS NULL OR a."expiresAt" > %(now)s)
              AND (link."expiresAt" IS NULL OR link."expiresAt" > %(now)s)
        GROUP BY a."documentId"
    )
    SELECT d."id" AS id, d."title" AS title, d."icon" AS icon, r.role AS role, o."id"::text AS owner_id,
           o."name" AS owner_name, o."image" AS owner_image, d."folderId" AS folder_id, true AS shared,
           d."createdAt" AS created_at, d."updatedAt" AS updated_at, d."deletedAt" AS deleted_at
    FROM readable r
    JOIN "ai_editor_document" d ON d."id" = r.id
    JOIN "user" o ON o."id" = d."ownerId"
    WHERE d."ownerId" <> %(user_id)s AND d."deletedAt" IS NULL
          AND (d."updatedAt", d."id") < (%(moment)s, %(before)s)
    ORDER BY d."updatedAt" DESC, d."id" DESC
    LIMIT %(limit)s
"""
_RECENT = """
    WITH readable AS (
        (
            SELECT "id" AS id, 4 AS role
            FROM "ai_editor_document"
            WHERE "ownerId" = %(user_id)s AND "deletedAt" IS NULL AND ("updatedAt", "id") < (%(moment)s, %(before)s)
            ORDER BY "updatedAt" DESC, "id" DESC
            LIMIT %(limit)s
        )
        UNION ALL
        SELECT a."documentId" AS id,
               max(CASE COALESCE(link."role", a."role") WHEN 'editor' THEN 3 WHEN 'commenter' THEN 2 ELSE 1 END) AS role
        FROM "ai_editor_document_access" a
        LEFT JOIN "ai_editor_document_access" link ON link."id" = a."linkId"
        WHERE (a."userId" = %(user_id)s OR a."email" = %(email)s)
              AND (a."expiresAt" IS NULL OR a."expiresAt" > %(now)s)
              AND (link."expiresAt" IS NULL OR link."expiresAt" > %(now)s)
        GROUP BY a."documentId"
    )
    SELECT d."id" AS id, d."title" AS title, d."icon" AS icon, r.role AS role, o."id"::text AS owner_id,
           o."name" AS owner_name, o."image" AS owner_image, d."folderId" AS folder_id,
           EXISTS (
               SELECT 1
               FROM "ai_editor_document_access" any_
               WHERE any_."documentId" = d."id" AND (any_."expiresAt" IS NULL OR any_."expiresAt" > %(now)s)
           ) AS shared,
           d."createdAt" AS created_at, d."updatedAt" AS updated_at, d."deletedAt" AS deleted_at
    FROM readable r
    JOIN "ai_editor_document" d ON d."id" = r.id
    JOIN "user" o ON o."id" = d."ownerId"
    WHERE (r.role = 4) = (d."ownerId" = %(user_id)s) AND d."deletedAt" IS NULL
          AND (d."updatedAt", d."id") < (%(moment)s, %(before)s)
    ORDER BY d."updatedAt" DESC, d."id" DESC
    LIMIT %(limit)s
"""


async def see(db: Executor, who: Who, document_id: str) -> Sight | None:
    """One document, and what it is to somebody; None where there is none."""
    return await db.one(
        Sight, _ONE, document_id=document_id, user_id=who.user_id, email=who.email, now=who.now
    )


async def list_mine(
    db: Executor, who: Who, page: Page, everywhere: bool, folder_id: str | None
) -> list[Seen]:
    """What is somebody's: `everywhere`, or in a folder, or with None in none."""
    return await db.all(
        Seen,
        _MINE,
        user_id=who.user_id,
        now=who.now,
        everywhere=everywhere,
        folder_id=folder_id,
        moment=page.moment,
        before=page.document_id,
        limit=page.limit,
    )


async def list_trash(db: Executor, who: Who, page: Page) -> list[Seen]:
    """What somebody has thrown away, the last first."""
    return await db.all(
        Seen,
        _TRASH,
        user_id=who.user_id,
        now=who.now,
        moment=page.moment,
        before=page.document_id,
        limit=page.limit,
    )


async def list_shared(db: Executor, who: Who, page: Page) -> list[Seen]:
    """What others have given somebody access to."""
    return await db.all(
        Seen,
        _SHARED,
        user_id=who.user_id,
        email=who.email,
        now=who.now,
        moment=page.moment,
        before=page.document_id,
        limit=page.limit,
    )


async def list_recent(db: Executor, who: Who, page: Page) -> list[Seen]:
    """What is somebody's, and what others have given them access to."""
    return await db.all(
        Seen,
        _RECENT,
        user_id=who.user_id,
        email=who.email,
        now=who.now,
        moment=page.moment,
        before=page.document_id,
        limit=page.limit,
    )
