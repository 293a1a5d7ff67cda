"""Phone numbers: proven by a code, signed in with, changed, and a password by them."""

from __future__ import annotations

import time
from typing import Any

from tests.compat.caller import PASSWORD, Caller, Look
from tests.compat.case import Group, alone
from tests.compat.cases.values import WRONG_STRINGS

group = Group()
ON, CLOSED, REQUIRED, LIMITED = (
    f"phone-number{each}" for each in ("", "-no-sign-up", "-required", "-limits")
)
SIGN_IN, SEND = "POST /sign-in/phone-number", "POST /phone-number/send-otp"
VERIFY, FORGET = "POST /phone-number/verify", "POST /phone-number/request-password-reset"
RESET = "POST /phone-number/reset-password"
PATHS = (
    "/sign-in/phone-number",
    "/phone-number/send-otp",
    "/phone-number/verify",
    "/phone-number/request-password-reset",
    "/phone-number/reset-password",
)
CODE = "123456"
KEEP = """
INSERT INTO "verification" ("id", "identifier", "value", "expiresAt", "createdAt", "updatedAt")
VALUES (%(id)s, %(identifier)s, %(value)s, now() + %(seconds)s * interval '1 second', now(), now())
"""
LOOK = """
SELECT regexp_replace("identifier", '[0-9]+$', '') AS "kind", regexp_replace("value", '^[0-9]{6}:', 'code:') AS "value",
       round(extract(epoch FROM "expiresAt" - now()) / 10)::int AS "tens"
  FROM "verification" WHERE "identifier" LIKE '%%' || %(number)s ORDER BY "createdAt"
"""
USER = """
SELECT "name", "email", "emailVerified", "phoneNumber", "phoneNumberVerified",
       (SELECT count(*)::int FROM "session" s WHERE s."userId" = u."id") AS "sessions",
       (SELECT count(*)::int FROM "account" a WHERE a."userId" = u."id") AS "accounts"
  FROM "user" u WHERE "phoneNumber" = %(number)s OR "email" = %(email)s ORDER BY "email"
"""
NUMBERS = [
    "",
    "x",
    "+",
    "+1",
    "+123456",
    "1234567",
    "+0123456789",
    "+12345678901234567",
    "+4930x123456",
    "00493012345678",
]


def _number(caller: Caller) -> str:
    """A number of this case alone, the same with both."""
    return f"+49{caller.number.zfill(10)[:10]}"


def _send(caller: Caller, number: object = None, path: str = "/phone-number/send-otp") -> None:
    caller.post(path, {"phoneNumber": _number(caller) if number is None else number})


def _keep(caller: Caller, kind: str = "otp", value: str = f"{CODE}:0", seconds: float = 300) -> None:
    identifier = f"phone-number-{kind}-{_number(caller)}"
    caller.sql(KEEP, id=caller.random_id(), identifier=identifier, value=value, seconds=seconds)


def _look(caller: Caller) -> None:
    caller.rows(LOOK, number=_number(caller))
    caller.rows(USER, number=_number(caller), email=caller.email)


def _verify(caller: Caller, code: object = CODE, **more: Any) -> None:
    caller.post("/phone-number/verify", {"phoneNumber": _number(caller), "code": code} | more)


def _reset(caller: Caller, otp: object = CODE, password: object = "a quite new password") -> None:
    body = {"phoneNumber": _number(caller), "otp": otp, "newPassword": password}
    caller.post("/phone-number/reset-password", body)


def _owner(caller: Caller, verified: bool | None = True) -> None:
    """Somebody who has the number and a password."""
    caller.sign_up()
    caller.jar.clear()
    caller.sql(
        """UPDATE "user" SET "phoneNumber" = %(number)s, "phoneNumberVerified" = %(verified)s WHERE "email" = %(email)s""",
        number=_number(caller),
        verified=verified,
        email=caller.email,
    )


def _sign_in(caller: Caller, password: object = PASSWORD, **more: Any) -> None:
    caller.post("/sign-in/phone-number", {"phoneNumber": _number(caller), "password": password} | more)


@group.case(SEND, "to whoever it is", ON, CLOSED, REQUIRED)
def send(caller: Caller) -> None:
    for _ in range(2):
        _send(caller)
        caller.mail(_number(caller), wait=5)
    _look(caller)


group.each(
    SEND,
    "number",
    [(repr(each), each) for each in NUMBERS],
    _send,
    (ON,),
)


