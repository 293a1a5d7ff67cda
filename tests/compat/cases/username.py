"""Names to sign in with: taken at sign-up and by update-user, asked for, and signed in with."""

from __future__ import annotations

from typing import Any

from tests.compat.caller import PASSWORD, Caller
from tests.compat.case import Group
from tests.compat.cases.values import WRONG_STRINGS

group = Group()
ON = "username"
VERIFIED = "username-verified"
BOTH = (ON, VERIFIED)
SIGN_UP = "POST /sign-up/email"
UPDATE = "POST /update-user"
SIGN_IN = "POST /sign-in/username"
AVAILABLE = "POST /is-username-available"
LOOK = """SELECT "username", "displayUsername" FROM "user" WHERE "email" = %(email)s"""
# What names are made of, and what they are not.
NAMES = (
    "ab",
    "abc",
    "A.b_9",
    "a" * 30,
    "a" * 31,
    "a b",
    "abc\n",
    "äbc",
    "İİİ",
    "🎉",
    "🎉🎉",
    "a-b-c",
    "...",
    "\0\0\0",
    "",
    " " * 40,
    "x@example.com",
)
OTHERS: tuple[Any, ...] = (None, 0, 5, True, False, [], ["abc"], {}, {"a": 1})


def _name(caller: Caller, which: str = "a") -> str:
    """A name of this case alone, the same with both."""
    return f"N{which}.{caller.email.rpartition('-')[2].partition('@')[0]}"


def _sign_up(caller: Caller, **more: Any) -> None:
    caller.jar.clear()
    caller.post("/sign-up/email", {"name": "Ada", "email": caller.email, "password": PASSWORD} | more)


def _named(caller: Caller, name: str, verified: bool = True) -> str:
    """A user with a name, who has been here before."""
    user = caller.person(verified=verified, password=PASSWORD)
    caller.sql(
        'UPDATE "user" SET "username" = %(name)s, "displayUsername" = %(shown)s WHERE "id"::text = %(user)s',
        name=name.lower(),
        shown=name,
        user=user,
    )
    return user


def _another(caller: Caller, number: int = 1) -> None:
    caller.email = f"{number}-{caller.email.rpartition('-')[2]}"


def _names(caller: Caller) -> list[str]:
    """Those that could be taken by another case get an end of their own."""
    end = caller.email.rpartition("-")[2][1:7]
    return [name + end if 3 <= len(name) <= 24 else name for name in NAMES]


@group.case(SIGN_UP, "with a username", *BOTH)
def sign_up(caller: Caller) -> None:
    _sign_up(caller, username=_name(caller))
    caller.get("/get-session")
    caller.rows(LOOK, email=caller.email)


@group.case(SIGN_UP, "with a username and one to show", *BOTH)
def sign_up_both(caller: Caller) -> None:
    _sign_up(caller, username=_name(caller), displayUsername="Ada Löve 🎉")
    caller.get("/get-session")
    caller.rows(LOOK, email=caller.email)


@group.case(SIGN_UP, "with a username to show alone", *BOTH)
def sign_up_shown(caller: Caller) -> None:
    """It becomes the other, too, where it can; null is no reason to."""
    _sign_up(caller, displayUsername=_name(caller))
    caller.rows(LOOK, email=caller.email)
    others: tuple[dict[str, Any], ...] = (
        {"displayUsername": "Ada Love"},
        {"displayUsername": _name(caller, "b"), "username": None},
    )
    for number, more in enumerate(others):
        _another(caller, number)
        _sign_up(caller, **more)
        caller.rows(LOOK, email=caller.email)


@group.case(SIGN_UP, "without a username", *BOTH)
def sign_up_without(caller: Caller) -> None:
    _sign_up(caller)
    caller.get("/get-session")
    caller.rows(LOOK, email=caller.email)


@group.case(SIGN_UP, "usernames", ON)
def sign_up_names(caller: Caller) -> None:
    for number, name in enumerate(_names(caller)):
        _another(caller, number)
        _sign_up(caller, username=name)
        caller.rows(LOOK, email=caller.email)


