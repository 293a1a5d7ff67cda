"""What better-auth's plugins have written down in `user` of who may come in; the columns are not in every database."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime

from msgspec import Struct

from server import clock
from server.database import Executor
from server.store import provisioning

_NUMBER = re.compile(r"-?[0-9]+([.][0-9]+)?")


class Restriction(Struct, frozen=True):
    """What two-factor, admin and scim say of a user."""

    two_factor: bool
    banned: bool
    deactivated: bool


class _Found(Struct, frozen=True):
    """What the columns say, and whether scim's tables are here: who has not the plugin pays no more than this."""

    two_factor: bool
    banned: bool
    until: str | None
    provisioned: bool


async def find(db: Executor, user_id: str) -> Restriction | None:
    """Of a user; None where there is none. A ban ends at "banExpires", which old versions kept in milliseconds.

    Other databases have numbers or texts for flags and times: what says neither no nor when it ends is a yes for ever.
    """
    found = await db.one(
        _Found,
        """
        SELECT coalesce(lower(whole->>'twoFactorEnabled') NOT IN ('false', 'f', '0', 'no', 'off', ''), false)
               AS two_factor,
               coalesce(lower(whole->>'banned') NOT IN ('false', 'f', '0', 'no', 'off', ''), false) AS banned,
               whole->>'banExpires' AS until,
               to_regclass('"scimUser"') IS NOT NULL AS provisioned
        FROM (SELECT to_jsonb(u) AS whole FROM "user" u WHERE "id" = %(user_id)s) AS found
        """,
        user_id=user_id,
    )
    if found is None:
        return None
    deactivated = found.provisioned and await provisioning.is_deactivated(db, user_id)
    banned = found.banned and not _is_over(found.until or "", clock.now())
    return Restriction(found.two_factor, banned, deactivated)


def _is_over(until: str, now: datetime) -> bool:
    """By milliseconds or by a date; a ban until anything else is for ever."""
    if until == "-infinity":
        return True
    with contextlib.suppress(ValueError, OverflowError):
        if _NUMBER.fullmatch(until):
            return float(until) <= 1000 * now.timestamp()
        end = datetime.fromisoformat(until)
        return datetime.combine(end, end.time(), end.tzinfo or UTC) <= now
    return False


async def count_two_factor(db: Executor) -> int:
    """How many have a second factor; the column has to be there."""
    return int(
        await db.value(
            """
            SELECT count(*) FROM "user"
            WHERE lower("twoFactorEnabled"::text) NOT IN ('false', 'f', '0', 'no', 'off', '')
            """
        )
    )


async def count_banned(db: Executor) -> int:
    """How many have been banned, some of them for a time that may be over; the column has to be there."""
    return int(
        await db.value(
            """
            SELECT count(*) FROM "user"
            WHERE lower("banned"::text) NOT IN ('false', 'f', '0', 'no', 'off', '')
            """
        )
    )


async def has_capitals(db: Executor) -> bool:
    """Whether there is an address that is not in lower case; asked of an index that has no others."""
    found = await db.value(
        """
        SELECT lower("email") AS email
        FROM "user"
        WHERE "email" <> lower("email")
        ORDER BY lower("email")
        LIMIT 1
        """
    )
    return found is not None


async def count_capitals(db: Executor) -> int:
    """How many addresses are not in lower case."""
    return int(await db.value("""SELECT count(*) FROM "user" WHERE "email" <> lower("email")"""))


async def find_twins(db: Executor) -> str | None:
    """The ids of two users whose addresses differ by capitals alone, or None."""
    twins: str | None = await db.value(
        """
        SELECT concat(u."id", ' and ', other."id") AS twins
        FROM "user" u
        JOIN "user" other ON other."id" <> u."id" AND (other."email" = lower(u."email")
             OR lower(other."email") = lower(u."email") AND other."email" <> lower(other."email"))
        WHERE u."email" <> lower(u."email")
        LIMIT 1
        """
    )
    return twins
