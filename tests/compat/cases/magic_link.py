"""Signing in, and up, by a link that is mailed."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import quote, urlsplit

from tests.compat.caller import MISSING, PASSWORD, Caller, Look
from tests.compat.case import Group, alone
from tests.compat.cases.values import CALLBACKS, WRONG_STRINGS, emails, shown

group = Group()
ON, CLOSED, LIMITED = "magic-link", "magic-link-no-sign-up", "magic-link-limits"
SEND = "POST /sign-in/magic-link"
VERIFY = "GET /magic-link/verify"
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
LOOK = """
SELECT "identifier" ~ '^magic-link:[A-Za-z]{32}$' AS "named", "value", "updatedAt" - "createdAt" < interval '1 second' AS "new",
       round(extract(epoch FROM "expiresAt" - now()) / 10)::int AS "tens"
  FROM "verification" WHERE strpos(lower("value"), lower(%(email)s)) > 0 ORDER BY "createdAt"
"""
KEEP = """
INSERT INTO "verification" ("id", "identifier", "value", "expiresAt", "createdAt", "updatedAt")
VALUES (%(id)s, 'magic-link:' || %(token)s, %(value)s, now() + %(seconds)s * interval '1 second', now(), now())
"""
LEFT = 'SELECT count(*)::int AS "left" FROM "verification" WHERE "identifier" = %(identifier)s'


def _send(caller: Caller, **changes: Any) -> None:
    caller.post("/sign-in/magic-link", {"email": caller.email} | changes)


def _keep(caller: Caller, value: object = MISSING, seconds: float = 100, **members: Any) -> str:
    """A token as it is stored, with what it stands for."""
    token = "".join(caller._random.choices(LETTERS, k=32))
    if value is MISSING:
        value = json.dumps({"type": "magic-link", "email": caller.email} | members)
    caller.sql(KEEP, id=caller.random_id(), token=token, value=value, seconds=seconds)
    return token


def _verify(caller: Caller, token: str, **query: str) -> None:
    more = "".join(f"&{name}={quote(value, safe='')}" for name, value in query.items())
    caller.get(f"/magic-link/verify?token={token}{more}")


def _target(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _follow(caller: Caller, to: str | None = None) -> None:
    """The newest mail's link, twice."""
    mail = caller.mail(to, wait=6)
    for _ in range(2):
        caller.send("GET", "", target=_target(mail.url) if mail else "/no-mail")


# Asking for it


@group.case(SEND, "somebody new", ON, CLOSED)
def new(caller: Caller) -> None:
    """The mail, the row, and what becomes of them."""
    _send(caller)
    caller.rows(LOOK, email=caller.email)
    _follow(caller)
    caller.rows(LOOK, email=caller.email)
    caller.tables()
    caller.get("/get-session")


@group.case(SEND, "somebody new, with everything", ON, CLOSED)
def new_with_everything(caller: Caller) -> None:
    """Each member, and another one that is none."""
    ends = {
        "callbackURL": "/a?b=c d&e=ä*~#f",
        "newUserCallbackURL": "/new",
        "errorCallbackURL": "/failed?x=1",
    }
    _send(caller, name="Ada Lövelace", metadata={"a": [1, {}]}, other=5, **ends)
    caller.rows(LOOK, email=caller.email)
    _follow(caller)
    caller.tables()


@group.case(SEND, "somebody known", ON, CLOSED)
def known(caller: Caller) -> None:
    """Who stays what they were, whatever name is given."""
    caller.person(verified=True)
    _send(caller, name="Another", callbackURL="/welcome", newUserCallbackURL="/new")
    _follow(caller)
    caller.tables()
    caller.get("/get-session")


@group.case(SEND, "the address in capitals", ON)
def capitals(caller: Caller) -> None:
    """Mailed as it was typed, and found, or made, in lower case."""
    typed = caller.email.upper()
    for _ in range(2):
        _send(caller, email=typed, callbackURL="/welcome", newUserCallbackURL="/new")
        caller.rows(LOOK, email=caller.email)
        _follow(caller, typed)
    caller.tables()


@group.case(SEND, "two links", ON)
def two_links(caller: Caller) -> None:
    """A newer one does not end an older one."""
    targets = []
    for _ in range(2):
        _send(caller, newUserCallbackURL="/new", callbackURL="/known")
        mail = caller.mail(wait=6)
        targets.append(_target(mail.url) if mail else "/no-mail")
    for target in targets:
        caller.send("GET", "", target=target)
    caller.tables()


group.each(SEND, "wrong email", WRONG_STRINGS, lambda caller, value: _send(caller, email=value), (ON,))
for member in ("name", "callbackURL", "newUserCallbackURL", "errorCallbackURL"):
    group.each(
        SEND,
        f"wrong {member}",
        WRONG_STRINGS[1:],
        lambda caller, value, member=member: _send(caller, **{member: value}),  # type: ignore[misc]
        (ON,),
    )
