"""OAuth, all of it: from a code or a token to somebody whom a provider has named."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from server.authentication.email_links import EmailLinks
from server.crypto.keyring import Keyring
from server.database import Database
from server.model import Json
from server.oauth import id_tokens, token_endpoint
from server.oauth.identities import Identities, Identity, Refused, subject
from server.oauth.key_sets import KeySets
from server.oauth.provider import Grant, Profile, Provider, Tokens
from server.oauth.refreshing import Refreshing
from server.oauth.registry import Providers, Source
from server.oauth.settings import OAuthSettings
from server.oauth.token_endpoint import TokenError
from server.oauth.vault import Vault
from server.outgoing import Outgoing, OutgoingError
from server.sessions.lifecycle import Sessions

log = logging.getLogger(__name__)
NO_USER = "unable to get user info"


class OAuth:
    """What features that sign in at a provider stand on."""

    def __init__(
        self,
        settings: OAuthSettings,
        sources: Sequence[Source],
        db: Database,
        sessions: Sessions,
        links: EmailLinks,
        outgoing: Outgoing,
        keyring: Keyring,
    ) -> None:
        self.settings, self.providers = settings, Providers(sources)
        self.vault, self.keys = Vault(keyring, settings.encrypts), KeySets(outgoing)
        self.identities = Identities(settings, self.vault, sessions, links)
        self.refreshing, self._outgoing = Refreshing(db, outgoing, self.vault), outgoing

    async def redeem(
        self, provider: Provider, grant: Grant, iss: str | None, nonce: str | None, user: Json | None
    ) -> Identity:
        """Who a callback's code stands for; raises Refused. `nonce` is the one that was sent, `user` Apple's form. S43."""
        if iss and provider.issuer and iss != provider.issuer:
            raise Refused("issuer_mismatch")
        if provider.binds_nonce and not nonce:
            raise Refused("nonce_binding_missing")
        tokens = await self._exchange(provider, grant)
        profile = await self.look(provider, replace(tokens, nonce=nonce, user=user or {}))
        return self._name(provider, tokens, profile, ",".join(tokens.scopes or ()))

    async def _exchange(self, provider: Provider, grant: Grant) -> Tokens:
        try:
            return await token_endpoint.exchange(self._outgoing, provider, grant)
        except TokenError as error:
            log.warning("%s gave no tokens for a code: %s", provider.id, error.words)
            raise Refused("invalid_code") from error

    async def look(self, provider: Provider, tokens: Tokens) -> Profile | None:
        """Who somebody is there; None where the provider does not say, or not in time."""
        try:
            return await provider.profile(self._outgoing, tokens)
        except OutgoingError as error:
            log.warning("%s did not say who somebody is: %s", provider.id, error)
            return None

    async def is_genuine(self, provider: Provider, token: str, nonce: str | None) -> bool:
        """Whether a token that a browser brought is the provider's, and for us. S43."""
        if provider.check:
            return await provider.check(self._outgoing, token, nonce)
        rules = provider.id_token
        if rules is None:
            return False
        if token.count(".") != 2:
            return rules.opaque
        return await id_tokens.verify(self.keys, token, rules, nonce) is not None

    async def identify(self, provider: Provider, tokens: Tokens) -> Identity | None:
        """Who a genuine id token stands for; None where that cannot be told."""
        look = provider.profile_of_id_token or provider.profile
        try:
            profile = await look(self._outgoing, tokens)
            return self._name(provider, tokens, profile, None)
        except (OutgoingError, Refused):
            return None

    def _name(
        self, provider: Provider, tokens: Tokens, profile: Profile | None, scope: str | None
    ) -> Identity:
        if profile is None:
            raise Refused(NO_USER)
        account_id = subject(provider, tokens, profile.data)
        if account_id is None:
            raise Refused(NO_USER)
        return Identity(provider.id, account_id, profile.user, tokens, scope)
