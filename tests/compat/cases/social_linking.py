"""Whose an account at a provider is: by the account, by the address, and by somebody who links it."""

from __future__ import annotations

from typing import Any

from tests.compat.caller import PASSWORD, Caller
from tests.compat.case import Group
from tests.compat.cases.social import ENDS
from tests.compat.visit import Visit

group = Group()
ON, TRUSTED, SEALED, CLOSED = "social", "social-trusted", "social-sealed", "social-closed"
BACK = "GET /callback/:id"
LINK = "POST /link-social"
UNLINK = "POST /unlink-account"
LIST = "GET /list-accounts"

# Somebody who is known by the address

KNOWN = [
    (f"{'proven' if own else 'unproven'} here, {'proven' if theirs else 'unproven'} there", (own, theirs))
    for own in (True, False)
    for theirs in (True, False)
]


def _known(caller: Caller, proven: tuple[bool, bool]) -> None:
    """discord says whether it is proven, spotify never."""
    caller.person(verified=proven[0], password="x:y")
    for provider in ("discord", "spotify"):
        visit = Visit(caller, provider, verified=proven[1], name="Another")
        visit.start(**ENDS)
        visit.back()
        visit.rows()
        caller.get("/get-session")
    caller.get("/list-accounts")


group.each(BACK, "an address that is known", KNOWN, _known, (ON, TRUSTED, CLOSED))


@group.case(BACK, "an address in capitals", ON)
def capitals(caller: Caller) -> None:
    """Is the same address."""
    caller.person(verified=True)
    visit = Visit(caller, "discord", email=caller.email.upper())
    visit.whole()
    visit.rows()


@group.case(BACK, "an address that the provider has proven since", ON)
def proven_since(caller: Caller) -> None:
    """Of an account that is known: it counts as proven if it is the user's own."""
    user = caller.person()
    visit = Visit(caller, "discord")
    visit.account(user)
    visit.whole()
    visit.rows()
    other = caller.person(f"other-{caller.email}")
    second = Visit(caller, "discord", sub=f"2{caller.number}", email=f"third-{caller.email}")
    second.account(other)
    second.whole()
    caller.tables(f"other-{caller.email}")


@group.case(BACK, "an account whose address is another's now", ON)
def moved(caller: Caller) -> None:
    """The account says who it is, the address nothing."""
    visit = Visit(caller, "discord", email=f"other-{caller.email}")
    visit.account(caller.person())
    caller.person(f"other-{caller.email}", verified=True)
    visit.whole()
    visit.rows()
    caller.get("/get-session")
    caller.tables(f"other-{caller.email}")


@group.case(BACK, "an account at another provider, by the same number", ON)
def same_number(caller: Caller) -> None:
    """Is another account."""
    Visit(caller, "discord").account(caller.person())
    visit = Visit(caller, "github", email=f"other-{caller.email}")
    visit.whole()
    visit.rows()
    caller.tables(f"other-{caller.email}")


# Somebody who links


def _linked(
    caller: Caller, provider: str = "discord", *, start: dict[str, Any] | None = None, **who: Any
) -> Visit:
    visit = Visit(caller, provider, **who)
    visit.start("/link-social", **(ENDS | (start or {})))
    visit.kept()
    visit.back()
    return visit


@group.case(LINK, "the own address", ON, TRUSTED, SEALED)
def own(caller: Caller) -> None:
    """Then once more, with other scopes."""
    caller.signed_in()
    for provider in ("discord", "spotify", "google"):
        for body in ({}, {"scopes": ["more"], "loginHint": "x", "additionalData": {"a": 1}}):
            _linked(caller, provider, start=body).outgoing()
    visit = Visit(caller, "discord")
    visit.start("/link-social", **ENDS)
    visit.back(visit.code(**visit.script(scope="two three", refresh_token=None)))
    visit.rows()
    caller.get("/list-accounts")
    caller.get("/get-session")


@group.case(LINK, "another address", ON, TRUSTED)
def other_address(caller: Caller) -> None:
    """None at all, too, and one in capitals."""
    caller.signed_in()
    for number, email in enumerate((f"x{caller.email}", None, caller.email.upper())):
        _linked(caller, email=email, sub=f"{number}{caller.number}")
        _linked(caller, email=email, sub=f"{number}{caller.number}", verified=False)
    caller.tables()


