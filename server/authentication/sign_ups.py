"""Several sign-ups of one address that nobody has proven: who follows the link of one gets what that one asked for.

The first makes the account. What a later one asks for is kept beside it, and the link of its mail names it: the proof
makes it the account's, and everything that others made before is void. So nobody can take an account in advance.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from server import clock
from server.authentication import verifications
from server.crypto.ids import new_id
from server.database import Executor, Transaction
from server.model import AddressOwner, FurtherSignUp, User
from server.sessions.lifecycle import Sessions
from server.store import accounts, columns, users
from server.store import sign_ups as store

# What a link names that proves the address and no sign-up: it is not known which of several is meant.
NONE = "none"
# Mails to one address for further sign-ups, in a day.
MOST_MAILS = 5


class SignUpGone(Exception):
    """The sign-up that the link names is void."""


async def add(
    db: Executor, user: User, password_hash: str, written: Mapping[str, str | None], ip_address: str
) -> AddressOwner | None:
    """Keeps a further sign-up under `user`'s id; who has the account, or None where it is gone."""
    return await store.insert(db, user, password_hash, written, ip_address)


async def choose(db: Executor, user_id: str, ip_address: str) -> str | None:
    """Which sign-up a mail is for that somebody asks for without a session; None for the only one.

    Of several it is the newest from where the mail is asked for. From elsewhere it is none: whoever follows that link
    has proven the address, and chooses a password then.
    """
    found = await store.list_open(db, user_id)
    here = (sign_up for sign_up, place in found if ip_address and place == ip_address)
    return next(here, NONE) if found else None


async def settle(tx: Transaction, sessions: Sessions, user: User, sign_up: str | None) -> User:
    """The user after the proof by a link that names `sign_up`; raises SignUpGone. All other sign-ups are void.

    The user's row has to be locked by the transaction: of several links one is the first.
    """
    found = {each.id: each for each in await store.take(tx, user.id)}
    if sign_up is None:
        return user
    if sign_up != NONE and sign_up not in found:
        raise SignUpGone
    await _void(tx, sessions, user)
    return user if sign_up == NONE else await _replace(tx, user, found[sign_up])


async def _void(tx: Transaction, sessions: Sessions, user: User) -> None:
    await accounts.delete_all(tx, user.id)
    await accounts.delete_passkeys(tx, user.id)
    await sessions.revoke_all(tx, user.id)
    await verifications.void(tx, "", user.id)


async def _replace(tx: Transaction, user: User, sign_up: FurtherSignUp) -> User:
    now = clock.now()
    changed = replace(user, name=sign_up.name, image=sign_up.image, updated_at=now)
    await accounts.insert_credential(tx, await new_id(tx, "account"), user, sign_up.password, now)
    written = await columns.without_taken(tx, user.id, json.loads(sign_up.columns))
    return await users.update_profile(tx, changed, ("name", "image"), written) or changed


async def forget(tx: Transaction, user_id: str) -> None:
    """Voids all: who can read the mails has chosen a password, or the address is another one."""
    await store.take(tx, user_id)
