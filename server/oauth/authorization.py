"""The address that a browser is sent to (RFC 6749, 4.1.1; RFC 7636), its parameters in better-auth's order."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from urllib.parse import unquote_plus

from server.oauth.provider import Provider, Wish
from server.protocol import uri

RESERVED = (
    "state",
    "client_id",
    "redirect_uri",
    "response_type",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "scope",
)


def challenge(verifier: str) -> str:
    """S256 of RFC 7636. S43."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def url(provider: Provider, wish: Wish) -> str:
    """The whole address; parameters of the request never stand in for those of the protocol."""
    if provider.address:
        return provider.address(wish)
    rules, found = provider.authorization, _named(provider, wish)
    more = wish.more if rules.takes_more else {}
    added = {**rules.parameters, **more, **rules.fixed}
    found |= {name: value for name, value in added.items() if name not in RESERVED}
    address = uri.append_parameters(_without(rules.url, found), found)
    scope = _scope(provider, wish) if rules.scope_last else ""
    return f"{address}&scope={uri.encode_component(scope)}" if scope else address


def _named(provider: Provider, wish: Wish) -> dict[str, str]:
    """The parameters that protocols have names for, those that are there."""
    rules = provider.authorization
    found: dict[str, str | None] = {
        "response_type": rules.response_type,
        "client_id": provider.client.ids[0],
        "state": wish.state,
        "scope": None if rules.scope_last else _scope(provider, wish),
        "redirect_uri": wish.redirect_uri,
        "duration": rules.duration,
        "login_hint": wish.login_hint if rules.login_hint else None,
        "nonce": wish.nonce,
        "prompt": rules.prompt,
        "hd": rules.hd,
        "access_type": rules.access_type,
        "response_mode": rules.response_mode,
        "code_challenge_method": "S256" if rules.pkce else None,
        "code_challenge": challenge(wish.verifier) if rules.pkce else None,
        "claims": rules.claims,
    }
    return {name: value for name, value in found.items() if value}


def _scope(provider: Provider, wish: Wish) -> str:
    return provider.authorization.separator.join(_scopes(provider, wish.scopes))


def _scopes(provider: Provider, asked: Sequence[str]) -> list[str]:
    rules = provider.authorization
    if rules.narrow:
        return []
    both = [*asked, *rules.scopes] if rules.asked_first else [*rules.scopes, *asked]
    if rules.first and rules.first not in both:
        both.insert(0, rules.first)
    return list(dict.fromkeys(both)) if rules.once else both


def _without(endpoint: str, names: Mapping[str, str]) -> str:
    """The endpoint without parameters that are said anew; the others keep their spelling."""
    parsed = uri.parse(endpoint)
    if parsed is None or not parsed.search:
        return endpoint
    pairs = parsed.search.removeprefix("?").split("&")
    parsed.search = "&".join(
        each for each in pairs if each and unquote_plus(each.partition("=")[0]) not in names
    )
    return parsed.href
