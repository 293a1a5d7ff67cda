"""How a provider is described, and what most have in common: a profile behind a bearer token, or in the id token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from server.model import Json
from server.oauth import id_tokens
from server.oauth.provider import (
    Authorization,
    Client,
    Look,
    Profile,
    Provider,
    Subject,
    TokenEndpoint,
    Tokens,
)
from server.outgoing import Outgoing, Request
from server.outgoing.messages import bearer
from server.protocol.rules import UNDEFINED

Options = Mapping[str, str]
Make = Callable[[Client, Options], Provider]
Signer = Callable[[str, Options], Callable[[], str]]
# What better-auth makes of a profile: name, email, image, emailVerified, in an order of the provider's own.
Reads = Callable[[Json], Json]


class Kind(Struct, frozen=True):
    """One provider: what it is called, what else than a client has to be `needed` or can be `optional`, and how it is made.

    `secret`: it cannot be used without one, or without all of `instead`, of which `signer` makes one each time. Names of
    options are those of settings without the provider's.
    """

    id: str
    name: str
    make: Make
    secret: bool = True
    needed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    id_name: str = "CLIENT_ID"
    instead: tuple[str, ...] = ()
    signer: Signer | None = None


def scopes(options: Options, *defaults: str) -> tuple[str, ...]:
    """What is asked for each time: better-auth's, unless they are switched off, then those of the settings."""
    more = options.get("SCOPE", "").replace(",", " ").split()
    return (*(() if "DISABLE_DEFAULT_SCOPE" in options else defaults), *more)


def member(found: object, *path: str) -> Any:
    """A member of members; UNDEFINED where there is none."""
    for name in path:
        if not isinstance(found, dict) or name not in found:
            return UNDEFINED
        found = found[name]
    return found


def either(*values: Any) -> Any:
    """The first that is something: no empty text, no zero, no null; else the last. JavaScript's `||`."""
    return next((value for value in values if value is not UNDEFINED and value), values[-1])


def given(*values: Any) -> Any:
    """The first that is there and not null, else the last. JavaScript's `??`."""
    return next((value for value in values if value is not UNDEFINED and value is not None), values[-1])


def user(**members: Any) -> Json:
    """A user without the members that are not there."""
    return {name: value for name, value in members.items() if value is not UNDEFINED}


def person(name: Any, email: Any, image: Any, verified: Any) -> Json:
    """A user in the order that most have."""
    return user(name=name, email=email, image=image, emailVerified=verified)


def subject(*path: str) -> Subject:
    """The account's name is a member of the profile."""

    def find(tokens: Tokens, data: Json) -> object:
        found = member(data, *path)
        return None if found is UNDEFINED else found

    return find


def at(url: str, reads: Reads, method: str = "GET", headers: Mapping[str, str] | None = None) -> Look:
    """The profile is asked for with the access token."""

    async def look(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
        data = await fetch(outgoing, url, tokens, method, headers)
        return None if data is None else Profile(reads(data), data)

    return look


async def fetch(
    outgoing: Outgoing,
    url: str,
    tokens: Tokens,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
) -> Json | None:
    """An object that is asked for with the access token; None where the provider gives none."""
    if not tokens.access_token:
        return None
    reply = await outgoing.ask(Request(url, method, {**bearer(tokens.access_token), **(headers or {})}))
    found = reply.read()
    return found if reply.good and isinstance(found, dict) else None


def claimed(reads: Reads) -> Look:
    """The profile is the id token's claims, which came from the provider itself."""

    async def look(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
        data = id_tokens.decode(tokens.id_token)
        return None if data is None else Profile(reads(data), data)

    return look


def kind(
    id_: str,
    name: str,
    authorize: str | Authorization,
    token: str | TokenEndpoint,
    profile: Look,
    known_by: Subject,
    scopes: tuple[str, ...] = (),
    secret: bool = True,
) -> Kind:
    """A provider without options; addresses stand for what is as usual there: PKCE, and the secret in the form."""
    page = Authorization(authorize, scopes) if isinstance(authorize, str) else authorize
    endpoint = TokenEndpoint(token) if isinstance(token, str) else token

    def make(client: Client, options: Options) -> Provider:
        return Provider(id_, name, client, page, endpoint, profile, known_by)

    return Kind(id_, name, make, secret)


def placeholder(identifier: object, namespace: str) -> str:
    """An address that leads nowhere (RFC 2606), as better-auth makes one for who has none."""
    return f"{identifier}@{namespace}.placeholder.invalid"
