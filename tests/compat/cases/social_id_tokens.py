"""Signing in and linking with an id token that a page or an app has from the provider itself."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.compat import profiles
from tests.compat.caller import Caller
from tests.compat.case import Group
from tests.compat.profiles import NOW
from tests.compat.visit import Visit
from tests.providers import keys, script

group = Group()
ON, TRUSTED, CLOSED, BY_REQUEST, SEALED = (
    "social",
    "social-trusted",
    "social-closed",
    "social-by-request",
    "social-sealed",
)
SIGN_IN = "POST /sign-in/social"
LINK = "POST /link-social"
PROVIDERS = ("google", "apple", "microsoft", "facebook", "cognito", "line")


def _token(visit: Visit, claims: dict[str, Any] | None = None, **how: Any) -> str:
    """A token of theirs; its `jti` lets LINE's own word for it be looked at."""
    said = profiles.claims(visit.provider, visit.who, jti=visit.name) | (claims or {})
    return keys.id_token(profiles.without(said), **how)


def _sign_in(
    visit: Visit, token: str, path: str = "/sign-in/social", body: dict[str, Any] | None = None, **more: Any
) -> None:
    given = {"provider": visit.provider, "idToken": {"token": token} | more}
    visit.caller.post(path, given | (body or {}))


def _good(caller: Caller, provider: str) -> None:
    """Somebody new, then known; then with tokens besides."""
    visit = Visit(caller, provider)
    _sign_in(visit, _token(visit), body={"callbackURL": "/x", "newUserCallbackURL": "/new"})
    visit.rows()
    visit.outgoing()
    caller.get("/get-session")
    more: dict[str, Any] = {
        "accessToken": "access",
        "refreshToken": "refresh",
        "expiresAt": NOW * 1000 + 10**6,
    }
    _sign_in(visit, _token(visit), **more)
    visit.rows()
    visit.outgoing()


group.each(SIGN_IN, "id token", [(name, name) for name in PROVIDERS], _good, (ON, SEALED))

WRONG: list[tuple[str, tuple[dict[str, Any], dict[str, Any]]]] = [
    ("another audience", ({"aud": "somebody-else"}, {})),
    ("no audience", ({"aud": None}, {})),
    ("audience list", ({"aud": ["somebody-else", "{id}"]}, {})),
    ("another issuer", ({"iss": "https://evil.com"}, {})),
    ("no issuer", ({"iss": None}, {})),
    ("google without https", ({"iss": "accounts.google.com"}, {})),
    ("no subject", ({"sub": None}, {})),
    ("a number as subject", ({"sub": 5}, {})),
    ("an empty subject", ({"sub": "", "oid": ""}, {})),
    ("expired", ({"iat": NOW - 1200, "exp": NOW - 600}, {})),
    ("no expiry", ({"exp": None}, {})),
    ("expiry as text", ({"exp": "tomorrow"}, {})),
    ("too old", ({"iat": NOW - 7200}, {})),
    ("no birth", ({"iat": None}, {})),
    ("of the future", ({"iat": NOW + 600, "exp": NOW + 3600}, {})),
    ("not before", ({"nbf": NOW + 600}, {})),
    ("another key", ({}, {"key": "other"})),
    ("another key by a good name", ({}, {"key": "other", "kid": "good-rs"})),
    ("a key that is not there", ({}, {"kid": "nothing"})),
    ("no name of a key", ({}, {"kid": None})),
    ("none", ({}, {"alg": "none"})),
    ("HS256", ({}, {"alg": "HS256"})),
    ("HS256 by a good name", ({}, {"alg": "HS256", "kid": "good-rs"})),
    ("ES256", ({}, {"alg": "ES256"})),
    ("RS512", ({}, {"alg": "RS512"})),
    ("PS256", ({}, {"alg": "PS256"})),
    ("critical", ({}, {"crit": ["x"], "x": 1})),
    ("another tenant", ({"tid": "another"}, {})),
    ("no tenant", ({"tid": None}, {})),
    ("no oid", ({"oid": None}, {})),
    ("no address", ({"email": None}, {})),
    ("an empty address", ({"email": ""}, {})),
    ("an address that is not proven", ({"email_verified": False}, {})),
    ("proven by text", ({"email_verified": "true"}, {})),
    ("proven elsewhere", ({"email_verified": None, "verified_primary_email": ["{email}"]}, {})),
    ("proven in second place", ({"email_verified": None, "verified_secondary_email": ["x", "{email}"]}, {})),
    ("no name", ({"name": None, "given_name": "Ada", "username": "ada"}, {})),
]