METADATA: list[tuple[str, Any]] = [
    ("null", None),
    ("text", "x"),
    ("number", 5),
    ("array", []),
    ("array of one", [1]),
    ("empty", {}),
]
group.each(SEND, "metadata", METADATA, lambda caller, value: _send(caller, metadata=value), (ON,))
group.each(
    SEND,
    "email",
    [(shown(e), e) for e in emails("kim")[:30]],
    lambda caller, value: _send(caller, email=value),
    (ON,),
)


def _callback(caller: Caller, value: str) -> None:
    _send(caller, callbackURL=value)
    mail = caller.mail(wait=0.6)
    if mail:
        caller.send("GET", "", target=_target(mail.url))


ENDS = CALLBACKS[:40] + CALLBACKS[50:60] + [url for url in CALLBACKS if ":" in url][:40]
group.each(SEND, "callbackURL", [(repr(url), url) for url in dict.fromkeys(ENDS[::4])], _callback, (ON,))


@group.case(SEND, "bodies", ON)
def bodies(caller: Caller) -> None:
    """What is no body, or comes as something else."""
    caller.post("/sign-in/magic-link")
    caller.post("/sign-in/magic-link", b"{")
    caller.post("/sign-in/magic-link", [])
    caller.post("/sign-in/magic-link", {})
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    caller.post("/sign-in/magic-link", f"email={caller.email}".encode(), headers=form)
    caller.get("/sign-in/magic-link")


FETCHED: list[tuple[str, dict[str, str | None]]] = [
    ("from another site", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}),
    ("a fetch without an origin", {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}),
    ("another origin", {"Origin": "https://evil.com"}),
    ("another referer", {"Referer": "https://evil.com/x"}),
    ("a trusted origin", {"Origin": "https://app.example.com"}),
]


def _fetched(caller: Caller, headers: dict[str, str | None]) -> None:
    for body in ({"email": caller.email}, {"email": "x"}):
        caller.post("/sign-in/magic-link", body, headers=headers, cookie=None)
        caller.post("/sign-in/magic-link", body, headers=headers, cookie="a=b")


group.each(SEND, "fetched", FETCHED, _fetched, (ON,))


@group.case(SEND, "a name of which nothing shows", ON)
def blank_name(caller: Caller) -> None:
    """Taken there, refused here, as at sign-up."""
    answer = caller.post("/sign-in/magic-link", {"email": caller.email, "name": "\u200b\u2060"})
    caller.heard.clear()
    caller.heard.append(Look("a blank name", answer.status, time.time()))


# Following it


@group.case(VERIFY, "JSON for somebody known", ON)
def verified(caller: Caller) -> None:
    """Without a callback: token, user, session; and once."""
    caller.person(verified=True)
    token = _keep(caller, name="Another")
    _verify(caller, token, newUserCallbackURL="/new")
    caller.tables()
    caller.get("/get-session")
    _verify(caller, token)
    caller.rows(LEFT, identifier=f"magic-link:{token}")


@group.case(VERIFY, "JSON for somebody new", ON, CLOSED)
def verified_new(caller: Caller) -> None:
    """With a name and without."""
    _verify(caller, _keep(caller, name="Ada"), newUserCallbackURL="/new")
    caller.tables()
    _verify(caller, _keep(caller, email="x" + caller.email), errorCallbackURL="/failed?error=x&a=b#c")
    caller.tables("x" + caller.email)
    _verify(caller, _keep(caller, email="Y" + caller.email, name=""), callbackURL="")
    caller.tables("y" + caller.email)


@group.case(VERIFY, "somebody who has not proven the address", ON)
def unproven(caller: Caller) -> None:
    """Password, providers and sessions of before are gone."""
    caller.sign_up()
    caller.jar.clear()
    user = caller.sql('SELECT "id" FROM "user" WHERE "email" = %(email)s', email=caller.email)[0]["id"]
    caller.account(user, "google", caller.number)
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})
    old = caller.cookies()
    caller.jar.clear()
    _verify(caller, _keep(caller), callbackURL="/welcome", newUserCallbackURL="/new")
    caller.tables()
    caller.get("/get-session")
    caller.get("/get-session", cookie=old)
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD}, cookie=None)


@group.case(VERIFY, "JSON for somebody who has not proven the address", ON, CLOSED)
def unproven_json(caller: Caller) -> None:
    """The user as they are now."""
    caller.signed_in()
    _verify(caller, _keep(caller))
    caller.tables()
    _verify(caller, _keep(caller))


