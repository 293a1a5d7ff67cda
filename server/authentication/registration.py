"""A new user, with a password or without: the same for the endpoint and the command line."""

from __future__ import annotations

from collections.abc import Sequence

from server import clock, errors
from server.crypto.ids import new_id
from server.database import Executor, InvalidValue, RowRefused
from server.model import NOTHING_WRITTEN, Column, User
from server.protocol import columns
from server.store import accounts, users


async def new_user(
    db: Executor, name: str, email: str, image: str | None = None, proven: bool = False
) -> User:
    """A user who is not stored yet, with an e-mail address in lower case; `proven` says that it is theirs."""
    now = clock.now()
    return User(await new_id(db, "user"), name, email.lower(), proven, image, now, now)


def accept(declared: Sequence[Column], given: columns.Given) -> columns.Stored:
    """What is stored in declared columns of a new user; raises the 400, or the 422 for what cannot be stored."""
    try:
        return columns.accept(declared, given, creating=True)
    except columns.Unstorable as error:
        raise errors.failed_to_create_user() from error


async def add(
    db: Executor, user: User, password_hash: str | None, written: columns.Stored = NOTHING_WRITTEN
) -> User:
    """The user as stored, with the password account unless there is no hash; raises EmailTaken, or the 422 for what cannot be stored."""
    try:
        stored = await users.insert(db, user, written)
        if password_hash is not None:
            await accounts.insert_credential(db, await new_id(db, "account"), user, password_hash)
        return stored
    except (InvalidValue, RowRefused) as error:
        raise errors.failed_to_create_user() from error


async def check_taken(db: Executor, user: User) -> None:
    """After EmailTaken: raises the 422 for what cannot be stored where nobody has the address."""
    try:
        await users.check_taken(db, user)
    except RowRefused as error:
        raise errors.failed_to_create_user() from error