@group.case(SEND, "bodies, and those of the others", ON)
def bodies(caller: Caller) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    wrong: list[Any] = [
        b"{",
        [],
        {},
        "x",
        None,
        {"phoneNumber": 5, "code": 1, "otp": 1, "password": 1, "newPassword": 1},
    ]
    for path in PATHS:
        caller.post(path)
        for body in wrong:
            caller.post(path, body)
        caller.post(path, b"phoneNumber=x", headers=form)
        caller.get(path)
        caller.post(path, {}, headers={"Origin": "https://evil.example"}, cookie="a=b")


def _wrong(caller: Caller, value: Any) -> None:
    _send(caller, value)
    _send(caller, value, "/phone-number/request-password-reset")
    _verify(caller, value)
    for name in ("phoneNumber", "disableSession", "updatePhoneNumber"):
        _verify(caller, **{name: value})
    _reset(caller, value)
    _reset(caller, password=value)
    _sign_in(caller, value)
    _sign_in(caller, rememberMe=value)


group.each(VERIFY, "wrong member", WRONG_STRINGS, _wrong, (ON,))


# Proven


@group.case(VERIFY, "of somebody new", ON, CLOSED)
def verify_new(caller: Caller) -> None:
    _keep(caller)
    _verify(caller, name="Ada", other=5)
    _look(caller)
    caller.get("/get-session")
    _verify(caller)


@group.case(VERIFY, "of somebody new, without a session", ON, CLOSED)
def verify_new_quietly(caller: Caller) -> None:
    _keep(caller)
    _verify(caller, disableSession=True)
    _look(caller)


@group.case(VERIFY, "of somebody known", ON, REQUIRED)
def verify_known(caller: Caller) -> None:
    _owner(caller, verified=False)
    for quiet in (True, False):
        _keep(caller)
        _verify(caller, disableSession=quiet)
        _look(caller)
    caller.get("/get-session")


@group.case(VERIFY, "tried", ON)
@alone
def verify_tried(caller: Caller) -> None:
    _owner(caller)
    _verify(caller)
    _keep(caller)
    for code in ("000000", "", "1234567", CODE, CODE):
        _verify(caller, code)
        _look(caller)
    _keep(caller)
    for code in ("000000", "000001", CODE):
        _verify(caller, code)
    _keep(caller, seconds=-1)
    for _ in range(2):
        _verify(caller)


@group.case(VERIFY, "as one's own", ON, CLOSED)
def update(caller: Caller) -> None:
    caller.sign_up()
    _verify(caller, updatePhoneNumber=True)
    _keep(caller)
    _verify(caller, "000000", updatePhoneNumber=True)
    _verify(caller, updatePhoneNumber=True)
    _look(caller)
    caller.get("/get-session")
    _keep(caller)
    _verify(caller, updatePhoneNumber=True)
    caller.post("/update-user", {"phoneNumber": "+4930123456"})
    caller.post("/update-user", {"phoneNumber": None})
    caller.get("/get-session")
    _look(caller)


@group.case(VERIFY, "as a stranger's own", ON)
def update_stranger(caller: Caller) -> None:
    _keep(caller)
    _verify(caller, updatePhoneNumber=True)
    _look(caller)


@group.case(VERIFY, "that is another's", ON)
def update_taken(caller: Caller) -> None:
    _owner(caller)
    number, caller.email = _number(caller), "x" + caller.email
    caller.sign_up()
    _keep(caller)
    caller.post("/phone-number/verify", {"phoneNumber": number, "code": CODE, "updatePhoneNumber": True})
    caller.get("/get-session")


@group.case(VERIFY, "with what nobody may say", ON)
def not_allowed(caller: Caller) -> None:
    _keep(caller)
    _verify(caller, phoneNumberVerified=True)
    _look(caller)


@group.case("POST /sign-up/email", "with a number", ON)
def sign_up(caller: Caller) -> None:
    body = {"name": "Ada", "email": caller.email, "password": PASSWORD}
    for number, value in enumerate((_number(caller), "x", None, "")):
        caller.post("/sign-up/email", body | {"email": f"{number}{caller.email}", "phoneNumber": value})
        caller.rows(USER, number=_number(caller), email=f"{number}{caller.email}")
    caller.get("/get-session")


@group.case("POST /update-user", "with a number", ON)
def update_user(caller: Caller) -> None:
    caller.post("/update-user", {"phoneNumber": "x"})
    caller.sign_up()
    values: list[Any] = [_number(caller), "", 5, False, [], {}]
    for value in values:
        caller.post("/update-user", {"phoneNumber": value, "name": "Bo"})
    caller.post("/update-user", {"phoneNumber": None, "name": "Bo"})
    caller.post("/update-user", {"phoneNumberVerified": True})
    caller.get("/get-session")


