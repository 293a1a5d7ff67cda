"""A new user with a password: the same for the endpoint and the command line."""

from __future__ import annotations

from server import clock, errors
from server.crypto.random import random_id
from server.database import Executor, InvalidValue
from server.model import User
from server.store import accounts, users


def new_user(name: str, email: str, image: str | None = None) -> User:
    """A user who is not stored yet, with an e-mail address in lower case that nobody has verified."""
    now = clock.now()
    return User(random_id(), name, email.lower(), False, image, now, now)


async def add(db: Executor, user: User, password_hash: str) -> None:
    """Stores the user and the password account; raises EmailTaken, or the 422 for what cannot be stored."""
    try:
        await users.insert(db, user)
        await accounts.insert_credential(db, random_id(), user, password_hash)
    except InvalidValue as error:
        raise errors.failed_to_create_user() from error
