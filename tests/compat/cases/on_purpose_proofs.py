"""What we ask for and say otherwise once somebody has proven who they are; see PURPOSES."""

from __future__ import annotations

import time

from tests.compat import profiles
from tests.compat.caller import PASSWORD, Caller, Look
from tests.compat.case import Group
from tests.compat.cases import email_otp, factors
from tests.compat.visit import Visit
from tests.providers import keys

group = Group()
ALL = "social-two-factor"


def _say(caller: Caller, what: str, found: object) -> None:
    """What is compared in place of all that was asked."""
    caller.heard[:] = [Look(what, found, time.time())]


@group.case("POST /sign-in/social", "an address that its id token proves", "social")
def proven(caller: Caller) -> None:
    """The row says so from then on; better-auth's answer still says what was there before."""
    user = caller.person()
    visit = Visit(caller, "google", verified=True)
    caller.account(user, "google", visit.who.sub)
    token = keys.id_token(profiles.without(profiles.claims("google", visit.who)))
    answer = factors.said(caller.post("/sign-in/social", {"provider": "google", "idToken": {"token": token}}))
    [row] = caller.sql('SELECT "emailVerified" FROM "user" WHERE "id" = %(user)s', user=user)
    found = [answer["user"]["emailVerified"], row["emailVerified"]]
    _say(caller, "an address that was just proven, in the answer and in the row", found)


def _signed_in(caller: Caller) -> bool:
    """Whether the browser has a session now; it has not afterwards."""
    found = caller.get("/get-session").body != b"null"
    caller.jar.clear()
    return found


@group.case("POST /two-factor/enable", "then in by a link, a code and a provider", ALL)
def skipped(caller: Caller) -> None:
    """With TWO_FACTOR_SCOPE=all; better-auth asks after a password alone."""
    factors.enabled(caller)
    caller.sql('UPDATE "user" SET "emailVerified" = true WHERE "email" = %(email)s', email=caller.email)
    caller.jar.clear()
    caller.post("/sign-in/magic-link", {"email": caller.email})
    mail = caller.mail(wait=5)
    caller.send("GET", "", target=mail.url.partition("localhost:8080")[2] if mail else "/")
    found = [_signed_in(caller)]
    email_otp.keep(caller)
    email_otp.sign_in(caller)
    found.append(_signed_in(caller))
    Visit(caller, "github", verified=True).whole()
    found.append(_signed_in(caller))
    factors.sign_in(caller)
    found.append(_signed_in(caller))
    _say(caller, "in past a second factor by a link, a code, a provider, a password", found)


@group.case("GET /multi-session/list-device-sessions", "a cookie under another's name", "multi-session")
def renamed(caller: Caller) -> None:
    """A cookie of a session's own counts as what it is called."""
    tokens = []
    for number in range(2):
        body = {"name": "Ada", "email": f"{number}{caller.email}", "password": PASSWORD}
        tokens.append(factors.said(caller.post("/sign-up/email", body))["token"])
    name = caller.cookie_name(f"session_token_multi-{tokens[0].lower()}")
    caller.jar = {name: caller.sign(tokens[1])}
    answer = caller.get("/multi-session/list-device-sessions")
    _say(caller, "sessions of a cookie under another's name", answer.body != b"[]")
