"""What better-auth's scim plugin has written down of the people whom a directory manages; few databases have its tables."""

from __future__ import annotations

from msgspec import Struct

from server.database import Executor


class _Connection(Struct, frozen=True):
    id: str
    active: bool


async def is_deactivated(db: Executor, user_id: str) -> bool:
    """Whether directories manage the user, and none of those in use says that they are active; the table has to be there.

    A directory that deletes somebody, or that is given up, leaves them without one. better-auth ends their sessions
    then, and leaves it to the application to keep them out.
    """
    managing = await list_managing(db, user_id)
    if not managing:
        return await _has(db, "scimSubject") and await was_managed(db, user_id)
    active = {connection for connection, is_active in managing.items() if is_active}
    if active and await _has(db, "scimConnectionBinding"):
        active -= await list_retired(db, user_id)
    return not active


async def _has(db: Executor, table: str) -> bool:
    return bool(await db.value("""SELECT to_regclass(quote_ident(%(table)s)) IS NOT NULL""", table=table))


async def list_managing(db: Executor, user_id: str) -> dict[str, bool]:
    """The connections of the directories that have the user now, and whether as an active one."""
    found = await db.all(
        _Connection,
        """
        SELECT "connectionId" AS id, bool_or("active") AS active
        FROM "scimUser"
        WHERE "userId" = %(user_id)s
        GROUP BY "connectionId"
        """,
        user_id=user_id,
    )
    return {each.id: each.active for each in found}


async def list_retired(db: Executor, user_id: str) -> set[str]:
    """The connections of a user's directories that are about to be given up, or are."""
    found = await db.all(
        _Connection,
        """
        SELECT b."connectionId" AS id, s."active" AS active
        FROM "scimConnectionBinding" b
        JOIN "scimUser" s ON s."connectionId" = b."connectionId"
        WHERE s."userId" = %(user_id)s AND b."decommissionStatus" <> 'active'
        """,
        user_id=user_id,
    )
    return {each.id for each in found}


async def was_managed(db: Executor, user_id: str) -> bool:
    """Whether a directory has ever managed the user: this row stays when it deletes them."""
    return bool(
        await db.value(
            """SELECT EXISTS (SELECT FROM "scimSubject" WHERE "userId" = %(user_id)s) AS managed""",
            user_id=user_id,
        )
    )


async def count_deactivated(db: Executor) -> int:
    """How many users that is; 0 where one of the plugin's tables is missing."""
    if not (await _has(db, "scimSubject") and await _has(db, "scimConnectionBinding")):
        return 0
    return int(
        await db.value(
            """
            SELECT count(*)
            FROM "scimSubject" s
            WHERE NOT EXISTS (
                SELECT FROM "scimUser" u
                LEFT JOIN "scimConnectionBinding" b ON b."connectionId" = u."connectionId"
                WHERE u."userId" = s."userId" AND u."active"
                      AND coalesce(b."decommissionStatus", 'active') = 'active'
            )
            """
        )
    )
