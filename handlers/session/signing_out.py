"""The page of a provider that signs somebody out there, too (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

from msgspec import Struct

from server.database import Database
from server.oauth import store
from server.oauth.provider import Provider
from server.oauth.registry import Providers
from server.oauth.store import Proof
from server.protocol import uri


class Leave(Struct, frozen=True):
    """Who leaves, where they want to come back to, and what they bring along then."""

    user_id: str
    come_back_to: str | None = None
    state: str | None = None


async def url(db: Database, providers: Providers, leave: Leave) -> str | None:
    """Of the provider that they came by last, among those that have such a page; None where there is none."""
    if not providers.names:
        return None
    asked: set[str] = set()
    for proof in await store.proofs(db, leave.user_id):
        if proof.provider_id in asked or proof.provider_id not in providers.names:
            continue
        asked.add(proof.provider_id)
        provider = await providers.find(proof.provider_id)
        if provider is not None and provider.end_session:
            return _written(provider, provider.end_session, proof, leave)
    return None


def _written(provider: Provider, page: str, proof: Proof, leave: Leave) -> str:
    client = provider.client.ids[0]
    said: dict[str, str | None] = {"id_token_hint": proof.id_token}
    if leave.come_back_to:
        said |= {"post_logout_redirect_uri": leave.come_back_to, "client_id": client, "state": leave.state}
    elif not proof.id_token:
        said["client_id"] = client
    for name, value in said.items():
        if value:
            page = uri.with_parameter(page, page, name, value)
    return page
