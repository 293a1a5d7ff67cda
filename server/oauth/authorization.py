"""Sends a browser to a provider (RFC 6749, 4.1.1; RFC 7636): what is kept until it is back, and the address there."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol
from urllib.parse import unquote_plus

from msgspec import Struct, field

from server.config.settings import Settings
from server.crypto.random import random_state
from server.database import Database
from server.oauth import states
from server.oauth.desk import OAuth
from server.oauth.provider import Provider, Wish
from server.oauth.states import OAuthState
from server.protocol import uri
from server.sessions.cookies import Cookies

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


class Services(Protocol):
    """What begins and ends a way to a provider."""

    @property
    def config(self) -> Settings:
        """The settings."""

    @property
    def db(self) -> Database:
        """The database."""

    @property
    def cookies(self) -> Cookies:
        """How cookies are written."""

    @property
    def oauth(self) -> OAuth:
        """The desk."""


class Starter(Protocol):
    """What a handler has to have that a browser is sent away by."""

    @property
    def services(self) -> Services:
        """Everything that runs."""

    def add_cookies(self, written: list[str]) -> None:
        """Sets cookies with the answer."""


class Asked(Struct, frozen=True):
    """What a request adds to what is always asked of a provider."""

    scopes: Sequence[str] = ()
    login_hint: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)


class Begun(Struct, frozen=True):
    """What a callback names it by, and where the browser goes."""

    state: str
    url: str


async def begin(door: Starter, provider: Provider, wanted: OAuthState, asked: Asked) -> Begun:
    """The provider's address, which only this browser can come back from; what binds both is made here. S43."""
    state, nonce = random_state(32), random_state(32) if provider.binds_nonce else None
    remembered = replace(wanted, code_verifier=random_state(128), nonce=nonce)
    door.add_cookies([await _keep(door.services, state, remembered)])
    bound = (state, remembered.code_verifier, redirect_uri(door.services.config, provider), nonce)
    return Begun(state, url(provider, Wish(*bound, asked.scopes, asked.login_hint, asked.more)))


async def _keep(services: Services, state: str, remembered: OAuthState) -> str:
    """Keeps it until the browser is back; the cookie that binds it to this one."""
    cookies = services.cookies
    if services.oauth.settings.in_cookie:
        sealed = states.seal(services.config.keyring, state, remembered)
        return cookies.write(cookies.name("oauth_state"), sealed, states.SECONDS)
    await states.create(services.db, state, remembered)
    return cookies.write_signed(cookies.name("state"), state, states.COOKIE_SECONDS)


def redirect_uri(settings: Settings, provider: Provider) -> str:
    """Where the provider sends a browser back to: the same each time, whatever the Host header says. S20 S42."""
    return f"{settings.api_url}/callback/{provider.id}"


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