@group.case(SIGN_UP, "usernames that are no text", ON)
def sign_up_others(caller: Caller) -> None:
    for number, value in enumerate(OTHERS):
        _another(caller, number)
        _sign_up(caller, username=value)
        caller.rows(LOOK, email=caller.email)


@group.case(SIGN_UP, "usernames to show that are no text", ON)
def sign_up_shown_others(caller: Caller) -> None:
    for number, value in enumerate((*OTHERS, "")):
        _another(caller, number)
        _sign_up(caller, displayUsername=value, username=_name(caller, str(number)))
        caller.rows(LOOK, email=caller.email)


@group.case(SIGN_UP, "with a username that is taken", *BOTH)
def sign_up_taken(caller: Caller) -> None:
    name = _name(caller)
    _named(caller, name)
    _another(caller)
    for more in ({"username": name}, {"username": name.upper()}, {"displayUsername": name}):
        _sign_up(caller, **more)
    caller.rows(LOOK, email=caller.email)


@group.case(SIGN_UP, "a wrong username before all else", ON)
def sign_up_order(caller: Caller) -> None:
    for more in ({}, {"email": "x"}, {"name": "Ada", "email": caller.email, "password": "x"}):
        caller.post("/sign-up/email", more | {"username": "x"})
    caller.post("/sign-up/email", {"username": "x"}, headers={"Origin": "https://evil.example"})
    body = f"name=Ada&email={caller.email}&password={PASSWORD.replace(' ', '+')}&username={_name(caller)}"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    caller.post("/sign-up/email", body.encode(), headers=form)
    caller.rows(LOOK, email=caller.email)


@group.case(UPDATE, "usernames", ON)
def update_names(caller: Caller) -> None:
    _sign_up(caller)
    for name in _names(caller):
        caller.post("/update-user", {"username": name})
        caller.rows(LOOK, email=caller.email)
    caller.get("/get-session")


@group.case(UPDATE, "usernames that are no text", ON)
def update_others(caller: Caller) -> None:
    _sign_up(caller, username=_name(caller))
    for value in OTHERS:
        caller.post("/update-user", {"username": value})
        caller.rows(LOOK, email=caller.email)


@group.case(UPDATE, "username and the one to show", ON)
def update_both(caller: Caller) -> None:
    """Each by itself, too: a new name leaves what is shown."""
    _sign_up(caller, username=_name(caller))
    name = _name(caller, "b")
    for body in (
        {"username": name},
        {"username": name.upper()},
        {"displayUsername": "Ada Löve"},
        {"username": _name(caller, "c"), "displayUsername": "Bo", "name": "Bo"},
        {"displayUsername": ""},
        {"displayUsername": None},
        {"username": None},
    ):
        caller.post("/update-user", body)
        caller.rows(LOOK, email=caller.email)
        caller.get("/get-session")


@group.case(UPDATE, "username that is taken", ON)
def update_taken(caller: Caller) -> None:
    name = _name(caller)
    _named(caller, name)
    _another(caller)
    _sign_up(caller)
    for given in (name, name.upper()):
        caller.post("/update-user", {"username": given, "name": "Bo"})
    caller.get("/get-session")


@group.case(UPDATE, "username, signed out", ON)
def update_stranger(caller: Caller) -> None:
    name = _name(caller)
    _named(caller, name)
    for given in (name, "x", _name(caller, "b"), 5):
        caller.post("/update-user", {"username": given})


@group.case(UPDATE, "username with what cannot change", ON)
def update_order(caller: Caller) -> None:
    _sign_up(caller)
    caller.post("/update-user", {"username": "x", "email": "x"})
    caller.post("/update-user", {"username": _name(caller), "email": "x"})
    caller.rows(LOOK, email=caller.email)


@group.case(SIGN_IN, "right", *BOTH)
def sign_in(caller: Caller) -> None:
    name = _name(caller)
    _named(caller, name)
    for given in (name, name.upper(), name.lower()):
        caller.post("/sign-in/username", {"username": given, "password": PASSWORD}, cookie=None)
    caller.get("/get-session")


