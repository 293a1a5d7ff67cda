"""Providers that an operator names: found by their discovery document, their id tokens believed once they are verified."""

from __future__ import annotations

import time
from typing import Any

from tests.compat import profiles
from tests.compat.caller import Caller, Look
from tests.compat.case import Group
from tests.compat.cases.social import ENDS
from tests.compat.profiles import NOW
from tests.compat.third_parties import GENERIC
from tests.compat.visit import Visit
from tests.providers import keys
from tests.providers.script import answer

group = Group()
ON = "generic-oauth"
START = "POST /sign-in/social"
BACK = "GET /callback/:id"
LINK = "POST /link-social"
TOKEN = "POST /get-access-token"
INFO = "GET /account-info"
MOVED = "moved"
NAMED = [(name, name) for name in GENERIC if name != MOVED]


def _start(caller: Caller, provider: str) -> None:
    visit = Visit(caller, provider)
    visit.start()
    visit.kept()
    visit.start(
        scopes=["more", "openid"], loginHint="ada", additionalParams={"prompt": "login", "acr_values": "1"}
    )


group.each(START, "address", NAMED, _start, (ON,))


def _whole(caller: Caller, provider: str) -> None:
    """With all that there may be, then known; then with the profile alone; then by a number."""
    visit = Visit(caller, provider)
    visit.whole()
    visit.outgoing()
    visit.rows()
    caller.get("/get-session")
    visit.whole()
    visit.rows()
    other = Visit(caller, provider, sub=f"2{caller.number}", email=f"second-{caller.email}")
    other.whole(token=answer({"id_token": None, "expires_in": 60}))
    other.outgoing()
    caller.tables(other.who.email)
    third = Visit(caller, provider, sub=f"3{caller.number}", email=f"third-{caller.email}")
    profile = {
        "id": int(third.who.sub),
        "sub": third.who.sub,
        "email": third.who.email,
        "email_verified": "true",
    }
    third.whole(token=answer({"id_token": None}), profile=answer(profile))
    third.rows()
    caller.tables(third.who.email)


group.each(BACK, "there and back", NAMED, _whole, (ON,))

# What an id token may be like, and whether it is to be believed.
WRONG: list[tuple[str, tuple[dict[str, Any], dict[str, Any]]]] = [
    ("another audience", ({"aud": "somebody-else"}, {})),
    ("audience list", ({"aud": ["x", "acme-id"]}, {})),
    ("no audience", ({"aud": None}, {})),
    ("another issuer", ({"iss": "https://evil.com"}, {})),
    ("no subject", ({"sub": None}, {})),
    ("a number as subject", ({"sub": 5}, {})),
    ("expired", ({"iat": NOW - 1200, "exp": NOW - 600}, {})),
    ("no expiry", ({"exp": None}, {})),
    ("old", ({"iat": NOW - 7200}, {})),
    ("no birth", ({"iat": None}, {})),
    ("not before", ({"nbf": NOW + 600}, {})),
    ("another nonce", ({"nonce": "x" * 32}, {})),
    ("no nonce", ({"nonce": None}, {})),
    ("another key", ({}, {"key": "other"})),
    ("another key by a good name", ({}, {"key": "other", "kid": "good-rs"})),
    ("no name of a key", ({}, {"kid": None})),
    ("none", ({}, {"alg": "none"})),
    ("HS256", ({}, {"alg": "HS256", "kid": "good-rs"})),
    ("ES256", ({}, {"alg": "ES256"})),
    ("RS512", ({}, {"alg": "RS512"})),
    ("no address", ({"email": None}, {})),
    ("no address, and none in the profile", ({"email": None, "script": "no address"}, {})),
    ("an address that is not proven", ({"email_verified": None}, {})),
    ("proven by text", ({"email_verified": "true"}, {})),
    ("proven by a number", ({"email_verified": 1}, {})),
    ("no name", ({"name": None}, {})),
    ("no picture", ({"picture": None}, {})),
    ("an id of its own", ({"id": "other", "emailVerified": True, "image": "x"}, {})),
]


def _wrong(caller: Caller, given: tuple[dict[str, Any], dict[str, Any]]) -> None:
    for provider in ("acme", "no-algorithms", "slash", "plain"):
        visit = Visit(caller, provider, email=f"{provider}-{caller.email}")
        visit.start(**ENDS)
        nonce = {"nonce": visit.nonce} if visit.nonce else {}
        iss = {"iss": "https://slash.example/"} if provider == "slash" else {}
        aud = {"aud": f"{provider}-id"}
        claims = profiles.without(profiles.claims(provider, visit.who, **nonce) | iss | aud | given[0])
        profile = (
            {"profile": answer({"sub": visit.who.sub, "id": visit.who.sub})} if "script" in claims else {}
        )
        token = answer({"id_token": keys.id_token(claims, **given[1]), "expires_in": 60})
        visit.back(visit.code(token=token, **profile))
        visit.outgoing()
        caller.tables(visit.who.email)
        caller.jar.clear()


group.each(BACK, "id token", WRONG, _wrong, (ON,))
NO_TOKENS = ["x", "a.b.c", "", "e30.e30.e30"]


@group.case(BACK, "an id token that is none", ON)
def none(caller: Caller) -> None:
    """Where one has to be verified, and where nobody looks."""
    for provider in ("acme", "plain", "no-jwks"):
        for token in NO_TOKENS:
            visit = Visit(caller, provider)
            visit.start(**ENDS)
            visit.back(visit.code(**visit.script(id_token=token)))
        visit.rows()


