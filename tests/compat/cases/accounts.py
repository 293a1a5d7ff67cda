"""Accounts and social sign-in while no provider is configured."""

from __future__ import annotations

import json
from typing import Any

from tests.compat import people
from tests.compat.caller import MISSING, Caller
from tests.compat.case import Group
from tests.compat.cases.values import WRONG_BOOLEANS, WRONG_STRINGS

group = Group()
LIST = "GET /list-accounts"
UNLINK = "POST /unlink-account"
SOCIAL = "POST /sign-in/social"
LINK = "POST /link-social"
CALLBACK = "GET /callback/:id"
POSTED = "POST /callback/:id"


@group.case(LIST, "several", "plain", "cache-compact")
def several(caller: Caller) -> None:
    """A credential and two of others; scopes as a list."""
    user, _ = caller.signed_in()
    caller.get("/list-accounts")
    caller.account(user, "credential", user, "x:y")
    row = caller.account(user, "google", caller.number)
    caller.sql('UPDATE "account" SET "scope" = \'openid,email , profile\' WHERE "id" = %(row)s', row=row)
    row = caller.account(user, "github", caller.number)
    caller.sql('UPDATE "account" SET "scope" = \'\' WHERE "id" = %(row)s', row=row)
    caller.get("/list-accounts")


# All alike, because better-auth leaves to the database which of them are the first.
MANY = """
INSERT INTO "account" ("id", "accountId", "providerId", "userId", "createdAt", "updatedAt")
SELECT made.id, made.id, 'google', %(user)s, now.at, now.at
  FROM date_trunc('milliseconds', now() - interval '1 hour') AS now(at), generate_series(1, 120) AS n,
       LATERAL (SELECT left(%(user)s, 29) || lpad(n::text, 3, '0')) AS made(id)
RETURNING "id"
"""


@group.case(LIST, "more than a hundred")
def many(caller: Caller) -> None:
    """The first hundred, which are all that can be used or unlinked."""
    user, _ = caller.signed_in()
    rows = {row["id"] for row in caller.sql(MANY, user=user)}
    listed = {account["id"] for account in json.loads(caller.get("/list-accounts").body)}
    for row in (min(rows - listed), min(listed), min(listed)):
        caller.post("/get-access-token", {"accountId": row})
        caller.post("/unlink-account", {"accountId": row})


def _unlink_field(caller: Caller, value: Any) -> None:
    user, _ = caller.signed_in()
    caller.account(user, "credential", user, "x:y")
    caller.account(user, "google", caller.number)
    caller.post("/unlink-account", {"accountId": value})
    caller.tables()


group.each(UNLINK, "wrong accountId", WRONG_STRINGS, _unlink_field)
group.each(UNLINK, "accountId", [("NUL", "a\0b"), ("unknown", "x" * 32)], _unlink_field)


@group.case(UNLINK, "valid, then the last")
def unlink(caller: Caller) -> None:
    """The last one stays."""
    user, _ = caller.signed_in()
    rows = [caller.account(user, "credential", user, "x:y"), caller.account(user, "google", caller.number)]
    caller.post("/unlink-account", {"accountId": rows[1], "providerId": "google"})
    caller.tables()
    caller.post("/unlink-account", {"accountId": rows[1]})
    caller.post("/unlink-account", {"accountId": caller.number})
    caller.post("/unlink-account", {"accountId": rows[0]})
    caller.tables()


@group.case(UNLINK, "somebody else's, none at all")
def unlink_foreign(caller: Caller) -> None:
    """Not found; without any account, what then."""
    other = caller.person("other-" + caller.email)
    theirs = caller.account(other, "google", "9" + caller.number)
    user, _ = caller.signed_in()
    caller.post("/unlink-account", {"accountId": theirs})
    caller.account(user, "credential", user, "x:y")
    caller.post("/unlink-account", {"accountId": theirs})
    caller.account(user, "github", caller.number)
    caller.post("/unlink-account", {"accountId": theirs})
    caller.rows(people.LOOK_AT_ACCOUNTS, email="other-" + caller.email)


# Social sign-in and linking

