"""The `ai_editor_mail` table: the queue of mails. Its times are the database's own, the one clock of all processes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from server.database import Executor


class QueuedMail(Struct, frozen=True):
    """A mail that this process has taken; `context` is JSON, and `now` is when it was taken."""

    id: str
    template: str
    recipient: str
    context: str
    attempts: int
    created_at: datetime
    expires_at: datetime
    now: datetime

    @property
    def values(self) -> dict[str, str]:
        """What the template is given."""
        return {str(name): str(value) for name, value in json.loads(self.context).items()}


async def insert(
    db: Executor, mail_id: str, template: str, recipient: str, context: Mapping[str, str], seconds: int
) -> None:
    """Promises a mail, due at once; it is given up when it could not be sent for `seconds`."""
    await db.run(
        """
        INSERT INTO "ai_editor_mail" ("id", "template", "recipient", "context", "createdAt", "expiresAt")
        VALUES (%(id)s, %(template)s, %(recipient)s, %(context)s::jsonb, clock_timestamp(),
            clock_timestamp() + make_interval(secs => %(seconds)s))
        """,
        id=mail_id,
        template=template,
        recipient=recipient,
        context=json.dumps(dict(context)),
        seconds=seconds,
    )


async def take_due(db: Executor, most: int, seconds: int) -> list[QueuedMail]:
    """Takes up to `most` mails, the longest due first; nobody else gets them for `seconds`."""
    return await db.all(
        QueuedMail,
        """
        WITH due AS MATERIALIZED (
            SELECT "id"
            FROM "ai_editor_mail"
            WHERE "dueAt" <= now()
            ORDER BY "dueAt"
            LIMIT %(most)s
            FOR UPDATE SKIP LOCKED
        )
        UPDATE "ai_editor_mail" AS mail
        SET "attempts" = mail."attempts" + 1, "dueAt" = now() + make_interval(secs => %(seconds)s)
        FROM due
        WHERE mail."id" = due."id"
        RETURNING mail."id" AS id, mail."template" AS template, mail."recipient" AS recipient,
            mail."context"::text AS context, mail."attempts" AS attempts, mail."createdAt" AS created_at,
            mail."expiresAt" AS expires_at, now() AS now
        """,
        most=most,
        seconds=seconds,
    )


async def update_due(db: Executor, mail_id: str, seconds: float) -> None:
    """Sets the next attempt `seconds` from now."""
    await db.run(
        """
        UPDATE "ai_editor_mail"
        SET "dueAt" = now() + make_interval(secs => %(seconds)s)
        WHERE "id" = %(id)s
        """,
        id=mail_id,
        seconds=seconds,
    )


async def delete(db: Executor, mail_id: str) -> None:
    """Forgets a mail that was sent or given up."""
    await db.run("""DELETE FROM "ai_editor_mail" WHERE "id" = %(id)s""", id=mail_id)


async def count(db: Executor) -> int:
    """How many mails wait, those under way included."""
    return int(await db.value("""SELECT count(*) FROM "ai_editor_mail" WHERE "template" <> ''"""))