@group.case(BACK, "a profile of somebody else", ON)
def somebody_else(caller: Caller) -> None:
    """Its subject must be the token's."""
    for provider in ("acme", "no-userinfo", "plain"):
        visit = Visit(caller, provider)
        visit.start(**ENDS)
        claims = profiles.claims(provider, visit.who, email=None)
        claims |= {"nonce": visit.nonce} if visit.nonce else {}
        profile = {
            "sub": "somebody-else",
            "id": "somebody-else",
            "email": caller.email,
            "email_verified": True,
        }
        token = answer({"id_token": keys.id_token(profiles.without(claims))})
        visit.back(visit.code(token=token, profile=answer(profile)))
        visit.outgoing()
    visit.rows()


ISSUERS = [
    ("right", "https://acme.example"),
    ("wrong", "https://evil.com"),
    ("empty", ""),
    ("slash", "https://acme.example/"),
]


def _issuer(caller: Caller, issuer: str) -> None:
    for provider in ("acme", "plain", "no-issuer"):
        visit = Visit(caller, provider)
        visit.start(**ENDS)
        visit.back(iss=issuer)
        visit.outgoing()


group.each(BACK, "issuer", ISSUERS, _issuer, (ON,))
FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("400", answer({"error": "invalid_grant"}, 400)),
    ("an error with 200", answer({"error": "invalid_grant"})),
    ("no JSON", answer(text="x")),
    ("a redirect", answer(redirect="https://acme.example/token")),
]


def _fault(caller: Caller, given: dict[str, Any]) -> None:
    for provider in ("acme", "plain"):
        for which in ("token", "profile"):
            visit = Visit(caller, provider)
            visit.start(**ENDS)
            token = {} if which == "token" else {"token": answer({"id_token": None})}
            visit.back(visit.code(**token | {which: given}))
    visit.rows()


group.each(BACK, "answered with", FAULTS, _fault, (ON,))
USERINFO: list[tuple[str, dict[str, Any]]] = [
    ("nothing", {}),
    ("no address", {"sub": "5", "id": "5"}),
    ("no subject", {"email": "{email}"}),
    ("sub alone", {"sub": "5", "email": "{email}", "name": "Ada"}),
    ("id alone", {"id": "5", "email": "{email}", "name": "Ada"}),
    ("id a number", {"id": 5, "email": "{email}", "name": "Ada", "email_verified": True}),
    ("emailVerified", {"id": "6", "sub": "6", "email": "{email}", "emailVerified": True}),
    ("image", {"id": "6", "sub": "6", "email": "{email}", "image": "x", "picture": None}),
    ("names", {"id": "6", "sub": "6", "email": "{email}", "given_name": "Ada", "preferred_username": "ada"}),
    ("login", {"id": "6", "sub": "6", "email": "{email}", "login": "ada", "name": None}),
]


def _userinfo(caller: Caller, profile: dict[str, Any]) -> None:
    for number, provider in enumerate(("acme", "plain", "no-jwks")):
        said = {
            key: f"{number}{caller.email}" if value == "{email}" else value for key, value in profile.items()
        }
        said = {
            key: f"{caller.number}{value}" if value in ("5", "6") else value for key, value in said.items()
        }
        visit = Visit(caller, provider)
        visit.start(**ENDS)
        visit.back(visit.code(token=answer({"id_token": None}), profile=answer(said)))
        visit.rows()
        caller.tables(f"{number}{caller.email}")


group.each(BACK, "userinfo", USERINFO, _userinfo, (ON,))


@group.case(START, "id token", ON)
def id_token(caller: Caller) -> None:
    """Of a provider with keys, that is taken; of one without, it is not."""
    for provider in ("acme", "no-algorithms", "plain", "no-jwks", "broken-keys", "symmetric"):
        visit = Visit(caller, provider, email=f"{provider}-{caller.email}")
        for changed in ({}, {"aud": "x"}, {"nonce": "n"}, {"email": None}, {"sub": None}):
            claims = profiles.without(profiles.claims(provider, visit.who) | changed)
            for how in ({}, {"alg": "HS256"}):
                given = {"token": keys.id_token(claims, **how), "nonce": "n"}
                caller.post("/sign-in/social", {"provider": provider, "idToken": given})
                caller.post("/sign-in/social", {"provider": provider, "idToken": {"token": given["token"]}})
        caller.tables(visit.who.email)
        caller.jar.clear()


@group.case(LINK, "by both ways", ON)
def link(caller: Caller) -> None:
    """The own address; and again."""
    caller.signed_in()
    for provider in ("acme", "plain"):
        visit = Visit(caller, provider)
        for _ in range(2):
            visit.start("/link-social", **ENDS)
            visit.kept()
            visit.back()
        visit.outgoing()
        token = keys.id_token(profiles.claims(provider, visit.who))
        caller.post("/link-social", {"provider": provider, "idToken": {"token": token}})
    visit.rows()


@group.case(TOKEN, "tokens", ON)
def tokens(caller: Caller) -> None:
    """Handed out, refreshed, and what the provider knows."""
    user, _ = caller.signed_in()
    for provider in ("acme", "plain", "basic", "public", "no-userinfo"):
        visit = Visit(caller, provider)
        row = visit.account(user, seconds=-100)
        caller.post("/get-access-token", {"accountId": row})
        caller.post("/refresh-token", {"accountId": row})
        caller.get(f"/account-info?accountId={row}")
        visit.outgoing()
    visit.rows()


@group.case(START, "a document that has moved", ON)
def moved(caller: Caller) -> None:
    """Is followed there; nobody who is asked by ours can send it elsewhere."""
    status = Visit(caller, MOVED).start().status
    caller.heard.clear()
    caller.heard.append(Look("where a discovery document has moved", status, time.time()))