def _wrong(caller: Caller, given: tuple[dict[str, Any], dict[str, Any]]) -> None:
    for number, provider in enumerate(PROVIDERS):
        visit = Visit(caller, provider, sub=f"{number}{caller.number}", email=f"{provider}-{caller.email}")
        named = {"{id}": profiles.AUDIENCES.get(provider, f"{provider}-id"), "{email}": visit.who.email}
        claims = {name: _filled(value, named) for name, value in given[0].items()}
        _sign_in(visit, _token(visit, claims, **given[1]))
        caller.tables(visit.who.email)
        caller.jar.clear()


def _filled(value: Any, named: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_filled(each, named) for each in value]
    return named.get(value, value) if isinstance(value, str) else value


group.each(SIGN_IN, "id token", WRONG, _wrong, (ON,))
NO_TOKENS = ["", "x", "a.b", "a.b.c", "e30.e30.e30", "e30.e30.", "..", "a.b.c.d.e"]


@group.case(SIGN_IN, "no id token", ON)
def none(caller: Caller) -> None:
    """Nor anything like it; and at a provider that takes none."""
    for token in NO_TOKENS:
        for provider in PROVIDERS:
            _sign_in(Visit(caller, provider), token)
    for provider in ("github", "twitch", "nobody"):
        _sign_in(Visit(caller, provider), "a.b.c")
    caller.tables()


@group.case(SIGN_IN, "a signature that was changed", ON)
def changed(caller: Caller) -> None:
    """Of a token that was good."""
    for provider in PROVIDERS:
        visit = Visit(caller, provider)
        head, claims, signature = _token(visit).split(".")
        _sign_in(visit, f"{head}.{claims}.{signature[:-4]}AAAA")
        _sign_in(visit, f"{head}.{keys.encode(keys.decode(claims).replace(b'Ada', b'Eve'))}.{signature}")
    caller.tables()


NONCES: list[tuple[str, tuple[Any, str | None]]] = [
    ("right", ("n0nce", "n0nce")),
    ("wrong", ("n0nce", "other")),
    ("missing in the token", (None, "n0nce")),
    ("missing in the body", ("n0nce", None)),
    ("hashed", (hashlib.sha256(b"n0nce").hexdigest(), "n0nce")),
    ("hashed in capitals", (hashlib.sha256(b"n0nce").hexdigest().upper(), "n0nce")),
    ("a number", (5, "5")),
    ("empty in the body", ("n0nce", "")),
]


def _nonce(caller: Caller, given: tuple[Any, str | None]) -> None:
    for number, provider in enumerate(PROVIDERS):
        visit = Visit(caller, provider, sub=f"{number}{caller.number}", email=f"{provider}-{caller.email}")
        _sign_in(visit, _token(visit, {"nonce": given[0]}), **profiles.without({"nonce": given[1]}))
        visit.outgoing()


group.each(SIGN_IN, "nonce", NONCES, _nonce, (ON,))


@group.case(SIGN_IN, "apple's name", ON)
def apple_name(caller: Caller) -> None:
    """Comes beside the token, and counts once."""
    users: list[Any] = [
        {"name": {"firstName": "Ada", "lastName": "Lö"}},
        {"name": {"firstName": "Ada"}},
        {"name": {"lastName": "Lö"}},
        {"name": {}},
        {"email": "eve@evil.com"},
        {},
    ]
    for provider in ("apple", "google"):
        for number, user in enumerate(users):
            visit = Visit(
                caller, provider, sub=f"{number}{caller.number}", email=f"{provider}{number}{caller.email}"
            )
            _sign_in(visit, _token(visit, {"name": None}), user=user)
            caller.tables(visit.who.email)


