"""Fields that are added to the user and the session: what may be set of them, and where they are shown."""

from __future__ import annotations

from typing import Any

from tests.compat.caller import MISSING, PASSWORD, Caller
from tests.compat.case import Group

group = Group()
ON = ("columns",)
CACHED = ("columns", "columns-compact", "columns-jwt", "columns-jwe")
SIGN_UP = "POST /sign-up/email"
SIGN_IN = "POST /sign-in/email"
GET = "GET /get-session"
LIST = "GET /list-sessions"
USER = "POST /update-user"
SESSION = "POST /update-session"

LOOK_AT_USER = """
SELECT "nickname", "level", "beta", "birthday", "taste", "tags", "scores", "role", "plan", "note"
  FROM "user" WHERE "email" = %(email)s
"""
LOOK_AT_SESSION = """
SELECT s."activeOrganizationId", s."visits", s."trusted", s."since", s."extra", s."impersonatedBy", s."hidden"
  FROM "session" s JOIN "user" u ON u."id" = s."userId" WHERE u."email" = %(email)s
"""
VALUES: tuple[Any, ...] = (
    "x",
    "",
    5,
    1.5,
    True,
    False,
    None,
    [1, "a", None, True, 1.0, {"b": 2}],
    {"a": 1, "b": [None, 1.5, "2020-01-01T00:00:00.000Z"], "": {}},
    "5",
    " 5 ",
    "1e3",
    "true",
    "t",
    "null",
    '"x"',
    "[1]",
    "a\0b",
    "Ünïcode 🎉",
    99999999999,
    "2001-02-03",
)
# What V8 reads beyond ECMAScript's format is refused here, and a text without a zone is UTC, not the machine's time.
DATES: tuple[Any, ...] = (
    *(value for value in VALUES if not isinstance(value, str)),
    "x",
    "",
    "true",
    "a\0b",
    "2001-02-03",
    "2001-02",
    "2001",
    "2001-02-03T04:05Z",
    "2001-02-03T04:05:06Z",
    "2001-02-03T04:05:06.789123+02:00",
    "2001-02-03T24:00:00Z",
    "2001-02-30",
    "2001-02-32",
    "2001-13-01",
    "2001-02-03T04:05:06+99:00",
    "2001-02-03T04:05:06-23:59",
)
USERS = ("nickname", "level", "beta", "birthday", "taste", "tags", "scores", "role", "plan", "note")
SESSIONS = ("activeOrganizationId", "visits", "trusted", "since", "extra", "impersonatedBy", "hidden")
ALL = {
    "nickname": "Bo",
    "level": 7,
    "beta": True,
    "birthday": "2001-02-03T04:05:06.789Z",
    "taste": {"sweet": [1, 2], "date": "2001-02-03T04:05:06.789Z"},
    "tags": ["a", "b"],
    "scores": [1, 2.5],
    "note": "not shown",
}


def _values(name: str) -> tuple[Any, ...]:
    return DATES if name in ("birthday", "since") else VALUES


def _sign_up(caller: Caller, more: dict[str, Any]) -> None:
    caller.jar.clear()
    caller.post("/sign-up/email", {"name": "Ada", "email": caller.email, "password": PASSWORD} | more)


def _signed_up(caller: Caller, more: dict[str, Any]) -> None:
    _sign_up(caller, more)
    caller.get("/get-session")
    caller.rows(LOOK_AT_USER, email=caller.email)


def _one_of_user(caller: Caller, name: str) -> None:
    """Each value as a new person's."""
    for number, value in enumerate(_values(name)):
        caller.email = f"{number}-{caller.email.rpartition('-')[2]}"
        _signed_up(caller, {name: value})


def _update_user(caller: Caller, name: str) -> None:
    _sign_up(caller, {})
    for value in _values(name):
        caller.post("/update-user", {name: value})
        caller.get("/get-session")
    caller.rows(LOOK_AT_USER, email=caller.email)


def _update_session(caller: Caller, name: str) -> None:
    _sign_up(caller, {})
    for value in _values(name):
        caller.post("/update-session", {name: value})
        caller.get("/get-session")
    caller.rows(LOOK_AT_SESSION, email=caller.email)


group.each(SIGN_UP, "each value", [(name, name) for name in USERS], _one_of_user, ON)
group.each(USER, "each value", [(name, name) for name in USERS], _update_user, ON)
group.each(SESSION, "each value", [(name, name) for name in SESSIONS], _update_session, ON)

BODIES: list[tuple[str, Any]] = [
    ("none", {}),
    ("all", ALL),
    ("two that may not", {"plan": "x", "role": "x"}),
    ("one that may not, with one that cannot", {"level": "x", "plan": "x"}),
    ("of no date, with one that may not", {"birthday": "x", "plan": "x"}),
    ("infinite", b'{"name":"Ada","nickname":1e400,"scores":[1e400]}'),
    ("unknown ones", {"constructor": 1, "__proto__": {"level": 9}, "nick": "x"}),
]


def _update_with(caller: Caller, body: Any) -> None:
    _sign_up(caller, {})
    caller.post("/update-user", body)
    caller.get("/get-session")
    caller.rows(LOOK_AT_USER, email=caller.email)


