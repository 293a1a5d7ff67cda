"""Signing in, and up, proving and changing an address, and choosing a password by a mailed code."""

from __future__ import annotations

from typing import Any

from tests.compat.caller import PASSWORD, Caller
from tests.compat.case import Group, alone
from tests.compat.cases.values import WRONG_STRINGS, emails, shown

group = Group()
ON, CLOSED, LIMITED, STILL = "email-otp", "email-otp-no-sign-up", "email-otp-limits", "email-otp-no-sign-in"
STILL_CACHED, CHANGE, CURRENT = "email-otp-no-sign-in-compact", "email-otp-change", "email-otp-current"
NAMES = "email-otp-username"
SEND, CHECK = "POST /email-otp/send-verification-otp", "POST /email-otp/check-verification-otp"
VERIFY, SIGN_IN = "POST /email-otp/verify-email", "POST /sign-in/email-otp"
FORGET, OLDER = "POST /email-otp/request-password-reset", "POST /forget-password/email-otp"
RESET = "POST /email-otp/reset-password"
REQUEST, REPLACE = "POST /email-otp/request-email-change", "POST /email-otp/change-email"
TYPES = ("email-verification", "sign-in", "forget-password", "change-email")
LOOK = """
SELECT regexp_replace("identifier", '^(change-email-otp-).*:', '\\1') AS "identifier",
       regexp_replace("value", '^[0-9]{6}:', 'code:') AS "value",
       round(extract(epoch FROM "expiresAt" - now()) / 10)::int AS "tens"
  FROM "verification" WHERE "identifier" LIKE '%%-otp-%%' || %(email)s ORDER BY "createdAt"
"""
KEEP = """
INSERT INTO "verification" ("id", "identifier", "value", "expiresAt", "createdAt", "updatedAt")
VALUES (%(id)s, %(identifier)s, %(value)s, now() + %(seconds)s * interval '1 second', now(), now())
"""
CODE = "123456"


def send(caller: Caller, kind: object = "sign-in", **changes: Any) -> None:
    caller.post("/email-otp/send-verification-otp", {"email": caller.email, "type": kind} | changes)


def keep(
    caller: Caller, kind: str = "sign-in", value: str = f"{CODE}:0", seconds: float = 300, whose: str = ""
) -> None:
    """A code as it is stored."""
    identifier = f"{kind}-otp-{whose or caller.email}"
    caller.sql(KEEP, id=caller.random_id(), identifier=identifier, value=value, seconds=seconds)


def left(caller: Caller, email: str | None = None) -> None:
    caller.rows(LOOK, email=email or caller.email)


def mailed_code(caller: Caller, to: str | None = None) -> str:
    mail = caller.mail(to, wait=5)
    return mail.code if mail else "none"


def sign_in(caller: Caller, otp: object = CODE, **more: Any) -> None:
    caller.post("/sign-in/email-otp", {"email": caller.email, "otp": otp} | more)


# Sent


@group.case(SEND, "to somebody new", ON, CLOSED)
def send_new(caller: Caller) -> None:
    for kind in TYPES:
        send(caller, kind)
        caller.mail(wait=5 if kind == "sign-in" and caller.options.name == ON else 0.3)
    left(caller)
    caller.tables()


@group.case(SEND, "to somebody known", ON, CLOSED)
def send_known(caller: Caller) -> None:
    caller.person()
    for kind in TYPES:
        send(caller, kind, email=caller.email.upper())
        caller.mail(wait=0.3 if kind == "change-email" else 5)
    left(caller)


@group.case(SEND, "twice", ON)
def send_twice(caller: Caller) -> None:
    """The newer one counts."""
    keep(caller, value="000000:2")
    send(caller)
    code = mailed_code(caller)
    sign_in(caller, "000000")
    sign_in(caller, code)
    left(caller)


for member in ("email", "type"):
    group.each(
        SEND,
        f"wrong {member}",
        WRONG_STRINGS,
        lambda caller, value, member=member: send(
            caller, **({"kind": value} if member == "type" else {member: value})
        ),  # type: ignore[misc]
        (ON,),
    )
group.each(SEND, "type", [(each, each) for each in ("", "sign-up", "Sign-In", "otp")], send, (ON,))
group.each(
    SEND,
    "email",
    [(shown(e), e) for e in emails("kim")],
    lambda caller, value: send(caller, email=value),
    (ON,),
)
FETCHED: list[tuple[str, dict[str, str | None]]] = [
    ("from another site", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}),
    ("a fetch without an origin", {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}),
    ("another origin", {"Origin": "https://evil.com"}),
    ("a trusted origin", {"Origin": "https://app.example.com"}),
]


def _fetched(caller: Caller, headers: dict[str, str | None]) -> None:
    body = {"email": caller.email, "otp": CODE, "password": PASSWORD, "type": "sign-in"}
    for path in ("/email-otp/send-verification-otp", "/sign-in/email-otp", "/email-otp/reset-password"):
        caller.post(path, body, headers=headers, cookie=None)
        caller.post(path, body, headers=headers, cookie="a=b")


group.each(SEND, "fetched", FETCHED, _fetched, (ON,))

# Bodies of all

PATHS = (
    "/email-otp/send-verification-otp",
    "/email-otp/check-verification-otp",
    "/email-otp/verify-email",
    "/sign-in/email-otp",
    "/email-otp/request-password-reset",
    "/forget-password/email-otp",
    "/email-otp/reset-password",
    "/email-otp/request-email-change",
    "/email-otp/change-email",
)


