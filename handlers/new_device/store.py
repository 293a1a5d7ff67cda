"""The `ai_editor_device` table: from where a user has signed in."""

from __future__ import annotations

from datetime import datetime

from server.database import Executor


async def remember(db: Executor, user_id: str, fingerprint: str, others: list[str], now: datetime) -> bool:
    """Writes a device down; True when it is new, under its `others` too, to a user who had some before."""
    return bool(
        await db.value(
            """
            WITH before AS (
                SELECT count(*) AS devices, count(*) FILTER (WHERE "fingerprint" = ANY(%(others)s::text[])) AS same
                FROM "ai_editor_device"
                WHERE "userId" = %(user_id)s
            ), saved AS (
                INSERT INTO "ai_editor_device" ("userId", "fingerprint", "seenAt")
                VALUES (%(user_id)s, %(fingerprint)s, %(now)s)
                ON CONFLICT ("userId", "fingerprint") DO UPDATE SET "seenAt" = EXCLUDED."seenAt"
                RETURNING xmax = 0 AS fresh
            )
            SELECT saved.fresh AND before.devices > 0 AND before.same = 0
            FROM saved, before
            """,
            user_id=user_id,
            fingerprint=fingerprint,
            others=others,
            now=now,
        )
    )
