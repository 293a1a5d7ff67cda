"""The second factor turned on and off by its owner: an authenticator, mailed codes, backup codes."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.compat.caller import MISSING, PASSWORD, Caller
from tests.compat.case import Group
from tests.compat.cases import factors
from tests.compat.cases.factors import PATHS, ask, endpoint, said, shown, tell
from tests.compat.cases.values import WRONG_BOOLEANS, WRONG_STRINGS

group = Group()
ON = "two-factor"
CACHES = ("two-factor-compact", "two-factor-jwe")
OWNERS = ("enable", "disable", "get-totp-uri", "generate-backup-codes")


for one in PATHS:
    group.add(endpoint(one), "nobody", partial(ask, path=one), ON)
    group.add(
        endpoint(one),
        "no body",
        partial(lambda caller, path: caller.post(path), path=f"/two-factor/{one}"),
        ON,
    )
    for body in (b"", b"null", b"[]", b"5", b'"x"', b"{", b'{"code": "\\u0000", "password": "\\u0000"}'):
        how = partial(
            lambda caller, path, body: caller.post(path, body), path=f"/two-factor/{one}", body=body
        )
        group.add(endpoint(one), f"body {body.decode()}", how, ON)
    if one in OWNERS:
        for label, value in WRONG_STRINGS:
            group.add(endpoint(one), f"password: {label}", partial(ask, path=one, password=value), ON)
    elif one != "send-otp":
        for label, value in WRONG_STRINGS:
            group.add(endpoint(one), f"code: {label}", partial(ask, path=one, code=value), ON)
    if one not in OWNERS:
        for label, value in WRONG_BOOLEANS:
            group.add(endpoint(one), f"trustDevice: {label}", partial(ask, path=one, trustDevice=value), ON)
for label, value in WRONG_BOOLEANS:
    at = endpoint("verify-backup-code")
    group.add(
        at, f"disableSession: {label}", partial(ask, path="verify-backup-code", disableSession=value), ON
    )


@group.case(endpoint("enable"), "passwords", ON, *CACHES)
def enable(caller: Caller) -> None:
    """A wrong password, none, one that is too long, then the right one; the session that stays."""
    caller.sign_up()
    for password in ("another horse battery", MISSING, "", "x" * 129, "x" * 128, PASSWORD):
        ask(caller, "enable", password=password)
    caller.get("/get-session")
    shown(caller)


@group.case(endpoint("enable"), "methods", ON)
def methods(caller: Caller) -> None:
    """Mailed codes count at once."""
    caller.sign_up()
    for method in (None, "", "sms", 5, ["otp"], "TOTP"):
        ask(caller, "enable", method=method)
    ask(caller, "enable", method="otp", password="another horse battery")
    ask(caller, "enable", method="otp")
    caller.get("/get-session")
    ask(caller, "enable", method="otp")
    ask(caller, "enable", method="totp")
    shown(caller)


@group.case(endpoint("enable"), "issuers", ON)
def issuers(caller: Caller) -> None:
    """What an authenticator shows as ours; that it was another is not kept."""
    caller.sign_up()
    for issuer in ("Acme", "", "Ä & B: c/d?e=f#g", "a b~c*d'e(f)", "🎉", None, 5, ["x"], MISSING):
        ask(caller, "enable", issuer=issuer)
    ask(caller, "get-totp-uri")
    shown(caller)


@group.case(endpoint("enable"), "addresses", ON)
def addresses(caller: Caller) -> None:
    """An address of many signs."""
    caller.email = f"a+b'c_d-e.{caller.email}"
    caller.sign_up()
    ask(caller, "enable")


@group.case(endpoint("enable"), "twice", ON)
def again(caller: Caller) -> None:
    """What was never used gives way; what was, does not."""
    caller.sign_up()
    first = ask(caller, "enable").get("totpURI", "")
    second = ask(caller, "enable").get("totpURI", "")
    shown(caller)
    for uri in (first, second):
        tell(caller, "verify-totp", factors.code(uri, -1))
    ask(caller, "enable")
    shown(caller)


@group.case(endpoint("enable"), "somebody without a password", ON)
def passwordless(caller: Caller) -> None:
    """Who comes in by a provider alone."""
    user, _ = caller.signed_in()
    caller.account(user, "google", "x")
    for path in OWNERS:
        ask(caller, path)


@group.case(endpoint("enable"), "a session that is over", ON)
def over(caller: Caller) -> None:
    caller.signed_in(expires_in=-1)
    for path in PATHS:
        ask(caller, path)


@group.case(endpoint("enable"), "another origin", ON)
def elsewhere(caller: Caller) -> None:
    caller.sign_up()
    for path in PATHS:
        caller.post(f"/two-factor/{path}", PATHS[path], headers={"Origin": "https://evil.com"})
        caller.send("GET", f"/two-factor/{path}")


@group.case(endpoint("enable"), "by a user from before the plugin", ON)
def older(caller: Caller) -> None:
    """The column is NULL."""
    caller.sign_up()
    caller.sql('UPDATE "user" SET "twoFactorEnabled" = NULL WHERE "email" = %(email)s', email=caller.email)
    caller.get("/get-session")
    uri = ask(caller, "enable").get("totpURI", "")
    tell(caller, "verify-totp", factors.code(uri, -1))
    caller.get("/get-session")


@group.case("POST /sign-up/email", "the second factor by the way", ON)
def by_the_way(caller: Caller) -> None:
    for value in (True, False, None, "x"):
        body = {"name": "Ada", "email": caller.email, "password": PASSWORD, "twoFactorEnabled": value}
        caller.post("/sign-up/email", body)
    caller.post("/update-user", {"twoFactorEnabled": True})
    caller.post("/update-user", {"twoFactorEnabled": False})
    caller.get("/get-session")


@group.case(endpoint("verify-totp"), "wrong, then right", ON, *CACHES)
def verify_totp(caller: Caller) -> None:
    """The first right code turns the second factor on, in this session under another token."""
    caller.sign_up()
    uri = ask(caller, "enable").get("totpURI", "")
    right = factors.code(uri, -1)
    for code in ("000000", "", right[:5], right + "0", f"{right} ", f" {right}", "٣" * 6, "\0"):
        tell(caller, "verify-totp", code)
    tell(caller, "verify-totp", factors.code(uri, -1))
    caller.get("/get-session")
    shown(caller)
    caller.tables()


@group.case(endpoint("verify-totp"), "with a session", ON)
def with_session(caller: Caller) -> None:
    """Once it is on it is a check and no more; wrong codes are not counted."""
    uri = factors.enabled(caller).get("totpURI", "")
    for _ in range(7):
        tell(caller, "verify-totp", "000000")
    tell(caller, "verify-totp", factors.code(uri), trustDevice=True)
    shown(caller)


@group.case(endpoint("verify-totp"), "steps", ON)
def steps(caller: Caller) -> None:
    """A code is good a step early and one late."""
    uri = factors.enabled(caller, step=-1).get("totpURI", "")
    for step in (-3, -2, 2, 3, 0, 1):
        tell(caller, "verify-totp", factors.code(uri, step, in_the_middle=True))


@group.case(endpoint("verify-totp"), "without an authenticator", ON)
def without(caller: Caller) -> None:
    caller.sign_up()
    for path in ("verify-totp", "verify-otp", "verify-backup-code", "get-totp-uri", "generate-backup-codes"):
        ask(caller, path)


@group.case(endpoint("get-totp-uri"), "before and after", ON)
def get_totp_uri(caller: Caller) -> None:
    """For somebody without an authenticator, with one that was never used, and one that was."""
    caller.sign_up()
    ask(caller, "get-totp-uri")
    uri = ask(caller, "enable").get("totpURI", "")
    for password in ("another horse battery", "", "x" * 129, PASSWORD):
        ask(caller, "get-totp-uri", password=password)
    tell(caller, "verify-totp", factors.code(uri, -1))
    ask(caller, "get-totp-uri")


@group.case(endpoint("get-totp-uri"), "a secret from elsewhere", ON)
def imported(caller: Caller) -> None:
    """Which is kept as base32, in any case."""
    caller.sign_up()
    ask(caller, "enable")
    factors.replace_secret(caller, "base32:gezdgnbvgy3tqojqgezdgnbvgy3tqojq")
    uri = ask(caller, "get-totp-uri").get("totpURI", "")
    tell(caller, "verify-totp", factors.code(uri, -1))
    caller.get("/get-session")


@group.case(endpoint("verify-otp"), "with a session, off", ON)
def otp_turns_on(caller: Caller) -> None:
    """A mailed code turns it on, without an authenticator."""
    caller.sign_up()
    ask(caller, "verify-otp")
    ask(caller, "send-otp")
    shown(caller)
    mail = caller.mail(wait=6)
    tell(caller, "verify-otp", "x")
    shown(caller)
    tell(caller, "verify-otp", mail.code if mail else "")
    caller.get("/get-session")
    shown(caller)
    caller.tables()


@group.case(endpoint("verify-otp"), "with a session, on", ON)
def otp_checks(caller: Caller) -> None:
    factors.enabled(caller)
    ask(caller, "send-otp", trustDevice=True)
    mail = caller.mail(wait=6)
    tell(caller, "verify-otp", mail.code if mail else "", trustDevice=True)
    tell(caller, "verify-otp", mail.code if mail else "")
    shown(caller)


@group.case(endpoint("verify-otp"), "five tries", ON)
def otp_tries(caller: Caller) -> None:
    """A new mail has five more, and the older one counts no more."""
    caller.sign_up()
    ask(caller, "send-otp")
    first = caller.mail(wait=6)
    for _ in range(5):
        tell(caller, "verify-otp", "x")
    tell(caller, "verify-otp", first.code if first else "")
    tell(caller, "verify-otp", first.code if first else "")
    ask(caller, "send-otp")
    caller.mail(wait=6)
    ask(caller, "send-otp")
    last = caller.mail(wait=6)
    tell(caller, "verify-otp", last.code if last else "")
    tell(caller, "verify-otp", last.code if last else "")


@group.case(endpoint("verify-backup-code"), "with a session", ON)
def backup_checks(caller: Caller) -> None:
    """Before a first code of the authenticator, too."""
    caller.sign_up()
    found = ask(caller, "enable").get("backupCodes", [""] * 10)
    for code in (
        "x",
        "",
        found[0].upper() + "x",
        found[0].replace("-", ""),
        f" {found[0]}",
        found[0],
        found[0],
    ):
        tell(caller, "verify-backup-code", code)
    tell(caller, "verify-backup-code", found[1], disableSession=True)
    tell(caller, "verify-backup-code", found[2], trustDevice=True)
    shown(caller)
    caller.get("/get-session")


@group.case(endpoint("verify-backup-code"), "codes that are none", ON)
def broken_codes(caller: Caller) -> None:
    """What is kept is no list, or none of texts."""
    caller.sign_up()
    ask(caller, "enable")
    for kept in ("[]", "{}", "null", "[1]", "x"):
        factors.replace_codes(caller, kept)
        tell(caller, "verify-backup-code", "1")


@group.case(endpoint("generate-backup-codes"), "off and on", ON)
def generate_backup_codes(caller: Caller) -> None:
    """Before the second factor is on, and after; those from before count no more."""
    caller.sign_up()
    ask(caller, "generate-backup-codes")
    before = ask(caller, "enable")
    ask(caller, "generate-backup-codes")
    tell(caller, "verify-totp", factors.code(before.get("totpURI", ""), -1))
    for password in ("another horse battery", "", "x" * 129, PASSWORD):
        after = ask(caller, "generate-backup-codes", password=password)
    for codes in (before, after):
        tell(caller, "verify-backup-code", codes.get("backupCodes", [""])[0])
    shown(caller)


@group.case(endpoint("generate-backup-codes"), "without an authenticator", ON)
def generate_without(caller: Caller) -> None:
    caller.sign_up()
    ask(caller, "enable", method="otp")
    ask(caller, "generate-backup-codes")


@group.case(endpoint("disable"), "on", ON, *CACHES)
def disable(caller: Caller) -> None:
    """Afterwards the password is enough again."""
    factors.enabled(caller)
    for password in ("another horse battery", "", "x" * 129, PASSWORD):
        ask(caller, "disable", password=password)
    caller.get("/get-session")
    shown(caller)
    caller.tables()
    said(caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD}))


@group.case(endpoint("enable"), "what a session holds besides", "two-factor-columns")
def with_columns(caller: Caller) -> None:
    """It goes on with the session, but for what a new one has by itself."""
    caller.sign_up()
    held = {
        "activeOrganizationId": "x",
        "visits": 5,
        "trusted": True,
        "since": "2026-01-02",
        "extra": {"a": [1]},
    }
    caller.post("/update-session", held)
    ask(caller, "enable", method="otp")
    caller.get("/get-session")
    ask(caller, "disable")
    caller.get("/get-session")


@group.case(endpoint("disable"), "off", ON)
def disable_off(caller: Caller) -> None:
    caller.sign_up()
    ask(caller, "disable")
    ask(caller, "enable")
    ask(caller, "disable")
    shown(caller)


@group.case(endpoint("disable"), "in a browser that ends with its session", ON)
def disable_not_remembered(caller: Caller) -> None:
    """The cookie goes on as it was; the row lasts as one that is remembered."""
    caller.sign_up()
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD, "rememberMe": False})
    ask(caller, "enable", method="otp")
    caller.tables()
    ask(caller, "disable")
    caller.tables()


@group.case(endpoint("disable"), "of a trusted browser", ON)
def disable_trusted(caller: Caller) -> None:
    factors.trusted(caller)
    ask(caller, "disable")
    shown(caller)


def _limited(caller: Caller, path: str) -> Any:
    for _ in range(5):
        ask(caller, path)


for one in PATHS:
    group.add(endpoint(one), "limit", partial(_limited, path=one), "two-factor-limits")
