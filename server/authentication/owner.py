"""Whose an address is that was proven just now: who has it, or somebody new."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from msgspec import Struct

from server import clock, errors
from server.authentication import registration, sign_ups
from server.database import Transaction
from server.model import NOTHING, User
from server.protocol import columns
from server.sessions.lifecycle import Sessions
from server.store import users
from server.store.users import EmailTaken


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What is known of somebody who may be new; `given` are members of which some are declared columns."""

    email: str
    name: str = ""
    image: str | None = None
    given: columns.Given = field(default_factory=lambda: NOTHING, hash=False)


class Owner(Struct, frozen=True):
    """The user; whether the proof made them, and whether it was the first of their address."""

    user: User
    new: bool = False
    proven: bool = False


async def find(tx: Transaction, sessions: Sessions, who: Newcomer, signs_up: bool) -> Owner | None:
    """None for somebody new where nobody may sign up; raises what `registration` has against them."""
    user = await hold(tx, who.email.lower())
    if user is not None:
        return await prove(tx, sessions, user)
    return await _add(tx, sessions, who) if signs_up else None


async def _add(tx: Transaction, sessions: Sessions, who: Newcomer) -> Owner:
    written = registration.accept(tx.columns.user, who.given)
    user = await registration.new_user(tx, who.name, who.email, who.image, proven=True)
    try:
        return Owner(await registration.add(tx, user, None, written), new=True)
    except EmailTaken:
        return await _find_quicker(tx, sessions, user)


async def hold(tx: Transaction, address: str) -> User | None:
    """Who has the address, and keeps it until the transaction ends."""
    found = await users.find_by_email(tx, address)
    while found is not None:
        await users.hold(tx, found.id)
        held = await users.find_by_email(tx, address)
        if held is None or held.id == found.id:
            return held
        found = held
    return None


async def _find_quicker(tx: Transaction, sessions: Sessions, user: User) -> Owner:
    """Somebody signed up with the address meanwhile."""
    found = await hold(tx, user.email)
    if found is not None:
        return await prove(tx, sessions, found)
    await registration.check_taken(tx, user)
    raise errors.failed_to_create_user()


async def prove(tx: Transaction, sessions: Sessions, user: User) -> Owner:
    """Whoever opened an account with an address that was not theirs has nothing of it once its owner comes.

    No password, provider or session from before the proof is left. S17
    """
    if user.email_verified:
        return Owner(user)
    now = clock.now()
    await users.verify_email(tx, user, now)
    await sessions.user_changed(tx, user.id)
    settled = await sign_ups.settle(tx, sessions, user, sign_ups.NONE)
    return Owner(replace(settled, email_verified=True, updated_at=now), proven=True)
