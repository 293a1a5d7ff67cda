"""Documents by words, among those that somebody may read."""

from __future__ import annotations

from handlers.documents.rows import Found, Who
from server.database import Executor

# Four ways, as each then has a quick one of its own: one's own documents are looked through from the newest on until there
# are enough, or by an index where a word is rare. The longest word stands by itself, since no index knows of ALL.
_WITH = """
    WITH shared AS (
        SELECT d."id" AS id, mine.role AS role, d."title" AS title, d."updatedAt" AS updated_at
        FROM (
            SELECT a."documentId" AS id,
                   max(CASE COALESCE(link."role", a."role") WHEN 'editor' THEN 3 WHEN 'commenter' THEN 2 ELSE 1 END) AS role
            FROM "ai_editor_document_access" a
            LEFT JOIN "ai_editor_document_access" link ON link."id" = a."linkId"
            WHERE (a."userId" = %(user_id)s OR a."email" = %(email)s)
                  AND (a."expiresAt" IS NULL OR a."expiresAt" > %(now)s)
                  AND (link."expiresAt" IS NULL OR link."expiresAt" > %(now)s)
            GROUP BY a."documentId"
        ) mine
        JOIN "ai_editor_document" d ON d."id" = mine.id
        WHERE d."ownerId" <> %(user_id)s AND d."deletedAt" IS NULL
    ), found AS (
        (
            SELECT d."id" AS id, 4 AS role, true AS by_title, d."updatedAt" AS updated_at
            FROM "ai_editor_document" d
            WHERE d."ownerId" = %(user_id)s AND d."deletedAt" IS NULL
                  AND d."title" ILIKE %(pattern)s AND d."title" ILIKE ALL (%(patterns)s::text[])
            ORDER BY d."updatedAt" DESC
            LIMIT %(limit)s
        )
        UNION ALL
        (
            SELECT d."id" AS id, 4 AS role, false AS by_title, d."updatedAt" AS updated_at
            FROM "ai_editor_document" d
            JOIN "ai_editor_document_text" x ON x."documentId" = d."id"
            WHERE d."ownerId" = %(user_id)s AND d."deletedAt" IS NULL AND x."words" @@ %(query)s::tsquery
            ORDER BY d."updatedAt" DESC
            LIMIT %(limit)s
        )
        UNION ALL
        (
            SELECT id, role, true AS by_title, updated_at
            FROM shared
            WHERE title ILIKE ALL (%(patterns)s::text[])
            ORDER BY updated_at DESC
            LIMIT %(limit)s
        )
        UNION ALL
        (
            SELECT s.id AS id, s.role AS role, false AS by_title, s.updated_at AS updated_at
            FROM shared s
            JOIN "ai_editor_document_text" x ON x."documentId" = s.id
            WHERE x."words" @@ %(query)s::tsquery
            ORDER BY s.updated_at DESC
            LIMIT %(limit)s
        )
    ), hit AS (
        SELECT id, max(role) AS role, bool_or(by_title) AS by_title, max(updated_at) AS updated_at
        FROM found
        GROUP BY id
    )
    SELECT d."id" AS id, d."title" AS title, d."icon" AS icon, hit.role AS role, o."id"::text AS owner_id,
           o."name" AS owner_name, o."image" AS owner_image, d."folderId" AS folder_id,
           EXISTS (
               SELECT 1
               FROM "ai_editor_document_access" any_
               WHERE any_."documentId" = d."id" AND (any_."expiresAt" IS NULL OR any_."expiresAt" > %(now)s)
           ) AS shared,
           d."createdAt" AS created_at, d."updatedAt" AS updated_at, d."deletedAt" AS deleted_at,
           substring(COALESCE(x."text", '') FROM GREATEST(at.place - 40, 1) FOR 240) AS excerpt
    FROM hit
    JOIN "ai_editor_document" d ON d."id" = hit.id
    JOIN "user" o ON o."id" = d."ownerId"
    LEFT JOIN "ai_editor_document_text" x ON x."documentId" = hit.id
    CROSS JOIN LATERAL (
        SELECT COALESCE(NULLIF(strpos(lower(x."text"), ' ' || %(first_word)s), 0),
                        NULLIF(strpos(lower(x."text"), E'\n' || %(first_word)s), 0),
                        NULLIF(strpos(lower(x."text"), %(first_word)s), 0), 1) AS place
    ) at
    ORDER BY hit.by_title DESC, hit.updated_at DESC, hit.id
    LIMIT %(limit)s
"""
_LIKE = """
    WITH readable AS (
        SELECT "id" AS id, 4 AS role, "title" AS title, "updatedAt" AS updated_at
        FROM "ai_editor_document"
        WHERE "ownerId" = %(user_id)s AND "deletedAt" IS NULL
        UNION ALL
        SELECT d."id" AS id, mine.role AS role, d."title" AS title, d."updatedAt" AS updated_at
        FROM (
            SELECT a."documentId" AS id,
                   max(CASE COALESCE(link."role", a."role") WHEN 'editor' THEN 3 WHEN 'commenter' THEN 2 ELSE 1 END) AS role
            FROM "ai_editor_document_access" a
            LEFT JOIN "ai_editor_document_access" link ON link."id" = a."linkId"
            WHERE (a."userId" = %(user_id)s OR a."email" = %(email)s)
                  AND (a."expiresAt" IS NULL OR a."expiresAt" > %(now)s)
                  AND (link."expiresAt" IS NULL OR link."expiresAt" > %(now)s)
            GROUP BY a."documentId"
        ) mine
        JOIN "ai_editor_document" d ON d."id" = mine.id
        WHERE d."ownerId" <> %(user_id)s AND d."deletedAt" IS NULL
    ), likened AS MATERIALIZED (
        SELECT id, role, updated_at, word_similarity(%(text)s, title) AS likeness
        FROM readable
    ), hit AS (
        SELECT id, role, likeness
        FROM likened
        WHERE likeness >= %(likeness)s
        ORDER BY likeness DESC, updated_at DESC, id
        LIMIT %(limit)s
    )
    SELECT d."id" AS id, d."title" AS title, d."icon" AS icon, hit.role AS role, o."id"::text AS owner_id,
           o."name" AS owner_name, o."image" AS owner_image, d."folderId" AS folder_id,
           EXISTS (
               SELECT 1
               FROM "ai_editor_document_access" any_
               WHERE any_."documentId" = d."id" AND (any_."expiresAt" IS NULL OR any_."expiresAt" > %(now)s)
           ) AS shared,
           d."createdAt" AS created_at, d."updatedAt" AS updated_at, d."deletedAt" AS deleted_at,
           substring(COALESCE(x."text", '') FROM GREATEST(at.place - 40, 1) FOR 240) AS excerpt
    FROM hit
    JOIN "ai_editor_document" d ON d."id" = hit.id
    JOIN "user" o ON o."id" = d."ownerId"
    LEFT JOIN "ai_editor_document_text" x ON x."documentId" = hit.id
    CROSS JOIN LATERAL (
        SELECT COALESCE(NULLIF(strpos(lower(x."text"), ' ' || %(first_word)s), 0),
                        NULLIF(strpos(lower(x."text"), E'\n' || %(first_word)s), 0),
                        NULLIF(strpos(lower(x."text"), %(first_word)s), 0), 1) AS place
    ) at
    ORDER BY hit.likeness DESC, d."updatedAt" DESC, hit.id
    LIMIT %(limit)s
"""


async def forgives_typos(db: Executor) -> bool:
    """Whether the database has what finds titles that are nearly so: the extension pg_trgm."""
    return bool(await db.value("""SELECT to_regproc('word_similarity') IS NOT NULL"""))


async def list_with(
    db: Executor, who: Who, query: str, patterns: list[str], first_word: str, limit: int
) -> list[Found]:
    """What has all the words, in the text, as `query` says, or in the title, as `patterns` do; titles first."""
    return await db.all(
        Found,
        _WITH,
        user_id=who.user_id,
        email=who.email,
        now=who.now,
        query=query,
        pattern=max(patterns, key=len),
        patterns=patterns,
        first_word=first_word,
        limit=limit,
    )


async def list_like(
    db: Executor, who: Who, text: str, likeness: float, first_word: str, limit: int
) -> list[Found]:
    """What has a title that is a little like the text, the most alike first."""
    return await db.all(
        Found,
        _LIKE,
        user_id=who.user_id,
        email=who.email,
        now=who.now,
        text=text,
        likeness=likeness,
        first_word=first_word,
        limit=limit,
    )
