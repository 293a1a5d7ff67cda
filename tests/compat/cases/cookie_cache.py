"""The session kept in a cookie, in each of its formats; and the refresh that waits for a POST."""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import Any

from tests.compat import people
from tests.compat.caller import PASSWORD, Caller
from tests.compat.case import Group

group = Group()
GET = "GET /get-session"
POST = "POST /get-session"
CACHES = ("cache-compact", "cache-jwt", "cache-jwe")
DATA = "better-auth.session_data"


@group.case(GET, "cached", *CACHES)
def cached(caller: Caller) -> None:
    """Made on sign-up, used, and used although the row is gone; not where it is told not to."""
    caller.sign_up()
    caller.get("/get-session")
    caller.sql('UPDATE "user" SET "name" = \'Changed\' WHERE "email" = %(email)s', email=caller.email)
    caller.get("/get-session")
    caller.get("/get-session?disableCookieCache=true")
    caller.get("/get-session")
    caller.sql('DELETE FROM "session" WHERE "ipAddress" = %(ip)s', ip=caller.address)
    caller.get("/get-session")
    caller.get("/list-accounts")
    caller.get("/list-sessions")
    caller.get("/get-session?disableCookieCache=true")


@group.case(GET, "cached, not remembered", *CACHES)
def cached_not_remembered(caller: Caller) -> None:
    """Another time to live, and no Max-Age."""
    caller.sign_up()
    caller.jar.clear()
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD, "rememberMe": False})
    caller.get("/get-session")
    caller.jar.pop(DATA)
    caller.get("/get-session")
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})
    caller.post("/sign-out", {})


BROKEN = ["", "x", "e30", "bm90IGpzb24", "a.b.c", "a.b.c.d.e", "%00", "null", "W10", "a" * 3000]


def _broken(caller: Caller, value: str) -> None:
    caller.signed_in()
    caller.jar[DATA] = value
    caller.get("/get-session")
    caller.get("/get-session")


group.each(GET, "broken cache", [(repr(value[:12]), value) for value in BROKEN], _broken, CACHES)


@group.case(GET, "cache changed by hand", *CACHES)
def tampered(caller: Caller) -> None:
    """Every part of it, one character at a time."""
    caller.sign_up()
    good = caller.jar[DATA]
    for place in (3, len(good) // 2, len(good) - 2):
        caller.jar[DATA] = good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]
        caller.get("/get-session")
    caller.jar[DATA] = good + "x"
    caller.get("/get-session")


@group.case(GET, "somebody else's cache", *CACHES)
def swapped(caller: Caller) -> None:
    """The token cookie decides."""
    caller.sign_up()
    theirs = caller.jar[DATA]
    caller.jar.clear()
    caller.sign_up("b" + caller.email)
    caller.jar[DATA] = theirs
    caller.get("/get-session")


@group.case(GET, "cache without the token cookie", *CACHES)
def orphan(caller: Caller) -> None:
    """Nobody, and nothing is cleared."""
    caller.sign_up()
    caller.get("/get-session", cookie=f"{DATA}={caller.jar[DATA]}")


def _compact(caller: Caller, **changes: Any) -> None:
    """A compact cache cookie made by hand, with some of its members changed."""
    found = caller.sql(people.LOOK_AT_SESSIONS, email=caller.email)[0]
    person = caller.sql(people.LOOK_AT_USER, email=caller.email)[0]
    session = {key: found[key] for key in ("token", "ipAddress", "userAgent", "userId", "id")}
    # So long ago that it is compared as it is, not by its distance from a run's own moments.
    dates = dict.fromkeys(("createdAt", "updatedAt"), "2020-01-01T00:00:00.000Z")
    session |= dates | {"expiresAt": "2030-01-01T00:00:00.000Z"} | changes.pop("session", {})
    user = {"name": "From the cache", "email": person["email"], "emailVerified": False, "image": None}
    user |= dates | {"id": person["id"]} | changes.pop("user", {})
    now = int(time.time() * 1000)
    inner = {"session": {key: value for key, value in session.items() if value != "gone"}, "user": user}
    inner |= {"updatedAt": now, "version": "1"} | changes.pop("inner", {})
    until = changes.pop("expiresAt", now + 100_000)
    caller.jar[DATA] = _signed(caller, inner, until)


