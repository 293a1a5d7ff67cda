"""GET and POST /get-session: finding, refreshing, clearing."""

from __future__ import annotations

import base64
import re

from tests.compat import people
from tests.compat.caller import PASSWORD, Caller
from tests.compat.case import Group

group = Group()
AT = "GET /get-session"
POST = "POST /get-session"
TOKEN = "better-auth.session_token"


NAMED = ("prefix", "strict", "other-site")


@group.case(AT, "no cookie", "plain", "https", "cache-compact")
def no_cookie(caller: Caller) -> None:
    """Nobody is signed in."""
    caller.get("/get-session")
    caller.get("/get-session", cookie="x=y")


@group.case(AT, "valid", *NAMED, "plain", "https", "short-lived", "cache-compact", "cache-jwt", "cache-jwe")
def valid(caller: Caller) -> None:
    """A session that needs nothing."""
    caller.signed_in(expires_in=3600)
    caller.get("/get-session")
    caller.get("/get-session")
    caller.tables()


QUERIES = [
    "disableCookieCache=true",
    "disableCookieCache=false",
    "disableCookieCache=",
    "disableCookieCache=1&disableCookieCache=2",
    "disableCookieCache",
    "disableRefresh=true",
    "disableRefresh=false",
    "disableRefresh=",
    "disableRefresh=0",
    "disableRefresh=a&disableRefresh=b",
    "x=1",
    "x=%zz&%",
    "disableCookieCache[]=1",
]


def _query(caller: Caller, query: str) -> None:
    caller.signed_in(expires_in=10)
    caller.get(f"/get-session?{query}")
    caller.tables()


group.each(AT, "query on a session due for refresh", [(query, query) for query in QUERIES], _query)


@group.case(
    AT, "refresh due", *NAMED, "plain", "https", "short-lived", "cache-compact", "cache-jwt", "cache-jwe"
)
def refresh_due(caller: Caller) -> None:
    """A day old: renewed once, then left alone."""
    caller.signed_in(expires_in=1000, created_ago=90000)
    caller.get("/get-session")
    caller.tables()
    caller.get("/get-session")
    caller.tables()


BORDER = [
    ("just due", 604800 - 86400 - 5),
    ("not yet due", 604800 - 86400 + 20),
    ("longer than its life", 9999999),
]


def _border(caller: Caller, left: int) -> None:
    caller.signed_in(expires_in=left)
    caller.get("/get-session")
    caller.tables()


group.each(AT, "refresh border", BORDER, _border)


@group.case(AT, "refresh due but not remembered")
def refresh_not_remembered(caller: Caller) -> None:
    """The dont_remember cookie stops the refresh; a forged one does not."""
    _, token = caller.signed_in(expires_in=1000)
    mine = f"{TOKEN}={caller.sign(token)}"
    caller.get("/get-session", cookie=f"{mine}; better-auth.dont_remember={caller.sign('true')}")
    caller.get("/get-session", cookie=f"{mine}; better-auth.dont_remember={caller.sign('false')}")
    caller.get("/get-session", cookie=f"{mine}; better-auth.dont_remember={caller.sign('')}")
    caller.tables()
    caller.get("/get-session", cookie=f"{mine}; better-auth.dont_remember=true")
    caller.tables()


@group.case(AT, "refresh due with a forged dont_remember")
def refresh_forged(caller: Caller) -> None:
    """A signature that is wrong is no cookie."""
    _, token = caller.signed_in(expires_in=1000)
    forged = caller.sign("true", "another secret of good length....")
    caller.get("/get-session", cookie=f"{TOKEN}={caller.sign(token)}; better-auth.dont_remember={forged}")
    caller.tables()


@group.case(AT, "expired", "plain", "https", "cache-compact")
def expired(caller: Caller) -> None:
    """The row goes and the cookies go."""
    caller.signed_in(expires_in=-5)
    caller.get("/get-session", cookie=caller.cookies() + f"; better-auth.dont_remember={caller.sign('true')}")
    caller.tables()


@group.case(AT, "row vanished", "plain", "https", "cache-compact")
def vanished(caller: Caller) -> None:
    """A good signature without a row clears."""
    user, _ = caller.signed_in()
    caller.sql('DELETE FROM "session" WHERE "userId" = %(user)s', user=user)
    caller.get("/get-session")
    caller.get("/get-session")


@group.case(AT, "row vanished, all cookies there")
def vanished_all(caller: Caller) -> None:
    """Every cookie that was sent and is ours gets cleared."""
    user, token = caller.signed_in()
    caller.sql('DELETE FROM "session" WHERE "userId" = %(user)s', user=user)
    names = (
        "session_data",
        "session_data.0",
        "session_data.1",
        "account_data",
        "account_data.0",
        "oauth_state",
        "state",
    )
    rest = "; ".join(f"better-auth.{name}=x" for name in names)
    caller.get(
        "/get-session",
        cookie=f"{TOKEN}={caller.sign(token)}; {rest}; better-auth.dont_remember={caller.sign('true')}",
    )


