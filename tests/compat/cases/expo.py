"""Apps on phones: an origin in a header of their own, cookies in the address that opens them, the way to a provider."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import quote, urlencode

from tests.compat.caller import MISSING, PASSWORD, Caller, Look
from tests.compat.case import Group
from tests.compat.cases.magic_link import _keep as link
from tests.compat.third_parties import IDS
from tests.compat.visit import Visit
from tests.compat.wire import Answer

group = Group()
ON, COOKIE, OFF = "expo", "expo-cookie", "plain"
PROXY, BACK = "GET /expo-authorization-proxy", "GET /callback/:id"
APP = "myapp://"
SIGN_IN, SESSION = "POST /sign-in/email", "POST /sign-out"

# The origin

ORIGINS: list[tuple[str, dict[str, str | None]]] = [
    ("of the app", {"expo-origin": APP}),
    ("of a page of the app", {"expo-origin": "myapp://a/b"}),
    ("in capitals", {"expo-origin": "MYAPP://"}),
    ("of another app", {"expo-origin": "other://"}),
    ("that begins like it", {"expo-origin": "myapp.evil://"}),
    ("of an app in development", {"expo-origin": "exp://192.168.1.5:8081"}),
    ("of a page that is trusted", {"expo-origin": "https://app.example.com"}),
    ("of a page that is not", {"expo-origin": "https://evil.com"}),
    ("that is empty", {"expo-origin": ""}),
    ("that is null", {"expo-origin": "null"}),
    ("that is no address", {"expo-origin": "myapp"}),
    ("beside an empty one", {"expo-origin": APP, "Origin": ""}),
    ("beside a trusted one", {"expo-origin": "https://evil.com", "Origin": "https://app.example.com"}),
    ("beside a foreign one", {"expo-origin": APP, "Origin": "https://evil.com"}),
    ("beside none", {"expo-origin": APP, "Origin": "null"}),
    ("beside a referrer", {"expo-origin": APP, "Referer": "https://evil.com/x"}),
    (
        "of a page elsewhere",
        {"expo-origin": APP, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ),
]


def _origin(caller: Caller, headers: dict[str, str | None]) -> None:
    """With cookies and without; an endpoint that changes, and one that does not."""
    caller.person(password=PASSWORD)
    body = {"email": caller.email, "password": PASSWORD}
    caller.post("/sign-in/email", body, cookie=None, headers=headers)
    for cookie in (caller.cookies(), "a=b"):
        said = {"Origin": None} | headers
        caller.get("/get-session", cookie=cookie, headers=said)
        caller.post("/sign-in/email", body, cookie=cookie, headers=said)
        caller.post("/sign-out", {}, cookie=cookie, headers=said)
    caller.tables()


group.each(SIGN_IN, "an app's origin", ORIGINS, _origin, (ON, OFF))

# The cookies

PLACES = (
    *(
        APP,
        "myapp://a",
        "myapp:///a/b",
        "myapp:a",
        "myapp://a?b=c d&cookie=x&e=ä+%20'~*&cookie=y#f",
        "myapp://a?#f",
    ),
    *(
        "MYAPP://A/B",
        "myapp://a/oauth-proxy-callback",
        "myapp://ä/ö?ü=*",
        "exp://192.168.1.5:8081/--/x",
        "other://a",
    ),
    *("https://app.example.com/x", "/welcome?a=b", "myapp://a/../b?c=%zz"),
)


@group.case(BACK, "an app's address", ON, COOKIE)
def back(caller: Caller) -> None:
    """The session in it, and what else is set; not in a page's."""
    for number, place in enumerate(PLACES):
        visit = Visit(caller, "google", sub=f"{number}{caller.number}", email=f"{number}{caller.email}")
        if visit.start(callbackURL=place).status == 200:
            visit.back()
            caller.tables(visit.who.email)


@group.case(BACK, "an app's address, and a new user's", ON, COOKIE)
def new(caller: Caller) -> None:
    visit = Visit(caller, "discord")
    for _ in range(2):
        visit.start(
            callbackURL="myapp://old", newUserCallbackURL="myapp://new", errorCallbackURL="myapp://no"
        )
        visit.back()
        visit.rows()


@group.case(BACK, "an app's address, and an error", ON, COOKIE)
def failed(caller: Caller) -> None:
    visit = Visit(caller, "google")
    visit.start(callbackURL=APP, errorCallbackURL="myapp://no?x=y")
    visit.back(error="access_denied", error_description="a b")
    visit.start(callbackURL=APP, errorCallbackURL="myapp://no")
    visit.back("none")
    visit.start(callbackURL=APP)
    visit.state = "unknown"
    visit.back()


@group.case(BACK, "an app's account at another provider", ON)
def linked(caller: Caller) -> None:
    caller.signed_in()
    visit = Visit(caller, "google")
    visit.start("/link-social", callbackURL="myapp://settings")
    visit.back()
    visit.rows()


@group.case("GET /magic-link/verify", "an app's address", ON, COOKIE)
def by_link(caller: Caller) -> None:
    for place in PLACES:
        caller.get(
            f"/magic-link/verify?token={link(caller)}&callbackURL={quote(place, safe='')}", cookie=None
        )
    caller.get(f"/magic-link/verify?token=unknown&callbackURL={quote(APP, safe='')}")
    caller.get(f"/magic-link/verify?token=unknown&callbackURL=/a&errorCallbackURL={quote(APP, safe='')}")
    caller.tables()


