"""A sign-in that asks for the second factor, and what comes after."""

from __future__ import annotations

from functools import partial
from threading import Barrier, Thread
from typing import Any

from tests.compat.caller import PASSWORD, Caller
from tests.compat.case import Group
from tests.compat.cases import factors
from tests.compat.cases.factors import ask, challenged, change, endpoint, shown, sign_in, tell

group = Group()
ON = "two-factor"
CACHES = ("two-factor-compact", "two-factor-jwe")
NAMED = "two-factor-username"
AT = "POST /sign-in/email"


@group.case(AT, "second factor wanted", ON, *CACHES)
def wanted(caller: Caller) -> None:
    """The password alone signs nobody in, whatever else is said."""
    challenged(caller, callbackURL="/welcome")
    shown(caller)
    caller.get("/get-session")
    caller.tables()
    sign_in(caller, rememberMe=False)
    sign_in(caller, rememberMe=True)
    shown(caller)


@group.case(AT, "second factor wanted in a browser with a session", ON, *CACHES)
def again(caller: Caller) -> None:
    """Its cookies are cleared, the session itself stays."""
    factors.enabled(caller)
    sign_in(caller, rememberMe=False)
    caller.get("/get-session")
    caller.tables()


@group.case(AT, "a wrong password, with a second factor", ON)
def wrong(caller: Caller) -> None:
    factors.enabled(caller)
    caller.jar.clear()
    caller.post("/sign-in/email", {"email": caller.email, "password": "another horse battery"})
    shown(caller)


@group.case(AT, "an authenticator that was never used", ON)
def unused(caller: Caller) -> None:
    """Mailed codes are on, and an authenticator is being set up: it is not offered."""
    caller.sign_up()
    ask(caller, "enable", method="otp")
    found = ask(caller, "enable")
    caller.jar.clear()
    sign_in(caller)
    tell(caller, "verify-totp", factors.code(found.get("totpURI", ""), -1))
    tell(caller, "verify-backup-code", found.get("backupCodes", [""])[0])
    shown(caller)
    caller.get("/get-session")


@group.case(AT, "an authenticator from before there was a first code", ON)
def verified_null(caller: Caller) -> None:
    found = factors.enabled(caller)
    change(caller, '"verified" = NULL, "failedVerificationCount" = NULL')
    caller.jar.clear()
    sign_in(caller)
    tell(caller, "verify-totp", "000000")
    tell(caller, "verify-totp", factors.code(found.get("totpURI", "")))
    shown(caller)


@group.case("POST /sign-in/username", "second factor wanted", NAMED)
def by_name(caller: Caller) -> None:
    name = "n" + caller.email.partition("@")[0]
    body = {"name": "Ada", "email": caller.email, "password": PASSWORD, "username": name}
    caller.post("/sign-up/email", body)
    ask(caller, "enable", method="otp")
    caller.jar.clear()
    caller.post("/sign-in/username", {"username": name, "password": PASSWORD, "rememberMe": False})
    ask(caller, "send-otp")
    mail = caller.mail(wait=6)
    tell(caller, "verify-otp", mail.code if mail else "")
    caller.get("/get-session")


@group.case(endpoint("verify-totp"), "at sign-in", ON, *CACHES)
def totp(caller: Caller) -> None:
    """Wrong, right, and once more with what is left of the sign-in."""
    uri = challenged(caller).get("totpURI", "")
    waiting = dict(caller.jar)
    tell(caller, "verify-totp", "000000")
    shown(caller)
    tell(caller, "verify-totp", factors.code(uri))
    caller.get("/get-session")
    shown(caller)
    caller.tables()
    caller.jar = waiting
    tell(caller, "verify-totp", factors.code(uri, 1))


@group.case(endpoint("verify-totp"), "at sign-in, not remembered", ON, *CACHES)
def not_remembered(caller: Caller) -> None:
    uri = challenged(caller, rememberMe=False).get("totpURI", "")
    tell(caller, "verify-totp", factors.code(uri))
    caller.get("/get-session")
    caller.tables()


@group.case(endpoint("verify-totp"), "at sign-in, not remembered and trusted", ON, *CACHES)
def not_remembered_trusted(caller: Caller) -> None:
    uri = challenged(caller, rememberMe=False).get("totpURI", "")
    tell(caller, "verify-totp", factors.code(uri), trustDevice=True)
    shown(caller)
    caller.tables()
    sign_in(caller, rememberMe=False)


@group.case(endpoint("verify-totp"), "a browser that is trusted", ON, *CACHES)
def trusted(caller: Caller) -> None:
    """It comes in by the password, and is trusted under another name then."""
    factors.trusted(caller)
    shown(caller)
    for _ in range(2):
        sign_in(caller, callbackURL="/welcome")
        shown(caller)
    caller.get("/get-session")


