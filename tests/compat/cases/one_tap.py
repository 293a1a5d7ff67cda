"""Google's One Tap: an id token of Google's that its script gave a page."""

from __future__ import annotations

from typing import Any

from tests.compat import profiles
from tests.compat.caller import Caller
from tests.compat.case import Group
from tests.compat.cases.social_id_tokens import NO_TOKENS, WRONG
from tests.compat.visit import Visit
from tests.providers import keys

group = Group()
ON, TRUSTED, CLOSED, BY_REQUEST, TUNED, NONE = (
    "social",
    "social-trusted",
    "social-closed",
    "social-by-request",
    "social-tuned",
    "generic-oauth",
)
TAP = "POST /one-tap/callback"


def _tap(visit: Visit, claims: dict[str, Any] | None = None, body: Any = None, **how: Any) -> None:
    said = profiles.claims("google", visit.who) | (claims or {})
    token = keys.id_token(profiles.without(said), **how)
    visit.caller.post("/one-tap/callback", {"idToken": token} | (body or {}))


@group.case(TAP, "somebody new, then known", ON, TUNED, NONE)
def good(caller: Caller) -> None:
    """With the domain that the options want; where there is no Google, the answer is that."""
    visit = Visit(caller, "google")
    more = {"hd": "example.com", "aud": "google-id"}
    _tap(visit, more, {"callbackURL": "/x", "nonce": "n"})
    visit.rows()
    caller.get("/get-session")
    _tap(visit, more | {"name": "Eve", "nonce": "another"})
    visit.rows()
    visit.outgoing()
    caller.get("/list-accounts")


def _wrong(caller: Caller, given: tuple[dict[str, Any], dict[str, Any]]) -> None:
    visit = Visit(caller, "google")
    named = {"{id}": "google-id", "{email}": visit.who.email}
    claims = {name: _filled(value, named) for name, value in given[0].items()}
    _tap(visit, claims, **given[1])
    caller.tables(visit.who.email)


def _filled(value: Any, named: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_filled(each, named) for each in value]
    return named.get(value, value) if isinstance(value, str) else value


MORE: list[tuple[str, tuple[dict[str, Any], dict[str, Any]]]] = [
    ("a number as address", ({"email": 5}, {})),
    ("neither subject nor address", ({"sub": 5, "email": None}, {})),
    ("a number as name and picture", ({"name": 5, "picture": 6}, {})),
]
group.each(TAP, "id token", [*WRONG, *MORE], _wrong, (ON,))
DOMAINS: list[tuple[str, dict[str, Any]]] = [
    ("another domain", {"hd": "evil.com"}),
    ("no domain", {}),
    ("the other audience", {"hd": "example.com", "aud": "google-app"}),
    ("somebody else's audience", {"hd": "example.com", "aud": "somebody-else"}),
]


@group.case(TAP, "domains and audiences", TUNED)
def domains(caller: Caller) -> None:
    for number, (_, claims) in enumerate(DOMAINS):
        visit = Visit(caller, "google", sub=f"{number}{caller.number}", email=f"{number}{caller.email}")
        _tap(visit, {"aud": "google-id"} | claims)
        caller.tables(visit.who.email)


@group.case(TAP, "no id token", ON, NONE)
def none(caller: Caller) -> None:
    """Nor anything like one, nor a body."""
    visit = Visit(caller, "google")
    tokens: list[Any] = [*NO_TOKENS, None, 5, [], {}, True]
    for token in tokens:
        caller.post("/one-tap/callback", {"idToken": token})
    bodies: list[Any] = [{}, [], "x", None]
    for body in bodies:
        caller.post("/one-tap/callback", body)
    caller.get("/one-tap/callback")
    caller.tables(visit.who.email)


@group.case(TAP, "targets", ON)
def targets(caller: Caller) -> None:
    """Are checked, though nobody is sent there."""
    visit = Visit(caller, "google")
    for target in ("https://evil.com/x", "//evil.com", "/ok", "", 5):
        _tap(visit, body={"callbackURL": target})
    caller.post("/one-tap/callback", {"idToken": "x"}, headers={"Origin": "https://evil.com"})


@group.case(TAP, "somebody known by the address", ON, TRUSTED, CLOSED, BY_REQUEST)
def known(caller: Caller) -> None:
    """Proven here or not, and somebody new: who taps asks to sign up."""
    for number, own in enumerate((True, False)):
        email = f"{number}{caller.email}"
        caller.person(email, verified=own)
        for said in (True, False):
            visit = Visit(caller, "google", sub=f"{number}{caller.number}", email=email, verified=said)
            _tap(visit)
            caller.tables(email)
    new = Visit(caller, "google")
    _tap(new)
    new.rows()


@group.case(TAP, "an account that is known", ON)
def account(caller: Caller) -> None:
    """Keeps its other tokens and its scope."""
    visit = Visit(caller, "google")
    visit.account(caller.person(caller.email, verified=True))
    _tap(visit)
    visit.rows()