@group.case(AT, "cookie cache is off but its cookie is there")
def stale_cache(caller: Caller) -> None:
    """The left-over is cleared, chunks too."""
    caller.signed_in()
    mine = caller.cookies()
    caller.get("/get-session", cookie=f"{mine}; better-auth.session_data=x")
    caller.get("/get-session", cookie=f"{mine}; better-auth.session_data.0=x; better-auth.session_data.1=y")
    caller.get("/get-session", cookie=f"{mine}; better-auth.session_data.1=y; better-auth.session_data.01=z")
    caller.get("/get-session", cookie="better-auth.session_data=x")
    caller.get("/get-session", cookie=f"{mine}; better-auth.session_data=")


@group.case(AT, "user deleted underneath")
def user_deleted(caller: Caller) -> None:
    """The cascade takes the session with it."""
    user, _ = caller.signed_in()
    caller.sql('DELETE FROM "user" WHERE "id" = %(user)s', user=user)
    caller.get("/get-session")


@group.case(AT, "other sessions of the user expired")
def others_expired(caller: Caller) -> None:
    """Only the asked-for row counts."""
    user, _ = caller.signed_in(expires_in=-100)
    caller.session(user)
    caller.get("/get-session")
    caller.tables()


@group.case(AT, "user with everything set")
def full_user(caller: Caller) -> None:
    """Image, verified, strange names, dates before and after."""
    user, _ = caller.signed_in()
    caller.sql(
        'UPDATE "user" SET "image" = %(image)s, "emailVerified" = true, "name" = %(name)s,'
        ' "createdAt" = %(created)s, "updatedAt" = %(updated)s WHERE "id" = %(user)s',
        image="https://example.com/a.png",
        name='é"\\/\u2028😀\x7f<>&',
        created="1969-12-31 23:59:59.9996+00",
        updated="2001-02-03 04:05:06.007008+02",
        user=user,
    )
    caller.get("/get-session")


@group.case(AT, "null columns")
def null_columns(caller: Caller) -> None:
    """Address and agent unknown to the row."""
    user, _ = caller.signed_in()
    caller.sql(
        'UPDATE "session" SET "ipAddress" = NULL, "userAgent" = NULL WHERE "userId" = %(user)s', user=user
    )
    caller.get("/get-session")


@group.case(AT, "the refresh keeps address and agent")
def refresh_keeps(caller: Caller) -> None:
    """Another browser's refresh changes neither."""
    caller.signed_in(expires_in=1000)
    caller.agent, caller.address = "other/2.0", "192.0.2.77"
    caller.get("/get-session")
    caller.tables()


@group.case(POST, "deferred refresh is off")
def posted(caller: Caller) -> None:
    """405, with or without a session, the origin checked first."""
    caller.post("/get-session", {}, cookie=None)
    caller.post("/get-session", cookie=None)
    caller.post("/get-session", b"no json", cookie=None, headers={"Content-Type": "text/plain"})
    caller.signed_in()
    caller.post("/get-session", {})
    caller.post("/get-session", {"callbackURL": "https://evil.com"})
    caller.post("/get-session", {}, headers={"Origin": "https://evil.com"})
    caller.post("/get-session?callbackURL=https://evil.com", {})
    caller.post("/get-session?callbackURL=https://evil.com&callbackURL=x", {})
    caller.post("/get-session", {}, headers={"Origin": None})


@group.case(AT, "a body is not read")
def get_with_body(caller: Caller) -> None:
    """GET with a body of any kind."""
    caller.signed_in()
    caller.send("GET", "/get-session", b"{bad", headers={"Content-Type": "application/json"})
    caller.send("GET", "/get-session", b"<x/>", headers={"Content-Type": "text/xml"})


@group.case(AT, "evil origin may read without CORS")
def evil_get(caller: Caller) -> None:
    """GET is not checked."""
    caller.signed_in()
    caller.get("/get-session", headers={"Origin": "https://evil.com"})
    caller.get("/get-session", headers={"Origin": "null", "Sec-Fetch-Site": "cross-site"})


# Cookies


