"""Signing out at the provider, too, where it has a page for that."""

from __future__ import annotations

from typing import Any

from tests.compat.caller import PASSWORD, Caller
from tests.compat.case import Group
from tests.compat.visit import Visit

group = Group()
ON = "generic-oauth"
OUT = "POST /sign-out"
BODIES: list[Any] = [
    {},
    {"callbackURL": "/bye", "disableRedirect": True, "state": "s"},
    {"callbackURL": "/bye?a=b#c", "disableRedirect": False},
    {"disableRedirect": True, "state": "s"},
    {"callbackURL": ""},
    {"callbackURL": "https://evil.com/"},
    {"callbackURL": 5, "state": 5, "disableRedirect": "yes"},
]


@group.case(OUT, "at the provider, too", ON)
def sign_out(caller: Caller) -> None:
    """With the id token that it gave, and where to come back to."""
    visit = Visit(caller, "acme")
    for body in BODIES:
        visit.whole()
        caller.post("/sign-out", body)
        caller.get("/get-session")
    caller.post("/sign-out", {})
    visit.whole()
    caller.send("POST", "/sign-out")


@group.case(OUT, "at a provider without id tokens", ON)
def without_token(caller: Caller) -> None:
    """Which says so in its document, or gives none."""
    for name in ("plain", "broken", "no-jwks"):
        visit = Visit(caller, name, sub=f"{len(name)}{caller.number}", email=f"{name}-{caller.email}")
        for body in BODIES[:2]:
            visit.whole()
            caller.post("/sign-out", body)
    caller.sign_up()
    caller.post("/sign-out", BODIES[1])


@group.case(OUT, "at the one of several that was used last", ON)
def several(caller: Caller) -> None:
    """Which may be one that is not there any more, or has no such page."""
    user, _ = caller.signed_in()
    for name in ("github", "acme", "nobody", "slash"):
        Visit(caller, name).account(user)
        caller.post("/sign-out", {})
        caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})