ID_TOKEN = {"token": "x"}
SOCIAL_BODIES: list[tuple[str, dict[str, Any]]] = [
    ("known provider", {}),
    ("unknown provider", {"provider": "nobody"}),
    (
        "everything",
        {
            "callbackURL": "/a",
            "errorCallbackURL": "/b",
            "disableRedirect": True,
            "scopes": ["x"],
            "requestSignUp": True,
            "loginHint": "x",
            "additionalData": {"a": 1},
            "additionalParams": {"prompt": "x"},
        },
    ),
    ("id token", {"idToken": ID_TOKEN}),
    (
        "id token, all of it",
        {
            "idToken": {
                "token": "x",
                "nonce": "x",
                "accessToken": "x",
                "refreshToken": "x",
                "expiresAt": 5,
                "user": {"name": {"firstName": "A", "lastName": "B"}, "email": "x"},
            }
        },
    ),
    (
        "id token wrong",
        {
            "idToken": {
                "token": 5,
                "nonce": 5,
                "accessToken": 5,
                "refreshToken": 5,
                "expiresAt": "x",
                "user": {"name": {"firstName": 5, "lastName": 5}, "email": 5},
            }
        },
    ),
    ("id token user wrong", {"idToken": {"token": "x", "user": 5}}),
    ("id token user name wrong", {"idToken": {"token": "x", "user": {"name": "x"}}}),
    ("id token empty object", {"idToken": {}}),
    ("id token text", {"idToken": "x"}),
    ("id token null", {"idToken": None}),
    ("scopes text", {"scopes": "x"}),
    ("scopes of numbers", {"scopes": ["a", 1, None]}),
    ("additionalParams reserved", {"additionalParams": {"state": "x"}}),
    ("additionalParams two reserved", {"additionalParams": {"client_id": "x", "a": "b", "scope": "x"}}),
    ("additionalParams numbers", {"additionalParams": {"a": 1, "b": None}}),
    ("additionalParams indexes", {"additionalParams": {"b": 1, "2": 1, "10": 1, "a": 1, "1": 1}}),
    ("additionalParams half of a pair", {"additionalParams": {"\ud800": 1, "a\udc00": "\ud800", "b": 1}}),
    ("additionalParams proto", {"additionalParams": {"__proto__": 1}}),
    ("additionalParams proto and reserved", {"additionalParams": {"__proto__": 1, "state": "x"}}),
    ("additionalData proto", {"additionalData": {"__proto__": 1, "a": "\ud800"}}),
    ("additionalParams text", {"additionalParams": "x"}),
    ("additionalParams array", {"additionalParams": []}),
    ("additionalParams null", {"additionalParams": None}),
    ("additionalData text", {"additionalData": "x"}),
    ("additionalData array", {"additionalData": []}),
    ("unknown member", {"x": 1}),
    (
        "all wrong",
        {
            "provider": 5,
            "callbackURL": 0,
            "errorCallbackURL": 0,
            "newUserCallbackURL": 0,
            "disableRedirect": 5,
            "idToken": 5,
            "scopes": 5,
            "requestSignUp": 5,
            "loginHint": 5,
            "additionalParams": 5,
            "additionalData": 5,
        },
    ),
]


def social(caller: Caller, body: dict[str, Any]) -> None:
    """One social sign-in by nobody."""
    caller.post("/sign-in/social", {"provider": "google"} | body, cookie=None)


def link(caller: Caller, body: dict[str, Any]) -> None:
    """One wish to link, by somebody."""
    caller.signed_in()
    caller.post("/link-social", {"provider": "google"} | body)


for _at, _run in ((SOCIAL, social), (LINK, link)):
    group.each(_at, "body", SOCIAL_BODIES, _run)
    for _name in ("provider", "loginHint", "callbackURL", "errorCallbackURL", "newUserCallbackURL"):
        group.each(_at, f"wrong {_name}", [(label, {_name: value}) for label, value in WRONG_STRINGS], _run)
    for _name in ("disableRedirect", "requestSignUp"):
        group.each(_at, f"wrong {_name}", [(label, {_name: value}) for label, value in WRONG_BOOLEANS], _run)