@group.case("GET /verify-email", "an app's address", ON, COOKIE)
def by_mail(caller: Caller) -> None:
    """Who is not signed in before is by it; a token that is none comes back without cookies."""
    for number, place in enumerate(PLACES):
        email = f"{number}{caller.email}"
        caller.person(email)
        token = caller.email_token({"email": email})
        for _ in range(2):
            caller.get(f"/verify-email?token={token}&callbackURL={quote(place, safe='')}", cookie=None)
    caller.get(f"/verify-email?token=x.y.z&callbackURL={quote(APP, safe='')}")


@group.case("GET /delete-user/callback", "an app's address", ON)
def elsewhere(caller: Caller) -> None:
    """Not every redirect is one of those."""
    caller.signed_in()
    caller.get(f"/reset-password/x?callbackURL={quote(APP, safe='')}")
    caller.post("/sign-in/email", {"email": caller.email, "password": "x", "callbackURL": APP})


# The way to a provider


def _url(answer: Answer) -> str:
    return str(json.loads(answer.body)["url"])


def _proxy(caller: Caller, **query: Any) -> Answer:
    said = {name: value for name, value in query.items() if value is not MISSING}
    return caller.get(f"/expo-authorization-proxy?{urlencode(said, doseq=True)}", cookie=None)


@group.case(PROXY, "from an app to every provider", ON)
def every(caller: Caller) -> None:
    for provider in (*IDS, "acme", "slash"):
        answer = Visit(caller, provider).start(callbackURL=APP)
        if answer.status == 200:
            _proxy(caller, authorizationURL=_url(answer))


@group.case(PROXY, "from an app, there and back", ON, COOKIE)
def whole(caller: Caller) -> None:
    """The browser has no cookie but the one from here; and the app has none that the browser got."""
    visit = Visit(caller, "google")
    url = _url(visit.start(callbackURL="myapp://home"))
    kept = caller.jar.pop(caller.cookie_name("oauth_state"), None)
    caller.jar.clear()
    _proxy(caller, authorizationURL=url, oauthState=MISSING if kept is None else kept)
    visit.back()
    visit.rows()
    caller.get("/get-session")


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("no address", {"authorizationURL": MISSING}),
    ("an empty address", {"authorizationURL": ""}),
    ("a path", {"authorizationURL": "/x"}),
    ("two addresses", {"authorizationURL": ["https://a.example", "https://b.example"]}),
    ("a fragment", {"authorizationURL": "https://accounts.google.com/o/oauth2/v2/auth?state=x#y"}),
    ("http", {"authorizationURL": "http://accounts.google.com/o/oauth2/v2/auth?state=x"}),
    ("ourselves", {"authorizationURL": "http://localhost:8080/api/auth/ok?state=x"}),
    ("a script", {"authorizationURL": "javascript:alert(1)"}),
    ("an app", {"authorizationURL": "myapp://x?state=x"}),
    ("no host", {"authorizationURL": "https://"}),
    ("two states", {"authorizationURL": "https:// /", "oauthState": ["a", "b"]}),
    ("nothing but a state", {"authorizationURL": MISSING, "oauthState": "x"}),
]
group.each(PROXY, "wrong", WRONG, lambda caller, query: _proxy(caller, **query), (ON,))
GOOGLE = "https://accounts.google.com/o/oauth2/v2/auth"
OURS = "http%3A%2F%2Flocalhost%3A8080%2Fapi%2Fauth%2Fcallback%2Fgoogle"
STATES: list[tuple[str, str, dict[str, str]]] = [
    ("none", "", {}),
    ("an empty one", "&state=", {}),
    ("two", "&state=a&state=b", {}),
    ("one that needs escapes", "&state=a%20%3B%C3%A4", {}),
    ("one beside it", "&state=a", {"oauthState": "s;ä e"}),
    ("none but beside it", "", {"oauthState": "sealed"}),
    ("an empty one beside it", "&state=a", {"oauthState": ""}),
    ("an empty one beside none", "", {"oauthState": ""}),
]


def _state(caller: Caller, said: tuple[str, dict[str, str]]) -> None:
    _proxy(caller, authorizationURL=f"{GOOGLE}?redirect_uri={OURS}{said[0]}", **said[1])


group.each(PROXY, "a state", [(label, (query, more)) for label, query, more in STATES], _state, (ON,))

AWAY = (
    *("https://evil.com/?state=x", f"https://evil.com/?state=x&redirect_uri={OURS}", f"{GOOGLE}?state=x"),
    *(f"{GOOGLE}/x?state=x&redirect_uri={OURS}", f"{GOOGLE}?state=x&redirect_uri=https%3A%2F%2Fevil.com"),
    f"https://x@accounts.google.com/o/oauth2/v2/auth?state=x&redirect_uri={OURS}",
    f"{GOOGLE}?state=x&redirect_uri={OURS}&redirect_uri=https%3A%2F%2Fevil.com",
    f"https://discord.com/api/oauth2/authorize?state=x&redirect_uri={OURS}",
    f"https://accounts.google.com.evil.com/o/oauth2/v2/auth?state=x&redirect_uri={OURS}",
    f"{GOOGLE}?state=x&redirect_uri={OURS.replace('google', 'nobody')}",
)


@group.case(PROXY, "to anywhere", ON)
def anywhere(caller: Caller) -> None:
    """Whoever makes a link: better-auth sends browsers to every https address."""
    statuses = [_proxy(caller, authorizationURL=url).status for url in AWAY]
    caller.heard[:] = [Look("where an app's browser is sent", statuses, time.time())]


@group.case(PROXY, "the plugin is off", OFF)
def off(caller: Caller) -> None:
    _proxy(caller, authorizationURL=f"{GOOGLE}?state=x&redirect_uri={OURS}")


@group.case(PROXY, "other methods", ON)
def methods(caller: Caller) -> None:
    caller.post("/expo-authorization-proxy", {"authorizationURL": GOOGLE})
