"""A session's token in the Authorization header in place of its cookie, and told where one is made."""

from __future__ import annotations

import urllib.parse
from typing import Any

from tests.compat.caller import PASSWORD, Caller
from tests.compat.case import Group

group = Group()
ON, CACHED = "bearer", "bearer-compact"
GET, OUT, IN, UPDATE = "GET /get-session", "POST /sign-out", "POST /sign-in/email", "POST /update-user"


def _bearer(text: str) -> dict[str, str | None]:
    return {"Authorization": f"Bearer {text}"}


def _signed(caller: Caller, token: str) -> str:
    return urllib.parse.unquote(caller.sign(token))


# How the header is written, TOKEN being a good one and SIGNED the same with its signature.
HEADERS: list[tuple[str, str]] = [
    ("a token", "Bearer TOKEN"),
    ("small letters", "bearer TOKEN"),
    ("capitals", "BEARER TOKEN"),
    ("two spaces", "Bearer   TOKEN"),
    ("a space behind", "Bearer TOKEN "),
    ("a tab", "Bearer\tTOKEN"),
    ("no space", "BearerTOKEN"),
    ("another scheme", "Basic TOKEN"),
    ("no scheme", "TOKEN"),
    ("nothing", "Bearer "),
    ("the scheme alone", "Bearer"),
    ("empty", ""),
    ("signed", "Bearer SIGNED"),
    ("signed and encoded", "Bearer ENCODED"),
    ("signed, encoded twice", "Bearer TWICE"),
    ("signed by somebody else", "Bearer OTHER"),
    ("signed, cut", "Bearer CUT"),
    ("signed, without its end", "Bearer UNPADDED"),
    ("signed, a point more", "Bearer SIGNED.x"),
    ("signed, a point before", "Bearer .SIGNED"),
    ("a point", "Bearer ."),
    ("a token and a point", "Bearer TOKEN."),
    ("broken escapes", "Bearer TOKEN.%E4%"),
    ("unknown", "Bearer abcdefghijklmnopqrstuvwxyzabcdef"),
    ("unknown, with escapes", "Bearer %74%00"),
    ("two words", "Bearer TOKEN TOKEN"),
    ("two of them", "Bearer TOKEN, Bearer TOKEN"),
    ("long", "Bearer " + "x" * 3000),
]


def _header(caller: Caller, text: str, token: str) -> dict[str, str | None]:
    signed, other = caller.sign(token), caller.sign(token, "another secret")
    bare = urllib.parse.unquote(signed)
    for name, value in {
        "SIGNED": bare,
        "ENCODED": signed,
        "TWICE": urllib.parse.quote(signed),
        "OTHER": urllib.parse.unquote(other),
        "CUT": bare[:-3],
        "UNPADDED": bare.rstrip("="),
        "TOKEN": token,
    }.items():
        text = text.replace(name, value)
    return {"Authorization": text}


def _read(caller: Caller, text: str) -> None:
    """Alone, with the cookie of somebody else, and of a guard."""
    _, token = caller.signed_in()
    header = _header(caller, text, token)
    caller.email = "x" + caller.email
    caller.signed_in()
    other = caller.cookies()
    caller.jar.clear()
    for path in ("/get-session", "/list-sessions"):
        caller.get(path, cookie=None, headers=header)
        caller.get(path, cookie=other, headers=header | {"Origin": None})
        caller.get(path, cookie="a=b; c", headers=header | {"Origin": None})


group.each(GET, "header", HEADERS, _read, (ON, CACHED))


@group.case(IN, "the token is told", ON, CACHED)
def told(caller: Caller) -> None:
    caller.sign_up()
    for remember in (True, False):
        for origin in (None, "https://app.example.com"):
            body = {"email": caller.email, "password": PASSWORD, "rememberMe": remember}
            caller.post("/sign-in/email", body, cookie=None, headers={"Origin": origin})
    caller.post("/sign-in/email", {"email": caller.email, "password": "wrong password"}, cookie=None)
    caller.get("/get-session")


@group.case(GET, "a session that is prolonged", ON, CACHED)
def prolonged(caller: Caller) -> None:
    """Whose cookie is written again, and told; and one that is over, whose cookie goes."""
    user = caller.person()
    for seconds, ago in ((500000, 100000), (604800, 0), (-5, 604805)):
        token = caller.session(user, expires_in=seconds, created_ago=ago)
        caller.jar.clear()
        for path in ("/get-session", "/get-session?disableRefresh=true", "/get-session"):
            caller.get(path, cookie=None, headers=_bearer(token))
    caller.jar.clear()


@group.case(GET, "not to be remembered", ON)
def forgetful(caller: Caller) -> None:
    """That is said by a cookie, which stays one."""
    user = caller.person()
    token = caller.session(user, expires_in=500000, created_ago=100000)
    name = caller.cookie_name("dont_remember")
    cookie = f"{name}={caller.sign('true')}"
    for _ in range(2):
        caller.get("/get-session", cookie=cookie, headers=_bearer(token))


@group.case(OUT, "by the token", ON, CACHED)
def out(caller: Caller) -> None:
    """The session of the header ends, that of the cookie does not."""
    _, token = caller.signed_in()
    caller.email = "x" + caller.email
    caller.signed_in()
    other = caller.cookies()
    caller.post("/sign-out", cookie=other, headers=_bearer(token))
    caller.get("/get-session", cookie=None, headers=_bearer(token))
    caller.get("/get-session", cookie=other)
    caller.post("/sign-out", cookie=None, headers=_bearer("unknown"))


ORIGINS: list[tuple[str, dict[str, str | None]]] = [
    ("none", {}),
    ("another origin", {"Origin": "https://evil.example"}),
    ("null", {"Origin": "null"}),
    ("a trusted one", {"Origin": "https://app.example.com"}),
    ("a navigation from elsewhere", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}),
]


def _changed(caller: Caller, headers: dict[str, str | None]) -> None:
    """Without a cookie nobody asks where a request comes from."""
    _, token = caller.signed_in()
    caller.jar.clear()
    for cookie in (None, "a=b"):
        how: dict[str, Any] = {"cookie": cookie, "headers": {"Origin": None} | _bearer(token) | headers}
        caller.post("/update-user", {"name": "Bo"}, **how)
        caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD}, **how)
        caller.post("/update-session", {}, **how)
    caller.tables()


group.each(UPDATE, "from", ORIGINS, _changed, (ON,))


@group.case(UPDATE, "what writes the cookie again", ON, CACHED)
def again(caller: Caller) -> None:
    """The token is told with each; a new one where the password changes."""
    caller.sign_up()
    token = urllib.parse.unquote(caller.jar[caller.cookie_name("session_token")])
    caller.jar.clear()
    how: dict[str, Any] = {"cookie": None, "headers": _bearer(token)}
    caller.post("/update-user", {"name": "Bo"}, **how)
    caller.post("/change-email", {"newEmail": "new-" + caller.email}, **how)
    body = {"currentPassword": PASSWORD, "newPassword": PASSWORD + "x", "revokeOtherSessions": True}
    caller.post("/change-password", body, **how)
    caller.get("/get-session", **how)
    caller.get("/get-session")
    caller.post("/revoke-sessions", {}, **how)


@group.case("POST /delete-user", "by the token", ON)
def deleted(caller: Caller) -> None:
    caller.sign_up()
    token = urllib.parse.unquote(caller.jar[caller.cookie_name("session_token")])
    caller.jar.clear()
    caller.post("/delete-user", {"password": PASSWORD}, cookie=None, headers=_bearer(token))
    caller.tables()
