"""What else comes of a mailed code: somebody new, an address that is proven or another one, a password."""

from __future__ import annotations

from typing import Any

from tests.compat.caller import PASSWORD, Caller
from tests.compat.case import Group
from tests.compat.cases.email_otp import (
    CHANGE,
    CODE,
    CURRENT,
    FORGET,
    NAMES,
    OLDER,
    ON,
    PATHS,
    REPLACE,
    REQUEST,
    RESET,
    SIGN_IN,
    STILL,
    STILL_CACHED,
    TYPES,
    VERIFY,
    keep,
    left,
    mailed_code,
    send,
    sign_in,
)
from tests.compat.cases.values import WRONG_STRINGS

group = Group()


# Signing in and up


@group.case(SIGN_IN, "somebody new, with everything", ON)
def new_with_everything(caller: Caller) -> None:
    keep(caller)
    sign_in(
        caller, name="Ada", image="https://example.com/a.png", callbackURL="/x", other=5, emailVerified=False
    )
    caller.tables()
    caller.get("/get-session")


@group.case(SIGN_IN, "somebody known, with everything", ON)
def known_with_everything(caller: Caller) -> None:
    caller.person(verified=True)
    keep(caller)
    sign_in(caller, name="Another", image="x", other=5)
    caller.tables()


for member in ("name", "image"):
    group.each(
        SIGN_IN,
        f"wrong {member}",
        WRONG_STRINGS[1:],
        lambda caller, value, member=member: sign_in(caller, **{member: value}),  # type: ignore[misc]
        (ON,),
    )


@group.case(SIGN_IN, "by a browser that is not to remember", ON)
def forgetful(caller: Caller) -> None:
    caller.person(verified=True)
    caller.jar[caller.cookie_name("dont_remember")] = caller.sign("true")
    keep(caller)
    sign_in(caller)
    caller.tables()
    caller.get("/get-session")


@group.case(SIGN_IN, "by somebody who is signed in", ON)
def another(caller: Caller) -> None:
    caller.signed_in()
    caller.email = "x" + caller.email
    keep(caller)
    sign_in(caller)
    caller.get("/get-session")


@group.case(SIGN_IN, "with a username", NAMES)
def with_a_username(caller: Caller) -> None:
    """What the plugin's own column takes."""
    keep(caller)
    sign_in(caller, username=f"n{caller.number[:12]}", displayUsername="Ada")
    caller.rows('SELECT "username" FROM "user" WHERE "email" = %(email)s', email=caller.email)


@group.case(SIGN_IN, "from the mail", ON)
def from_the_mail(caller: Caller) -> None:
    for _ in range(2):
        send(caller)
        sign_in(caller, mailed_code(caller))
        left(caller)
    caller.tables()


# Proving


@group.case(VERIFY, "one's own", ON, STILL, STILL_CACHED)
def own(caller: Caller) -> None:
    """With a session, one's own and another's."""
    caller.sign_up()
    keep(caller, "email-verification")
    caller.post("/email-otp/verify-email", {"email": caller.email, "otp": CODE})
    caller.get("/get-session")
    caller.tables()
    other = "x" + caller.email
    caller.person(other)
    keep(caller, "email-verification", whose=other)
    caller.post("/email-otp/verify-email", {"email": other, "otp": CODE})
    caller.get("/get-session")


@group.case(VERIFY, "of an old session", STILL, STILL_CACHED)
def own_old(caller: Caller) -> None:
    caller.signed_in(expires_in=500000, created_ago=100000)
    keep(caller, "email-verification")
    caller.post("/email-otp/verify-email", {"email": caller.email, "otp": CODE})
    caller.get("/get-session")


@group.case(VERIFY, "once more", ON, STILL)
def proven(caller: Caller) -> None:
    caller.person(verified=True)
    keep(caller, "email-verification")
    caller.post("/email-otp/verify-email", {"email": caller.email, "otp": CODE})
    caller.get("/get-session")


# Passwords


def _forget(caller: Caller, path: str) -> None:
    for email in (caller.email, caller.email.upper(), "x" + caller.email, "x"):
        caller.post(path, {"email": email})
    caller.person()
    caller.post(path, {"email": caller.email.upper()})
    caller.mail(wait=5)
    left(caller)


group.each(FORGET, "asked for", [(path, path) for path in PATHS[4:6]], _forget, (ON,))
group.each(
    OLDER,
    "wrong email",
    WRONG_STRINGS,
    lambda caller, value: [caller.post(path, {"email": value}) for path in PATHS[4:6]] and None,
    (ON,),
)
PASSWORDS = ["", "short", "x" * 7, "x" * 8, "x" * 128, "x" * 129, "ä" * 8, "🎉" * 4]


def _reset(caller: Caller, password: str) -> None:
    caller.person(verified=True)
    for otp in ("000000", CODE):
        keep(caller, "forget-password")
        caller.post("/email-otp/reset-password", {"email": caller.email, "otp": otp, "password": password})
        caller.post("/email-otp/reset-password", {"email": "x", "otp": otp, "password": password})
    left(caller)
    caller.rows(
        'SELECT "providerId", "accountId" = "userId" AS "own" FROM "account" WHERE "userId" ='
        ' (SELECT "id" FROM "user" WHERE "email" = %(email)s)',
        email=caller.email,
    )


