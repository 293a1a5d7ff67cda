"""Origin, Referer, Sec-Fetch and callback URLs on the endpoints that change something."""

from __future__ import annotations

from tests.compat.caller import PASSWORD, Caller
from tests.compat.case import Group
from tests.compat.cases.values import CALLBACKS, ORIGINS

group = Group()
IN = "origin check"
URLS = "callback URLs"


def _sign_in(
    caller: Caller, headers: dict[str, str | None], cookie: str | None = None, **more: object
) -> None:
    caller.post(
        "/sign-in/email", {"email": caller.email, "password": PASSWORD} | more, cookie=cookie, headers=headers
    )


def _with_cookie(caller: Caller, origin: str) -> None:
    _sign_in(caller, {"Origin": origin}, cookie="a=b")


def _referer(caller: Caller, origin: str) -> None:
    _sign_in(caller, {"Origin": None, "Referer": origin}, cookie="a=b")


def _no_cookie(caller: Caller, origin: str) -> None:
    _sign_in(caller, {"Origin": origin})


group.each(IN, "with a cookie", [(repr(origin), origin) for origin in ORIGINS], _with_cookie)
group.each(IN, "as the referer, with a cookie", [(repr(origin), origin) for origin in ORIGINS], _referer)
group.each(IN, "without a cookie", [(repr(origin), origin) for origin in ORIGINS], _no_cookie)

HEADERS: list[tuple[str, dict[str, str | None]]] = [
    ("nothing at all", {}),
    ("referer only, good", {"Referer": "http://localhost:8080/login"}),
    ("referer only, evil", {"Referer": "https://evil.com/x"}),
    ("evil origin, good referer", {"Origin": "https://evil.com", "Referer": "http://localhost:8080/"}),
    ("good origin, evil referer", {"Origin": "http://localhost:8080", "Referer": "https://evil.com/"}),
    ("empty origin, good referer", {"Origin": "", "Referer": "http://localhost:8080/"}),
    ("null origin, same-origin", {"Origin": "null", "Sec-Fetch-Site": "same-origin"}),
    (
        "null origin, same-origin, foreign host",
        {"Origin": "null", "Sec-Fetch-Site": "same-origin", "Host": "evil.com"},
    ),
    ("null origin, same-site", {"Origin": "null", "Sec-Fetch-Site": "same-site"}),
    ("null origin, cross-site", {"Origin": "null", "Sec-Fetch-Site": "cross-site"}),
    ("null origin, none", {"Origin": "null", "Sec-Fetch-Site": "none"}),
    ("cross-site navigate", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}),
    (
        "cross-site navigate document, good origin",
        {
            "Sec-Fetch-Site": "cross-site",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
            "Origin": "http://localhost:8080",
        },
    ),
    (
        "cross-site cors, good origin",
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Origin": "https://app.example.com"},
    ),
    (
        "cross-site cors, evil origin",
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Origin": "https://evil.com"},
    ),
    ("same-origin navigate, no origin", {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}),
    (
        "same-origin navigate, good origin",
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Origin": "http://localhost:8080"},
    ),
    ("same-site, no origin", {"Sec-Fetch-Site": "same-site"}),
    ("only mode", {"Sec-Fetch-Mode": "cors"}),
    ("only dest", {"Sec-Fetch-Dest": "empty"}),
    ("only user", {"Sec-Fetch-User": "?1"}),
    ("blank site", {"Sec-Fetch-Site": " "}),
    ("upper-case cross-site", {"Sec-Fetch-Site": "Cross-Site", "Sec-Fetch-Mode": "navigate"}),
    ("two origins", {"Origin": "http://localhost:8080", "origin": "https://evil.com"}),
    ("two origins, evil first", {"Origin": "https://evil.com", "origin": "http://localhost:8080"}),
    ("empty cookie header", {"Cookie": ""}),
    ("blank cookie header", {"Cookie": " "}),
    (
        "forwarded host",
        {"X-Forwarded-Host": "evil.com", "X-Forwarded-Proto": "https", "Origin": "https://evil.com"},
    ),
]
group.each(IN, "without a cookie", HEADERS, _sign_in)
group.each(
    IN,
    "with a cookie",
    [(label, {"Origin": None} | headers) for label, headers in HEADERS if "Cookie" not in headers],
    lambda caller, headers: _sign_in(caller, headers, cookie="a=b"),
)


