"""Somebody whom a provider has named comes in: the user, the account and the session change together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from server.authentication.sign_in import Authentication, Outcome, SignIn
from server.database import Executor, Transaction
from server.errors import APIError
from server.model import User
from server.oauth import authorization
from server.oauth.identities import Identity, Owner
from server.sessions.cookies import RequestCookies


class _Services(authorization.Services, Protocol):
    @property
    def sign_in(self) -> SignIn:
        """The one way to a session."""


class Door(Protocol):
    """What a handler has to have that somebody comes in by."""

    @property
    def services(self) -> _Services:
        """Everything that runs."""

    def proved(self, method: str, user: User, *, event: str) -> Authentication:
        """The caller as somebody who has proved to be `user`."""

    async def record(self, tx: Executor, name: str, **facts: object) -> None:
        """Writes down what happened, with the change."""


class Arrived(Struct, frozen=True):
    """What came of it, and whether they are new."""

    outcome: Outcome
    new: bool


class Landed(Struct, frozen=True):
    """A browser that is back: where it is sent on to, and what `state` it came by.

    `session` is what the answer makes of the session's cookie, None where nothing; `cookies` are those of the request.
    """

    url: str
    state: str | None
    session: str | None
    cookies: RequestCookies


class Page(Struct, frozen=True):
    """What a browser is shown in place of being sent on, and its Content-Security-Policy; it is sent on where there is no
    `html`. The cookies go with either.
    """

    html: str = ""
    policy: str = ""
    cookies: tuple[str, ...] = ()


# What a feature has to say to that; None where it is none of its business.
Landing = Callable[[Landed], Page | None]


async def arrive(door: Door, who: Identity, asks_to_sign_up: bool, callback_url: str) -> Arrived | APIError:
    """A session; the APIError of a stage that refuses it, when all else is kept; raises Refused. S17 S43."""
    services = door.services
    mail_to = callback_url if services.config.verification.on_sign_up else None
    async with services.db.transaction() as tx:
        owner = await services.oauth.identities.settle(tx, who, asks_to_sign_up, mail_to)
        await _record(door, tx, owner)
        proved = door.proved(method_at(who.provider), owner.user, event=_event(owner))
        try:
            return Arrived(await services.sign_in.open_in(tx, proved), owner.new)
        except APIError as refusal:
            return refusal


def method_at(provider_id: str) -> str:
    """What a sign-in at a provider is called, which no other way can be called."""
    return f"social:{provider_id}"


async def _record(door: Door, tx: Transaction, owner: Owner) -> None:
    if owner.proven:
        await door.record(tx, "email-verified", user_id=owner.user.id)
    if owner.linked:
        await door.record(tx, "account-linked", user_id=owner.user.id)


def _event(owner: Owner) -> str:
    return "sign-up" if owner.new else "sign-in"
