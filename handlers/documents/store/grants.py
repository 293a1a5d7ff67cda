"""The `ai_editor_document_access` table: people, invitations and links; and `ai_editor_document_request`."""

from __future__ import annotations

from datetime import datetime

from handlers.documents.rows import Link, Member, Person
from server.database import Executor
from server.documents.model import Grant

_FIND = """
    SELECT "id" AS id, "documentId" AS document_id, "userId"::text AS user_id, "email" AS email, "linkId" AS link_id,
           "role" AS role, "expiresAt" AS expires_at, "createdAt" AS created_at
    FROM "ai_editor_document_access"
    WHERE "id" = %(access_id)s AND "documentId" = %(document_id)s
"""
_LET_IN = """
    SELECT "id" AS id, "documentId" AS document_id, "userId"::text AS user_id, "email" AS email, "linkId" AS link_id,
           "role" AS role, "expiresAt" AS expires_at, "createdAt" AS created_at
    FROM "ai_editor_document_access"
    WHERE "tokenHash" = %(token_hash)s AND ("expiresAt" IS NULL OR "expiresAt" > %(now)s)
"""
_OF_ADDRESS = """
    SELECT a."id" AS id, a."documentId" AS document_id, a."userId"::text AS user_id, a."email" AS email,
           a."linkId" AS link_id, a."role" AS role, a."expiresAt" AS expires_at, a."createdAt" AS created_at
    FROM "ai_editor_document_access" a
    LEFT JOIN "user" u ON u."id" = a."userId"
    WHERE a."documentId" = %(document_id)s AND a."linkId" IS NULL
          AND (a."email" = %(email)s OR (u."emailVerified" AND lower(u."email") = %(email)s))
    ORDER BY a."userId" IS NULL
    LIMIT 1
"""
_OF_PERSON = """
    SELECT "id" AS id, "documentId" AS document_id, "userId"::text AS user_id, "email" AS email, "linkId" AS link_id,
           "role" AS role, "expiresAt" AS expires_at, "createdAt" AS created_at
    FROM "ai_editor_document_access"
    WHERE "documentId" = %(document_id)s AND "userId" = %(user_id)s
    ORDER BY "linkId" IS NOT NULL, "createdAt"
"""
_MEMBERS = """
    SELECT DISTINCT ON (COALESCE(a."userId"::text, a."id")) a."id" AS id, u."id"::text AS user_id, u."name" AS name,
           u."image" AS image, u."email" AS address, COALESCE(u."emailVerified", false) AS proven, a."email" AS invited,
           COALESCE(link."role", a."role") AS role, COALESCE(link."expiresAt", a."expiresAt") AS expires_at,
           a."linkId" IS NOT NULL AS by_link
    FROM "ai_editor_document_access" a
    LEFT JOIN "ai_editor_document_access" link ON link."id" = a."linkId"
    LEFT JOIN "user" u ON u."id" = a."userId"
    WHERE a."documentId" = %(document_id)s AND (a."userId" IS NOT NULL OR a."email" IS NOT NULL)
          AND (link."expiresAt" IS NULL OR link."expiresAt" > %(now)s)
    ORDER BY COALESCE(a."userId"::text, a."id"),
             CASE COALESCE(link."role", a."role") WHEN 'editor' THEN 1 WHEN 'commenter' THEN 2 ELSE 3 END, by_link
"""


async def find(db: Executor, document_id: str, access_id: str) -> Grant | None:
    """An access to this document."""
    return await db.one(Grant, _FIND, document_id=document_id, access_id=access_id)


async def find_by_token(db: Executor, token_hash: str, now: datetime) -> Grant | None:
    """What somebody gets in by who has the secret: a link, or an invitation, and it has not ended."""
    return await db.one(Grant, _LET_IN, token_hash=token_hash, now=now)


async def find_of_address(db: Executor, document_id: str, email: str) -> Grant | None:
    """What an address has already: an invitation, or an access of somebody who has proven it."""
    return await db.one(Grant, _OF_ADDRESS, document_id=document_id, email=email)


async def list_of_person(db: Executor, document_id: str, user_id: str) -> list[Grant]:
    """Somebody's own accesses, first the one that is by no link."""
    return await db.all(Grant, _OF_PERSON, document_id=document_id, user_id=user_id)


async def list_members(db: Executor, document_id: str, now: datetime) -> list[Member]:
    """Everybody who has access, each once by the strongest, and who was invited; but for the owner."""
    return await db.all(Member, _MEMBERS, document_id=document_id, now=now)


async def list_links(db: Executor, document_id: str) -> list[Link]:
    """The links, those that have ended too."""
    return await db.all(
        Link,
        """
        SELECT "id" AS id, "role" AS role, "expiresAt" AS expires_at, "createdAt" AS created_at
        FROM "ai_editor_document_access"
        WHERE "documentId" = %(document_id)s AND "userId" IS NULL AND "email" IS NULL
        ORDER BY "createdAt", "id"
        """,
        document_id=document_id,
    )


