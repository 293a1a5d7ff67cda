"""Every provider in its own form: where it is asked for, what it is asked, and what becomes of its answers."""

from __future__ import annotations

from typing import Any

from tests.compat import profiles
from tests.compat.caller import Caller
from tests.compat.case import Group
from tests.compat.third_parties import IDS
from tests.compat.visit import Visit
from tests.providers.script import answer

group = Group()
ON, TRUSTED = "social", "social-trusted"
START = "POST /sign-in/social"
BACK = "GET /callback/:id"
INFO = "GET /account-info"
TOKEN = "POST /get-access-token"
REFRESH = "POST /refresh-token"
NAMED = [(name, name) for name in IDS]
# What goes into the address as it is asked for.
WISHES: list[tuple[str, dict[str, Any]]] = [
    ("scopes", {"scopes": ["extra", "two words", ""]}),
    ("a hint", {"loginHint": "ada@example.com"}),
    (
        "more parameters",
        {
            "additionalParams": {
                "prompt": "consent",
                "access_type": "x",
                "ä": "b c",
                "claims": "{}",
                "lang": "en",
            }
        },
    ),
]


def _start(caller: Caller, provider: str) -> None:
    visit = Visit(caller, provider)
    visit.start()
    visit.kept()
    for _, wish in WISHES:
        visit.start(disableRedirect=True, **wish)


group.each(START, "address", NAMED, _start, (ON,))


def _whole(caller: Caller, provider: str) -> None:
    """Somebody new, and again once they are known."""
    visit = Visit(caller, provider)
    visit.whole()
    visit.outgoing()
    visit.rows()
    caller.get("/get-session")
    caller.jar.clear()
    visit.start(callbackURL="/again", newUserCallbackURL="/new")
    visit.back()
    visit.rows()


group.each(BACK, "there and back", NAMED, _whole, (ON,))


def _unproven(caller: Caller, provider: str) -> None:
    """An address that the provider does not vouch for, or none, or not much of a profile at all."""
    visit = Visit(caller, provider, verified=False)
    visit.whole()
    visit.rows()
    unnamed = "Ada B" if provider == "vk" else ""  # who joins two names
    for changed in (
        {"email": None},
        {"name": unnamed, "email": f"Second.{caller.email}"},
        {"verified": "true"},
    ):
        other = Visit(caller, provider, **{"sub": f"2{caller.number}"[:15]} | changed)
        other.whole()
        other.rows()
        caller.tables(f"second.{caller.email}")


group.each(BACK, "less of a profile", NAMED, _unproven, (ON,))

PROFILE_FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("refused", answer({"error": "invalid_token"}, 401)),
    ("broken", answer({"error": "server_error"}, 500)),
    ("empty", answer({})),
    ("null", answer(text="null", headers={"Content-Type": "application/json"})),
    ("array", answer([])),
]


def _faulty(caller: Caller, provider: str) -> None:
    for _, fault in PROFILE_FAULTS:
        visit = Visit(caller, provider)
        visit.start(errorCallbackURL="/failed")
        visit.back(visit.code(profile=fault))
    visit.rows()


group.each(
    BACK,
    "a profile that is none",
    [(name, name) for name in IDS if name in profiles.PROFILES and name not in profiles.BY_TOKEN],
    _faulty,
    (ON,),
)

NO_TOKENS: list[Any] = ["x", "a.b.c", "", "e30.e30.e30"]


def _tokenless(caller: Caller, provider: str) -> None:
    """Where the id token is the profile: none, and some that are none."""
    for token in [None, *NO_TOKENS]:
        visit = Visit(caller, provider)
        visit.start(errorCallbackURL="/failed")
        script = visit.script(id_token=token)
        visit.back(visit.code(**script))
    visit.rows()


group.each(BACK, "an id token that is none", [(name, name) for name in profiles.BY_TOKEN], _tokenless, (ON,))


def _tokens(caller: Caller, provider: str) -> None:
    """The tokens of an account, refreshed where they are old, and what the provider knows."""
    user, _ = caller.signed_in()
    visit = Visit(caller, provider)
    row = visit.account(user)
    caller.get(f"/account-info?accountId={row}")
    visit.outgoing()
    caller.post("/get-access-token", {"accountId": row})
    caller.sql('UPDATE "account" SET "accessTokenExpiresAt" = now() WHERE "id" = %(row)s', row=row)
    caller.post("/get-access-token", {"accountId": row})
    visit.outgoing()
    visit.rows()
    caller.post("/refresh-token", {"accountId": row})
    visit.outgoing()
    visit.rows()


group.each(TOKEN, "of an account", NAMED, _tokens, (ON,))
WITH_SCOPE = {"expires_in": 60, "scope": "three,four five"}
REFRESHED: list[tuple[str, Any]] = [
    ("refused", answer({"error": "invalid_grant"}, 400)),
    ("refused with 200", answer({"error": "invalid_grant", "errcode": 40030, "errmsg": "no"})),
    ("empty", answer({"access_token": None, "refresh_token": None})),
    (
        "another refresh token",
        answer({"refresh_token": "another", "refresh_token_expires_in": 7200} | WITH_SCOPE),
    ),
    ("no refresh token", answer({"refresh_token": None} | WITH_SCOPE)),
    ("an id token", answer({"id_token": "a.b.c"} | WITH_SCOPE)),
]


def _refresh(caller: Caller, provider: str) -> None:
    user, _ = caller.signed_in()
    visit = Visit(caller, provider)
    row = visit.account(user, script={"refresh": [found for _, found in REFRESHED]})
    for number, (_, found) in enumerate(REFRESHED):
        changed = {"refresh": found, "round": number}
        row = visit.account(user, script=changed) if number else row
        caller.post("/refresh-token", {"accountId": row})
        caller.sql('UPDATE "account" SET "providerId" = "id" WHERE "id" = %(row)s', row=row)
    visit.outgoing()


group.each(
    REFRESH, "answers", [(name, name) for name in ("google", "notion", "reddit", "wechat")], _refresh, (ON,)
)