@group.case(endpoint("verify-totp"), "trusted, and that is over", ON)
def trusted_over(caller: Caller) -> None:
    factors.trusted(caller)
    caller.sql(
        'UPDATE "verification" SET "expiresAt" = now() - interval \'1 second\' WHERE "identifier" LIKE %(kind)s'
        ' AND "value" = (SELECT "id" FROM "user" WHERE "email" = %(email)s)',
        kind="trust-device-%",
        email=caller.email,
    )
    sign_in(caller)


@group.case(endpoint("verify-totp"), "trusted by somebody else, and forged", ON)
def trusted_by_another(caller: Caller) -> None:
    """Their browser is not trusted by them any more once another has tried."""
    factors.trusted(caller)
    mine = caller.jar[caller.cookie_name("trust_device")]
    caller.jar.clear()
    first, caller.email = caller.email, "other-" + caller.email
    factors.enabled(caller)
    caller.jar.clear()
    values = (mine, mine[:-5] + "AAAA%3D", caller.sign("x!y"), caller.sign("!"), caller.sign("x"), "x", "")
    for value in values:
        caller.jar = {caller.cookie_name("trust_device"): value}
        sign_in(caller)
    caller.email = first
    caller.jar = {caller.cookie_name("trust_device"): mine}
    sign_in(caller)


@group.case(endpoint("verify-totp"), "cookies of sign-ins", ON)
def cookies(caller: Caller) -> None:
    """Forged, of another kind, of nothing, of somebody who is gone."""
    uri = challenged(caller).get("totpURI", "")
    name = caller.cookie_name("two_factor")
    good = caller.jar[name]
    values = (
        "x",
        "",
        good[:-5] + "AAAA%3D",
        caller.sign("2fa-" + "x" * 20),
        caller.sign("x"),
        caller.sign("\0"),
    )
    for value in values:
        caller.jar = {name: value}
        tell(caller, "verify-totp", factors.code(uri))
        ask(caller, "send-otp")
        ask(caller, "verify-otp")
        ask(caller, "verify-backup-code")
    caller.jar = {name: good}
    caller.sql('DELETE FROM "user" WHERE "email" = %(email)s', email=caller.email)
    tell(caller, "verify-totp", factors.code(uri))


@group.case(endpoint("verify-totp"), "a sign-in that is over", ON)
def over(caller: Caller) -> None:
    """Ten minutes are over."""
    uri = challenged(caller).get("totpURI", "")
    caller.sql(
        'UPDATE "verification" SET "expiresAt" = now() - interval \'1 second\''
        ' WHERE "value" = (SELECT "id" FROM "user" WHERE "email" = %(email)s) OR "identifier" = %(tries)s',
        email=caller.email,
        tries=f"2fa-attempts-{factors.waiting(caller)}",
    )
    tell(caller, "verify-totp", "000000")
    tell(caller, "verify-totp", factors.code(uri))


def _five(caller: Caller, way: str) -> None:
    found = challenged(caller)
    right = {
        "verify-totp": factors.code(found.get("totpURI", "")),
        "verify-backup-code": found.get("backupCodes", [""])[0],
    }[way]
    for _ in range(5):
        tell(caller, way, "000000")
    shown(caller)
    tell(caller, way, right)
    shown(caller)
    tell(caller, way, right)
    sign_in(caller)
    tell(caller, way, right)
    shown(caller)


for one in ("verify-totp", "verify-backup-code"):
    group.add(endpoint(one), "five wrong in a sign-in", partial(_five, way=one), ON)


@group.case(endpoint("verify-totp"), "tries that are no number", ON)
def broken_tries(caller: Caller) -> None:
    uri = challenged(caller).get("totpURI", "")
    name = factors.waiting(caller)
    caller.sql(
        'UPDATE "verification" SET "value" = \'x\' WHERE "identifier" = %(at)s', at=f"2fa-attempts-{name}"
    )
    tell(caller, "verify-totp", factors.code(uri))
    tell(caller, "verify-totp", factors.code(uri))


@group.case(endpoint("verify-totp"), "ten wrong in a row", ON)
def locked(caller: Caller) -> None:
    """Whatever they are shown at; the right one is refused, too, until the time is over."""
    found = challenged(caller)
    for way in ("verify-totp", "verify-backup-code"):
        for _ in range(5):
            tell(caller, way, "000000")
        shown(caller)
        sign_in(caller)
    ask(caller, "send-otp")
    mail = caller.mail(wait=6)
    tell(caller, "verify-totp", factors.code(found.get("totpURI", "")))
    tell(caller, "verify-backup-code", found.get("backupCodes", [""])[0])
    tell(caller, "verify-otp", mail.code if mail else "")
    shown(caller)
    change(caller, "\"lockedUntil\" = now() - interval '1 second'")
    tell(caller, "verify-totp", "000000")
    shown(caller)
    tell(caller, "verify-totp", factors.code(found.get("totpURI", "")))
    shown(caller)


