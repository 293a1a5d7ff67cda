"""Somebody whom a provider has named comes in: the user, the account and the session change together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.authentication.sign_in import Outcome
from server.errors import APIError
from server.http.api import ApiHandler
from server.oauth.identities import Identity

if TYPE_CHECKING:
    from server.database import Transaction
    from server.oauth.identities import Owner


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came of it, and whether they are new."""

    outcome: Outcome
    new: bool


async def arrive(
    handler: ApiHandler, who: Identity, asks_to_sign_up: bool, callback_url: str
) -> Arrived | APIError:
    """A session; the APIError of a stage that refuses it, when all else is kept; raises Refused. S17 S43."""
    services = handler.services
    mail_to = callback_url if services.config.verification.on_sign_up else None
    async with services.db.transaction() as tx:
        owner = await services.oauth.identities.settle(tx, who, asks_to_sign_up, mail_to)
        await _record(handler, tx, owner)
        proved = handler.proved(f"social:{who.provider}", owner.user, event=_event(owner))
        try:
            return Arrived(await services.sign_in.open_in(tx, proved), owner.new)
        except APIError as refusal:
            return refusal


async def _record(handler: ApiHandler, tx: Transaction, owner: Owner) -> None:
    if owner.proven:
        await handler.record(tx, "email-verified", user_id=owner.user.id)
    if owner.linked:
        await handler.record(tx, "account-linked", user_id=owner.user.id)


def _event(owner: Owner) -> str:
    return "sign-up" if owner.new else "sign-in"
