"""Updating and deleting a user."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from tests.compat.caller import PASSWORD, Caller
from tests.compat.case import Group
from tests.compat.cases.values import CALLBACKS, WRONG_STRINGS

group = Group()
UPDATE = "POST /update-user"
DELETE = "POST /delete-user"
LINK = "GET /delete-user/callback"

FIELDS: list[tuple[str, Any]] = [
    ("nothing", {}),
    ("name", {"name": "Bo"}),
    ("image", {"image": "https://example.com/a.png"}),
    ("both", {"name": "Bo", "image": "x"}),
    ("image null", {"image": None}),
    ("image empty", {"image": ""}),
    ("image number", {"image": 5}),
    ("image array", {"image": []}),
    ("image object", {"image": {"a": 1}}),
    ("name empty", {"name": ""}),
    ("name null", {"name": None}),
    ("name number", {"name": 5}),
    ("name true", {"name": True}),
    ("name array", {"name": ["a"]}),
    ("name object", {"name": {"a": 1}}),
    ("name long", {"name": "n" * 5000}),
    ("name NUL", {"name": "a\0b"}),
    ("name lone surrogate", {"name": "a\ud800b"}),
    ("name 1e400", b'{"name":1e400}'),
    ("name -1e400", b'{"name":-1e400}'),
    ("name [1e400]", b'{"name":[1e400,[-1e400,{"a":1e400}],-0,1e21]}'),
    ("name of 1e400 in an object", b'{"name":{"a":1e400}}'),
    ("image 1e400", b'{"image":1e400}'),
    ("image [-1e400]", b'{"image":[-1e400]}'),
    ("name of half a pair as a key", {"name": {"\ud800": 1, "a\udc00b": {"\ud800": "\ud800"}}}),
    ("name of half a pair in an array", {"name": ["\ud800", {"a": "\ud800", "b": ["\ud800"]}, ["\udc00"]]}),
    ("image of half a pair in an object", {"image": {"a": "\ud83d\ude00\ud83d"}}),
    ("half a pair as a member", {"\ud800": 1, "name": "Bo"}),
    ("email", {"email": "x@example.com"}),
    ("email and name", {"email": "x@example.com", "name": "Bo"}),
    ("email empty", {"email": ""}),
    ("email null", {"email": None}),
    ("email false and name", {"email": False, "name": "Bo"}),
    ("emailVerified", {"emailVerified": True}),
    ("emailVerified and name", {"emailVerified": True, "name": "Bo"}),
    ("id", {"id": "x"}),
    ("id and name", {"id": "x", "name": "Bo"}),
    ("createdAt and name", {"createdAt": "2020-01-01T00:00:00.000Z", "name": "Bo"}),
    ("updatedAt and name", {"updatedAt": "2020-01-01T00:00:00.000Z", "name": "Bo"}),
    ("unknown member", {"nickname": "x"}),
    ("unknown member and name", {"nickname": "x", "name": "Bo"}),
    ("role", {"role": "admin"}),
    ("empty key", {"": 1}),
    ("proto", {"__proto__": {"a": 1}}),
    ("callback", {"callbackURL": "/x"}),
    ("callback and name", {"callbackURL": "/x", "name": "Bo"}),
]


def _update(caller: Caller, body: Any) -> None:
    caller.signed_in()
    caller.post("/update-user", body)
    caller.tables()


group.each(UPDATE, "body", FIELDS, _update)


@group.case(UPDATE, "seen at once", "plain", "https", "cache-compact", "cache-jwt", "cache-jwe")
def seen(caller: Caller) -> None:
    """The session shows the new name, from the cache too."""
    caller.signed_in()
    caller.get("/get-session")
    caller.post("/update-user", {"name": "Bo", "image": "/a.png"})
    caller.get("/get-session")
    caller.tables()


@group.case(UPDATE, "not remembered", "plain", "cache-compact")
def not_remembered(caller: Caller) -> None:
    """The cookies keep their kind."""
    caller.signed_in()
    caller.jar["better-auth.dont_remember"] = caller.sign("true")
    caller.post("/update-user", {"name": "Bo"})


# Deleting


def _delete_field(caller: Caller, pair: tuple[str, Any]) -> None:
    caller.signed_in()
    caller.post("/delete-user", dict([pair]))
    caller.tables()


for _name in ("password", "token", "callbackURL"):
    group.each(
        DELETE, f"wrong {_name}", [(label, (_name, value)) for label, value in WRONG_STRINGS], _delete_field
    )


@group.case(DELETE, "fresh session", "plain", "https", "cache-compact")
def delete(caller: Caller) -> None:
    """Gone with all that was theirs."""
    caller.sign_up()
    kept = caller.cookies()
    caller.post("/delete-user", {})
    caller.tables()
    caller.get("/get-session", cookie=kept)
    caller.post("/delete-user", {}, cookie=kept)


@group.case(DELETE, "without a body")
def delete_bare(caller: Caller) -> None:
    """The body is needed or not."""
    caller.signed_in()
    caller.post("/delete-user")
    caller.tables()


@group.case(DELETE, "with the password")
def delete_password(caller: Caller) -> None:
    """Wrong, then right, in a session that is not fresh."""
    caller.sign_up()
    caller.sql(
        'UPDATE "session" SET "createdAt" = "createdAt" - interval \'3 days\' WHERE "ipAddress" = %(ip)s',
        ip=caller.address,
    )
    caller.post("/delete-user", {})
    caller.post("/delete-user", {"password": "not the password"})
    caller.tables()
    caller.post("/delete-user", {"password": PASSWORD})
    caller.tables()


@group.case(DELETE, "callback")
def delete_callback(caller: Caller) -> None:
    """What it is used for without a mail."""
    caller.signed_in()
    caller.post("/delete-user", {"callbackURL": "/bye"})
    caller.tables()


@group.case(DELETE, "by mail", "delete-verified")
def delete_by_mail(caller: Caller) -> None:
    """A mail first; its link needs the session."""
    caller.sign_up()
    caller.post("/delete-user", {"callbackURL": "/bye?a=b"})
    mail = caller.mail(wait=6)
    caller.tables()
    target = _target(mail.url) if mail else "/no-mail"
    caller.send("GET", "", cookie=None, target=target)
    caller.send("GET", "", target=target)
    caller.tables()
    caller.send("GET", "", target=target)


def _target(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


@group.case(DELETE, "by mail, without a callback", "delete-verified")
def delete_by_mail_plain(caller: Caller) -> None:
    """JSON instead of a redirect."""
    caller.sign_up()
    caller.post("/delete-user", {})
    mail = caller.mail(wait=6)
    target = _target(mail.url) if mail else "/no-mail"
    caller.send("GET", "", target=target.partition("&callbackURL")[0])
    caller.tables()


@group.case(DELETE, "by mail, token in the body", "delete-verified")
def delete_by_token(caller: Caller) -> None:
    """The token of the mail, posted; first somebody else's."""
    caller.sign_up()
    caller.post("/delete-user", {"password": PASSWORD})
    mail = caller.mail(wait=6)
    token = mail.url.partition("token=")[2].partition("&")[0] if mail else "x"
    caller.post("/delete-user", {"token": "x"})
    mine = caller.cookies()
    caller.session(caller.person("other-" + caller.email))
    caller.post("/delete-user", {"token": token})
    caller.post("/delete-user", {"token": token}, cookie=mine)
    caller.tables()


@group.case(DELETE, "by mail, stale or wrong password", "delete-verified")
def delete_stale(caller: Caller) -> None:
    """What is checked before the mail is sent."""
    caller.sign_up()
    caller.post("/delete-user", {"password": "not the password"})
    caller.mail()
    caller.sql(
        'UPDATE "session" SET "createdAt" = "createdAt" - interval \'3 days\' WHERE "ipAddress" = %(ip)s',
        ip=caller.address,
    )
    caller.post("/delete-user", {})
    caller.mail(wait=5)


QUERIES = [
    "",
    "?token=",
    "?token=x",
    "?token=x&token=y",
    "?callbackURL=/x",
    "?token=%00",
    "?token=x&callbackURL=",
]


def _link(caller: Caller, query: str) -> None:
    caller.get(f"/delete-user/callback{query}", cookie=None)
    caller.signed_in()
    caller.get(f"/delete-user/callback{query}")


group.each(LINK, "query", [(query, query) for query in QUERIES], _link)
group.each(
    LINK,
    "callbackURL",
    [(repr(url), url) for url in CALLBACKS[:50]],
    lambda caller, url: caller.get(f"/delete-user/callback?token=x&callbackURL={quote(url, safe='')}"),
)