@group.case(VERIFY, "by somebody who is signed in", ON)
def another(caller: Caller) -> None:
    """As somebody else, then."""
    caller.signed_in()
    _verify(caller, _keep(caller, email="x" + caller.email))
    caller.get("/get-session")


@group.case(VERIFY, "by a browser that is not to remember", ON)
def forgetful(caller: Caller) -> None:
    """What becomes of dont_remember."""
    caller.jar[caller.cookie_name("dont_remember")] = caller.sign("true")
    _verify(caller, _keep(caller), callbackURL="/x")
    caller.tables()


@group.case(VERIFY, "too late", ON)
@alone
def late(caller: Caller) -> None:
    """Nothing comes of it."""
    token = _keep(caller, seconds=-1)
    _verify(caller, token, callbackURL="/x", errorCallbackURL="/failed")
    caller.tables()


VALUES: list[tuple[str, str]] = [
    ("empty", ""),
    ("no JSON", "{"),
    ("null", "null"),
    ("array", "[]"),
    ("nothing", "{}"),
    ("another type", '{"type":"sign-in","email":"EMAIL"}'),
    ("no type", '{"email":"EMAIL"}'),
    ("no email", '{"type":"magic-link","name":"Ada"}'),
    ("a wrong email", '{"type":"magic-link","email":"ada"}'),
    ("email a number", '{"type":"magic-link","email":5}'),
    ("name a number", '{"type":"magic-link","email":"EMAIL","name":5}'),
    ("name null", '{"type":"magic-link","email":"EMAIL","name":null}'),
    ("something more", '{"type":"magic-link","email":"EMAIL","attempt":0}'),
    ("another order", ' { "name": "Ada", "email": "EMAIL", "type": "magic-link" } '),
]


def _value(caller: Caller, value: str) -> None:
    token = _keep(caller, value.replace("EMAIL", caller.email))
    _verify(caller, token, callbackURL="/x")
    caller.rows(LEFT, identifier=f"magic-link:{token}")
    caller.tables()


group.each(VERIFY, "kept", VALUES, _value, (ON,))


@group.case(VERIFY, "no token of ours", ON, CLOSED)
def unknown(caller: Caller) -> None:
    """To where errors go: what is named, else where it would end, else the root."""
    for token in ("", "x", "x" * 5000, "magic-link:x", "%25", "%C3%A4"):
        _verify(caller, token)
    _verify(caller, "x", callbackURL="/a?b=c#d")
    _verify(caller, "x", callbackURL="/a?error=old&error=older", newUserCallbackURL="/n")
    _verify(caller, "x", callbackURL="/a", errorCallbackURL="/failed?x=%20+ä")
    _verify(caller, "x", errorCallbackURL="https://app.example.com/failed")
    _verify(caller, "x", callbackURL="", errorCallbackURL="")


@group.case(VERIFY, "queries", ON)
def queries(caller: Caller) -> None:
    """What is missing, or there twice."""
    for query in (
        "",
        "?token",
        "?token=x&token=y",
        "?callbackURL=/x",
        "?token=x&callbackURL=/x&callbackURL=/y",
        "?token=x&errorCallbackURL=https://evil.com",
        "?token=x&newUserCallbackURL=https://evil.com",
        "?callbackURL=https://evil.com",
        "?token=x&callbackURL=https://evil.com&errorCallbackURL=https://evil.com",
    ):
        caller.get(f"/magic-link/verify{query}")
    caller.post("/magic-link/verify?token=x", {})


def _end(caller: Caller, value: str) -> None:
    _verify(caller, "x", callbackURL=value)
    _verify(caller, "x", errorCallbackURL=value)
    _verify(caller, "x", newUserCallbackURL=value)


def _arrive(caller: Caller, value: str) -> None:
    _verify(caller, _keep(caller), callbackURL="/x", newUserCallbackURL=value)
    _verify(caller, _keep(caller), callbackURL=value, newUserCallbackURL="/x")


group.each(VERIFY, "end", [(repr(url), url) for url in CALLBACKS], _end, (ON,))
group.each(VERIFY, "arrive", [(repr(url), url) for url in CALLBACKS[::5]], _arrive, (ON,))


# Limits


@group.case(SEND, "six times", LIMITED)
def send_limited(caller: Caller) -> None:
    """Five in a minute, and other ways to sign in have their own count."""
    for _ in range(7):
        caller.post("/sign-in/magic-link", {}, cookie=None)
    for _ in range(4):
        caller.post("/sign-in/email", {}, cookie=None)
    for path in ("/sign-in/magic-link/", "/sign-in/magic-links"):
        for _ in range(6):
            caller.post(path, {}, cookie=None)


@group.case(VERIFY, "six times", LIMITED)
def verify_limited(caller: Caller) -> None:
    """Five in a minute."""
    for _ in range(7):
        caller.get("/magic-link/verify?token=x", cookie=None)
