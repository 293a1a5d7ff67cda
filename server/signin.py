"""From an e-mail address and a password to the user they belong to."""

from __future__ import annotations

from server.database import Database
from server.passwords import Passwords
from server.store import accounts, users
from server.store.users import User


async def user_with_password(db: Database, passwords: Passwords, email: str, password: str) -> User | None:
    """The user, or None when either is wrong, after the same work. S9; a hash of an older kind is replaced. S8."""
    user = await users.find_by_email(db, email)
    credential = await accounts.find_credential(db, user.id if user else "")
    stored = credential.password if credential else None
    check = await passwords.check(stored, password)
    if not check.right or credential is None or stored is None:
        return None
    if check.outdated:
        await accounts.replace_password(db, credential.account_id, stored, await passwords.hash(password))
    return user
