"""What is over: the trash, accesses that have ended, requests that nobody has answered."""

from __future__ import annotations

from datetime import datetime

from server.database import Executor

_KEY = 0x61695F747261736B  # "ai_trask"


async def take_document_turn(db: Executor) -> bool:
    """Until the transaction ends; False when another process has it."""
    return bool(await db.value("""SELECT pg_try_advisory_xact_lock(%(key)s)""", key=_KEY))


async def empty_trash(db: Executor, until: datetime, limit: int) -> int:
    """Deletes so many of what was thrown away by then, for good."""
    return await db.run(
        """
        DELETE FROM "ai_editor_document"
        WHERE "id" IN (
            SELECT "id"
            FROM "ai_editor_document"
            WHERE "deletedAt" <= %(until)s
            ORDER BY "deletedAt"
            LIMIT %(limit)s
            FOR UPDATE SKIP LOCKED
        )
        """,
        until=until,
        limit=limit,
    )


async def delete_ended(db: Executor, until: datetime) -> None:
    """Accesses that had ended by then, and requests that were made by then."""
    await db.run(
        """DELETE FROM "ai_editor_document_access" WHERE "expiresAt" <= %(until)s""",
        until=until,
    )
    await db.run(
        """DELETE FROM "ai_editor_document_request" WHERE "createdAt" <= %(until)s""",
        until=until,
    )
