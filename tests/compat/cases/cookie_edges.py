"""The edges of the session's cookies: left-overs, odd chunks, sessions that vanish, what a guard lets through."""

from __future__ import annotations

from functools import partial

from tests.compat.caller import PASSWORD, Caller
from tests.compat.case import Group

group = Group()
GET = "GET /get-session"
DATA = "better-auth.session_data"
EVERYWHERE = ("plain", "cache-compact", "cache-jwt", "cache-jwe", "deferred", "deferred-cache")
VANISH = """
CREATE FUNCTION "{token}"() RETURNS trigger AS 'BEGIN RETURN NULL; END' LANGUAGE plpgsql;
CREATE TRIGGER "{token}" BEFORE UPDATE ON "session"
    FOR EACH ROW WHEN (OLD."token" = '{token}') EXECUTE FUNCTION "{token}"()
"""
APPEAR = 'DROP FUNCTION "{token}"() CASCADE'

LEFT = [
    f"{DATA}=abcd",
    f"{DATA}=",
    f"{DATA}=abcd; {DATA}.1=x",
    f"{DATA}.2=x; {DATA}.0=y; {DATA}.01=z; {DATA}.x=z",
    f"{DATA}.2=; {DATA}.0=x; {DATA}.0=",
    f'{DATA}.0="x"; {DATA}.1="y; {DATA}.2=a,b; {DATA}.3=%zz; {DATA}.4=c\\d',
    f'{DATA}="abcd"; {DATA}=efgh',
    f"{DATA}.9007199254740991=x; {DATA}.9007199254740992=y",
]


def _left(caller: Caller, left: str) -> None:
    caller.signed_in(expires_in=1000)
    for path in ("/list-accounts", "/get-session?disableRefresh=1", "/get-session"):
        caller.get(path, cookie=f"{caller.cookies()}; {left}")
    caller.get("/list-accounts", cookie=left)
    caller.post("/sign-out", {}, cookie=f"{caller.cookies()}; {left}")


def _gone(caller: Caller, left: str) -> None:
    user, token = caller.signed_in()
    caller.sql('DELETE FROM "session" WHERE "userId" = %(user)s', user=user)
    mine = f"better-auth.session_token={caller.sign(token)}"
    caller.get("/get-session", cookie=f"{mine}; {left}")
    caller.get("/list-accounts", cookie=f"{mine}; {left}")
    caller.post("/revoke-sessions", {}, cookie=f"{mine}; {left}")


for _left_over in LEFT:
    for _options in EVERYWHERE:
        group.add(GET, f"left-over {_left_over}", partial(_left, left=_left_over), _options)
        group.add(GET, f"gone, left-over {_left_over}", partial(_gone, left=_left_over), _options)


@group.case(GET, "a cache with no base64 in it", *EVERYWHERE)
def unreadable(caller: Caller) -> None:
    """Not the same everywhere."""
    caller.signed_in()
    for value in ("!", "a+b", "a-b/c", "a=!", "e30=", "é", "a b"):
        caller.get("/get-session", cookie=f"{caller.cookies()}; {DATA}={value}")
        caller.get("/list-accounts", cookie=f"{caller.cookies()}; {DATA}={value}")
        caller.get("/get-session?disableCookieCache=1", cookie=f"{caller.cookies()}; {DATA}={value}")


@group.case(GET, "a token that no row can have", *EVERYWHERE)
def impossible(caller: Caller) -> None:
    """The database refuses the question."""
    mine = f"better-auth.session_token={caller.sign(chr(0) + 'x')}; {DATA}=abcd; {DATA}.0=x"
    caller.get("/get-session", cookie=mine)
    caller.get("/list-accounts", cookie=mine)


@group.case(
    "POST /sign-in/email", "cookies of another name, kind or domain", "prefix", "strict", "other-site"
)
def named(caller: Caller) -> None:
    """Set, changed, split, expired."""
    caller.sign_up()
    caller.get("/get-session")
    caller.post("/update-user", {"image": "x" * 3600})
    caller.post("/update-user", {"image": None})
    caller.post("/sign-out", {})
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD, "rememberMe": False})
    caller.get("/get-session?disableCookieCache=1")
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})
    caller.post("/revoke-sessions", {})
    caller.get("/get-session", cookie=f"better-auth.session_token={caller.sign(caller.random_id())}")


