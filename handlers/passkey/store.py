"""The `passkey` table, as better-auth's plugin of that name has it."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from server.database import Executor
from server.model import is_id
from server.store.rows import swallowed

_OF_USER = """
SELECT "id"::text AS id, "name" AS name, "publicKey" AS public_key, "userId"::text AS user_id,
       "credentialID" AS credential_id, "counter" AS counter, "deviceType" AS device_type,
       "backedUp" AS backed_up, "transports" AS transports, "createdAt" AS created_at, "aaguid" AS aaguid
FROM "passkey"
WHERE "userId" = %(user_id)s
ORDER BY "createdAt", "id"
"""

_FIND = """
SELECT "id"::text AS id, "name" AS name, "publicKey" AS public_key, "userId"::text AS user_id,
       "credentialID" AS credential_id, "counter" AS counter, "deviceType" AS device_type,
       "backedUp" AS backed_up, "transports" AS transports, "createdAt" AS created_at, "aaguid" AS aaguid
FROM "passkey"
WHERE "id" = %(passkey_id)s
"""

_BY_CREDENTIAL = """
SELECT "id"::text AS id, "name" AS name, "publicKey" AS public_key, "userId"::text AS user_id,
       "credentialID" AS credential_id, "counter" AS counter, "deviceType" AS device_type,
       "backedUp" AS backed_up, "transports" AS transports, "createdAt" AS created_at, "aaguid" AS aaguid
FROM "passkey"
WHERE "credentialID" = %(credential_id)s
ORDER BY "createdAt", "id"
LIMIT 1
"""
_RENAME = """
UPDATE "passkey"
SET "name" = %(name)s
WHERE "id" = %(passkey_id)s AND "userId" = %(user_id)s
RETURNING "id"::text AS id, "name" AS name, "publicKey" AS public_key, "userId"::text AS user_id,
          "credentialID" AS credential_id, "counter" AS counter, "deviceType" AS device_type,
          "backedUp" AS backed_up, "transports" AS transports, "createdAt" AS created_at, "aaguid" AS aaguid
"""


class Passkey(Struct, frozen=True):
    """A key that a person's device or password manager holds; `public_key` is COSE in base64, `transports` has commas."""

    id: str
    name: str | None
    public_key: str
    user_id: str
    credential_id: str
    counter: int
    device_type: str
    backed_up: bool
    transports: str | None
    created_at: datetime | None
    aaguid: str | None


async def list_of_user(db: Executor, user_id: str) -> list[Passkey]:
    """A user's passkeys, the oldest first."""
    return await db.all(
        Passkey,
        _OF_USER,
        user_id=user_id,
    )


async def find(db: Executor, passkey_id: str) -> Passkey | None:
    """The passkey with this row id, or None."""
    if not is_id(db.shape.ids["user"], passkey_id):
        return None
    return await db.one(
        Passkey,
        _FIND,
        passkey_id=passkey_id,
    )


async def find_by_credential(db: Executor, credential_id: str) -> Passkey | None:
    """The passkey that the authenticator calls so, or None; where others have stored it twice, the older one."""
    return await db.one(
        Passkey,
        _BY_CREDENTIAL,
        credential_id=credential_id,
    )


async def hold_credential(db: Executor, credential_id: str) -> None:
    """Until the transaction ends nobody else registers it: the table has no unique index, and others may use it, too."""
    await db.run(
        """SELECT pg_advisory_xact_lock(hashtextextended('passkey ' || %(credential_id)s, 0))""",
        credential_id=credential_id,
    )


async def insert(db: Executor, passkey: Passkey) -> None:
    """Adds a passkey."""
    added = await db.run(
        """
        INSERT INTO "passkey" ("id", "name", "publicKey", "userId", "credentialID", "counter", "deviceType",
            "backedUp", "transports", "createdAt", "aaguid")
        VALUES (%(id)s, %(name)s, %(public_key)s, %(user_id)s, %(credential_id)s, %(counter)s, %(device_type)s,
            %(backed_up)s, %(transports)s, %(created_at)s, %(aaguid)s)
        """,
        **{name: getattr(passkey, name) for name in Passkey.__struct_fields__},
    )
    if not added:
        raise await swallowed(db, "passkey", "INSERT")


async def count_up(db: Executor, passkey_id: str, counter: int) -> bool:
    """Stores how often it was used, and keeps the row until the transaction ends; False where it was used as often."""
    return bool(
        await db.run(
            """
            UPDATE "passkey"
            SET "counter" = %(counter)s::bigint
            WHERE "id" = %(passkey_id)s
              AND ("counter" < %(counter)s::bigint OR ("counter" = 0 AND %(counter)s::bigint = 0))
            """,
            passkey_id=passkey_id,
            counter=counter,
        )
    )


async def rename(db: Executor, passkey_id: str, user_id: str, name: str) -> Passkey | None:
    """The passkey under its new name; None where it is gone."""
    return await db.one(
        Passkey,
        _RENAME,
        passkey_id=passkey_id,
        user_id=user_id,
        name=name,
    )


async def delete(db: Executor, passkey_id: str, user_id: str) -> bool:
    """Takes a user's passkey away; False where it is gone."""
    return bool(
        await db.run(
            """DELETE FROM "passkey" WHERE "id" = %(passkey_id)s AND "userId" = %(user_id)s""",
            passkey_id=passkey_id,
            user_id=user_id,
        )
    )
