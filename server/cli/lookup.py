"""Whom a command is about: a user by e-mail address or id."""

from __future__ import annotations

from server.cli import setup
from server.database import Executor
from server.model import User
from server.services import Services
from server.store import users


async def get_user(db: Executor, who: str) -> User:
    """The user; raises Refused when there is none."""
    found = await (_find_by_email(db, who) if "@" in who else users.find(db, who))
    if found is None:
        raise setup.Refused(f"no user has the e-mail address or id {who!r}")
    return found


async def _find_by_email(db: Executor, address: str) -> User | None:
    """As it was typed first: two users may have addresses that differ by capitals alone."""
    return await users.find_by_email(db, address) or await users.find_by_email(db, address.lower())


def user(who: str) -> User:
    """The same for a command that has to ask something before it goes on."""

    async def work(services: Services) -> User:
        return await get_user(services.db, who)

    return setup.run(work)
