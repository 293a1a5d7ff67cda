"""Signing in at a provider in a window of its own, which tells who has opened it how that went."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from tests.compat.allowed import POPUP
from tests.compat.caller import MISSING, Caller, Look
from tests.compat.case import Group
from tests.compat.cases.social import ENDS
from tests.compat.visit import STATE, Visit
from tests.compat.wire import Answer

group = Group()
ON, OFF = "oauth-popup", "plain"
START, BACK = "GET /oauth-popup/start", "GET /callback/:id"
APP = "https://app.example.com"


class Window(Visit):
    """A visit that begins in a window."""

    def open(self, **query: Any) -> Answer:
        """Begins; what is MISSING is left out."""
        self.caller.jar.pop(self.caller.cookie_name("state"), None)
        said = {"provider": self.provider, "popupOrigin": APP, "popupNonce": "n1"} | ENDS | query
        text = urlencode({name: value for name, value in said.items() if value is not MISSING}, doseq=True)
        answer = self.caller.get(f"/oauth-popup/start?{text}")
        query = parse_qs(urlsplit("".join(answer.all("location"))).query)
        self.times += 1
        self.state, self.nonce = query.get("state", [""])[0], query.get("nonce", [""])[0]
        return answer

    def kept(self) -> None:
        """As of any visit, by its names: their order is another one there."""
        rows = self.caller.sql(STATE, state=self.state)
        found = [self._state(row) for row in rows]
        for each in found:
            each["value"] = dict(sorted(each["value"].items()))
        self._look("verification of the state", found)


QUERIES: list[tuple[str, dict[str, Any]]] = [
    (
        "all",
        {"requestSignUp": "true", "scopes": "a b,ä,,email", "additionalData": '{"a":[1,null,"ä"],"2":1}'},
    ),
    ("no nonce", {"popupNonce": MISSING}),
    ("an empty nonce", {"popupNonce": ""}),
    ("a nonce like a page", {"popupNonce": "</script><script>alert(1)</script>\u2028<!--é𝄞\"'\\"}),
    ("no ends", dict.fromkeys(ENDS, MISSING)),
    ("empty ends", dict.fromkeys(ENDS, "")),
    ("ends elsewhere that are trusted", {"callbackURL": f"{APP}/x?error=y", "errorCallbackURL": "myapp://x"}),
    ("a callback elsewhere", {"callbackURL": "https://evil.com/</script>\u2029"}),
    ("an error's end elsewhere", {"errorCallbackURL": "//evil.com"}),
    ("a new user's end elsewhere", {"newUserCallbackURL": "javascript:alert(1)"}),
    ("all ends elsewhere", dict.fromkeys(ENDS, "https://evil.com")),
    ("an end that is no address", {"callbackURL": "welcome"}),
    ("no request to sign up", {"requestSignUp": "false"}),
    ("something like a request to sign up", {"requestSignUp": "1"}),
    ("no scopes", {"scopes": ""}),
    ("data with a date", {"additionalData": '{"at":"2020-01-02T03:04:05Z","x":1.50}'}),
    ("data that is no JSON", {"additionalData": "{"}),
    ("data that is nothing", {"additionalData": "null"}),
    ("data that is a number", {"additionalData": "5"}),
    (
        "data with our names",
        {
            "additionalData": json.dumps(
                dict.fromkeys(
                    ("callbackURL", "codeVerifier", "errorURL", "newUserURL", "oauthState", "idTokenNonce"),
                    "https://evil.com",
                )
                | {"expiresAt": 1, "link": {"userId": "x", "email": "y"}, "serverContext": {"a": 1}}
                | {"requestSignUp": True}
            )
        },
    ),
    ("an unknown provider", {"provider": "nobody</script>"}),
    ("an empty provider", {"provider": ""}),
    ("a provider whose document is broken", {"provider": "broken"}),
    ("no provider", {"provider": MISSING}),
    ("two providers", {"provider": ["google", "github"]}),
    ("no origin", {"popupOrigin": MISSING}),
    ("two nonces", {"popupNonce": ["a", "b"]}),
    ("something else", {"other": "x", "redirectURI": "https://evil.com"}),
]
ORIGINS = (
    *(APP, f"{APP}/", f"{APP}/x?y#z", "https://APP.example.com", "https://a.wild.example", "myapp://", "myapp://x"),
    *("https://evil.com", f"{APP}.evil.com", f"{APP}@evil.com", "//app.example.com", "/", "", "null", "*"),
    *("javascript:alert(1)", "app.example.com", "http://app.example.com", f"{APP}:8443", "https://bare.example"),
)  # fmt: skip


def _open(caller: Caller, query: dict[str, Any]) -> None:
    window = Window(caller, str(query.get("provider") or "google"))
    window.open(**query)
    window.kept()


group.each(START, "query", QUERIES, _open, (ON,))


@group.case(START, "origins", ON)
def origins(caller: Caller) -> None:
    """Whom a token may be told; also with an answer that says no."""
    for origin in ORIGINS:
        Window(caller, "google").open(popupOrigin=origin)
        Window(caller, "google").open(popupOrigin=origin, provider="nobody")


@group.case(START, "the plugin is off", OFF)
def off(caller: Caller) -> None:
    caller.get(f"/oauth-popup/start?provider=google&popupOrigin={APP}")


@group.case(START, "other methods", ON)
def methods(caller: Caller) -> None:
    caller.post("/oauth-popup/start", {"provider": "google", "popupOrigin": APP})
    caller.get("/oauth-popup/start")


@group.case(BACK, "in a window: a new user, then known", ON)
def whole(caller: Caller) -> None:
    """With the session's cookie and the header beside it; the window's own cookie is gone."""
    window = Window(caller, "google")
    for _ in range(2):
        window.open(requestSignUp="true")
        window.back()
        window.kept()
        window.rows()
        caller.get("/get-session")
        caller.get("/get-session", cookie=None, headers={"Authorization": f"Bearer {_token(caller)}"})
    window.back()


def _token(caller: Caller) -> str:
    return caller.jar.get(caller.cookie_name("session_token"), "")


@group.case(BACK, "in a window: of a server by its document", ON)
def generic(caller: Caller) -> None:
    window = Window(caller, "acme")
    window.open(requestSignUp="true", **dict.fromkeys(ENDS, MISSING))
    window.back()
    caller.tables()


@group.case(BACK, "in a window: refused", ON)
def refused(caller: Caller) -> None:
    """By whom is there, by the provider, by us; with and without a page for errors."""
    window = Window(caller, "google")
    for ends in (ENDS, dict.fromkeys(ENDS, MISSING)):
        window.open(**ends)
        window.back()  # nobody asked to sign up
        caller.tables()
        for query in (
            "error=access_denied",
            "error=x&error_description=" + quote("</script>\u2028 & é"),
            "error=x&error_description=",
            "code=",
            "code=x&iss=https://evil.com",
        ):
            window.open(**ends)
            caller.get(f"/callback/google?state={window.state}&{query}")
    window.open()
    caller.get(f"/callback/nobody?state={window.state}&code=x")


@group.case(BACK, "in a window: the browser's own cookie is lost", ON)
def lost(caller: Caller) -> None:
    """Which is an error like others."""
    window = Window(caller, "google")
    window.open()
    caller.jar.pop(caller.cookie_name("state"))
    window.back()
    window.open()
    window.back()
    window.back()


@group.case(BACK, "in a window: an address that is somebody's", ON)
def taken(caller: Caller) -> None:
    caller.person(caller.email)
    window = Window(caller, "github", verified=False)
    window.open(requestSignUp="true")
    window.back()


MARKERS: list[tuple[str, Any]] = [
    ("none", None),
    ("unsigned", quote(json.dumps({"popupOrigin": APP, "popupNonce": "n"}))),
    ("of better-auth", json.dumps({"popupOrigin": APP, "popupNonce": "n"})),
    ("without a nonce", json.dumps({"popupOrigin": APP})),
]


def _marked(caller: Caller, marker: tuple[str, str | None]) -> None:
    window, name = Window(caller, "google"), caller.cookie_name("oauth_popup")
    window.open(requestSignUp="true")
    text = marker[1]
    if text is None:
        caller.jar.pop(name)
    else:
        caller.jar[name] = text if marker[0] == "unsigned" else caller.sign(text)
    window.back()


group.each(BACK, "in a window whose cookie is", [(each[0], each) for each in MARKERS], _marked, (ON,))


@group.case(BACK, "in a window: linking", ON)
def linked(caller: Caller) -> None:
    """Nobody is signed in by that, and who has opened the window is told nothing."""
    caller.signed_in()
    window = Window(caller, "google")
    window.open()
    window.start("/link-social", **ENDS)
    caller.jar[caller.cookie_name("oauth_popup")] = caller.sign(MARKERS[2][1])
    window.back()
    window.rows()


@group.case(BACK, "a window that was closed, and a sign-in without one", ON)
def closed(caller: Caller) -> None:
    """The sign-in goes where it was begun to go, for ten minutes, too."""
    window = Window(caller, "google")
    window.open()
    window.start(requestSignUp=True, **ENDS)
    answer = window.back()
    _say(caller, "signing in beside a window that was closed", [answer.status, *answer.all("location")])


@group.case(BACK, "two windows at once", ON)
def two(caller: Caller) -> None:
    """The one that was opened last is whose browser this is; the other one must not cost it that."""
    first, second = Window(caller, "google"), Window(caller, "google")
    first.open(requestSignUp="true")
    second.open(requestSignUp="true", popupNonce="n2")
    _say(caller, "two windows at once", [_told(first.back()), _told(second.back())])


@group.case("POST /callback/:id", "in a window, with its cookie", ON)
def form(caller: Caller) -> None:
    """As a browser sends it where cookies go to other sites, too: the form is not yet where it ends."""
    window = Window(caller, "google")
    window.open(requestSignUp="true")
    form = urlencode({"code": window.code(), "state": window.state}).encode()
    media_type: dict[str, str | None] = {"Content-Type": "application/x-www-form-urlencoded"}
    place = caller.send("POST", "/callback/google", form, headers=media_type).all("location")[0]
    _say(caller, "a window after a form that came with its cookie", _told(_follow(caller, place)))


def _follow(caller: Caller, url: str) -> Answer:
    return caller.get(url.partition("/api/auth")[2])


def _told(answer: Answer) -> str | None:
    """What who has opened the window hears: a token, or a code; None for nothing."""
    found = POPUP.search(answer.body)
    said = json.loads(found[1]) if found else {}
    return "token" if "token" in said else said.get("error", {}).get("code")


def _say(caller: Caller, what: str, found: object) -> None:
    """What is compared in place of all that was asked."""
    caller.heard[:] = [Look(what, found, time.time())]
