"""POST /sign-up/email."""

from __future__ import annotations

from typing import Any

from tests.compat.caller import PASSWORD, Caller
from tests.compat.case import Group
from tests.compat.cases.values import WRONG_BOOLEANS, WRONG_STRINGS, emails, shown

group = Group()
AT = "POST /sign-up/email"


def ask(caller: Caller, **changes: Any) -> None:
    """One sign-up with some members changed, and the rows that it left."""
    email = changes.get("email", caller.email)
    body = {"name": "Ada", "email": caller.email, "password": PASSWORD} | changes
    caller.post("/sign-up/email", body, cookie=None)
    if isinstance(email, str) and "\0" not in email:
        caller.tables(email.lower())


def field(caller: Caller, change: tuple[str, Any]) -> None:
    """One sign-up with one member changed."""
    ask(caller, **dict([change]))


for _name in ("name", "email", "password"):
    group.each(AT, f"wrong {_name}", [(label, (_name, value)) for label, value in WRONG_STRINGS], field)
for _name in ("image", "callbackURL"):
    group.each(AT, f"wrong {_name}", [(label, (_name, value)) for label, value in WRONG_STRINGS[1:]], field)
group.each(AT, "wrong rememberMe", [(label, ("rememberMe", value)) for label, value in WRONG_BOOLEANS], field)

PASSWORDS = [
    ("1", "x"),
    ("7", "x" * 7),
    ("8", "x" * 8),
    ("128", "x" * 128),
    ("129", "x" * 129),
    ("4 emoji are 8 units", "😀" * 4),
    ("64 emoji are 128 units", "😀" * 64),
    ("65 emoji are 130 units", "😀" * 65),
    ("8 spaces", " " * 8),
    ("72 bytes", "ä" * 36),
    ("over 72 bytes", "ä" * 60),
    ("NUL inside", "pass\0word"),
    ("lone surrogate", "passwor\ud800d"),
    ("decomposed", "e\u0301" * 4),
    ("controls", "\x01\x02\x03\x04\x05\x06\x07\x08"),
]
group.each(AT, "password", [(label, ("password", value)) for label, value in PASSWORDS], field)

NAMES = [
    ("spaces", "  Ada  "),
    ("unicode", "Ада Лавлейс 愛 😀"),
    ("escapes", "a\"b\\c/d\n\t\b\f\r\x01\x1f\x7f\u2028\u2029<script>&'é"),
    ("long", "n" * 5000),
    ("lone surrogate", "a\ud800b"),
    ("NUL", "a\0b"),
    ("decomposed", "Ade\u0301"),
    ("prototype", "__proto__"),
]
group.each(AT, "name", [(label, ("name", value)) for label, value in NAMES], field)


def _email(caller: Caller, email: str) -> None:
    ask(caller, email=email)


group.each(AT, "email", [(shown(email), email) for email in emails("ada")], _email)


@group.case(AT, "valid", "plain", "https", "short-lived", "no-auto-sign-in", "no-sign-up", "development")
def valid(caller: Caller) -> None:
    """A sign-up, its rows, its session."""
    caller.sign_up()
    caller.tables()
    caller.get("/get-session")


@group.case(AT, "upper-case e-mail")
def upper_case(caller: Caller) -> None:
    """The address is kept in lower case."""
    caller.sign_up(caller.email.upper())
    caller.tables()
    caller.get("/get-session")


@group.case(AT, "unicode upper-case e-mail")
def unicode_upper_case(caller: Caller) -> None:
    """Lower case as JavaScript has it."""
    caller.sign_up("\u0130" + caller.email)
    caller.sign_up("\u212a" + caller.email)


@group.case(AT, "taken e-mail", "plain", "verified", "no-auto-sign-in")
def taken(caller: Caller) -> None:
    """A second sign-up with the same address, in any case."""
    caller.sign_up()
    caller.jar.clear()
    caller.sign_up()
    caller.sign_up(caller.email.upper(), "Eve")
    caller.post("/sign-up/email", {"name": "", "email": caller.email, "password": "short"})
    caller.post(
        "/sign-up/email",
        {"name": "Eve", "email": caller.email, "password": PASSWORD, "image": "x", "role": 1},
    )
    caller.tables()