def _cut(signed: str) -> list[tuple[str, str]]:
    bare, _, signature = signed.partition(".")
    plain = signature.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")
    other = "A" if plain[0] != "A" else "B"
    return [
        ("as it is", signed),
        ("not percent-encoded", f"{bare}.{plain}"),
        ("all percent-encoded", "".join(f"%{ord(c):02x}" for c in f"{bare}.{plain}")),
        ("lower-case percent", signed.replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d")),
        ("quoted", f'"{signed}"'),
        ("half quoted", f'"{signed}'),
        ("quote at the end", f'{signed}"'),
        ("single quoted", f"'{signed}'"),
        ("spaces around", f"  {signed}  "),
        ("signature changed", f"{bare}.{other}{signature[1:]}"),
        ("signature cut", signed[:-4]),
        ("padding missing", f"{bare}.{plain[:-1]}"),
        ("padding doubled", f"{bare}.{plain}="),
        ("url-safe base64", f"{bare}.{plain.replace('+', '-').replace('/', '_')}"),
        ("signature empty", f"{bare}."),
        ("no signature", bare),
        ("token changed", f"{'y' if bare[0] == 'x' else 'x'}{bare[1:]}.{signature}"),
        ("token empty", f".{signature}"),
        ("only a dot", "."),
        ("empty", ""),
        ("dots before", f"a.{signed}"),
        ("bad percent", f"{bare}.{plain}%"),
        ("bad percent in front", f"%zz{signed}"),
        ("bad utf-8", f"%ff{signed}"),
        ("plus for space", signed.replace("%2B", "+")),
        ("double encoded", signed.replace("%", "%25")),
        ("trailing text", f"{signed}x"),
        ("upper-case token", f"{bare.upper()}.{signature}"),
        ("non-ASCII", f"{signed}é"),
        ("NUL encoded", f"{signed}%00"),
    ]


def _cookie(caller: Caller, number: int) -> None:
    user = caller.person()
    while not {"%2B", "%2F"} <= set(re.findall("%..", caller.sign(token := caller.session(user)))):
        caller.sql('DELETE FROM "session" WHERE "userId" = %(user)s', user=user)
    signed = _cut(caller.sign(token))[number][1]
    caller.get("/get-session", cookie=f"{TOKEN}={signed}")
    caller.tables()


_LABELS = [label for label, _ in _cut("a.%2B%3D")]
group.each(AT, "cookie", [(label, number) for number, label in enumerate(_LABELS)], _cookie)


def _header(caller: Caller, shape: str) -> None:
    _, token = caller.signed_in()
    caller.get("/get-session", cookie=shape.replace("GOOD", caller.sign(token)))


HEADERS = [
    f"{TOKEN}=GOOD; {TOKEN}=bad",
    f"{TOKEN}=bad; {TOKEN}=GOOD",
    f"{TOKEN}=; {TOKEN}=GOOD",
    f"a=b;{TOKEN}=GOOD;c=d",
    f"a=b ; {TOKEN} = GOOD ; c=d",
    f";;; {TOKEN}=GOOD;;",
    f"novalue; {TOKEN}=GOOD",
    f"=x; {TOKEN}=GOOD",
    f"{TOKEN}=GOOD,a=b",
    f"a=b, {TOKEN}=GOOD",
    "Better-Auth.session_token=GOOD",
    "better-auth-session_token=GOOD",
    f"__Secure-{TOKEN}=GOOD",
    f"__Host-{TOKEN}=GOOD",
    f"x{TOKEN}=GOOD",
    f"{TOKEN}.0=GOOD",
    f"$Version=1; {TOKEN}=GOOD; $Path=/",
    f'a="x; {TOKEN}=GOOD"',
    f"\t{TOKEN}=GOOD",
    f"{TOKEN}=GOOD; {'; '.join(f'c{n}=v' for n in range(150))}",
    f"big={'x' * 5000}; {TOKEN}=GOOD",
    f"{TOKEN}=GOOD\xa0",
    "%62etter-auth.session_token=GOOD",
]
group.each(AT, "cookie header", [(shape[:70], shape) for shape in HEADERS], _header)


@group.case(AT, "foreign signatures")
def foreign(caller: Caller) -> None:
    """Another secret, an empty one, another algorithm, another token's signature."""
    _, token = caller.signed_in()
    for value in (
        caller.sign(token, "another secret, long enough for anyone"),
        caller.sign(token, " "),
        f"{token}.{caller.sign('other').partition('.')[2]}",
        f"{token}.{base64.b64encode(b'0' * 32).decode()}",
        f"{token}.{base64.b64encode(b'0' * 20).decode()}",
        f"{token}.{'=' * 44}",
        f"{token}.{'!' * 43}=",
        caller.sign(""),
        caller.sign("x"),
        caller.sign("a.b.c"),
        caller.sign("ä😀"),
        caller.sign("' OR 1=1 --"),
        caller.sign("a\0b"),
        caller.sign("x" * 3000),
        caller.sign("null"),
    ):
        caller.get("/get-session", cookie=f"{TOKEN}={value}")


@group.case(AT, "two Cookie headers")
def two_headers(caller: Caller) -> None:
    """HTTP/1.1 clients rarely send two; Node joins them."""
    caller.signed_in()
    mine = caller.cookies()
    caller.get("/get-session", cookie=None, headers={"Cookie": "a=b", "cookie": mine})
    caller.get("/get-session", cookie=None, headers={"Cookie": mine, "cookie": "a=b"})


@group.case(AT, "the sign-up's own cookie")
def own_cookie(caller: Caller) -> None:
    """What the server signed, the harness can compute."""
    caller.sign_up()
    found = caller.sql(people.LOOK_AT_SESSIONS, email=caller.email)
    token = str(found[0]["token"])
    if caller.jar[TOKEN] != caller.sign(token):
        raise AssertionError("the cookie is not signed as better-auth signs it")
    caller.get("/get-session", cookie=f"{TOKEN}={caller.sign(token)}")


@group.case(AT, "sign-in after sign-out keeps no trace")
def trace(caller: Caller) -> None:
    """The whole round, in one jar."""
    caller.sign_up()
    caller.get("/get-session")
    caller.post("/sign-out", {})
    caller.get("/get-session")
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})
    caller.get("/get-session")
