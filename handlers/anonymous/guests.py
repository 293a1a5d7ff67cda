"""Who is a guest, how one is made, and what becomes of them when they sign in as somebody."""

from __future__ import annotations

import functools

from server import clock
from server.authentication import registration
from server.authentication.sign_in import Authentication, SignedInObserver
from server.crypto.random import random_id
from server.database import Executor, InvalidValue, Transaction
from server.model import Column, Session, User
from server.services import Services

COLUMN = Column("user", "isAnonymous", "boolean", default=False, input=False)
_NAME = "Anonymous"
_ADDRESS = "@anonymous.placeholder.invalid"


def is_guest(user: User) -> bool:
    """Whether it is nobody in particular."""
    return user.more.get(COLUMN.name) is True


async def create(tx: Transaction) -> User:
    """A guest as better-auth makes them: with an address that no mail can reach."""
    user = await registration.new_user(tx, _NAME, random_id() + _ADDRESS)
    written = {**registration.accept(tx.columns.user, {}), COLUMN.name: "true"}
    return await registration.add(tx, user, None, written)


def observer(services: Services) -> SignedInObserver:
    """The guest whose browser it was is deleted once somebody has come in there, and no other change waits for that."""

    async def observe(tx: Transaction, proved: Authentication, session: Session) -> None:
        if is_guest(proved.user):
            return
        for token in services.cookies.tokens(proved.cookies):
            guest = await _find(services, tx, token)
            if guest is not None and guest.id != proved.user.id:
                tx.afterwards(functools.partial(_link, services, guest, proved))
                return

    return observe


async def _find(services: Services, tx: Transaction, token: str) -> User | None:
    """The guest of a session that has not ended."""
    try:
        who = await services.sessions.store.find(tx, token)
    except InvalidValue:  # it was refused before it got to the database
        return None
    over = who is None or services.sessions.terms.over(who.session, clock.now())
    return None if who is None or over or not is_guest(who.user) else who.user


async def _link(services: Services, guest: User, proved: Authentication) -> None:
    """They are somebody now: what they have to be kept is what the application has moved by then."""

    async def told(tx: Executor) -> None:
        client, facts = proved.client, {"request_id": proved.request_id, "user_id": proved.user.id}
        await services.audit.record(
            tx, "guest-linked", client.user_agent, ip_address=client.ip_address, **facts
        )

    await services.accounts.delete(guest, told)
