"""The `ai_editor_sign_up` table: further sign-ups of an address that has an account."""

from __future__ import annotations

import json
from collections.abc import Mapping

from msgspec import Struct

from server.database import Executor
from server.model import AddressOwner, FurtherSignUp, User

_INSERT = """
WITH owner AS (
    SELECT "id", "name", "emailVerified" AS proven
    FROM "user"
    WHERE "email" = %(email)s OR (lower("email") = %(email)s AND "email" <> lower("email")
      AND octet_length("email") = octet_length(%(email)s))
    ORDER BY "email" <> %(email)s
    LIMIT 1
), kept AS (
    SELECT s."id", s."createdAt"
    FROM "ai_editor_sign_up" s
    JOIN owner ON s."userId" = owner."id"
    ORDER BY s."createdAt" DESC
    LIMIT 19
), swept AS (
    DELETE FROM "ai_editor_sign_up" s
    USING owner
    WHERE s."userId" = owner."id" AND s."id" NOT IN (SELECT "id" FROM kept)
), added AS (
    INSERT INTO "ai_editor_sign_up"
        ("id", "userId", "name", "image", "password", "columns", "ipAddress", "createdAt")
    SELECT %(id)s, owner."id", given."name", given."image", given."password", given."columns", given."ipAddress",
        clock_timestamp()
    FROM owner
    LEFT JOIN (
        SELECT %(name)s::text AS "name", %(image)s::text AS "image", %(password)s::text AS "password",
            %(columns)s::jsonb AS "columns", %(ip_address)s::text AS "ipAddress"
    ) given ON NOT proven
)
SELECT owner."id"::text AS id, owner."name" AS name, proven AS email_verified,
    (SELECT count(*) FROM kept WHERE "createdAt" > now() - interval '1 day') AS lately
FROM owner
"""


async def insert(
    db: Executor, user: User, password: str, written: Mapping[str, str | None], ip_address: str
) -> AddressOwner | None:
    """Adds a sign-up of `user`'s address under `user`'s id; the account's owner, or None where there is none.

    Of a proven address only that it happened is kept, and of each address the newest twenty.
    """
    return await db.one(
        AddressOwner,
        _INSERT,
        id=user.id,
        email=user.email,
        name=user.name,
        image=user.image,
        password=password,
        columns=json.dumps(dict(written)),
        ip_address=ip_address,
    )


class _Place(Struct, frozen=True):
    id: str
    ip_address: str


async def list_open(db: Executor, user_id: str) -> list[tuple[str, str]]:
    """The id and the IP address of each that a link may still be followed for, the newest first."""
    rows = await db.all(
        _Place,
        """
        SELECT "id" AS id, coalesce("ipAddress", '') AS ip_address
        FROM "ai_editor_sign_up"
        WHERE "userId" = %(user_id)s AND "password" IS NOT NULL
        ORDER BY "createdAt" DESC
        """,
        user_id=user_id,
    )
    return [(row.id, row.ip_address) for row in rows]


async def take(db: Executor, user_id: str) -> list[FurtherSignUp]:
    """Takes all of a user's away; those that a link could be followed for."""
    return await db.all(
        FurtherSignUp,
        """
        WITH taken AS (
            DELETE FROM "ai_editor_sign_up"
            WHERE "userId" = %(user_id)s
            RETURNING "id", "name", "image", "password", "columns"
        )
        SELECT "id" AS id, "name" AS name, "image" AS image, "password" AS password, "columns"::text AS columns
        FROM taken
        WHERE "password" IS NOT NULL
        """,
        user_id=user_id,
    )
