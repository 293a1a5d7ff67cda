"""Guests, and what becomes of them."""

from __future__ import annotations

import time
from typing import Any

from tests.compat.caller import PASSWORD, Caller, Look
from tests.compat.case import Group

group = Group()
ON, CACHED, SEVERAL = "anonymous", "anonymous-compact", "anonymous-several"
SIGN_IN, DELETE = "POST /sign-in/anonymous", "POST /delete-anonymous-user"
LOOK = """
SELECT "name", "email" ~ '^[0-9a-z]{32}@anonymous.placeholder.invalid$' AS "placed", "emailVerified", "isAnonymous",
       "updatedAt" - "createdAt" < interval '1 second' AS "new",
       (SELECT count(*)::int FROM "session" WHERE "userId" = "user"."id") AS "sessions",
       (SELECT count(*)::int FROM "account" WHERE "userId" = "user"."id") AS "accounts"
  FROM "user" WHERE "id" = (SELECT "userId" FROM "session" WHERE "ipAddress" = %(address)s ORDER BY "createdAt" DESC LIMIT 1)
"""
LEFT = """SELECT count(*)::int AS "left" FROM "user" WHERE "id" = %(user)s"""


def _guest(caller: Caller) -> str:
    """Signed in as one; the user's id."""
    caller.post("/sign-in/anonymous", cookie=None)
    token = caller.jar[caller.cookie_name("session_token")].partition(".")[0]
    return str(
        caller.sql('SELECT "userId" AS "id" FROM "session" WHERE "token" = %(token)s', token=token)[0]["id"]
    )


@group.case(SIGN_IN, "somebody new", ON, CACHED)
def new(caller: Caller) -> None:
    caller.post("/sign-in/anonymous")
    caller.rows(LOOK, address=caller.address)
    caller.get("/get-session")
    caller.get("/list-accounts")
    caller.get("/list-sessions")


BODIES: list[tuple[str, Any]] = [
    ("none", b""),
    ("empty", {}),
    ("text", "x"),
    ("null", None),
    ("a list", []),
    ("no JSON", b"{"),
    ("members", {"name": "Ada", "email": "x", "isAnonymous": False, "rememberMe": False}),
    ("a callback", {"callbackURL": "/x"}),
    ("a callback elsewhere", {"callbackURL": "https://evil.example"}),
]


def _body(caller: Caller, body: Any) -> None:
    caller.post("/sign-in/anonymous", body)
    caller.get("/get-session")
    caller.post("/delete-anonymous-user", body)


group.each(SIGN_IN, "body", BODIES, _body, (ON,))


@group.case(SIGN_IN, "how it is asked", ON)
def asked(caller: Caller) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    caller.post("/sign-in/anonymous", b"name=x", headers=form)
    caller.get("/sign-in/anonymous")
    caller.get("/delete-anonymous-user")
    for origin in ("https://evil.example", "null"):
        caller.post("/sign-in/anonymous", {}, headers={"Origin": origin}, cookie=None)
        caller.post("/sign-in/anonymous", {}, headers={"Origin": origin}, cookie="x=1")
    navigated: dict[str, str | None] = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    caller.post("/sign-in/anonymous", {}, headers=navigated, cookie=None)


@group.case(SIGN_IN, "again", ON, CACHED)
def again(caller: Caller) -> None:
    user = _guest(caller)
    caller.post("/sign-in/anonymous")
    caller.get("/get-session")
    caller.rows(LEFT, user=user)


@group.case(SIGN_IN, "by somebody", ON)
def by_somebody(caller: Caller) -> None:
    caller.sign_up()
    caller.post("/sign-in/anonymous")
    caller.get("/get-session")
    caller.tables()


@group.case(SIGN_IN, "not to be remembered", ON)
def forgetful(caller: Caller) -> None:
    caller.jar[caller.cookie_name("dont_remember")] = caller.sign("true")
    caller.post("/sign-in/anonymous")
    caller.get("/get-session")


