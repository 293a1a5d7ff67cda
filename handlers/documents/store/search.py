"""Documents by words, among those that somebody may read."""

from __future__ import annotations

from handlers.documents.rows import Found, Who
from server.database import Executor

_WITH_TYPOS = """
    WITH readable AS (
        SELECT "id" AS id, 4 AS role
        FROM "ai_editor_document"
        WHERE "ownerId" = %(user_id)s AND "deletedAt" IS NULL
        UNION ALL
        SELECT a."documentId" AS id,
               max(CASE COALESCE(link."role", a."role") WHEN 'editor' THEN 3 WHEN 'commenter' THEN 2 ELSE 1 END) AS role
        FROM "ai_editor_document_access" a
        LEFT JOIN "ai_editor_document_access" link ON link."id" = a."linkId"
        WHERE (a."userId" = %(user_id)s OR a."email" = %(email)s)
              AND (a."expiresAt" IS NULL OR a."expiresAt" > %(now)s)
              AND (link."expiresAt" IS NULL OR link."expiresAt" > %(now)s)
        GROUP BY a."documentId"
    ), hit AS (
        SELECT d."id" AS id, r.role AS role, lower(d."title") LIKE ALL (%(patterns)s::text[]) AS by_title,
               COALESCE(lower(d."title") LIKE ALL (%(patterns)s::text[]) OR x."words" @@ %(query)s::tsquery, false)
                   AS exact,
               word_similarity(%(text)s, lower(d."title")) AS likeness, d."updatedAt" AS updated_at
        FROM readable r
        JOIN "ai_editor_document" d ON d."id" = r.id
        LEFT JOIN "ai_editor_document_text" x ON x."documentId" = d."id"
        WHERE (r.role = 4) = (d."ownerId" = %(user_id)s) AND d."deletedAt" IS NULL
              AND (lower(d."title") LIKE ALL (%(patterns)s::text[]) OR x."words" @@ %(query)s::tsquery
                   OR word_similarity(%(text)s, lower(d."title")) >= %(likeness)s)
        ORDER BY by_title DESC, exact DESC, likeness DESC, updated_at DESC, id
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
           substring(COALESCE(x."text", '') FROM GREATEST(at.place - 40, 1) FOR 240) AS excerpt,
           hit.exact AS exact
    FROM hit
    JOIN "ai_editor_document" d ON d."id" = hit.id
    JOIN "user" o ON o."id" = d."ownerId"
    LEFT JOIN "ai_editor_document_text" x ON x."documentId" = hit.id
    CROSS JOIN LATERAL (
        SELECT COALESCE(NULLIF(strpos(lower(x."text"), ' ' || %(first_word)s), 0),
                        NULLIF(strpos(lower(x."text"), E'\n' || %(first_word)s), 0),
                        NULLIF(strpos(lower(x."text"), %(first_word)s), 0), 1) AS place
    ) at
    ORDER BY hit.by_title DESC, hit.exact DESC, hit.likeness DESC, hit.updated_at DESC, hit.id
"""
_AS_WRITTEN = """
    WITH readable AS (
        SELECT "id" AS id, 4 AS role
        FROM "ai_editor_document"
        WHERE "ownerId" = %(user_id)s AND "deletedAt" IS NULL
        UNION ALL
        SELECT a."documentId" AS id,
               max(CASE COALESCE(link."role", a."role") WHEN 'editor' THEN 3 WHEN 'commenter' THEN 2 ELSE 1 END) AS role
        FROM "ai_editor_document_access" a
        LEFT JOIN "ai_editor_document_access" link ON link."id" = a."linkId"
        WHERE (a."userId" = %(user_id)s OR a."email" = %(email)s)
              AND (a."expiresAt" IS NULL OR a."expiresAt" > %(now)s)
              AND (link."expiresAt" IS NULL OR link."expiresAt" > %(now)s)
        GROUP BY a."documentId"
    ), hit AS (
        SELECT d."id" AS id, r.role AS role, lower(d."title") LIKE ALL (%(patterns)s::text[]) AS by_title,
               d."updatedAt" AS updated_at
        FROM readable r
        JOIN "ai_editor_document" d ON d."id" = r.id
        LEFT JOIN "ai_editor_document_text" x ON x."documentId" = d."id"
        WHERE (r.role = 4) = (d."ownerId" = %(user_id)s) AND d."deletedAt" IS NULL
              AND (lower(d."title") LIKE ALL (%(patterns)s::text[]) OR x."words" @@ %(query)s::tsquery)
        ORDER BY by_title DESC, updated_at DESC, id
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
           substring(COALESCE(x."text", '') FROM GREATEST(at.place - 40, 1) FOR 240) AS excerpt,
           true AS exact
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
"""


async def forgives_typos(db: Executor) -> bool:
    """Whether the database has what finds titles that are nearly so: the extension pg_trgm."""
    return bool(await db.value("""SELECT to_regproc('word_similarity') IS NOT NULL"""))


async def list_like(
    db: Executor,
    who: Who,
    query: str,
    patterns: list[str],
    text: str,
    likeness: float,
    first_word: str,
    limit: int,
) -> list[Found]:
    """What has all the words, as `query` and `patterns` say, or a title that is like the `text`; titles first."""
    return await db.all(
        Found,
        _WITH_TYPOS,
        user_id=who.user_id,
        email=who.email,
        now=who.now,
        query=query,
        patterns=patterns,
        text=text,
        likeness=likeness,
        first_word=first_word,
        limit=limit,
    )


async def list_with(
    db: Executor, who: Who, query: str, patterns: list[str], first_word: str, limit: int
) -> list[Found]:
    """The same, of words as they are written."""
    return await db.all(
        Found,
        _AS_WRITTEN,
        user_id=who.user_id,
        email=who.email,
        now=who.now,
        query=query,
        patterns=patterns,
        first_word=first_word,
        limit=limit,
    )
