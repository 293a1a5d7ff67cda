"""What a name may be, and what sign-up and update-user make of one."""

from __future__ import annotations

import re

from handlers.username import errors
from server.authentication.profiles import Reviser, Wish
from server.database import Executor
from server.model import User
from server.protocol.bodies import truthy
from server.services import Services
from server.store import columns

SHORTEST, LONGEST = 3, 30
_NAME = re.compile(r"[a-zA-Z0-9_.]+")


def check(name: str, status: int) -> None:
    """Raises what is wrong with a name."""
    length = len(name.encode("utf-16-le", "surrogatepass")) // 2  # as JavaScript counts
    if length < SHORTEST:
        raise errors.username_too_short(status)
    if length > LONGEST:
        raise errors.username_too_long(status)
    if not _NAME.fullmatch(name):
        raise errors.invalid_username(status)


def is_fit(name: str) -> bool:
    """Whether it may be a name."""
    return SHORTEST <= len(name) <= LONGEST and bool(_NAME.fullmatch(name))


async def find_user(db: Executor, name: str) -> User | None:
    """Who has a name that may be one, whatever its capitals."""
    return await columns.find_user(db, "username", name.lower())


def reviser(services: Services) -> Reviser:
    """Checks a new name and stores it in small letters; the one to show is as it was typed, unless another is given."""

    async def revise(wish: Wish) -> dict[str, object]:
        given = dict(wish.members)
        shown = given.get("displayUsername")
        if wish.creating and "username" not in given and isinstance(shown, str) and is_fit(shown):
            given["username"] = shown
        name = given.get("username")
        if isinstance(name, str):
            check(name, 400)
            await _refuse_taken(services.db, wish, name)
        if wish.creating and truthy(name) and not truthy(shown):
            given["displayUsername"] = name
        return given | {"username": name.lower()} if isinstance(name, str) else given

    return revise


async def _refuse_taken(db: Executor, wish: Wish, name: str) -> None:
    owner = await find_user(db, name)
    if owner and (wish.creating or owner.id != await wish.find_user_id()):
        raise errors.username_is_already_taken()
