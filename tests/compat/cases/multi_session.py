"""Several people signed in at one browser."""

from __future__ import annotations

import time
from typing import Any

from tests.compat.caller import PASSWORD, Caller, Look
from tests.compat.case import Group
from tests.compat.cases.values import WRONG_STRINGS

group = Group()
ON, CACHED, GUESTS = "multi-session", "multi-session-compact", "multi-session-anonymous"
LIST, ACTIVE, REVOKE = (
    "GET /multi-session/list-device-sessions",
    "POST /multi-session/set-active",
    "POST /multi-session/revoke",
)
LEFT = """
SELECT count(*)::int AS "left" FROM "session" s JOIN "user" u ON u."id" = s."userId"
 WHERE u."email" LIKE '%%' || %(email)s
"""


def _sign_in(caller: Caller, number: int = 0) -> str:
    """Signed in, up the first time; the token."""
    email = f"{number}{caller.email}"
    body = {"name": f"P{number}", "email": email, "password": PASSWORD}
    known = caller.sql('SELECT 1 FROM "user" WHERE "email" = %(email)s', email=email)
    caller.post("/sign-in/email" if known else "/sign-up/email", body)
    return caller.jar.get(caller.cookie_name("session_token"), "").partition(".")[0]


def _list(caller: Caller) -> None:
    caller.get("/multi-session/list-device-sessions")


def _left(caller: Caller) -> None:
    caller.rows(LEFT, email=caller.email)


@group.case(LIST, "of nobody", ON)
def nobody(caller: Caller) -> None:
    _list(caller)
    caller.get("/multi-session/list-device-sessions", cookie="a=b")
    caller.post("/multi-session/list-device-sessions", {})
    for path in ("/multi-session/set-active", "/multi-session/revoke"):
        caller.get(path)
        caller.post(path)
        caller.post(path, {"sessionToken": "x"})


@group.case(LIST, "of three", ON, CACHED)
def three(caller: Caller) -> None:
    for number in range(3):
        _sign_in(caller, number)
    _list(caller)
    caller.get("/get-session")
    caller.post("/sign-out", {})
    _list(caller)
    _left(caller)


@group.case(LIST, "of more than there is room for", ON)
def many(caller: Caller) -> None:
    for number in range(7):
        _sign_in(caller, number)
    _list(caller)
    caller.post("/sign-out", {})
    _left(caller)


@group.case(LIST, "of one who comes in again", ON, CACHED)
def again(caller: Caller) -> None:
    """The session before is over, and its cookie gone."""
    for number in (0, 1, 0, 0, 1):
        _sign_in(caller, number)
        _list(caller)
    _left(caller)
    caller.get("/get-session")


@group.case(LIST, "of sessions that are over", ON)
def over(caller: Caller) -> None:
    tokens = [_sign_in(caller, number) for number in range(4)]
    caller.sql(
        """UPDATE "session" SET "expiresAt" = now() - interval '1 s' WHERE "token" = %(t)s""", t=tokens[1]
    )
    caller.sql('DELETE FROM "session" WHERE "token" = %(t)s', t=tokens[2])
    _list(caller)
    for token in tokens:
        caller.post("/multi-session/set-active", {"sessionToken": token})
        caller.get("/get-session")
    _list(caller)


@group.case(LIST, "by cookies that somebody made", ON)
def forged(caller: Caller) -> None:
    token = _sign_in(caller)
    name = caller.cookie_name(f"session_token_multi-{token.lower()}")
    good = caller.jar[name]
    for cookie in (
        f"{name}={caller.sign(token, 'another secret')}",
        f"{name}={token}",
        f"{name}={good[:-4]}",
    ):
        caller.get("/multi-session/list-device-sessions", cookie=cookie)
        caller.post("/multi-session/set-active", {"sessionToken": token}, cookie=cookie)
        caller.post("/multi-session/set-active", {"sessionToken": "x"}, cookie=cookie)


@group.case(ACTIVE, "another", ON, CACHED)
def active(caller: Caller) -> None:
    tokens = [_sign_in(caller, number) for number in range(3)]
    for token in (tokens[0], tokens[0].upper(), tokens[1], "x", "", tokens[2].lower()):
        caller.post("/multi-session/set-active", {"sessionToken": token})
        caller.get("/get-session")
    other = caller.random_id()
    caller.post("/multi-session/set-active", {"sessionToken": other})
    caller.post("/multi-session/set-active", {"sessionToken": tokens[0]}, cookie=None)
    caller.post(
        "/multi-session/set-active", {"sessionToken": tokens[0]}, headers={"Origin": "https://evil.example"}
    )


