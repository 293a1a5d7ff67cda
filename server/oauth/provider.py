"""What a provider is: data where it can be, and a function where it must; the words are better-auth's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from server.model import Json
from server.outgoing import Outgoing


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a token endpoint gave, or a browser; `raw` is the answer, `user` what Apple's form says of a name.

    `nonce` is the one that an id token has to carry, where one was asked for.
    """

    access_token: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    id_token: str | None = field(default=None, repr=False)
    access_token_expires_at: datetime | None = None
    refresh_token_expires_at: datetime | None = None
    scopes: tuple[str, ...] | None = None
    raw: Json = field(default_factory=dict, repr=False)
    user: Json = field(default_factory=dict, repr=False)
    nonce: str | None = field(default=None, repr=False)


def is_true(value: object) -> bool:
    """What providers mean by it, some in a text; a number means nothing, though Python takes 1 for True."""
    return value is True or value == "true"


class Profile(Struct, frozen=True):
    """Who somebody is to a provider: `data` as it came, `user` what is made of it, without members that are not there."""

    user: Json
    data: Json


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are to a provider; the first id asks, id tokens may be meant for any of them.

    `signs` makes a secret that is good for a while, where none is good for ever.
    """

    ids: tuple[str, ...]
    secret: str | None = field(default=None, repr=False)
    signs: Callable[[], str] | None = field(default=None, repr=False)

    @property
    def proof(self) -> str | None:
        """The secret as it is now."""
        return self.signs() if self.signs else self.secret


class Authorization(Struct, frozen=True):
    """The page that a browser is sent to; `parameters` are there each time, before or, where `fixed`, over those of the request.

    `scopes` are asked for each time, and not more where they are `narrow`. `asked_first`: the request's stand before them,
    and `first`, which is never missing, before both;
    `once`: each is named once; `scope_last`: they are the last parameter, with `%20` between. `takes_more`: a request may
    add parameters.
    """

    url: str
    scopes: tuple[str, ...] = ()
    separator: str = " "
    asked_first: bool = False
    first: str | None = None
    narrow: bool = False
    once: bool = False
    pkce: bool = True
    login_hint: bool = False
    takes_more: bool = True
    prompt: str | None = None
    hd: str | None = None
    access_type: str | None = None
    duration: str | None = None
    scope_last: bool = False
    response_type: str = "code"
    response_mode: str | None = None
    claims: str | None = None
    parameters: Mapping[str, str] = msgspec.field(default_factory=dict)
    fixed: Mapping[str, str] = msgspec.field(default_factory=dict)


class Wish(Struct, frozen=True):
    """What a request adds to an authorization: scopes, whom it is about, parameters; and what binds the answer to it."""

    state: str
    verifier: str
    redirect_uri: str
    nonce: str | None = None
    scopes: Sequence[str] = ()
    login_hint: str | None = None
    more: Mapping[str, str] = msgspec.field(default_factory=dict)


class TokenEndpoint(Struct, frozen=True):
    """Where a code becomes tokens, and a refresh token another; `post` and `basic` are where the client's secret goes."""

    url: str
    auth: Literal["post", "basic"] = "post"
    refresh_auth: Literal["post", "basic"] | None = None
    pkce: bool = True
    refreshes: bool = True
    # Wants to know the device that a callback names.
    device: bool = False
    refresh_parameters: Mapping[str, str] = msgspec.field(default_factory=dict)
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    # Says no with a 200.
    errors_are_good: bool = False


class IdTokenRules(Struct, frozen=True):
    """What an id token has to fulfil; `issuers` empty: any, `claims` has the last word then. Ages in seconds."""

    keys: str
    issuers: tuple[str, ...]
    audience: tuple[str, ...]
    algorithms: tuple[str, ...] = ("RS256",)
    max_age: int | None = None
    hashed_nonce: bool = False
    claims: Callable[[Json], bool] | None = None
    # A token that does not name its key is none.
    names_key: bool = False
    # Not only a JWT: something else is shown to the provider, by `profile`.
    opaque: bool = False


Look = Callable[[Outgoing, Tokens], Awaitable[Profile | None]]
Subject = Callable[[Tokens, Json], object]
Exchange = Callable[[Outgoing, "Grant"], Awaitable[Tokens]]


@dataclass(frozen=True, slots=True)
class Grant:
    """What is exchanged for tokens: a code, with what goes with it, or a refresh token."""

    code: str | None = field(default=None, repr=False)
    verifier: str | None = field(default=None, repr=False)
    redirect_uri: str = ""
    device_id: str | None = None
    refresh_token: str | None = field(default=None, repr=False)


class Provider(Struct, frozen=True):
    """One that people sign in at.

    `profile` raises OutgoingError, or gives None, where the provider does not say who somebody is; `subject` is what an
    account is known by there. `exchange` stands in for the token endpoint where that is like no other's, `address` for
    the authorization, `check` for the rules of id tokens. `binds_nonce`: its id tokens carry a nonce of ours. `issuer` is compared with a callback's `iss`.
    `end_session` is its page that signs people out there.
    """

    id: str
    name: str
    client: Client
    authorization: Authorization
    token: TokenEndpoint
    profile: Look
    subject: Subject
    id_token: IdTokenRules | None = None
    check: Callable[[Outgoing, str, str | None], Awaitable[bool]] | None = None
    exchange: Exchange | None = None
    address: Callable[[Wish], str] | None = None
    issuer: str | None = None
    binds_nonce: bool = False
    profile_of_id_token: Look | None = None
    end_session: str | None = None

    @property
    def takes_id_tokens(self) -> bool:
        """Whether a browser may bring a token of its own."""
        return self.id_token is not None or self.check is not None