@group.case(DELETE, "a guest", ON, CACHED)
def deleted(caller: Caller) -> None:
    user = _guest(caller)
    for _ in range(2):
        caller.post("/delete-anonymous-user", {})
        caller.rows(LEFT, user=user)
    caller.get("/get-session")


@group.case(DELETE, "somebody", ON)
def no_guest(caller: Caller) -> None:
    caller.sign_up()
    caller.post("/delete-anonymous-user", {})
    caller.tables()
    caller.jar.clear()
    caller.post("/delete-anonymous-user", {})


@group.case("POST /update-user", "of a guest", ON)
def updated(caller: Caller) -> None:
    _guest(caller)
    for body in ({"isAnonymous": False}, {"isAnonymous": True}, {"isAnonymous": None}, {"name": "Ada"}):
        caller.post("/update-user", body)
        caller.get("/get-session")
    caller.post(
        "/sign-up/email", {"name": "Ada", "email": caller.email, "password": PASSWORD, "isAnonymous": True}
    )


# Who becomes somebody


def _sign_up(caller: Caller) -> None:
    caller.sign_up()


def _sign_in(caller: Caller) -> None:
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})


def _wrong(caller: Caller) -> None:
    caller.post("/sign-in/email", {"email": caller.email, "password": "wrong password"})


def _known(caller: Caller) -> None:
    caller.sign_up()
    caller.jar.clear()


@group.case("POST /sign-up/email", "by a guest", ON, CACHED)
def signs_up(caller: Caller) -> None:
    user = _guest(caller)
    _sign_up(caller)
    caller.rows(LEFT, user=user)
    caller.get("/get-session")
    caller.tables()


@group.case("POST /sign-in/email", "by a guest", ON, CACHED)
def signs_in(caller: Caller) -> None:
    _known(caller)
    user = _guest(caller)
    guest = caller.cookies()
    for way in (_wrong, _sign_in):
        way(caller)
        caller.rows(LEFT, user=user)
    caller.get("/get-session")
    caller.get("/get-session", cookie=guest)


@group.case("POST /sign-in/email", "by a guest whose session is over", ON)
def signs_in_late(caller: Caller) -> None:
    """The guest stays: nobody knows who they were; and with better-auth the browser is signed out at once."""
    _known(caller)
    user = _guest(caller)
    caller.sql(
        """UPDATE "session" SET "expiresAt" = now() - interval '1 s' WHERE "userId" = %(user)s""", user=user
    )
    _sign_in(caller)
    found = [caller.get("/get-session").body != b"null", len(caller.sql(LEFT, user=user))]
    caller.heard[:] = [Look("signed in over a session that has ended, with guests", found, time.time())]


@group.case("POST /sign-in/username", "by a guest", SEVERAL)
def signs_in_by_name(caller: Caller) -> None:
    _known(caller)
    name = f"n{caller.number[:12]}"
    caller.sql(
        'UPDATE "user" SET "username" = %(name)s WHERE "email" = %(email)s', name=name, email=caller.email
    )
    user = _guest(caller)
    caller.post("/sign-in/username", {"username": name, "password": PASSWORD})
    caller.rows(LEFT, user=user)


@group.case("POST /sign-in/email-otp", "by a guest", SEVERAL)
def signs_in_by_code(caller: Caller) -> None:
    user = _guest(caller)
    caller.post("/email-otp/send-verification-otp", {"email": caller.email, "type": "sign-in"})
    mail = caller.mail(wait=5)
    caller.post("/sign-in/email-otp", {"email": caller.email, "otp": mail.code if mail else ""})
    caller.rows(LEFT, user=user)
    caller.get("/get-session")


@group.case("GET /magic-link/verify", "by a guest", SEVERAL)
def follows_a_link(caller: Caller) -> None:
    user = _guest(caller)
    caller.post("/sign-in/magic-link", {"email": caller.email})
    mail = caller.mail(wait=5)
    caller.send("GET", "", target=mail.url.partition("8080")[2] if mail else "/no-mail")
    caller.rows(LEFT, user=user)
    caller.get("/get-session")
