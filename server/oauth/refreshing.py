"""Access tokens that are still good: renewed by one at a time, as many providers take a refresh token once."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from msgspec import Struct

from server import clock
from server.authentication import verifications
from server.crypto.encryption import DecryptionError
from server.database import Database
from server.oauth import store, token_endpoint
from server.oauth.provider import Grant, Provider, Tokens
from server.oauth.store import Linked
from server.oauth.token_endpoint import TokenError
from server.oauth.vault import Vault
from server.outgoing import Outgoing

EARLY = timedelta(seconds=5)
# Longer than a provider may take.
LEASE_SECONDS = 15
LOOK_SECONDS = 0.1
log = logging.getLogger(__name__)


class RefreshError(Exception):
    """The provider gave no new token, or what is stored cannot be read."""


class Refreshed(Struct, frozen=True):
    """The account as it is now, and what the provider gave; nothing new where somebody else has just asked."""

    account: Linked
    tokens: Tokens


class Refreshing:
    """Holds neither a connection nor a lock of the database while a provider thinks."""

    def __init__(self, db: Database, outgoing: Outgoing, vault: Vault) -> None:
        self._db, self._outgoing, self._vault = db, outgoing, vault

    async def valid(self, provider: Provider, account: Linked) -> Refreshed:
        """The account with an access token that lasts for some seconds yet, where it can be had; raises RefreshError."""
        ends = account.access_token_expires_at
        if not (ends and account.refresh_token and provider.token.refreshes and ends - clock.now() < EARLY):
            return Refreshed(account, Tokens())
        return await self.renew(provider, account)

    async def renew(self, provider: Provider, account: Linked) -> Refreshed:
        """Asks the provider, unless somebody else does: what they are given is ours, too. Raises RefreshError."""
        identifier, ends = f"oauth-refresh:{account.id}", clock.after(LEASE_SECONDS)
        while not await self._take(identifier, account.id):
            if clock.now() > ends:
                raise RefreshError(f"{provider.id}: somebody else asks for too long")
            await asyncio.sleep(LOOK_SECONDS)
            if newer := await self._newer(account):
                return newer
        try:
            # Whoever asked may have been done between our look at the account and our turn.
            return await self._newer(account) or await self._ask(provider, account)
        finally:
            await verifications.consume(self._db, identifier)

    async def _newer(self, account: Linked) -> Refreshed | None:
        """What somebody else was given meanwhile."""
        found = await store.read(self._db, account.id)
        if found is None:
            raise RefreshError(f"{account.provider_id}: the account is gone")
        same = (found.access_token, found.refresh_token) == (account.access_token, account.refresh_token)
        return None if same else Refreshed(found, Tokens())

    async def _take(self, identifier: str, row_id: str) -> bool:
        """Whether nobody else asks for this account; of several at once one is the first. S18."""
        async with self._db.transaction() as tx:
            await store.hold(tx, row_id)
            if await verifications.find(tx, identifier) is not None:
                return False
            await verifications.create(tx, identifier, row_id, LEASE_SECONDS)
            return True

    async def _ask(self, provider: Provider, account: Linked) -> Refreshed:
        try:
            token = self._vault.open(account.refresh_token)
            tokens = await token_endpoint.exchange(self._outgoing, provider, Grant(refresh_token=token))
        except (TokenError, DecryptionError) as error:
            log.warning("no new access token of %s: %r", provider.id, error)
            raise RefreshError(provider.id) from error
        await store.update(self._db, account.id, self._vault.kept(tokens), clock.now())
        return Refreshed(await store.read(self._db, account.id) or account, tokens)
