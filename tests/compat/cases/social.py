"""Signing in at a provider: the way there, the state that comes back once, and what goes wrong on the way back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.compat.caller import MISSING, Caller
from tests.compat.case import Group
from tests.compat.cases.values import CALLBACKS
from tests.compat.servers import Ours
from tests.compat.visit import Visit

group = Group()
ON, CLOSED, BY_REQUEST, SEALED, MAIL = (
    "social",
    "social-closed",
    "social-by-request",
    "social-sealed",
    "social-mail",
)
START = "POST /sign-in/social"
BACK = "GET /callback/:id"
POSTED = "POST /callback/:id"

# The way there

ENDS = {"callbackURL": "/a?b=c d#e", "errorCallbackURL": "/failed?x=1", "newUserCallbackURL": "/new"}
BODIES: list[tuple[str, dict[str, Any]]] = [
    ("every end", ENDS),
    ("no callback", {"callbackURL": MISSING}),
    ("an empty callback", {"callbackURL": ""}),
    ("no redirect", {"disableRedirect": True}),
    ("a redirect", {"disableRedirect": False}),
    ("asking to sign up", {"requestSignUp": True}),
    ("not asking to sign up", {"requestSignUp": False}),
    ("no scopes", {"scopes": []}),
    ("scopes", {"scopes": ["a b", "ä", "", "email"]}),
    ("an empty hint", {"loginHint": ""}),
    ("a hint", {"loginHint": "ada+x@example.com &=#"}),
    ("data", {"additionalData": {"a": [1, None, {"b": "ä"}], "10": 1, "2": 2, "c": 1.50}}),
    (
        "data with our names",
        {
            "additionalData": {
                "callbackURL": "https://evil.com",
                "link": {"userId": "x", "email": "y"},
                "codeVerifier": "z",
                "expiresAt": 1,
                "errorURL": "https://evil.com",
                "newUserURL": "https://evil.com",
                "requestSignUp": True,
                "idTokenNonce": "n",
                "oauthState": "s",
                "serverContext": {"a": 1},
            }
        },
    ),
    ("data with proto", {"additionalData": {"__proto__": {"a": 1}, "constructor": 1}}),
    ("no data", {"additionalData": {}}),
    (
        "more parameters",
        {"additionalParams": {"hd": "example.com", "prompt": "", "a b": "c&d", "ä": "~*'()!"}},
    ),
    (
        "parameters of ours",
        {"additionalParams": {"include_granted_scopes": "no", "login_hint": "x"}, "loginHint": "y"},
    ),
    ("an origin that is trusted", {"callbackURL": "https://app.example.com/x"}),
    ("something else", {"other": 5, "prompt": "x", "redirectURI": "https://evil.com"}),
]


def _start(caller: Caller, body: dict[str, Any]) -> None:
    visit = Visit(caller, "google")
    visit.start(**body)
    visit.kept()


group.each(START, "body", BODIES, _start, (ON,))


@group.case(START, "by somebody who is signed in", ON)
def signed_in(caller: Caller) -> None:
    """Who comes back as whoever the provider says."""
    caller.signed_in()
    visit = Visit(caller, "google", email=f"x{caller.email}")
    visit.whole()
    visit.kept()
    caller.get("/get-session")
    caller.tables(f"x{caller.email}")


@group.case(START, "wherever it ends", ON)
def ends(caller: Caller) -> None:
    """Callbacks as they are taken, and where they lead."""
    for number, url in enumerate(CALLBACKS[:120:4]):
        visit = Visit(caller, "discord", sub=f"{number}{caller.number}", email=f"{number}{caller.email}")
        if visit.start(callbackURL=url, newUserCallbackURL=url).status == 200:
            visit.back()


# The way back


@group.case(BACK, "a new user", ON, SEALED, MAIL)
def new(caller: Caller) -> None:
    """Where a new one is sent, and the mail that an address may need."""
    for verified in (True, False):
        visit = Visit(caller, "discord", verified=verified, email=f"{verified}{caller.email}".lower())
        visit.who = visit.who.__class__(f"{int(verified)}{caller.number}", visit.who.email, verified=verified)
        visit.start(**ENDS)
        visit.back()
        visit.kept()
        visit.outgoing()
        caller.tables(visit.who.email)
        caller.mail(visit.who.email, wait=4)
        visit.start(**ENDS)
        visit.back()


@group.case(BACK, "tokens", ON, SEALED)
def tokens(caller: Caller) -> None:
    """What is kept of them, at first and again."""
    visit = Visit(caller, "discord")
    for more in (
        {"refresh_token_expires_in": 7200},
        {"scope": ["three", " four ", 5, ""], "refresh_token": None},
        {"scope": "  ", "expires_in": 0},
        {"scope": None, "expires_in": "60", "id_token": "x.y.z"},
        {"expires_in": 1.5},
    ):
        visit.start()
        visit.back(visit.code(**visit.script(**more)))
        visit.rows()


STATES: list[tuple[str, dict[str, str]]] = [
    ("missing", {"state": ""}),
    ("unknown", {"state": "x" * 32}),
    ("NUL", {"state": "\0"}),
    ("a long one", {"state": "x" * 3000}),
]


def _state(caller: Caller, query: dict[str, str]) -> None:
    visit = Visit(caller, "google")
    visit.start(**ENDS)
    visit.back(**query)
    visit.kept()
    visit.outgoing()


group.each(BACK, "state", STATES, _state, (ON,))


@group.case(BACK, "a state of another browser", ON)
def other_browser(caller: Caller) -> None:
    """Without the cookie, with somebody else's, with one that nobody signed: and then with the right one."""
    visit = Visit(caller, "google")
    visit.start(**ENDS)
    right = caller.cookies()
    name = caller.cookie_name("state")
    for cookie in (
        "",
        f"{name}={caller.sign('y' * 32)}",
        f"{name}={visit.state}",
        f"{name}={caller.sign(visit.state, 'x')}",
    ):
        caller.get(f"/callback/google?code={visit.code()}&state={visit.state}", cookie=cookie)
        visit.kept()
    caller.get(f"/callback/google?code={visit.code()}&state={visit.state}", cookie=right)
    visit.kept()
    visit.outgoing()