async def insert(db: Executor, grant: Grant, by: str, token_hash: str | None = None) -> None:
    """Gives access."""
    await db.run(
        """
        INSERT INTO "ai_editor_document_access"
            ("id", "documentId", "userId", "email", "linkId", "tokenHash", "role", "expiresAt", "createdBy", "createdAt")
        VALUES (%(id)s, %(document_id)s, %(user_id)s, %(email)s, %(link_id)s, %(token_hash)s, %(role)s, %(expires_at)s,
                %(by)s, %(created_at)s)
        """,
        id=grant.id,
        document_id=grant.document_id,
        user_id=grant.user_id,
        email=grant.email,
        link_id=grant.link_id,
        token_hash=token_hash,
        role=grant.role,
        expires_at=grant.expires_at,
        by=by,
        created_at=grant.created_at,
    )


async def update(db: Executor, grant: Grant) -> None:
    """Stores whose it is, by which link, the role and the end."""
    await db.run(
        """
        UPDATE "ai_editor_document_access"
        SET "userId" = %(user_id)s, "email" = %(email)s, "linkId" = %(link_id)s, "role" = %(role)s,
            "expiresAt" = %(expires_at)s
        WHERE "id" = %(id)s
        """,
        id=grant.id,
        user_id=grant.user_id,
        email=grant.email,
        link_id=grant.link_id,
        role=grant.role,
        expires_at=grant.expires_at,
    )


async def delete(db: Executor, document_id: str, access_id: str) -> None:
    """Takes an access away, with all that somebody else has by it."""
    await db.run(
        """DELETE FROM "ai_editor_document_access" WHERE "id" = %(access_id)s AND "documentId" = %(document_id)s""",
        document_id=document_id,
        access_id=access_id,
    )


async def delete_of_person(db: Executor, document_id: str, user_id: str, email: str | None) -> None:
    """Takes away all that somebody has, by invitations of their address too."""
    await db.run(
        """
        DELETE FROM "ai_editor_document_access"
        WHERE "documentId" = %(document_id)s AND ("userId" = %(user_id)s OR "email" = %(email)s)
        """,
        document_id=document_id,
        user_id=user_id,
        email=email,
    )


async def delete_of_owner(db: Executor, user_id: str) -> None:
    """Takes away what somebody has to documents that are theirs by now."""
    await db.run(
        """
        DELETE FROM "ai_editor_document_access" a
        USING "ai_editor_document" d
        WHERE a."userId" = %(user_id)s AND d."id" = a."documentId" AND d."ownerId" = %(user_id)s
        """,
        user_id=user_id,
    )


async def claim(db: Executor, document_id: str, user_id: str, email: str) -> None:
    """Makes the invitations of an address the accesses of whoever has proven it."""
    await db.run(
        """
        UPDATE "ai_editor_document_access"
        SET "userId" = %(user_id)s, "email" = NULL
        WHERE "documentId" = %(document_id)s AND "email" = %(email)s
        """,
        document_id=document_id,
        user_id=user_id,
        email=email,
    )


async def list_requests(db: Executor, document_id: str) -> list[Person]:
    """Who asks for access, the first first."""
    return await db.all(
        Person,
        """
        SELECT u."id"::text AS id, u."name" AS name, u."image" AS image, u."email" AS address, u."emailVerified" AS proven
        FROM "ai_editor_document_request" r
        JOIN "user" u ON u."id" = r."userId"
        WHERE r."documentId" = %(document_id)s
        ORDER BY r."createdAt", u."id"
        LIMIT 100
        """,
        document_id=document_id,
    )


async def request(db: Executor, document_id: str, user_id: str, now: datetime, since: datetime) -> bool:
    """Asks for access; False where somebody has done so `since` then."""
    return bool(
        await db.run(
            """
            INSERT INTO "ai_editor_document_request" ("documentId", "userId", "createdAt")
            VALUES (%(document_id)s, %(user_id)s, %(now)s)
            ON CONFLICT ("documentId", "userId") DO UPDATE SET "createdAt" = EXCLUDED."createdAt"
            WHERE "ai_editor_document_request"."createdAt" <= %(since)s
            """,
            document_id=document_id,
            user_id=user_id,
            now=now,
            since=since,
        )
    )


async def find_request(db: Executor, document_id: str, user_id: str) -> Person | None:
    """Somebody who asks for access."""
    return await db.one(
        Person,
        """
        SELECT u."id"::text AS id, u."name" AS name, u."image" AS image, u."email" AS address, u."emailVerified" AS proven
        FROM "ai_editor_document_request" r
        JOIN "user" u ON u."id" = r."userId"
        WHERE r."documentId" = %(document_id)s AND r."userId"::text = %(user_id)s
        """,
        document_id=document_id,
        user_id=user_id,
    )


async def forget_request(db: Executor, document_id: str, user_id: str, email: str | None) -> bool:
    """Nobody has to answer it any more; False where there is none."""
    return bool(
        await db.run(
            """
            DELETE FROM "ai_editor_document_request" r
            USING "user" u
            WHERE r."documentId" = %(document_id)s AND u."id" = r."userId"
                  AND (u."id"::text = %(user_id)s OR (u."emailVerified" AND lower(u."email") = %(email)s))
            """,
            document_id=document_id,
            user_id=user_id,
            email=email,
        )
    )