@group.case(SIGN_IN, "not to be remembered", ON)
def forgetful(caller: Caller) -> None:
    name = _name(caller)
    _named(caller, name)
    for value in (False, True, None, "x"):
        caller.post("/sign-in/username", {"username": name, "password": PASSWORD, "rememberMe": value})
    caller.get("/get-session")


@group.case(SIGN_IN, "with a callback", ON)
def callback(caller: Caller) -> None:
    name = _name(caller)
    _named(caller, name)
    for url in ("/there?x=1", "", "https://app.example.com/x", "https://evil.example/", "//evil.example", 5):
        caller.post("/sign-in/username", {"username": name, "password": PASSWORD, "callbackURL": url})


@group.case(SIGN_IN, "wrong", *BOTH)
def wrong(caller: Caller) -> None:
    name = _name(caller)
    _named(caller, name)
    for body in (
        {"username": name, "password": "wrong password"},
        {"username": _name(caller, "b"), "password": PASSWORD},
        {"username": name, "password": "x" * 129},
        {"username": name, "password": "x" * 128},
        {"username": name, "password": ""},
        {"username": "", "password": PASSWORD},
        {"username": "x", "password": ""},
        {"username": "x", "password": "x" * 129},
        {"username": caller.email, "password": PASSWORD},
    ):
        caller.post("/sign-in/username", body)


@group.case(SIGN_IN, "without a password to compare", ON)
def no_password(caller: Caller) -> None:
    name = _name(caller)
    user = _named(caller, name)
    caller.sql('UPDATE "account" SET "password" = NULL WHERE "userId"::text = %(user)s', user=user)
    caller.post("/sign-in/username", {"username": name, "password": PASSWORD})
    caller.sql('DELETE FROM "account" WHERE "userId"::text = %(user)s', user=user)
    caller.post("/sign-in/username", {"username": name, "password": PASSWORD})


@group.case(SIGN_IN, "names", ON)
def sign_in_names(caller: Caller) -> None:
    for name in NAMES:
        caller.post("/sign-in/username", {"username": name, "password": PASSWORD})


@group.case(SIGN_IN, "with an address that is not proven", *BOTH)
def unproven(caller: Caller) -> None:
    name = _name(caller)
    _named(caller, name, verified=False)
    for password in ("wrong password", PASSWORD):
        caller.post("/sign-in/username", {"username": name, "password": password})


@group.case(SIGN_IN, "after sign-up and a change", ON)
def afterwards(caller: Caller) -> None:
    first, second = _name(caller), _name(caller, "b")
    _sign_up(caller, username=first)
    caller.post("/update-user", {"username": second})
    for name in (first, second):
        caller.post("/sign-in/username", {"username": name, "password": PASSWORD}, cookie=None)
    caller.jar.clear()
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})
    caller.get("/get-session")


@group.case(SIGN_IN, "how it is asked", ON)
def asked(caller: Caller) -> None:
    name = _name(caller)
    _named(caller, name)
    body = {"username": name, "password": PASSWORD}
    caller.post("/sign-in/username")
    caller.get("/sign-in/username")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    caller.post("/sign-in/username", f"username={name}&password=x".encode(), headers=form)
    for origin in ("https://evil.example", "null"):
        caller.post("/sign-in/username", body, headers={"Origin": origin})
        caller.post("/sign-in/username", body, headers={"Origin": origin}, cookie="x=1")


def _sign_in_field(caller: Caller, value: object) -> None:
    for name in ("username", "password"):
        caller.post("/sign-in/username", {"username": "abc", "password": "abc"} | {name: value})


group.each(SIGN_IN, "wrong member", WRONG_STRINGS, _sign_in_field, (ON,))


@group.case(AVAILABLE, "names", ON)
def available(caller: Caller) -> None:
    name = _name(caller)
    caller.post("/is-username-available", {"username": name})
    _named(caller, name)
    for given in (name, name.upper(), *NAMES):
        caller.post("/is-username-available", {"username": given})
    caller.post("/is-username-available")
    caller.get("/is-username-available")


def _available_field(caller: Caller, value: object) -> None:
    caller.post("/is-username-available", {"username": value})


group.each(AVAILABLE, "wrong username", WRONG_STRINGS, _available_field, (ON,))
