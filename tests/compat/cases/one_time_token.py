"""Tokens that hand a session on, and count once."""

from __future__ import annotations

import json

from tests.compat.caller import Caller
from tests.compat.case import Group, alone
from tests.compat.cases.values import WRONG_STRINGS

group = Group()
ON = "one-time-token"
GENERATE = "GET /one-time-token/generate"
VERIFY = "POST /one-time-token/verify"
# Its time, and what it leads to.
LOOK = """
SELECT "identifier" LIKE 'one-time-token:%%' AS "named", length("identifier") AS "length", "value" = %(token)s AS "leads",
       round(extract(epoch FROM "expiresAt" - now()) / 10)::int AS "tens"
  FROM "verification" WHERE "value" = %(token)s
"""
KEEP = """
INSERT INTO "verification" ("id", "identifier", "value", "expiresAt", "createdAt", "updatedAt")
VALUES (%(id)s, 'one-time-token:' || %(token)s, %(value)s, now() + %(seconds)s * interval '1 second', now(), now())
"""


def _generated(caller: Caller) -> str:
    return str(json.loads(caller.get("/one-time-token/generate").body)["token"])


def _keep(caller: Caller, value: str, seconds: float = 100) -> str:
    """A token as it is stored."""
    token = caller.random_id()
    caller.sql(KEEP, id=caller.random_id(), token=token, value=value, seconds=seconds)
    return token


@group.case(GENERATE, "signed in", ON)
def generate(caller: Caller) -> None:
    """With the row that it leaves, and without any doubt about which session it is for."""
    _, token = caller.signed_in()
    caller.get("/one-time-token/generate")
    caller.get("/one-time-token/generate?x=1")
    caller.rows(LOOK, token=token)


@group.case(GENERATE, "signed out", ON)
def stranger(caller: Caller) -> None:
    caller.get("/one-time-token/generate")
    caller.signed_in(expires_in=-10)
    caller.get("/one-time-token/generate")
    caller.post("/one-time-token/generate", {})


@group.case(VERIFY, "in another browser, and again", ON)
def verify(caller: Caller) -> None:
    caller.signed_in()
    token = _generated(caller)
    caller.post("/one-time-token/verify", {"token": token}, cookie=None)
    caller.post("/one-time-token/verify", {"token": token}, cookie=None)
    caller.get("/get-session")


@group.case(VERIFY, "by somebody who is signed in", ON)
def another(caller: Caller) -> None:
    _, token = caller.signed_in()
    handed = _keep(caller, token)
    caller.session(caller.person("other-" + caller.email))
    caller.post("/one-time-token/verify", {"token": handed})


@group.case(VERIFY, "by a browser that is not to remember", ON)
def forgetful(caller: Caller) -> None:
    _, token = caller.signed_in()
    handed = _keep(caller, token)
    caller.jar[caller.cookie_name("dont_remember")] = caller.sign("true")
    caller.post("/one-time-token/verify", {"token": handed})


@group.case(VERIFY, "too late", ON)
@alone
def late(caller: Caller) -> None:
    _, token = caller.signed_in()
    caller.post("/one-time-token/verify", {"token": _keep(caller, token, seconds=-1)}, cookie=None)


@group.case(VERIFY, "of a session that was ended", ON)
def ended(caller: Caller) -> None:
    caller.signed_in()
    token = _generated(caller)
    caller.post("/sign-out", {})
    caller.post("/one-time-token/verify", {"token": token}, cookie=None)


@group.case(VERIFY, "of a session whose time is over", ON)
def over(caller: Caller) -> None:
    _, token = caller.signed_in(expires_in=-10)
    caller.post("/one-time-token/verify", {"token": _keep(caller, token)}, cookie=None)


@group.case(VERIFY, "bodies", ON)
def bodies(caller: Caller) -> None:
    caller.post("/one-time-token/verify")
    for value in ("", "x", "x" * 5000, "one-time-token:x", "%", "ä"):
        caller.post("/one-time-token/verify", {"token": value})
    caller.get("/one-time-token/verify")


def _verify_field(caller: Caller, value: object) -> None:
    caller.post("/one-time-token/verify", {"token": value})


group.each(VERIFY, "wrong token", WRONG_STRINGS, _verify_field, (ON,))