def _signed(caller: Caller, inner: dict[str, Any], until: int) -> str:
    text = json.dumps(inner | {"expiresAt": until}, separators=(",", ":"), ensure_ascii=False)
    digest = hmac.digest(caller.options.secret.encode(), text.encode(), "sha256")
    signature = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    whole = {"session": inner, "expiresAt": until, "signature": signature}
    raw = json.dumps(whole, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


CRAFTED: list[tuple[str, dict[str, Any]]] = [
    ("as it is", {}),
    ("over", {"expiresAt": 1_000}),
    ("session over", {"session": {"expiresAt": "2020-01-01T00:00:00.000Z"}}),
    ("session's end no date", {"session": {"expiresAt": "soon"}}),
    ("session's end missing", {"session": {"expiresAt": "gone"}}),
    ("another version", {"inner": {"version": "2"}}),
    ("version a number", {"inner": {"version": 1}}),
    ("another token", {"session": {"token": "x" * 32}}),
    ("unknown members", {"session": {"theme": "dark"}, "user": {"role": "admin"}}),
    ("unicode", {"user": {"name": 'é"\\/\u2028😀'}}),
    ("dates without milliseconds", {"session": {"createdAt": "2026-01-01T00:00:00Z"}}),
    ("date a number", {"session": {"createdAt": 1_700_000_000_000}}),
    ("user id missing", {"user": {"id": None}}),
    ("address null", {"session": {"ipAddress": None, "userAgent": None}}),
    ("updatedAt missing", {"inner": {"updatedAt": None}}),
]


def _crafted(caller: Caller, changes: dict[str, Any]) -> None:
    caller.signed_in()
    _compact(caller, **json.loads(json.dumps(changes)))
    caller.get("/get-session")
    caller.get("/list-accounts")


group.each(GET, "crafted cache", CRAFTED, _crafted, ("cache-compact",))


@group.case(GET, "a cache too big for one cookie", *CACHES)
def chunked(caller: Caller) -> None:
    """Split, joined again, cleared in pieces; back to one when the user shrinks."""
    user = caller.person()
    caller.session(user)
    caller.sql('UPDATE "user" SET "image" = repeat(\'x\', 3700) WHERE "id" = %(user)s', user=user)
    caller.get("/get-session")
    caller.get("/get-session")
    caller.post("/update-user", {"image": "y" * 3000})
    caller.get("/get-session")
    caller.post("/update-user", {"image": None})
    caller.get("/get-session")
    caller.post("/update-user", {"image": "z" * 3800})
    caller.post("/sign-out", {})


@group.case(GET, "a session too big for any cookies", *CACHES)
def too_big(caller: Caller) -> None:
    """As better-auth does it, proxies refuse all that follows."""
    caller.sign_up()
    caller.post("/update-user", {"image": "z" * 9000})
    caller.get("/get-session?disableCookieCache=1")
    caller.get("/list-accounts")
    caller.post("/sign-out", {})


@group.case("GET /list-accounts", "refresh due, cached", *CACHES)
def middleware(caller: Caller) -> None:
    """A refresh inside an endpoint's own look at the session: which cookies reach the client."""
    caller.signed_in(expires_in=1000)
    caller.get("/list-accounts")
    caller.tables()


# The refresh that waits


@group.case(GET, "deferred", "deferred", "deferred-cache")
def deferred(caller: Caller) -> None:
    """GET says that it is due, POST does it."""
    caller.signed_in(expires_in=1000)
    caller.get("/get-session")
    caller.tables()
    caller.get("/get-session?disableRefresh=true")
    caller.post("/get-session", {})
    caller.tables()
    caller.get("/get-session")
    caller.post("/get-session", {})
    caller.post("/get-session")
    caller.post("/get-session", b"<x/>", headers={"Content-Type": "text/xml"})
    caller.post("/get-session", {}, cookie=None)
    caller.post("/get-session", {}, headers={"Origin": "https://evil.com"})


@group.case(GET, "deferred and over", "deferred", "deferred-cache")
def deferred_over(caller: Caller) -> None:
    """The row goes only on POST."""
    caller.signed_in(expires_in=-5)
    kept = caller.cookies()
    caller.get("/get-session", cookie=kept, headers={"Origin": caller.origin})
    caller.tables()
    caller.post("/get-session", {}, cookie=kept)
    caller.tables()


@group.case(GET, "deferred, not remembered", "deferred", "deferred-cache")
def deferred_not_remembered(caller: Caller) -> None:
    """Whether needsRefresh is there."""
    caller.signed_in(expires_in=1000)
    caller.jar["better-auth.dont_remember"] = caller.sign("true")
    caller.get("/get-session")
    caller.post("/get-session", {})


@group.case("GET /list-accounts", "deferred refresh due", "deferred", "deferred-cache")
def deferred_elsewhere(caller: Caller) -> None:
    """An endpoint that looks at the session never refreshes then."""
    caller.signed_in(expires_in=1000)
    caller.get("/list-accounts")
    caller.tables()
