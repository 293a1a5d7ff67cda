"""A provider out of a discovery document, as better-auth's plugin makes one: id tokens are checked wherever they can be."""

from __future__ import annotations

from typing import Any

from handlers.generic_oauth.settings import Config
from server.model import Json
from server.oauth import id_tokens
from server.oauth.id_tokens import ASYMMETRIC
from server.oauth.key_sets import KeySets
from server.oauth.provider import (
    Authorization,
    IdTokenRules,
    Profile,
    Provider,
    TokenEndpoint,
    Tokens,
    is_true,
)
from server.outgoing import Outgoing, Request
from server.outgoing.messages import bearer
from server.protocol import uri


class Unusable(Exception):
    """A document that does not say where to go; the words say what is missing."""


def make(config: Config, document: Json, keys: KeySets) -> Provider:
    """Raises Unusable. With algorithms for id tokens it is OpenID, and `openid` the first scope."""
    authorize, token = _url(document, "authorization_endpoint"), _url(document, "token_endpoint")
    if authorize is None or token is None:
        raise Unusable("its document names no authorization_endpoint, or no token_endpoint")
    algorithms = document.get("id_token_signing_alg_values_supported")
    is_openid = isinstance(algorithms, list) and bool(algorithms)
    rules = _rules(config, document, algorithms if is_openid else None)
    look = _Look(_url(document, "userinfo_endpoint"), rules, keys)
    page = Authorization(
        authorize, config.scopes, asked_first=True, first="openid" if is_openid else None, login_hint=True
    )
    return Provider(
        config.id,
        config.name,
        config.client,
        page,
        TokenEndpoint(token),
        look.by_tokens,
        _subject(is_openid, rules is not None),
        id_token=rules,
        issuer=document["issuer"] if isinstance(document.get("issuer"), str) else None,
        binds_nonce=rules is not None,
        profile_of_id_token=look.by_id_token,
        end_session=_url(document, "end_session_endpoint") if config.signs_out else None,
    )


def _url(document: Json, name: str) -> str | None:
    found = document.get(name)
    parsed = uri.parse(found) if isinstance(found, str) else None
    return str(found) if parsed is not None and parsed.protocol in ("https:", "http:") else None


def _rules(config: Config, document: Json, algorithms: list[Any] | None) -> IdTokenRules | None:
    issuer, jwks = document.get("issuer"), document.get("jwks_uri")
    if not isinstance(issuer, str) or not issuer or not isinstance(jwks, str) or not jwks:
        return None
    address = uri.parse(jwks, config.discovery_url)
    if address is None:
        raise Unusable("its jwks_uri is no address")
    allowed = ASYMMETRIC if algorithms is None else tuple(each for each in ASYMMETRIC if each in algorithms)
    return IdTokenRules(address.href, (issuer,), config.client.ids, allowed)


def _subject(is_openid: bool, is_checked: bool) -> Any:
    """Of OpenID `sub`, of the id token where that was checked; of anything else `id`."""

    def find(tokens: Tokens, data: Json) -> object:
        if not is_openid:
            return data.get("id")
        if is_checked and tokens.id_token:
            return (id_tokens.decode(tokens.id_token) or {}).get("sub")
        return data.get("sub")

    return find


class _Look:
    """Who somebody is: by the claims, where they have an address, else by the user info endpoint."""

    def __init__(self, userinfo: str | None, rules: IdTokenRules | None, keys: KeySets) -> None:
        self._userinfo, self._rules, self._keys = userinfo, rules, keys

    async def by_tokens(self, outgoing: Outgoing, tokens: Tokens) -> Profile | None:
        """An id token that does not hold lets nobody in, whatever else came with it. S43."""
        claims = None
        if tokens.id_token and self._rules:
            claims = await id_tokens.verify(self._keys, tokens.id_token, self._rules, tokens.nonce)
            if claims is None:
                return None
        return await self._read(outgoing, tokens, claims)

    async def by_id_token(self, outgoing: Outgoing, tokens: Tokens) -> Profile | None:
        """Of one that a browser brought, which has been checked."""
        return await self._read(outgoing, Tokens(id_token=tokens.id_token), id_tokens.decode(tokens.id_token))

    async def _read(self, outgoing: Outgoing, tokens: Tokens, claims: Json | None) -> Profile | None:
        decoded = claims or (id_tokens.decode(tokens.id_token) if tokens.id_token else None)
        if decoded and decoded.get("sub") and decoded.get("email"):
            data: Json | None = _known(decoded)
        else:
            data = await self._fetch(outgoing, tokens)
        if data is None or (claims is not None and str(data.get("sub")) != claims.get("sub")):
            return None
        names = {"email": "email", "emailVerified": "emailVerified", "image": "image", "name": "name"}
        user = {name: data[member] for name, member in names.items() if data.get(member) is not None}
        return Profile(user | {"emailVerified": bool(data.get("emailVerified"))}, data)

    async def _fetch(self, outgoing: Outgoing, tokens: Tokens) -> Json | None:
        if not self._userinfo or not tokens.access_token:
            return None
        reply = await outgoing.ask(Request(self._userinfo, headers=bearer(tokens.access_token)))
        found = reply.read()
        return _told(found) if reply.good and isinstance(found, dict) and found else None


def _known(claims: Json) -> Json:
    """The claims, after what better-auth calls some of them."""
    more = {"id": claims["sub"], "emailVerified": _verified(claims), "image": claims.get("picture")}
    return {name: value for name, value in more.items() if value is not None} | claims


def _told(info: Json) -> Json:
    """The profile, with what better-auth calls some of it instead of members of those names."""
    told = info | {"emailVerified": _verified(info), "image": info.get("picture")}
    return {name: value for name, value in told.items() if name != "image" or value is not None}


def _verified(found: Json) -> bool:
    return is_true(found.get("email_verified"))