@group.case(LINK, "an account of somebody else", ON)
def somebody_elses(caller: Caller) -> None:
    """Stays theirs."""
    visit = Visit(caller, "discord")
    visit.account(caller.person(f"other-{caller.email}"))
    caller.signed_in()
    _linked(caller).rows()


@group.case(LINK, "an account of nobody", ON)
def orphan(caller: Caller) -> None:
    """Whose owner is gone; where the database lets that happen."""
    caller.signed_in()
    visit = Visit(caller, "discord", sub="", email=caller.email)
    visit.start("/link-social", **ENDS)
    visit.back()
    visit.rows()


@group.case(LINK, "after the session has ended", ON)
def ended(caller: Caller) -> None:
    """Signed out meanwhile, or late, or somebody else's browser by now."""
    user = caller.person()
    for change in (
        'DELETE FROM "session" WHERE "token" = %(token)s',
        'UPDATE "session" SET "expiresAt" = now() - interval \'1 second\' WHERE "token" = %(token)s',
    ):
        token = caller.session(user)
        visit = Visit(caller, "discord")
        visit.start("/link-social", **ENDS)
        caller.sql(change, token=token)
        visit.back()
        visit.kept()
    visit.accounts()


@group.case(LINK, "in the session of somebody else", ON)
def somebody_else(caller: Caller) -> None:
    """Who is signed in at the end does not count: the link is of who began it."""
    caller.signed_in()
    visit = Visit(caller, "discord")
    visit.start("/link-social", **ENDS)
    caller.session(caller.person(f"other-{caller.email}"))
    visit.back()
    visit.rows()
    caller.get("/get-session")
    caller.tables(f"other-{caller.email}")


@group.case(LINK, "after the address has changed", ON)
def changed(caller: Caller) -> None:
    """The address of the beginning counts."""
    user, _ = caller.signed_in()
    visit = Visit(caller, "discord")
    visit.start("/link-social", **ENDS)
    caller.sql(
        'UPDATE "user" SET "email" = %(email)s WHERE "id" = %(user)s', email=f"x{caller.email}", user=user
    )
    visit.back()
    visit.rows()
    caller.tables(f"x{caller.email}")


@group.case(LINK, "what a person says no to", ON)
def refused(caller: Caller) -> None:
    """Nothing is linked."""
    caller.signed_in()
    visit = Visit(caller, "discord")
    visit.start("/link-social", **ENDS)
    visit.back("", error="access_denied")
    visit.start("/link-social", errorCallbackURL="https://evil.com")
    visit.start("/link-social", callbackURL="https://evil.com")
    visit.rows()


@group.case(LINK, "without a session", ON)
def nobody(caller: Caller) -> None:
    """Refused, also with one that is too old to be fresh."""
    Visit(caller, "discord").start("/link-social")
    caller.signed_in(created_ago=3 * 86400)
    Visit(caller, "discord").start("/link-social")
    Visit(caller, "nobody").start("/link-social")


# What there is


@group.case(UNLINK, "an account at a provider", ON)
def unlink(caller: Caller) -> None:
    """Until the last, which stays."""
    user, _ = caller.signed_in()
    rows = [Visit(caller, provider).account(user) for provider in ("discord", "github")]
    other = Visit(caller, "google", sub=f"9{caller.number}").account(caller.person(f"other-{caller.email}"))
    caller.get("/list-accounts")
    for row in (other, *rows, rows[0]):
        caller.post("/unlink-account", {"accountId": row})
    caller.get("/list-accounts")
    visit = Visit(caller, "discord")
    visit.whole()
    visit.rows()


@group.case(LIST, "accounts with scopes", ON)
def scopes(caller: Caller) -> None:
    """As they are kept: with commas, spaces, nothing."""
    user, _ = caller.signed_in()
    for number, scope in enumerate(("a,b", "a b", "", None, " a , ,b,a")):
        Visit(caller, "discord", sub=f"{number}{caller.number}").account(user, scope=scope)
    caller.get("/list-accounts")


@group.case(BACK, "and then a password", ON)
def password(caller: Caller) -> None:
    """Who has come from a provider has none, and cannot sign in by one."""
    visit = Visit(caller, "discord")
    visit.whole()
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD}, cookie=None)
    caller.post("/change-password", {"currentPassword": PASSWORD, "newPassword": f"{PASSWORD}2"})
    caller.sign_up()
    caller.get("/list-accounts")
