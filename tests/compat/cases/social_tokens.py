"""The tokens of an account at a provider: handed out, refreshed in time, kept sealed, and what the provider knows."""

from __future__ import annotations

from typing import Any

from tests.compat.caller import Caller
from tests.compat.case import Group
from tests.compat.visit import Visit
from tests.providers.script import answer

group = Group()
ON, SEALED = "social", "social-sealed"
TOKEN = "POST /get-access-token"
REFRESH = "POST /refresh-token"
INFO = "GET /account-info"

ACCOUNTS: list[tuple[str, dict[str, Any]]] = [
    ("fresh", {}),
    ("about to be old", {"seconds": 1}),
    ("good for a minute", {"seconds": 60}),
    ("old", {"seconds": -100}),
    ("old, without a refresh token", {"seconds": -100, "refresh": None}),
    ("old, with an empty refresh token", {"seconds": -100, "refresh": ""}),
    ("without an expiry", {"seconds": None}),
    ("without an access token", {"access": None}),
    ("without any token", {"access": None, "refresh": None}),
    ("old, without an access token", {"access": None, "seconds": -100}),
    ("with an id token", {"id_token": "a.b.c"}),
    ("without scopes", {"scope": None}),
    ("with scopes", {"scope": "a,b c, d"}),
    ("with tokens like sealed ones", {"access": "abcdef", "refresh": "0123"}),
    ("sealed by nobody", {"access": "$ba$1$abcdef", "seconds": -100}),
]


def _ask(caller: Caller, how: dict[str, Any]) -> None:
    """All three, and the access token once more."""
    user, _ = caller.signed_in()
    visit = Visit(caller, "discord")
    row = visit.account(user, **how)
    caller.post("/get-access-token", {"accountId": row})
    visit.outgoing()
    visit.rows()
    caller.get(f"/account-info?accountId={row}")
    caller.post("/refresh-token", {"accountId": row})
    visit.outgoing()
    visit.rows()
    caller.post("/get-access-token", {"accountId": row})
    visit.outgoing()


group.each(TOKEN, "account", ACCOUNTS, _ask, (ON, SEALED))
ANSWERS: list[tuple[str, dict[str, Any]]] = [
    ("400", answer({"error": "invalid_grant"}, 400)),
    ("500", answer({"error": "server_error"}, 500)),
    ("no JSON", answer(text="x")),
    ("a redirect", answer(redirect="https://acme.example/token")),
    ("cut", answer({"a": "b" * 50}, cut=True)),
    ("an error with 200", answer({"error": "invalid_grant"})),
    ("no access token", answer({"access_token": None})),
    ("an access token that is a number", answer({"access_token": 5})),
    ("an empty access token", answer({"access_token": ""})),
    (
        "everything",
        answer({"expires_in": 60, "refresh_token_expires_in": 90, "scope": "x y", "id_token": "a.b.c"}),
    ),
    ("no refresh token", answer({"refresh_token": None, "expires_in": 60})),
    ("no expiry", answer({})),
    ("no time", answer({"expires_in": 0})),
    ("time as text", answer({"expires_in": "60", "refresh_token_expires_in": "90"})),
    ("another scope", answer({"scope": ["a", "b"], "expires_in": 60})),
]


def _refresh(caller: Caller, given: dict[str, Any]) -> None:
    user, _ = caller.signed_in()
    for number, path in enumerate(("/get-access-token", "/refresh-token")):
        visit = Visit(caller, "discord", sub=f"{number}{caller.number}")
        row = visit.account(user, script={"refresh": given}, seconds=-100)
        caller.post(path, {"accountId": row})
        visit.rows()
    visit.outgoing()


group.each(REFRESH, "the provider answers", ANSWERS, _refresh, (ON, SEALED))
PROFILES: list[tuple[str, dict[str, Any]]] = [
    ("401", answer({"message": "no"}, 401)),
    ("500", answer({"message": "no"}, 500)),
    ("no JSON", answer(text="x")),
    ("no account", answer({"email": "x@example.com", "avatar": None, "discriminator": "7"})),
    ("another account", answer({"id": "5", "email": "x@example.com", "avatar": "x", "username": "x"})),
    ("no address", answer({"id": "5", "avatar": None, "discriminator": "7", "username": "x"})),
    (
        "more",
        answer({"id": "80351110224678912", "avatar": None, "discriminator": "0", "more": {"a": [1.50, "ä"]}}),
    ),
]


def _info(caller: Caller, given: dict[str, Any]) -> None:
    user, _ = caller.signed_in()
    visit = Visit(caller, "discord")
    row = visit.account(user, script={"profile": given})
    caller.get(f"/account-info?accountId={row}")
    old = Visit(caller, "discord", sub=f"2{caller.number}").account(
        user, script={"profile": given}, seconds=-100
    )
    caller.get(f"/account-info?accountId={old}")
    visit.outgoing()
    visit.rows()


group.each(INFO, "the provider answers", PROFILES, _info, (ON, SEALED))


@group.case(TOKEN, "whose account", ON)
def whose(caller: Caller) -> None:
    """The own ones alone."""
    other = caller.person(f"other-{caller.email}")
    theirs = Visit(caller, "discord", sub=f"9{caller.number}").account(other)
    user, _ = caller.signed_in()
    rows = [
        theirs,
        Visit(caller, "discord").account(user),
        caller.account(user, "credential", user, "x:y"),
        caller.account(user, "nobody", caller.number),
    ]
    for row in rows:
        for asked in (
            {"accountId": row},
            {"accountId": row, "userId": user},
            {"accountId": row, "userId": other},
        ):
            caller.post("/get-access-token", asked)
            caller.post("/refresh-token", asked)
            query = "&".join(f"{name}={value}" for name, value in asked.items())
            caller.get(f"/account-info?{query}")
    for row in rows:
        caller.post("/get-access-token", {"accountId": row, "userId": user}, cookie=None)


@group.case(REFRESH, "a chain", ON, SEALED)
def chain(caller: Caller) -> None:
    """Each time with the token of the time before."""
    user, _ = caller.signed_in()
    visit = Visit(caller, "discord")
    row = visit.account(user, script={"refresh": [answer({"expires_in": each}) for each in (1, 2, 3600)]})
    for path in ("/refresh-token", "/get-access-token", "/get-access-token", "/get-access-token"):
        caller.post(path, {"accountId": row})
        visit.rows()
    visit.outgoing()