@group.case(GET, "an ended one before the good one", *EVERYWHERE)
def doubled(caller: Caller) -> None:
    """A parent domain's old cookie comes first; with better-auth nobody gets in until it is gone."""
    _, ended = caller.signed_in()
    caller.sql('DELETE FROM "session" WHERE "token" = %(token)s', token=ended)
    caller.session(str(caller.sql('SELECT "id" FROM "user" WHERE "email" = %(e)s', e=caller.email)[0]["id"]))
    good = caller.cookies()
    for old in (caller.sign(ended), caller.sign(ended, "a secret of somebody else, also long enough")):
        both = f"better-auth.session_token={old}; {good}"
        caller.get("/get-session", cookie=both)
        caller.get("/list-accounts", cookie=both)
        caller.get("/get-session", cookie=f"{good}; better-auth.session_token={old}")


@group.case(GET, "gone while it is prolonged", "plain", "cache-compact", "deferred-cache")
def vanishing(caller: Caller) -> None:
    """The row is there when it is read and not when it is written."""
    _, token = caller.signed_in(expires_in=1000)
    caller.sql(VANISH.format(token=token))
    mine = f"{caller.cookies()}; {DATA}=abcd; {DATA}.0=x"
    caller.get("/get-session", cookie=mine)
    caller.get("/list-accounts", cookie=mine)
    caller.post("/get-session", {}, cookie=mine)
    caller.sql(APPEAR.format(token=token))


@group.case("GET /list-sessions", "not fresh, refresh due", *EVERYWHERE)
def stale(caller: Caller) -> None:
    """What a guard that refuses sends along."""
    caller.signed_in(expires_in=1000, created_ago=90000)
    caller.get("/list-sessions", cookie=f"{caller.cookies()}; {DATA}=abcd; {DATA}.1=x")
    caller.get("/list-sessions?disableRefresh=1")


@group.case("POST /update-user", "refused, refresh due", *EVERYWHERE)
def refused(caller: Caller) -> None:
    """What a refusal keeps of its guard's cookies."""
    for body in ({}, {"email": "x"}, {"name": "Eve"}):
        caller.jar.clear()
        caller.sql('DELETE FROM "user" WHERE "email" = %(email)s', email=caller.email)
        caller.signed_in(expires_in=1000)
        caller.post("/update-user", body)


@group.case("POST /revoke-sessions", "refresh due, everywhere", *EVERYWHERE)
def revoked(caller: Caller) -> None:
    """What was set by the guard is taken back."""
    _, token = caller.signed_in(expires_in=1000)
    caller.post("/revoke-session", {"token": token}, cookie=f"{caller.cookies()}; {DATA}=abcd")
    caller.session(
        str(caller.sql('SELECT "id" FROM "user" WHERE "email" = %(e)s', e=caller.email)[0]["id"]), 1000
    )
    caller.post("/revoke-sessions", {})


@group.case("POST /update-user", "not remembered, everywhere", *EVERYWHERE)
def forgotten(caller: Caller) -> None:
    """Each change goes on as it began, in the order of where the session came from."""
    caller.sign_up()
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD, "rememberMe": False})
    caller.get("/get-session")
    caller.post("/update-user", {"name": "Eve"})
    caller.get("/get-session")
    caller.get("/get-session?disableCookieCache=1")
    caller.post("/update-user?disableCookieCache=1", {"image": "i"})
    caller.get("/get-session")


@group.case(GET, "a name that is a date", "cache-compact", "cache-jwt", "cache-jwe")
def dated(caller: Caller) -> None:
    """JSON has no dates; what looks like one is one."""
    for name in ("2026-01-01T00:00:00.000Z", "2026-02-30T24:00:00Z", "2026-01-01T00:00:60Z", "2026-01-01"):
        caller.jar.clear()
        caller.sql('DELETE FROM "user" WHERE "email" = %(email)s', email=caller.email)
        caller.sign_up(name=name)
        caller.get("/get-session")
