"""The `user` table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from msgspec import Struct

from server.database import Executor, UniqueViolation
from server.model import NOTHING_WRITTEN, User, is_id
from server.store import columns, extended
from server.store.rows import swallowed


class UserSummary(Struct, frozen=True):
    """A person with the number of sessions that have not ended, for lists."""

    id: str
    name: str
    email: str
    email_verified: bool
    created_at: datetime
    sessions: int


class EmailTaken(Exception):
    """Another user has this e-mail address."""


async def insert(db: Executor, user: User, written: Mapping[str, str | None] = NOTHING_WRITTEN) -> User:
    """Adds a user and what declared columns hold; as stored. Raises EmailTaken, after which a transaction can go on.

    Something else may have kept the row out, which `check_taken` tells: a taken address must not take longer than that.
    """
    declared = bool(db.columns.user)
    added = await (columns.insert_user(db, user, written) if declared else _insert(db, user))
    if not added:
        raise EmailTaken(user.email)
    return added


async def check_taken(db: Executor, user: User) -> None:
    """After EmailTaken: raises RowRefused where nobody has the address."""
    if not await find_by_email(db, user.email):
        raise await swallowed(db, "user", "INSERT")


async def _insert(db: Executor, user: User) -> User | None:
    added = await db.run(
        """
        INSERT INTO "user" ("id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt")
        SELECT %(id)s, %(name)s, %(email)s, %(email_verified)s, %(image)s, %(created_at)s, %(updated_at)s
        WHERE NOT EXISTS (
            SELECT 1
            FROM "user"
            WHERE lower("email") = %(email)s AND "email" <> lower("email")
              AND octet_length("email") = octet_length(%(email)s)
        )
        ON CONFLICT DO NOTHING
        """,
        id=user.id,
        name=user.name,
        email=user.email,
        email_verified=user.email_verified,
        image=user.image,
        created_at=user.created_at,
        updated_at=user.updated_at,
    )
    return user if added else None


async def get_as_stored(db: Executor, user: User, written: Mapping[str, str | None]) -> User:
    """The user as `insert` gives it, for an answer that must not tell that it was not called."""
    return await columns.get_as_stored(db, user, written) if db.columns.user else user


async def find_by_email(db: Executor, email: str) -> User | None:
    """The user with this e-mail address (lower case), else one who has it with capitals, as others wrote it; or None.

    Capitals of ASCII: there are other signs that become one of its letters in lower case, as that of Kelvin a "k".
    """
    if db.columns.user:
        return await extended.find_user_by_email(db, email)
    return await db.one(
        User,
        """
        SELECT "id"::text AS id, "name" AS name, "email" AS email, "emailVerified" AS email_verified,
               "image" AS image, "createdAt" AS created_at, "updatedAt" AS updated_at
        FROM "user"
        WHERE "email" = %(email)s
        UNION ALL
        SELECT "id"::text AS id, "name" AS name, "email" AS email, "emailVerified" AS email_verified,
               "image" AS image, "createdAt" AS created_at, "updatedAt" AS updated_at
        FROM "user"
        WHERE lower("email") = %(email)s AND "email" <> lower("email")
          AND octet_length("email") = octet_length(%(email)s)
        LIMIT 1
        """,
        email=email,
    )


async def find(db: Executor, user_id: str) -> User | None:
    """The user with this id, or None."""
    if not is_id(db.shape.ids["user"], user_id):
        return None
    if db.columns.user:
        return await extended.find_user(db, user_id)
    return await db.one(
        User,
        """
        SELECT "id"::text AS id, "name" AS name, "email" AS email, "emailVerified" AS email_verified,
               "image" AS image, "createdAt" AS created_at, "updatedAt" AS updated_at
        FROM "user"
        WHERE "id" = %(user_id)s
        """,
        user_id=user_id,
    )


async def list_summaries(db: Executor, search: str, limit: int, now: datetime) -> list[UserSummary]:
    """The newest `limit` users whose name or e-mail address contains `search`."""
    return await db.all(
        UserSummary,
        """
        SELECT u."id"::text AS id, u."name" AS name, u."email" AS email, u."emailVerified" AS email_verified,
               u."createdAt" AS created_at, (
                   SELECT count(*)
                   FROM "session" s
                   WHERE s."userId" = u."id" AND s."expiresAt" > %(now)s
               ) AS sessions
        FROM "user" u
        WHERE %(search)s = '' OR strpos(lower(u."name"), lower(%(search)s)) > 0
              OR strpos(lower(u."email"), lower(%(search)s)) > 0
        ORDER BY u."createdAt" DESC, u."id"
        LIMIT %(limit)s
        """,
        search=search,
        limit=limit,
        now=now,
    )


async def count(db: Executor, search: str) -> int:
    """The number of users whose name or e-mail address contains `search`."""
    return int(
        await db.value(
            """
            SELECT count(*)
            FROM "user"
            WHERE %(search)s = '' OR strpos(lower("name"), lower(%(search)s)) > 0
                  OR strpos(lower("email"), lower(%(search)s)) > 0
            """,
            search=search,
        )
    )


async def update_profile(
    db: Executor,
    user: User,
    members: Collection[str],
    written: Mapping[str, str | None] = NOTHING_WRITTEN,
) -> User | None:
    """Stores those of `name` and `image` that `members` has, and declared columns; as it is then, None when gone."""
    if db.columns.user:
        stored: User | None = await columns.update_profile(db, user, members, written)
    else:
        stored = await _update_profile(db, user, members)
    if not stored and await db.value("""SELECT true FROM "user" WHERE "id" = %(id)s""", id=user.id):
        raise await swallowed(db, "user", "UPDATE")
    return stored


async def _update_profile(db: Executor, user: User, members: Collection[str]) -> User | None:
    return await db.one(
        User,
        """
        UPDATE "user"
        SET "name" = CASE WHEN %(with_name)s THEN %(name)s ELSE "name" END,
            "image" = CASE WHEN %(with_image)s THEN %(image)s ELSE "image" END,
            "updatedAt" = %(updated_at)s
        WHERE "id" = %(id)s
        RETURNING "id"::text AS id, "name" AS name, "email" AS email, "emailVerified" AS email_verified,
                  "image" AS image, "createdAt" AS created_at, "updatedAt" AS updated_at
        """,
        id=user.id,
        with_name="name" in members,
        name=user.name,
        with_image="image" in members,
        image=user.image,
        updated_at=user.updated_at,
    )


async def update_email(db: Executor, user: User, old_email: str) -> bool:
    """Stores the address and whether it is proven; raises EmailTaken; False when `old_email` is not theirs any more."""
    try:
        changed = await db.run(
            """
            UPDATE "user"
            SET "email" = %(email)s, "emailVerified" = %(email_verified)s, "updatedAt" = %(updated_at)s
            WHERE "id" = %(id)s AND "email" = %(old_email)s AND NOT EXISTS (
                SELECT 1
                FROM "user" other
                WHERE lower(other."email") = %(email)s AND other."email" <> lower(other."email")
                      AND octet_length(other."email") = octet_length(%(email)s)
                      AND other."id" <> %(id)s
            )
            """,
            id=user.id,
            old_email=old_email,
            email=user.email,
            email_verified=user.email_verified,
            updated_at=user.updated_at,
        )
    except UniqueViolation as error:
        raise EmailTaken(user.email) from error
    if not changed and await _could_have(db, user, old_email):
        raise await swallowed(db, "user", "UPDATE")
    return bool(changed)


async def _could_have(db: Executor, user: User, old_email: str) -> bool:
    """Whether the user has the old address, and nobody the new one."""
    return bool(
        await db.value(
            """
            SELECT true
            FROM "user" mine
            WHERE mine."id" = %(id)s AND mine."email" = %(old_email)s AND NOT EXISTS (
                SELECT 1
                FROM "user" other
                WHERE lower(other."email") = %(email)s AND octet_length(other."email") = octet_length(%(email)s)
                      AND other."id" <> %(id)s
            )
            """,
            id=user.id,
            old_email=old_email,
            email=user.email,
        )
    )


async def verify_email(db: Executor, user: User, now: datetime) -> bool:
    """Says that the address is proven; False when it is already, or is not the user's any more. S18."""
    changed = await db.run(
        """
        UPDATE "user"
        SET "emailVerified" = true, "updatedAt" = %(now)s
        WHERE "id" = %(id)s AND "email" = %(email)s AND NOT "emailVerified"
        """,
        id=user.id,
        email=user.email,
        now=now,
    )
    if not changed and await db.value(
        """SELECT true FROM "user" WHERE "id" = %(id)s AND "email" = %(email)s AND NOT "emailVerified" """,
        id=user.id,
        email=user.email,
    ):
        raise await swallowed(db, "user", "UPDATE")
    return bool(changed)


