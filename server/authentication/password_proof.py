"""From what somebody is called and a password to the user they belong to."""

from __future__ import annotations

from msgspec import Struct

from server.crypto.pseudonyms import Pseudonyms
from server.database import Database, Executor
from server.errors import APIError
from server.model import User, no_id
from server.passwords.passwords import Passwords
from server.store import accounts


class Attempt(Struct, frozen=True):
    """A password that is tried for `user`, who was looked for as `called`: an address, or a name.

    `method` is what sign-ins of that kind are called, `refusal` is raised where they fail.
    """

    method: str
    user: User | None
    called: str
    password: str
    refusal: APIError

    @property
    def account(self) -> str:
        """What is counted, and told to the audit: the user's address, whatever they were looked for by."""
        return self.user.email if self.user else self.called


class Proof(Struct, frozen=True):
    """A user, and the hash that their password was right for."""

    user: User
    account_id: str
    password: str

    async def holds(self, tx: Executor) -> bool:
        """Whether that is still the password, and stays so until the transaction ends.

        Who changes it waits for us and then ends the session we make, or we see that it has changed. S23.
        """
        return await accounts.hold_password(tx, self.account_id, self.password)


class Refusal(Struct, frozen=True):
    """The user whose name or address was tried, where there is one."""

    user_id: str | None


async def prove(
    db: Database, passwords: Passwords, pseudonyms: Pseudonyms, attempt: Attempt
) -> Proof | Refusal:
    """The proof, or a refusal when either is wrong, after the same work. S9; a hash of an older kind is replaced. S8.

    Who has no hash is checked against that of somebody else, always the same for an address or a name: it takes as long
    as the hashes of this database take, whatever their kinds and in whatever proportions.
    """
    user, password = attempt.user, attempt.password
    credential = await accounts.find_credential_or_another(
        db, user.id if user else no_id(db.shape.ids["user"]), *pseudonyms.places(attempt.called)
    )
    stored = credential.password if credential else None
    check = await passwords.check(stored, password)
    if not check.right or user is None or credential is None or stored is None:
        return Refusal(user.id if user else None)
    if credential.user_id != user.id:
        return Refusal(user.id)
    if check.outdated:
        stored = await _rehash(db, passwords, credential.account_id, stored, password)
    return Proof(user, credential.account_id, stored)


async def _rehash(db: Database, passwords: Passwords, account_id: str, old: str, password: str) -> str:
    """The hash that counts from now on: ours, unless somebody was quicker."""
    new = await passwords.hash(password)
    return new if await accounts.replace_password(db, account_id, old, new) else old
