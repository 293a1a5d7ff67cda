"""Listing, revoking and updating sessions."""

from __future__ import annotations

from typing import Any

from tests.compat import people
from tests.compat.caller import Caller
from tests.compat.case import Group
from tests.compat.cases.values import WRONG_STRINGS

group = Group()
LIST = "GET /list-sessions"
REVOKE = "POST /revoke-session"
REVOKE_ALL = "POST /revoke-sessions"
REVOKE_OTHERS = "POST /revoke-other-sessions"
UPDATE = "POST /update-session"
CACHES = ("plain", "https", "cache-compact")


def _three(caller: Caller) -> tuple[str, list[str]]:
    """Two other sessions, an expired one, and the caller's own last."""
    user = caller.person()
    tokens = [
        caller.session(user, created_ago=300),
        caller.session(user, created_ago=200),
        caller.session(user, expires_in=-10, created_ago=100),
        caller.session(user),
    ]
    return user, tokens


@group.case(LIST, "several", *CACHES)
def several(caller: Caller) -> None:
    """Those that have not ended, in which order."""
    _three(caller)
    caller.get("/list-sessions")
    caller.get("/list-sessions?x=1")


# All alike, because better-auth leaves to the database which of them are the first.
MANY = """
INSERT INTO "session" ("id", "token", "userId", "ipAddress", "userAgent", "expiresAt", "createdAt", "updatedAt")
SELECT made.id, made.id, %(user)s, '198.51.100.1', 'compat/1.0', now.at + interval '7 days', now.at, now.at
  FROM date_trunc('milliseconds', now() - interval '1 hour') AS now(at), generate_series(1, 120) AS n,
       LATERAL (SELECT left(%(user)s, 29) || lpad(n::text, 3, '0')) AS made(id)
RETURNING "token"
"""


def _many(caller: Caller) -> str:
    """A hundred and twenty sessions, one of them the caller's; whose they are."""
    user = caller.person()
    tokens = [row["token"] for row in caller.sql(MANY, user=user)]
    caller.jar[caller.cookie_name("session_token")] = caller.sign(tokens[0])
    return user


@group.case(LIST, "more than a hundred", "plain", "https")
def many(caller: Caller) -> None:
    """A hundred of them."""
    _many(caller)
    caller.get("/list-sessions")


@group.case(REVOKE_ALL, "more than a hundred")
def revoke_many(caller: Caller) -> None:
    """All of them."""
    user = _many(caller)
    caller.post("/revoke-sessions")
    caller.rows(people.COUNT_SESSIONS, user=user)


@group.case(LIST, "only the own")
def only_own(caller: Caller) -> None:
    """A list of one; nobody else's."""
    caller.session(caller.person("other-" + caller.email))
    caller.signed_in()
    caller.get("/list-sessions")


@group.case(LIST, "null columns")
def null_columns(caller: Caller) -> None:
    """Address and agent unknown."""
    user, _ = caller.signed_in()
    caller.sql(
        'UPDATE "session" SET "ipAddress" = NULL, "userAgent" = NULL WHERE "userId" = %(user)s', user=user
    )
    caller.get("/list-sessions")


FRESH = [("just fresh", 86_400 - 30), ("just stale", 86_400 + 5), ("from the future", -3600)]


def _fresh(caller: Caller, age: int) -> None:
    caller.signed_in(created_ago=age, expires_in=604_000)
    caller.get("/list-sessions")


group.each(LIST, "border of freshness", FRESH, _fresh)


def _revoke_field(caller: Caller, value: Any) -> None:
    caller.signed_in()
    caller.post("/revoke-session", {"token": value})
    caller.tables()


group.each(REVOKE, "wrong token", WRONG_STRINGS, _revoke_field)
group.each(REVOKE, "token", [("NUL", "a\0b"), ("long", "x" * 3000), ("unknown", "x" * 32)], _revoke_field)


@group.case(REVOKE, "another, then the own", *CACHES)
def revoke(caller: Caller) -> None:
    """Only the own one clears cookies."""
    _, tokens = _three(caller)
    caller.get("/get-session")
    caller.post("/revoke-session", {"token": tokens[0]})
    caller.tables()
    caller.post("/revoke-session", {"token": tokens[2]})
    caller.post("/revoke-session", {"token": tokens[3]})
    caller.tables()
    caller.get("/get-session")


@group.case(REVOKE, "somebody else's")
def revoke_foreign(caller: Caller) -> None:
    """Said to be done, and not done."""
    theirs = caller.session(caller.person("other-" + caller.email))
    caller.signed_in()
    caller.post("/revoke-session", {"token": theirs})
    caller.tables("other-" + caller.email)


@group.case(REVOKE_ALL, "several", *CACHES)
def revoke_all(caller: Caller) -> None:
    """All of them, the own included."""
    _three(caller)
    kept = caller.cookies()
    caller.post("/revoke-sessions", {})
    caller.tables()
    caller.get("/get-session", cookie=kept)


@group.case(REVOKE_ALL, "not remembered, nobody else's")
def revoke_all_not_remembered(caller: Caller) -> None:
    """The dont_remember cookie goes too."""
    caller.session(caller.person("other-" + caller.email))
    caller.signed_in()
    caller.jar["better-auth.dont_remember"] = caller.sign("true")
    caller.post("/revoke-sessions")
    caller.tables("other-" + caller.email)


@group.case(REVOKE_OTHERS, "several", *CACHES)
def revoke_others(caller: Caller) -> None:
    """All but the own."""
    _three(caller)
    caller.post("/revoke-other-sessions", {})
    caller.tables()
    caller.post("/revoke-other-sessions")
    caller.get("/get-session")


@group.case(REVOKE_OTHERS, "more than a hundred")
def revoke_many_others(caller: Caller) -> None:
    """All but the own, where better-auth leaves those beyond the first hundred."""
    user = _many(caller)
    caller.post("/revoke-other-sessions")
    caller.rows(people.COUNT_SESSIONS_LEFT, user=user)


FIELDS: list[tuple[str, Any]] = [
    ("nothing", {}),
    ("unknown member", {"theme": "dark"}),
    ("token", {"token": "x" * 32}),
    ("userId", {"userId": "x" * 32}),
    ("expiresAt", {"expiresAt": "2030-01-01T00:00:00.000Z"}),
    ("ipAddress", {"ipAddress": "1.2.3.4"}),
    ("userAgent", {"userAgent": "x"}),
    ("id", {"id": "x"}),
    ("createdAt", {"createdAt": "2030-01-01T00:00:00.000Z"}),
    ("several", {"token": "x", "theme": "dark", "userAgent": "x"}),
    ("empty key", {"": 1}),
    ("proto", {"__proto__": {"a": 1}}),
]


def _update(caller: Caller, body: Any) -> None:
    caller.signed_in()
    caller.post("/update-session", body)
    caller.tables()


group.each(UPDATE, "body", FIELDS, _update)