async def lock(db: Executor, user_id: str) -> None:
    """Makes other changes of this user's wait until the transaction ends."""
    await db.run("""SELECT 1 FROM "user" WHERE "id" = %(user_id)s FOR UPDATE""", user_id=user_id)


async def hold(db: Executor, user_id: str) -> None:
    """Makes other changes of this user's wait until the transaction ends, but no sign-in."""
    await db.run("""SELECT 1 FROM "user" WHERE "id" = %(user_id)s FOR NO KEY UPDATE""", user_id=user_id)


async def delete(db: Executor, user_id: str) -> bool:
    """Deletes the user, their sessions and accounts, and by cascade all else; False when there was none.

    Not every database has better-auth's cascade on those two. In a transaction: raises RowRefused where a row stays.
    """
    deleted = await db.run(
        """
        WITH sessions AS (
            DELETE FROM "session"
            WHERE "userId" = %(user_id)s
        ), accounts AS (
            DELETE FROM "account"
            WHERE "userId" = %(user_id)s
        )
        DELETE FROM "user"
        WHERE "id" = %(user_id)s
        """,
        user_id=user_id,
    )
    left = await db.value(
        """
        SELECT CASE WHEN EXISTS (SELECT 1 FROM "user" WHERE "id" = %(user_id)s) THEN 'user'
                    WHEN EXISTS (SELECT 1 FROM "session" WHERE "userId" = %(user_id)s) THEN 'session'
                    WHEN EXISTS (SELECT 1 FROM "account" WHERE "userId" = %(user_id)s) THEN 'account' END
        """,
        user_id=user_id,
    )
    if left:
        raise await swallowed(db, left, "DELETE")
    return bool(deleted)