group.each(
    SIGN_UP,
    "columns",
    [(label, body) for label, body in BODIES if isinstance(body, dict)],
    _signed_up,
    ON,
)
group.each(USER, "columns", BODIES, _update_with, ON)
group.each(
    USER,
    "columns beside the rest",
    [
        ("name", ALL | {"name": "Bo"}),
        ("image", {"image": None, "level": 3}),
        ("e-mail", {"email": "x"} | ALL),
    ],
    _update_with,
    ON,
)


@group.case(SIGN_UP, "columns in a form", *ON)
def form(caller: Caller) -> None:
    """Everything is text there."""
    body = (
        f"name=Ada&email={caller.email}&password={PASSWORD.replace(' ', '+')}&level=3&beta=true&taste=%5B1%5D"
    )
    caller.post(
        "/sign-up/email", body.encode(), headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    caller.get("/get-session")


@group.case(GET, "columns", *CACHED)
def shown(caller: Caller) -> None:
    """From every place that a session is answered from, and again."""
    _sign_up(caller, ALL)
    for _ in range(3):
        caller.get("/get-session")
    caller.get("/get-session?disableCookieCache=true")
    caller.get("/list-sessions")
    caller.sql(
        'UPDATE "user" SET "level" = 99, "role" = \'admin\' WHERE "email" = %(email)s', email=caller.email
    )
    caller.sql('UPDATE "session" SET "visits" = 99 WHERE "ipAddress" = %(ip)s', ip=caller.address)
    caller.get("/get-session")
    caller.get("/get-session?disableCookieCache=true")
    caller.get("/get-session")


@group.case(SIGN_IN, "columns", *CACHED)
def sign_in(caller: Caller) -> None:
    """The answer has the user's; the new session has its defaults."""
    _sign_up(caller, ALL)
    caller.post("/update-session", {"visits": 5})
    caller.jar.clear()
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})
    caller.get("/get-session")
    caller.get("/list-sessions")


@group.case(USER, "columns seen at once", *CACHED)
def user_seen(caller: Caller) -> None:
    """In the cookie that comes with the answer, too; also where the row is gone."""
    _sign_up(caller, {})
    caller.get("/get-session")
    caller.post("/update-user", ALL)
    caller.get("/get-session")
    caller.get("/get-session")
    caller.post("/update-user", {"birthday": None, "nickname": "2001-02-03T04:05:06Z"})
    caller.get("/get-session")
    caller.get("/get-session?disableCookieCache=true")


@group.case(SESSION, "columns seen at once", *CACHED)
def session_seen(caller: Caller) -> None:
    """All of it is answered; the second session is as it was."""
    _sign_up(caller, ALL)
    caller.post(
        "/update-session", {"visits": 3, "activeOrganizationId": "o", "since": "2001-02-03", "hidden": "h"}
    )
    caller.get("/get-session")
    caller.get("/get-session")
    caller.post("/update-session", {"extra": {"a": ["2001-02-03T04:05:06Z"]}, "trusted": True})
    caller.get("/get-session")
    caller.get("/get-session?disableCookieCache=true")
    caller.rows(LOOK_AT_SESSION, email=caller.email)


@group.case(SESSION, "columns of a session that has ended", *CACHED)
def session_gone(caller: Caller) -> None:
    """What a cookie still says is not enough."""
    _sign_up(caller, {})
    caller.sql('DELETE FROM "session" WHERE "ipAddress" = %(ip)s', ip=caller.address)
    caller.post("/update-session", {"visits": 3})
    caller.get("/get-session")


SESSION_BODIES: list[tuple[str, Any]] = [
    ("nothing", {}),
    ("the token", {"token": "x", "userId": "x", "expiresAt": "2100-01-01"}),
    ("unknown", {"nickname": "x"}),
    ("may not", {"impersonatedBy": "x", "visits": 2}),
    ("may not, empty", {"impersonatedBy": "", "visits": 2}),
    ("array", []),
    ("text", "x"),
    ("none", MISSING),
]


def _update_session_with(caller: Caller, body: Any) -> None:
    _sign_up(caller, {})
    caller.post("/update-session", body)
    caller.get("/get-session")


group.each(SESSION, "body with columns", SESSION_BODIES, _update_session_with, ON)


group.each(
    SIGN_UP,
    "columns that are needed",
    [
        ("none", {}),
        ("null", {"invite": None}),
        ("empty", {"invite": ""}),
        ("given", {"invite": "x"}),
        ("null for the default", {"invite": "x", "title": None}),
        ("all", ALL | {"invite": "x", "title": "Prof"}),
    ],
    _sign_up,
    ("columns-verified",),
)


@group.case(SIGN_UP, "columns of an address that is taken", "columns-verified")
def taken(caller: Caller) -> None:
    """Answered as if it were not."""
    for _ in range(2):
        _sign_up(caller, {"invite": "x", "birthday": "2001-02-03T00:00:00.000Z", "level": 3, "note": "x"})


@group.case(LIST, "columns", *ON)
def listed(caller: Caller) -> None:
    """Each session its own."""
    _sign_up(caller, {})
    for number in (1, 2):
        caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})
        caller.post("/update-session", {"visits": number, "extra": [number], "hidden": "h"})
    caller.get("/list-sessions")