@group.case(SIGN_IN, "facebook's access token", ON)
def opaque(caller: Caller) -> None:
    """Is taken for an id token, if facebook says that it is for us."""
    visit = Visit(caller, "facebook")
    good = visit.script()
    wrong = {"data": {"is_valid": True, "app_id": "somebody-else", "user_id": visit.who.sub}}
    for more in (
        {},
        {"more": {"graph.facebook.com/debug_token": script.answer(wrong)}},
        {"more": {"graph.facebook.com/debug_token": script.answer({"data": {"is_valid": False}})}},
        {"more": {"graph.facebook.com/debug_token": script.answer({"error": {}}, 400)}},
        {"more": {"graph.facebook.com/debug_token": script.answer(redirect="https://acme.example/")}},
        {"profile": script.answer({"id": "somebody-else", "email": caller.email})},
    ):
        token = script.code(visit.name, **good | more)
        _sign_in(visit, token)
        _sign_in(visit, token, accessToken=token)
        _sign_in(visit, _token(visit), accessToken=token)
    visit.outgoing()
    visit.rows()


@group.case(SIGN_IN, "line's own word", ON)
def line(caller: Caller) -> None:
    """Is asked for, and may be anything."""
    visit = Visit(caller, "line")
    for said in (
        script.answer({"error": "invalid_request"}, 400),
        script.answer({"aud": "line-id", "sub": visit.who.sub}),
        script.answer({"aud": "line-id", "nonce": "other"}),
        script.answer({"aud": "somebody-else"}),
        script.answer(text="no JSON"),
    ):
        word = script.code(visit.name, more={"api.line.me/oauth2/v2.1/verify": said})
        token = _token(visit, {"script": word})
        _sign_in(visit, token)
        _sign_in(visit, token, nonce="n0nce")
    visit.outgoing()


@group.case(SIGN_IN, "id token of somebody known", ON, TRUSTED, CLOSED, BY_REQUEST)
def known(caller: Caller) -> None:
    """By the address, proven here or not, and by the account."""
    for number, own in enumerate((True, False)):
        email = f"{number}{caller.email}"
        caller.person(email, verified=own)
        for said in (True, False):
            visit = Visit(caller, "google", sub=f"{number}{caller.number}", email=email, verified=said)
            _sign_in(visit, _token(visit))
            _sign_in(visit, _token(visit), body={"requestSignUp": True})
            caller.tables(email)
    new = Visit(caller, "google")
    _sign_in(new, _token(new))
    _sign_in(new, _token(new), body={"requestSignUp": True})
    new.rows()


# Linking


@group.case(LINK, "id token", ON, TRUSTED, SEALED)
def link(caller: Caller) -> None:
    """The own address, then again with tokens; another, one that is not proven, somebody else's account."""
    caller.signed_in()
    visit = Visit(caller, "google")
    at = "/link-social"
    _sign_in(visit, _token(visit), at, {"callbackURL": "/x", "scopes": ["a"]})
    visit.rows()
    _sign_in(visit, _token(visit), at, accessToken="access", refreshToken="refresh")
    visit.rows()
    for number, (email, verified) in enumerate(
        ((f"x{caller.email}", True), (caller.email, False), (None, True))
    ):
        other = Visit(caller, "google", sub=f"{number}{caller.number}", email=email, verified=verified)
        _sign_in(other, _token(other), at)
    _sign_in(visit, _token(visit, {"aud": "x"}), at)
    _sign_in(Visit(caller, "github"), "a.b.c", at)
    _sign_in(Visit(caller, "nobody"), "a.b.c", at)
    caller.get("/list-accounts")
    theirs = Visit(caller, "google", sub=f"7{caller.number}")
    theirs.account(caller.person(f"other-{caller.email}"))
    _sign_in(theirs, _token(theirs), at)
    visit.rows()
    caller.get("/list-accounts")
