"""An account at a provider becomes one more way to sign in of who is signed in."""

from __future__ import annotations

from handlers.social import errors
from server.database import Transaction
from server.errors import APIError
from server.http.api import ApiHandler
from server.oauth import store
from server.oauth.desk import OAuth
from server.oauth.identities import Identity


class NotLinked(Exception):
    """Why not: `code` in a redirect, `refusal` in an answer."""

    def __init__(self, code: str, refusal: APIError) -> None:
        super().__init__(code)
        self.code, self.refusal = code, refusal


async def link_and_record(
    handler: ApiHandler, who: Identity, user_id: str, email: str, redirected: bool = False
) -> None:
    """`link` in a transaction of its own, with the audit."""
    async with handler.services.db.transaction() as tx:
        if await link(tx, handler.services.oauth, who, user_id, email, redirected):
            await handler.record(tx, "account-linked", user_id=user_id)


async def link(
    tx: Transaction, oauth: OAuth, who: Identity, user_id: str, email: str, redirected: bool = False
) -> bool:
    """Adds the account, or brings it up to date; whether it is new. Raises NotLinked. S40 S43.

    What was redirected is asked first whether it may be linked at all; a token, whose the account is.
    """
    await store.hold_key(tx, who.provider, who.account_id)
    account = await store.find(tx, who.provider, who.account_id)
    if redirected:
        _check(oauth, who, email)
    if account is not None and account.user_id != user_id:
        raise NotLinked("account_already_linked_to_different_user", errors.social_account_already_linked())
    if account is not None:
        await oauth.identities.merge(tx, who, account)
        return False
    _check(oauth, who, email)
    await oauth.identities.add(tx, who, user_id)
    return True


def _check(oauth: OAuth, who: Identity, email: str) -> None:
    """The provider's word on the address counts, and it is the same."""
    if who.provider not in oauth.settings.trusted and not who.verified:
        raise NotLinked("unable_to_link_account", errors.linking_not_allowed())
    if who.email != email.lower():
        raise NotLinked("email_does_not_match", errors.linking_different_emails_not_allowed())