@group.case(SEND, "bodies, and those of the others", ON, CHANGE)
def bodies(caller: Caller) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    wrong: list[Any] = [b"{", [], {}, "x", None, {"email": "x", "otp": 1, "type": "x", "newEmail": "x"}]
    for path in PATHS:
        caller.post(path)
        for body in wrong:
            caller.post(path, body)
        caller.post(path, b"email=a%40b.example&otp=1", headers=form)
        caller.get(path)


# Right and wrong, each way

Way = tuple[str, str, dict[str, Any]]
WAYS: list[Way] = [
    ("/sign-in/email-otp", "sign-in", {}),
    ("/email-otp/verify-email", "email-verification", {}),
    ("/email-otp/check-verification-otp", "email-verification", {"type": "email-verification"}),
    ("/email-otp/check-verification-otp", "sign-in", {"type": "sign-in"}),
    ("/email-otp/check-verification-otp", "change-email", {"type": "change-email"}),
    ("/email-otp/reset-password", "forget-password", {"password": "a quite new password"}),
]
NAMED = [(f"{path} {kind}", (path, kind, more)) for path, kind, more in WAYS]


def _right(caller: Caller, way: Way) -> None:
    """Twice: the second time it is none, unless it was only looked at."""
    path, kind, more = way
    caller.person(verified=True, password="x")
    keep(caller, kind)
    for _ in range(2):
        caller.post(path, {"email": caller.email.upper(), "otp": CODE} | more)
        left(caller)
    caller.tables()
    caller.get("/get-session")


group.each(SIGN_IN, "right", NAMED, _right, (ON, CLOSED, STILL))


def _tries(caller: Caller, way: Way) -> None:
    """Three, and then none is right."""
    path, kind, more = way
    caller.person(verified=True)
    keep(caller, kind)
    for otp in ("000000", "", "1234567", CODE, CODE):
        caller.post(path, {"email": caller.email, "otp": otp} | more)
        left(caller)


group.each(SIGN_IN, "tried", NAMED, _tries, (ON,))


def _third(caller: Caller, way: Way) -> None:
    path, kind, more = way
    caller.person(verified=True)
    keep(caller, kind)
    for otp in ("000000", "000001", CODE):
        caller.post(path, {"email": caller.email, "otp": otp} | more)
        left(caller)


group.each(SIGN_IN, "the third", NAMED, _third, (ON,))


def _others(caller: Caller, way: Way) -> None:
    """A code of one kind is of no use for another."""
    path, kind, more = way
    caller.person(verified=True)
    for other in TYPES:
        if other != kind:
            keep(caller, other)
    caller.post(path, {"email": caller.email, "otp": CODE} | more)
    left(caller)


group.each(SIGN_IN, "of another kind", NAMED, _others, (ON,))


@alone
def _late(caller: Caller, way: Way) -> None:
    path, kind, more = way
    caller.person(verified=True)
    for _ in range(2):
        keep(caller, kind, seconds=-1)
        caller.post(path, {"email": caller.email, "otp": CODE} | more)
        caller.post(path, {"email": caller.email, "otp": CODE} | more)


group.each(SIGN_IN, "too late", NAMED[:2] + NAMED[-1:], _late, (ON,))
VALUES = [
    "",
    ":",
    "123456",
    "123456:",
    "123456:3",
    "123456: 2",
    "123456:2x",
    "12:3456:0",
    "1:2:3",
    ":0",
]


def _stored(caller: Caller, value: str) -> None:
    caller.person(verified=True)
    for otp in (CODE, value.rpartition(":")[0], ""):
        keep(caller, value=value)
        sign_in(caller, otp)
        left(caller)
        caller.sql('DELETE FROM "verification" WHERE "identifier" LIKE %(like)s', like=f"%{caller.email}")


group.each(SIGN_IN, "stored", [(repr(value), value) for value in VALUES], _stored, (ON,))


def _nobody(caller: Caller, way: Way) -> None:
    path, kind, more = way
    keep(caller, kind)
    caller.post(path, {"email": caller.email, "otp": CODE} | more)
    left(caller)
    caller.tables()
    caller.get("/get-session")


group.each(SIGN_IN, "of nobody", NAMED, _nobody, (ON, CLOSED, STILL))


def _unproven(caller: Caller, way: Way) -> None:
    """What becomes of password, provider and sessions of before."""
    path, kind, more = way
    caller.sign_up()
    old = caller.cookies()
    caller.jar.clear()
    keep(caller, kind)
    caller.post(path, {"email": caller.email, "otp": CODE} | more)
    caller.tables()
    caller.get("/get-session")
    caller.get("/get-session", cookie=old)
    for password in (PASSWORD, "a quite new password"):
        caller.post("/sign-in/email", {"email": caller.email, "password": password}, cookie=None)


group.each(SIGN_IN, "of somebody unproven", NAMED, _unproven, (ON, STILL))


def _wrong(caller: Caller, way: Way, member: str, value: Any) -> None:
    path, _, more = way
    caller.post(path, {"email": caller.email, "otp": CODE} | more | {member: value})


for name, way in NAMED:
    for member in ("email", "otp", *way[2]):
        group.each(
            SIGN_IN,
            f"{name}: wrong {member}",
            WRONG_STRINGS,
            lambda caller, value, way=way, member=member: _wrong(caller, way, member, value),  # type: ignore[misc]
            (ON,),
        )
    group.each(
        SIGN_IN,
        f"{name}: email",
        [(shown(e), e) for e in emails("kim")[::5]],
        lambda caller, value, way=way: _wrong(caller, way, "email", value),  # type: ignore[misc]
        (ON,),
    )


# Limits


def _limited(caller: Caller, path: str) -> None:
    for _ in range(5):
        caller.post(path, {}, cookie=None)
    caller.post(path + "/", {}, cookie=None)


group.each(SEND, "limited", [(path, path) for path in PATHS], _limited, (LIMITED,))