@group.case(endpoint("verify-totp"), "nine wrong and one right", ON)
def nearly_locked(caller: Caller) -> None:
    uri = challenged(caller).get("totpURI", "")
    change(caller, '"failedVerificationCount" = 9')
    tell(caller, "verify-totp", factors.code(uri))
    shown(caller)


@group.case(endpoint("send-otp"), "at sign-in", ON)
def send_otp(caller: Caller) -> None:
    """A code by mail, and another one."""
    challenged(caller)
    ask(caller, "send-otp")
    caller.mail(wait=6)
    ask(caller, "send-otp", trustDevice=True)
    caller.mail(wait=6)
    caller.post("/two-factor/send-otp")
    caller.mail(wait=6)
    shown(caller)


@group.case(endpoint("verify-otp"), "at sign-in", ON, *CACHES)
def otp(caller: Caller) -> None:
    """The code of the mail, twice wrong; without one there is none."""
    challenged(caller)
    ask(caller, "verify-otp")
    ask(caller, "send-otp")
    mail = caller.mail(wait=6)
    for code in ("x", "", mail.code if mail else "", mail.code if mail else ""):
        tell(caller, "verify-otp", code, trustDevice=True)
        shown(caller)
    caller.get("/get-session")


@group.case(endpoint("verify-otp"), "five wrong at sign-in", ON)
def otp_tries(caller: Caller) -> None:
    """The sign-in goes on with a new mail."""
    challenged(caller)
    ask(caller, "send-otp")
    first = caller.mail(wait=6)
    for _ in range(5):
        tell(caller, "verify-otp", "x")
    tell(caller, "verify-otp", first.code if first else "")
    shown(caller)
    ask(caller, "send-otp")
    last = caller.mail(wait=6)
    tell(caller, "verify-otp", last.code if last else "")
    shown(caller)


@group.case(endpoint("verify-otp"), "a mail that came too late", ON)
def otp_over(caller: Caller) -> None:
    challenged(caller)
    ask(caller, "send-otp")
    mail = caller.mail(wait=6)
    caller.sql(
        'UPDATE "verification" SET "expiresAt" = now() - interval \'1 second\' WHERE "identifier" = %(at)s',
        at=f"2fa-otp-{factors.waiting(caller)}",
    )
    tell(caller, "verify-otp", mail.code if mail else "")


@group.case(endpoint("verify-otp"), "turned off meanwhile", ON)
def otp_off(caller: Caller) -> None:
    """There is nothing left to sign in with but the password."""
    found = challenged(caller)
    caller.sql('UPDATE "user" SET "twoFactorEnabled" = false WHERE "email" = %(email)s', email=caller.email)
    ask(caller, "send-otp")
    mail = caller.mail(wait=6)
    tell(caller, "verify-otp", mail.code if mail else "")
    tell(caller, "verify-totp", factors.code(found.get("totpURI", "")))


@group.case(endpoint("verify-backup-code"), "at sign-in", ON, *CACHES)
def backup(caller: Caller) -> None:
    """A backup code is good for one sign-in."""
    codes = challenged(caller).get("backupCodes", [""] * 10)
    tell(caller, "verify-backup-code", "x")
    tell(caller, "verify-backup-code", codes[0], trustDevice=True)
    shown(caller)
    caller.get("/get-session")
    caller.jar.clear()
    sign_in(caller)
    tell(caller, "verify-backup-code", codes[0])
    tell(caller, "verify-backup-code", codes[9])


@group.case(endpoint("verify-backup-code"), "without a session", ON)
def backup_alone(caller: Caller) -> None:
    """The code is used up, and so are the tries of this sign-in."""
    codes = challenged(caller).get("backupCodes", [""] * 10)
    tell(caller, "verify-backup-code", codes[0], disableSession=True, trustDevice=True)
    shown(caller)
    caller.get("/get-session")
    tell(caller, "verify-backup-code", codes[1])


def _at_once(caller: Caller, codes: list[str], way: str) -> list[int]:
    """One code each, at the same moment, all of this sign-in; who came in."""
    ready, found = Barrier(len(codes)), []

    def go(code: str) -> None:
        one = Caller(caller.server, caller.options, caller.email)
        one.jar, one.address = dict(caller.jar), caller.address
        ready.wait()
        found.append(tell(one, way, code).status)

    threads = [Thread(target=go, args=(code,)) for code in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _winners(caller: Caller, way: str) -> Any:
    found = challenged(caller)
    if way == "verify-otp":
        ask(caller, "send-otp")
        mail = caller.mail(wait=6)
        code = mail.code if mail else ""
    elif way == "verify-totp":
        code = factors.code(found.get("totpURI", ""))
    else:
        code = found.get("backupCodes", [""])[0]
    factors.compared(caller, "who came in", _at_once(caller, [code] * 6, way).count(200))
    caller.tables()


for one in ("verify-totp", "verify-otp", "verify-backup-code"):
    group.add(endpoint(one), "several at once", partial(_winners, way=one), ON)