@group.case(SOCIAL, "form and origins")
def social_form(caller: Caller) -> None:
    """No forms here; the origin counts only with a cookie."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    caller.post("/sign-in/social", b"provider=google", cookie=None, headers=form)
    evil = {"Origin": "https://evil.com"}
    caller.post("/sign-in/social", {"provider": "google"}, cookie=None, headers=evil)
    caller.post("/sign-in/social", {"provider": "google"}, cookie="a=b", headers=evil)
    caller.post("/sign-in/social", b"{", cookie=None)
    caller.post("/sign-in/social", cookie=None)


# Callbacks

CALLBACK_QUERIES = [
    "",
    "?code=x",
    "?code=x&state=y",
    "?state=y",
    "?error=access_denied",
    "?error=access_denied&state=y",
    "?error=access_denied&error_description=No+way&state=y",
    "?error=<script>&state=y",
    "?code=x&state=y&code=z",
    "?state=y&state=z",
    "?error=a&error=b",
    "?iss=https://x&state=y&code=z",
    "?user=x&state=y&code=z",
    "?device_id=x",
    "?x=1",
    "?state=%00",
    f"?code=x&state={'s' * 32}",
]


def _callback(caller: Caller, query: str) -> None:
    caller.get(f"/callback/google{query}")
    caller.get(f"/callback/nobody{query}", cookie=f"better-auth.state={caller.sign('y')}")


group.each(CALLBACK, "query", [(query, query) for query in CALLBACK_QUERIES], _callback)
IDS = ["/", "/google/", "/google/x", "/%20", "/%2e%2e", "/a%2fb", "/é", "/__proto__", "/Google"]
group.each(
    CALLBACK,
    "id",
    [(i, i) for i in IDS if i != "/é"],
    lambda caller, i: caller.get(f"/callback{i}?state=y&code=x"),
)
SPELLINGS = [
    "a%3Fb",
    "a%23b",
    "a%2Fb",
    "a%20b",
    "%252f",
    "%0d%0aX",
    "%ED%A0%80",
    "%c3%a4",
    "%zz",
    "%",
    "a%2eb",
]
# Without a circumflex, which one version of Node encodes and another does not.
RAW_SPELLINGS = [
    'a"b',
    "a<b",
    "a>b",
    "a{b}",
    "a`b",
    "a|b",
    "a'b",
    "a;b=c",
    "a+b",
    "a@b:c",
    "a[b]",
    "~!$&*(),=",
]
group.each(
    POSTED,
    "id",
    [(i, i) for i in SPELLINGS + RAW_SPELLINGS],
    lambda caller, i: caller.post(f"/callback/{i}?state=y&code=x", cookie=None),
)
POSTED_BODIES: list[tuple[str, Any]] = [
    ("form", b"code=x&state=y"),
    ("form with error", b"error=x&error_description=a+b&state=y"),
    ("form with everything", b"code=x&state=y&user=%7B%7D&iss=z&device_id=d&unknown=u"),
    ("form doubled", b"code=x&code=z&state=y"),
    ("empty form", b""),
]


def _posted(caller: Caller, body: bytes) -> None:
    form: dict[str, str | None] = {"Content-Type": "application/x-www-form-urlencoded"}
    caller.post("/callback/google", body, cookie=None, headers=form)
    caller.post("/callback/google?state=q&error=e", body, cookie=None, headers=form)
    caller.post("/callback/google", body, cookie="a=b", headers=form | {"Origin": "https://evil.com"})


group.each(POSTED, "body", POSTED_BODIES, _posted)
JSON_BODIES: list[tuple[str, Any]] = [
    ("object", {"code": "x", "state": "y"}),
    ("wrong", {"code": 5, "state": 5, "error": 5}),
    ("empty", {}),
    ("null", None),
    ("array", []),
    ("nothing", MISSING),
    ("no JSON", b"{"),
]
group.each(
    POSTED, "JSON", JSON_BODIES, lambda caller, body: caller.post("/callback/google", body, cookie=None)
)


@group.case(CALLBACK, "state row without its cookie, then with")
def state_row(caller: Caller) -> None:
    """A row like the one that a provider's sign-in leaves."""
    state = caller.random_id()
    times = {"expiresAt": 4_102_444_800_000, "oauthState": state}
    value = {"callbackURL": "/x", "codeVerifier": "v", "errorURL": "/failed"} | times
    caller.sql(
        'INSERT INTO "verification" ("id", "identifier", "value", "expiresAt", "createdAt", "updatedAt")'
        " VALUES (%(id)s, %(identifier)s, %(value)s, now() + interval '10 minutes', now(), now())",
        id=caller.random_id(),
        identifier=f"auth-state:{state}",
        value=json.dumps(value, separators=(",", ":")),
    )
    caller.get(f"/callback/google?state={state}&code=x", cookie=None)
    caller.get(f"/callback/google?state={state}&code=x", cookie=f"better-auth.state={caller.sign(state)}")