@group.case(ACTIVE, "for as long as it lasts", ON)
def no_longer(caller: Caller) -> None:
    token = _sign_in(caller)
    _sign_in(caller, 1)
    caller.sql(
        """UPDATE "session" SET "expiresAt" = now() + interval '3 d', "updatedAt" = now() - interval '4 d'
            WHERE "token" = %(t)s""",
        t=token,
    )
    caller.post("/multi-session/set-active", {"sessionToken": token})
    caller.rows(
        'SELECT round(extract(epoch FROM "expiresAt" - now()) / 1000)::int AS "left" FROM "session" WHERE "token" = %(t)s',
        t=token,
    )
    caller.get("/get-session")


@group.case(ACTIVE, "by a browser that is not to remember", ON)
def forgetful(caller: Caller) -> None:
    token = _sign_in(caller)
    caller.post(
        "/sign-in/email",
        {"email": f"0{caller.email}", "password": PASSWORD, "rememberMe": False},
        cookie=None,
    )
    _sign_in(caller, 1)
    caller.jar[caller.cookie_name("dont_remember")] = caller.sign("true")
    caller.post("/multi-session/set-active", {"sessionToken": token})
    _list(caller)


@group.case(REVOKE, "each", ON, CACHED)
def revoke(caller: Caller) -> None:
    tokens = [_sign_in(caller, number) for number in range(3)]
    caller.post("/multi-session/revoke", {"sessionToken": "x"})
    for token in (tokens[0], tokens[0], tokens[2], tokens[1], tokens[1]):
        caller.post("/multi-session/revoke", {"sessionToken": token})
        caller.get("/get-session")
        _list(caller)
    _left(caller)


@group.case(REVOKE, "another's", ON)
def revoke_elses(caller: Caller) -> None:
    token = _sign_in(caller)
    caller.jar.clear()
    _sign_in(caller, 1)
    caller.post("/multi-session/revoke", {"sessionToken": token})
    _left(caller)


@group.case(REVOKE, "of a stranger", ON)
def revoke_stranger(caller: Caller) -> None:
    token = _sign_in(caller)
    del caller.jar[caller.cookie_name("session_token")]
    caller.post("/multi-session/revoke", {"sessionToken": token})
    caller.post("/multi-session/revoke", {"sessionToken": 5})
    _list(caller)


def _wrong(caller: Caller, value: Any) -> None:
    _sign_in(caller)
    for path in ("/multi-session/set-active", "/multi-session/revoke"):
        caller.post(path, {"sessionToken": value})


group.each(ACTIVE, "wrong token", WRONG_STRINGS, _wrong, (ON,))


@group.case("GET /get-session", "that was there before", ON)
def before(caller: Caller) -> None:
    """A cookie of its own comes with the next that is written."""
    caller.signed_in(expires_in=500000, created_ago=100000)
    caller.get("/get-session")
    _list(caller)


@group.case("POST /change-password", "of one of two", ON)
def changed(caller: Caller) -> None:
    for number in range(2):
        _sign_in(caller, number)
    body = {"currentPassword": PASSWORD, "newPassword": PASSWORD + "x", "revokeOtherSessions": True}
    caller.post("/change-password", body)
    caller.post("/update-user", {"name": "Bo"})
    _list(caller)


@group.case("POST /sign-out", "of one of two", ON)
def signed_out(caller: Caller) -> None:
    token = _sign_in(caller)
    _sign_in(caller, 1)
    name = caller.cookie_name(f"session_token_multi-{token.lower()}")
    caller.jar[name] = caller.sign(token, "another secret")
    caller.post("/sign-out", {})
    _left(caller)
    caller.post("/sign-out", {})


@group.case("POST /sign-in/email", "again, with guests", GUESTS)
def with_guests(caller: Caller) -> None:
    """better-auth ends the session before, reads it, and signs out who has just come in."""
    _sign_in(caller)
    _sign_in(caller)
    found = caller.get("/get-session").body != b"null"
    caller.heard[:] = [Look("signed in once more, with guests and several sessions", found, time.time())]