group.each(
    RESET,
    "password",
    [(password[:9] + str(len(password)), password) for password in PASSWORDS],
    _reset,
    (ON,),
)


@group.case(RESET, "from the mail", ON)
def reset_from_the_mail(caller: Caller) -> None:
    """Sessions of before are over, and the password is another one."""
    caller.sign_up()
    caller.sql('UPDATE "user" SET "emailVerified" = true WHERE "email" = %(email)s', email=caller.email)
    caller.post("/email-otp/request-password-reset", {"email": caller.email})
    code, new = mailed_code(caller), "a quite new password"
    caller.post("/email-otp/check-verification-otp", {"email": caller.email, "otp": code, "type": TYPES[2]})
    caller.post("/email-otp/reset-password", {"email": caller.email, "otp": code, "password": new})
    caller.get("/get-session")
    for password in (PASSWORD, new):
        caller.post("/sign-in/email", {"email": caller.email, "password": password}, cookie=None)
    caller.tables()


# Another address


def _request(caller: Caller, **more: Any) -> None:
    caller.post("/email-otp/request-email-change", {"newEmail": "new-" + caller.email} | more)


def _replace(caller: Caller, **more: Any) -> None:
    caller.post("/email-otp/change-email", {"newEmail": "new-" + caller.email, "otp": CODE} | more)


@group.case(REQUEST, "off", ON)
def change_off(caller: Caller) -> None:
    for signed_in in (False, True):
        if signed_in:
            caller.signed_in()
        _request(caller)
        _replace(caller)
        _request(caller, newEmail="x")


@group.case(REQUEST, "asked for", CHANGE)
def asked(caller: Caller) -> None:
    _request(caller)
    caller.signed_in()
    for email in (caller.email, caller.email.upper(), "", "x", "new-" + caller.email.upper()):
        _request(caller, newEmail=email)
    left(caller, "new-" + caller.email)
    code = mailed_code(caller, "new-" + caller.email)
    _replace(caller, otp="000000")
    _replace(caller, otp=code, newEmail="NEW-" + caller.email)
    caller.get("/get-session")
    caller.tables("new-" + caller.email)
    _replace(caller, otp=code)


@group.case(REQUEST, "of a taken address", CHANGE)
def asked_taken(caller: Caller) -> None:
    user, _ = caller.signed_in()
    caller.person("new-" + caller.email)
    _request(caller)
    caller.mail("new-" + caller.email, wait=0.3)
    left(caller, "new-" + caller.email)
    _replace(caller)
    keep(caller, "change-email", whose=f"{user}:new-{caller.email}")
    _replace(caller)
    left(caller, "new-" + caller.email)
    caller.get("/get-session")


@group.case(REPLACE, "tries", CHANGE)
def change_tries(caller: Caller) -> None:
    user, _ = caller.signed_in()
    keep(caller, "change-email", whose=f"{user}:new-{caller.email}")
    for otp in ("000000", "", "1", CODE, CODE):
        _replace(caller, otp=otp)
        left(caller, "new-" + caller.email)
    for email in (caller.email, "", "x"):
        _replace(caller, newEmail=email)


@group.case(REPLACE, "by a code of somebody else", CHANGE)
def change_elses(caller: Caller) -> None:
    user, _ = caller.signed_in()
    keep(caller, "change-email", whose=f"{user}:new-{caller.email}")
    new = "new-" + caller.email
    caller.email = "x" + caller.email
    caller.signed_in()
    caller.post("/email-otp/change-email", {"newEmail": new, "otp": CODE})
    caller.get("/get-session")


@group.case(REQUEST, "with a code of the present address", CURRENT)
def current(caller: Caller) -> None:
    caller.signed_in()
    _request(caller)
    _request(caller, otp="")
    _request(caller, otp=CODE)
    keep(caller, "email-verification")
    _request(caller, otp="000000")
    left(caller)
    _request(caller, newEmail=caller.email, otp=CODE)
    _request(caller, otp=CODE)
    left(caller)
    left(caller, "new-" + caller.email)
    _replace(caller, otp=mailed_code(caller, "new-" + caller.email))
    caller.get("/get-session")


@group.case(REQUEST, "with a code that nobody asked for", CHANGE)
def needless(caller: Caller) -> None:
    caller.signed_in()
    _request(caller, otp="000000")
    left(caller, "new-" + caller.email)


def _wrong_change(caller: Caller, value: Any) -> None:
    for signed_in in (False, True):
        if signed_in:
            caller.signed_in()
        _request(caller, newEmail=value)
        _request(caller, otp=value)
        _replace(caller, newEmail=value)
        _replace(caller, otp=value)


group.each(REQUEST, "wrong", WRONG_STRINGS, _wrong_change, (CHANGE,))
