"""Rules of better-auth's plugins on who may come in, kept as long as no feature of ours has taken them over."""

from __future__ import annotations

import logging

from server.database import Database, Executor
from server.errors import APIError
from server.store import provisioning
from server.store import restrictions as store

log = logging.getLogger(__name__)

TWO_FACTOR, BANNED, PROVISIONED = "twoFactorEnabled", "banned", "scimUser"
# Who has just signed up has no rule to meet; who changes a password came in before, past a second factor if any. A
# passkey is asked for no second one by better-auth either: it is held by who can unlock it.
_NEW, _PAST = "sign-up", ("password-change", "passkey")


def banned_user() -> APIError:
    """403, in the words of better-auth's admin plugin."""
    return APIError(
        403,
        "BANNED_USER",
        "You have been banned from this application. Please contact support if you believe this is an error.",
    )


def two_factor_not_supported() -> APIError:
    """403 for who has a second factor, which cannot be asked for here: a password alone is not enough. S17."""
    return APIError(
        403,
        "TWO_FACTOR_NOT_SUPPORTED",
        "This account has a second factor, which cannot be checked here. Please contact support.",
    )


def deactivated_user() -> APIError:
    """403 for whom the directory that manages them has deactivated or deleted. S17."""
    return APIError(
        403,
        "USER_DEACTIVATED",
        "Your organization has deactivated this account. Please contact its administrator.",
    )


async def find_refusal(db: Executor, user_id: str, method: str) -> APIError | None:
    """Why a user who has proved who they are by `method` gets no session; None where nothing speaks against it."""
    taken = {column.name for column in db.columns.user}
    if method == _NEW:
        return None
    # Asked each time: a better-auth server on this database may have got a plugin since the start.
    found = await store.find(db, user_id)
    if found and found.banned and BANNED not in taken:
        return banned_user()
    if found and found.deactivated:
        return deactivated_user()
    if found and found.two_factor and TWO_FACTOR not in taken and method not in _PAST:
        return two_factor_not_supported()
    return None


async def tell(db: Database) -> None:
    """Says once in the log who cannot come in as they used to."""
    if TWO_FACTOR in db.shape.rules and (count := await store.count_two_factor(db)):
        log.warning(
            "%d users have a second factor (user.twoFactorEnabled), which cannot be checked here: they are refused",
            count,
        )
    if BANNED in db.shape.rules and (count := await store.count_banned(db)):
        log.info("%d users are banned (user.banned): they are refused, and their sessions too", count)
    if PROVISIONED in db.shape.rules and (count := await provisioning.count_deactivated(db)):
        log.info(
            "%d users are deactivated by their directory (scimUser): they are refused, and their sessions too",
            count,
        )
    if await store.has_capitals(db):
        count = await store.count_capitals(db)
        log.info(
            "%d users have an address with capitals (user.email): they are found by it in any case", count
        )
        twins = await store.find_twins(db)
        if twins:
            log.warning(
                "addresses differ by capitals alone, of the users %s for one: who is in lower case is found",
                twins,
            )