@group.case(BACK, "a state for the second time", ON)
def twice(caller: Caller) -> None:
    """Once is all."""
    visit = Visit(caller, "google")
    visit.start(**ENDS)
    cookies = caller.cookies()
    for _ in range(2):
        caller.get(f"/callback/google?code={visit.code()}&state={visit.state}", cookie=cookies)
    visit.outgoing()
    visit.rows()


@group.case(BACK, "a state many times at once", ON)
def many_times(caller: Caller) -> None:
    """Where better-auth may let in more than one, ours does not: there one comes, here eight (S18)."""
    visit = Visit(caller, "google")
    visit.start(**ENDS)
    browsers = []
    for _ in range(8 if isinstance(caller.server, Ours) else 1):
        browser = Caller(caller.server, caller.options, "a browser of many")
        browser.jar = dict(caller.jar)
        browsers.append(browser)
    place = f"/callback/google?code={visit.code()}&state={visit.state}"
    with ThreadPoolExecutor(len(browsers)) as pool:
        list(pool.map(lambda browser: browser.get(place), browsers))
    visit.outgoing()
    visit.rows()


@group.case(BACK, "a state that was changed", ON)
def changed(caller: Caller) -> None:
    """In the database, where nobody should."""
    for change in (
        "\"value\" = '{}'",
        "\"value\" = 'no JSON'",
        '"value" = replace("value", \'"oauthState":"\', \'"oauthState":"x\')',
        '"value" = replace("value", \'"codeVerifier"\', \'"noVerifier"\')',
    ):
        visit = Visit(caller, "google")
        visit.start(**ENDS)
        caller.sql(
            f'UPDATE "verification" SET {change} WHERE "identifier" = %(name)s',
            name=f"auth-state:{visit.state}",
        )
        visit.back()
        caller.jar.clear()
    visit.rows()


@group.case(BACK, "a state of another provider", ON)
def other_provider(caller: Caller) -> None:
    """A state says nothing of the provider: whoever is named in the path is asked."""
    visit = Visit(caller, "google")
    visit.start(**ENDS)
    other = Visit(caller, "discord")
    other.state = visit.state
    other.back()
    other.outgoing()
    visit.start(**ENDS)
    caller.get(f"/callback/nobody?code=x&state={visit.state}")
    visit.kept()


# Who may come in


@group.case(BACK, "where nobody new may come in", CLOSED, BY_REQUEST)
def closed(caller: Caller) -> None:
    """Those who are there already may."""
    for asks in (MISSING, False, True):
        visit = Visit(caller, "discord")
        visit.start(requestSignUp=asks, **ENDS)
        visit.back()
        visit.rows()
    caller.jar.clear()
    known = Visit(caller, "discord", sub=f"2{caller.number}", email=f"x{caller.email}")
    known.account(caller.person(f"x{caller.email}"))
    known.whole()
    caller.tables(f"x{caller.email}")


# A form that is posted


@group.case(POSTED, "apple's form", ON)
def form(caller: Caller) -> None:
    """Which says once what somebody is called."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for origin in ("https://appleid.apple.com", "https://evil.com", None):
        visit = Visit(caller, "apple", name=None)
        visit.start(**ENDS)
        user = "%7B%22name%22%3A%7B%22firstName%22%3A%22Ada%22%2C%22lastName%22%3A%22L%C3%B6%22%7D%7D"
        body = f"state={visit.state}&code={visit.code()}&user={user}&id_token=x.y.z"
        headers = kind | {"Origin": origin}
        found = caller.post("/callback/apple", body.encode(), headers=headers, cookie=None)
        caller.post("/callback/apple", body.encode(), headers=headers)
        for place in found.all("location"):
            caller.send("GET", "", target=place.removeprefix(caller.origin))
        visit.outgoing()
        visit.rows()


USERS = [
    "",
    "{",
    "null",
    "5",
    "[]",
    '{"name":null}',
    '{"name":{"firstName":"Ada"}}',
    '{"name":{"lastName":5}}',
    '{"name":"Ada"}',
]


@group.case(BACK, "apple's user", ON)
def apple_user(caller: Caller) -> None:
    """In every form that it may have."""
    for number, user in enumerate(USERS):
        visit = Visit(
            caller, "apple", sub=f"{number}{caller.number}", email=f"{number}{caller.email}", name=None
        )
        visit.start()
        visit.back(user=user)
        caller.tables(visit.who.email)
        visit.start()
        visit.back(user='{"name":{"firstName":"Eve"}}')
        caller.tables(visit.who.email)


# Both at once


@group.case(BACK, "two at once", ON)
def at_once(caller: Caller) -> None:
    """Two who are new at the same time, in two browsers: one user and one account."""
    visits = []
    for _ in range(2):
        other = Caller(caller.server, caller.options, "another browser of it")
        other.email, other.number = caller.email, caller.number
        visit = Visit(other, "discord")
        visit.start()
        visits.append(visit)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda visit: visit.back(), visits))
    caller.rows('SELECT count(*)::int AS "users" FROM "user" WHERE "email" = %(email)s', email=caller.email)