def _sign_up(caller: Caller, headers: dict[str, str | None]) -> None:
    caller.post(
        "/sign-up/email", {"name": "x", "email": "not one", "password": "x"}, cookie=None, headers=headers
    )


def _sign_out(caller: Caller, headers: dict[str, str | None]) -> None:
    caller.post("/sign-out", {}, cookie=None, headers=headers)


group.each(IN, "sign-up without a cookie", HEADERS, _sign_up)
group.each(IN, "sign-out without a cookie", HEADERS[:14], _sign_out)


@group.case(IN, "what comes first")
def order(caller: Caller) -> None:
    """Unknown path, media type, JSON, origin, callback, members, form check: which of two speaks."""
    evil: dict[str, str | None] = {"Origin": "https://evil.com"}
    caller.post("/sign-in/nobody", {}, cookie="a=b", headers=evil)
    caller.post("/sign-in/email", b"x", cookie="a=b", headers=evil | {"Content-Type": "text/plain"})
    caller.post("/sign-in/email", b"{", cookie="a=b", headers=evil)
    caller.post("/sign-in/email", {"email": 1, "callbackURL": "https://evil.com"}, cookie="a=b", headers=evil)
    caller.post("/sign-in/email", {"email": 1, "callbackURL": "https://evil.com"}, cookie=None, headers=evil)
    caller.post("/sign-in/email", {"email": 1}, cookie=None, headers=evil)
    caller.post("/sign-in/email", {"email": "no mail", "password": "x"}, cookie=None, headers=evil)
    caller.post("/sign-in/email", b"{", cookie=None, headers=evil)
    caller.post("/sign-out", {"callbackURL": 5}, cookie="a=b", headers=evil)
    caller.post("/sign-out", {"callbackURL": 5}, cookie=None, headers=evil)
    caller.post("/sign-out", {"callbackURL": "https://evil.com", "redirectTo": 5}, cookie=None)
    caller.post("/sign-out", {"redirectTo": 5, "errorCallbackURL": "https://evil.com"}, cookie=None)


def _callback(caller: Caller, url: str) -> None:
    caller.post("/sign-out", {"callbackURL": url}, cookie=None)


group.each(URLS, "callbackURL", [(repr(url), url) for url in CALLBACKS], _callback)

MEMBERS = ("callbackURL", "redirectTo", "errorCallbackURL", "newUserCallbackURL")
VALUES = [
    ("evil", "https://evil.com"),
    ("good", "/x"),
    ("number", 5),
    ("zero", 0),
    ("array", ["https://evil.com"]),
    ("empty array", []),
    ("object", {}),
    ("true", True),
    ("false", False),
    ("null", None),
    ("empty", ""),
]


def _member(caller: Caller, pair: tuple[str, object]) -> None:
    caller.post("/sign-out", dict([pair]), cookie=None)
    caller.post("/sign-in/email", {"email": "x", "password": "y"} | dict([pair]), cookie=None)


for _name in MEMBERS:
    group.each(URLS, _name, [(label, (_name, value)) for label, value in VALUES], _member)


def _query(caller: Caller, query: str) -> None:
    caller.post(f"/sign-out?{query}", {}, cookie=None)
    caller.post(f"/sign-out?{query}", {"callbackURL": "/fine"}, cookie=None)


QUERIES = [
    "callbackURL=/x",
    "callbackURL=https://evil.com",
    "callbackURL=https%3A%2F%2Fevil.com",
    "callbackURL=/x&callbackURL=/y",
    "callbackURL=",
    "redirectTo=https://evil.com",
    "errorCallbackURL=https://evil.com",
    "CallbackURL=https://evil.com",
    "callbackURL[]=https://evil.com",
    "callbackURL=%2Fa+b",
    "callbackURL=%2F%2Fevil.com",
]
group.each(URLS, "query", [(query, query) for query in QUERIES], _query)
