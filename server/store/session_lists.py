"""Lists of sessions for people at a terminal."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from server.database import Executor


class SessionSummary(Struct, frozen=True):
    """A session with its user's e-mail address, for lists; without the token."""

    id: str
    user_id: str
    email: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    ip_address: str | None
    user_agent: str | None


async def list_summaries(
    db: Executor, user_id: str | None, limit: int, now: datetime
) -> list[SessionSummary]:
    """The newest `limit` sessions that have not ended, of one user or of all."""
    return await db.all(
        SessionSummary,
        """
        SELECT s."id"::text AS id, s."userId"::text AS user_id, u."email" AS email, s."createdAt" AS created_at,
               s."updatedAt" AS updated_at, s."expiresAt" AS expires_at, s."ipAddress" AS ip_address,
               s."userAgent" AS user_agent
        FROM "session" s
        JOIN "user" u ON u."id" = s."userId"
        WHERE s."expiresAt" > %(now)s AND (%(user_id)s IS NULL OR s."userId" = %(user_id)s)
        ORDER BY s."createdAt" DESC, s."id"
        LIMIT %(limit)s
        """,
        user_id=user_id,
        limit=limit,
        now=now,
    )


async def count(db: Executor, user_id: str | None, now: datetime) -> int:
    """The number of sessions that have not ended, of one user or of all."""
    return int(
        await db.value(
            """
            SELECT count(*)
            FROM "session"
            WHERE "expiresAt" > %(now)s AND (%(user_id)s IS NULL OR "userId" = %(user_id)s)
            """,
            user_id=user_id,
            now=now,
        )
    )