# With a password


@group.case(SIGN_IN, "right", ON, REQUIRED)
def sign_in(caller: Caller) -> None:
    _owner(caller)
    for remember in (True, False, None):
        _sign_in(caller, **({} if remember is None else {"rememberMe": remember}))
        caller.get("/get-session")


@group.case(SIGN_IN, "wrong", ON)
def sign_in_wrong(caller: Caller) -> None:
    _owner(caller)
    for password in ("wrong password", "", "x" * 128, "x" * 129):
        _sign_in(caller, password)
    caller.post("/sign-in/phone-number", {"phoneNumber": "+4930999999", "password": PASSWORD})
    for number in NUMBERS:
        caller.post("/sign-in/phone-number", {"phoneNumber": number, "password": PASSWORD})


@group.case(SIGN_IN, "of a number that is not proven", ON, REQUIRED)
def sign_in_unproven(caller: Caller) -> None:
    _owner(caller, verified=False)
    _sign_in(caller)
    caller.mail(_number(caller), wait=5 if caller.options.name == REQUIRED else 0.3)


@group.case(SIGN_IN, "guessed, of a number that is not proven", REQUIRED)
def sign_in_unproven_wrong(caller: Caller) -> None:
    """better-auth says whose number it is, and texts them, before it looks at the password."""
    _owner(caller, verified=False)
    _sign_in(caller, "wrong password")
    found = [bool(caller.mail(_number(caller), wait=5))]
    caller.heard[:] = [Look("texts to a number whose password is guessed", found, time.time())]


@group.case(SIGN_IN, "however it is typed", ON)
def typed(caller: Caller) -> None:
    """better-auth takes each way to write a number for another one."""
    _owner(caller)
    number = _number(caller)
    typed = [number, f"{number[:3]} ({number[3:6]}) {number[6:]}"]
    bodies = [{"phoneNumber": each, "password": PASSWORD} for each in typed]
    found = [caller.post("/sign-in/phone-number", body, cookie=None).status for body in bodies]
    caller.heard[:] = [Look("signing in with a number that is typed in two ways", found, time.time())]


# A password by a code


@group.case(FORGET, "asked for", ON, REQUIRED)
def forget(caller: Caller) -> None:
    _send(caller, path="/phone-number/request-password-reset")
    caller.mail(_number(caller), wait=0.3)
    _look(caller)
    _owner(caller, verified=False)
    _send(caller, path="/phone-number/request-password-reset")
    caller.mail(_number(caller), wait=5 if caller.options.name == ON else 0.3)
    for number in NUMBERS:
        _send(caller, number, "/phone-number/request-password-reset")


@group.case(RESET, "right", ON, REQUIRED)
def reset(caller: Caller) -> None:
    _owner(caller)
    _sign_in(caller)
    _keep(caller, "reset")
    for _ in range(2):
        _reset(caller)
    _look(caller)
    caller.get("/get-session")
    for password in (PASSWORD, "a quite new password"):
        _sign_in(caller, password)


@group.case(RESET, "wrong", ON)
@alone
def reset_wrong(caller: Caller) -> None:
    _reset(caller)
    _keep(caller, "reset")
    _reset(caller)
    _look(caller)
    _owner(caller)
    _keep(caller)
    _keep(caller, "reset")
    for password in ("", "x" * 7, "x" * 129):
        _reset(caller, password=password)
    for otp in ("000000", "000001", "", CODE, CODE):
        _reset(caller, otp)
    _look(caller)
    _keep(caller, "reset", seconds=-1)
    for _ in range(2):
        _reset(caller)


@group.case(RESET, "of a number that is not proven", ON, REQUIRED)
def reset_unproven(caller: Caller) -> None:
    _owner(caller, verified=False)
    _keep(caller, "reset")
    _reset(caller)
    _look(caller)


@group.case(RESET, "of somebody without a password", ON)
def reset_first(caller: Caller) -> None:
    _keep(caller)
    _verify(caller)
    _keep(caller, "reset")
    _reset(caller)
    _look(caller)
    _sign_in(caller, "a quite new password")


def _limited(caller: Caller, path: str) -> None:
    for _ in range(12):
        caller.post(path, {}, cookie=None)


group.each(SEND, "limited", [(path, path) for path in PATHS[1:]], _limited, (LIMITED,))