@group.case(AT, "not remembered", "plain", "https", "no-auto-sign-in")
def not_remembered(caller: Caller) -> None:
    """A session of the browser's life, one day at most."""
    ask(caller, rememberMe=False)
    caller.get("/get-session")
    caller.get("/get-session")


@group.case(AT, "remembered")
def remembered(caller: Caller) -> None:
    """rememberMe true, said aloud."""
    ask(caller, rememberMe=True)


@group.case(AT, "remembered while the not-remembered cookie is there")
def remembered_again(caller: Caller) -> None:
    """The old dont_remember cookie is looked at."""
    ask(caller, rememberMe=False)
    caller.post("/sign-up/email", {"name": "Bo", "email": "b" + caller.email, "password": PASSWORD})
    caller.post(
        "/sign-up/email",
        {"name": "Bo", "email": "c" + caller.email, "password": PASSWORD, "rememberMe": True},
    )


EXTRAS: list[tuple[str, dict[str, Any]]] = [
    ("image", {"image": "https://example.com/a.png"}),
    ("image that is no address", {"image": "not a url"}),
    ("unknown member", {"nickname": "x"}),
    ("role", {"role": "admin"}),
    ("emailVerified", {"emailVerified": True}),
    ("id", {"id": "chosen"}),
    ("createdAt", {"createdAt": "2020-01-01T00:00:00.000Z"}),
    ("proto", {"__proto__": {"x": 1}}),
    ("constructor", {"constructor": 1, "toString": 2}),
    ("empty key", {"": 1}),
    ("callback", {"callbackURL": "/welcome"}),
    ("nested", {"x": {"y": [1, {"z": None}]}}),
]
group.each(AT, "also", EXTRAS, lambda caller, extra: ask(caller, **extra))

SEVERAL: list[tuple[str, Any]] = [
    ("empty object", {}),
    ("only name", {"name": "x"}),
    ("all null", {"name": None, "email": None, "password": None}),
    ("all wrong", {"name": 1, "email": 2, "password": 3, "image": 4, "callbackURL": 5, "rememberMe": 6}),
    ("bad e-mail and empty password", {"name": "x", "email": "x", "password": ""}),
    ("bad e-mail and short password", {"name": "x", "email": "x", "password": "x"}),
    ("null body", None),
    ("array", []),
    ("array of one", [{"name": "x"}]),
    ("string", "x"),
    ("number", 5),
    ("true", True),
    ("bad callback and no name", {"callbackURL": "https://evil.com", "email": "x"}),
    ("callback of wrong type and no name", {"callbackURL": 5, "email": "x"}),
]
group.each(AT, "body", SEVERAL, lambda caller, body: caller.post("/sign-up/email", body, cookie=None))


@group.case(AT, "while signed in")
def while_signed_in(caller: Caller) -> None:
    """A second account with the first one's cookie."""
    caller.sign_up()
    caller.sign_up("b" + caller.email, "Bo")
    caller.get("/get-session")


@group.case(AT, "no user agent, no address")
def anonymous(caller: Caller) -> None:
    """What the session row holds then."""
    caller.agent = None
    caller.sign_up()
    caller.tables()


@group.case(AT, "verification mail", "verified", "verified-no-sign-in")
def verification(caller: Caller) -> None:
    """With verification required there is no session, and a mail."""
    caller.post(
        "/sign-up/email",
        {"name": "Ada", "email": caller.email, "password": PASSWORD, "callbackURL": "/welcome?a=b&c=d"},
    )
    caller.mail(wait=5)
    caller.tables()
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})
    caller.post("/sign-in/email", {"email": caller.email, "password": "wrong password"})
    caller.get("/get-session")
