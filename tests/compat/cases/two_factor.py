"""The second factor: codes from an authenticator or a mail, backup codes, and the sign-in that asks for one."""

from __future__ import annotations

import base64
import hmac
import json
import time
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.compat.caller import MISSING, PASSWORD, Caller
from tests.compat.case import Group
from tests.compat.wire import Answer

group = Group(lacks="two-factor")
ON = "two-factor"
PATHS: dict[str, dict[str, Any]] = {
    "enable": {"password": PASSWORD},
    "disable": {"password": PASSWORD},
    "get-totp-uri": {"password": PASSWORD},
    "verify-totp": {"code": "000000"},
    "send-otp": {},
    "verify-otp": {"code": "000000"},
    "generate-backup-codes": {"password": PASSWORD},
    "verify-backup-code": {"code": "aaaaa-bbbbb"},
}


def _ask(caller: Caller, path: str, **changes: Any) -> dict[str, Any]:
    """Posts the usual body with changes; what was said, nothing where that is no object."""
    return _said(caller.post(f"/two-factor/{path}", PATHS[path] | changes))


def _said(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _code(uri: str) -> str:
    """The six digits of this half minute, as an authenticator makes them; RFC 6238."""
    secret = parse_qs(urlsplit(uri).query).get("secret", [""])[0]
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, int(time.time() // 30).to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def _enabled(caller: Caller) -> dict[str, Any]:
    """A person whose authenticator is set up and was used; what enable said."""
    caller.sign_up()
    found = _ask(caller, "enable")
    _ask(caller, "verify-totp", code=_code(found.get("totpURI", "")))
    return found


def _challenged(caller: Caller) -> dict[str, Any]:
    """The same person signing in again, with the password alone so far."""
    found = _enabled(caller)
    caller.jar.clear()
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})
    return found


def _endpoint(path: str) -> str:
    return f"POST /two-factor/{path}"


for one in PATHS:
    group.add(_endpoint(one), "nobody", partial(_ask, path=one), ON)


@group.case(_endpoint("enable"), "passwords", ON)
def enable(caller: Caller) -> None:
    """A wrong password, none, then the right one; the session that stays."""
    caller.sign_up()
    for password in ("another horse battery", MISSING, PASSWORD):
        _ask(caller, "enable", password=password)
    caller.get("/get-session")


@group.case(_endpoint("verify-totp"), "wrong, then right", ON)
def verify_totp(caller: Caller) -> None:
    """The first right code turns the second factor on."""
    caller.sign_up()
    uri = _ask(caller, "enable").get("totpURI", "")
    for code in ("000000", _code(uri)):
        _ask(caller, "verify-totp", code=code)
    caller.get("/get-session")


@group.case(_endpoint("get-totp-uri"), "before and after", ON)
def get_totp_uri(caller: Caller) -> None:
    """For somebody without an authenticator, and with one."""
    caller.sign_up()
    _ask(caller, "get-totp-uri")
    _ask(caller, "enable")
    _ask(caller, "get-totp-uri")


@group.case("POST /sign-in/email", "second factor wanted", ON)
def sign_in(caller: Caller) -> None:
    """The password alone signs nobody in."""
    _challenged(caller)
    caller.get("/get-session")


@group.case(_endpoint("verify-totp"), "at sign-in", ON)
def verify_totp_at_sign_in(caller: Caller) -> None:
    """The second step of a sign-in."""
    uri = _challenged(caller).get("totpURI", "")
    _ask(caller, "verify-totp", code=_code(uri))
    caller.get("/get-session")


@group.case(_endpoint("send-otp"), "at sign-in", ON)
def send_otp(caller: Caller) -> None:
    """A code by mail."""
    _challenged(caller)
    _ask(caller, "send-otp")
    caller.mail()


@group.case(_endpoint("verify-otp"), "at sign-in", ON)
def verify_otp(caller: Caller) -> None:
    """The code of the mail, once wrong."""
    _challenged(caller)
    _ask(caller, "send-otp")
    mail = caller.mail()
    for code in ("x", mail.code if mail else ""):
        _ask(caller, "verify-otp", code=code)
    caller.get("/get-session")


@group.case(_endpoint("verify-backup-code"), "twice", ON)
def verify_backup_code(caller: Caller) -> None:
    """A backup code is good for one sign-in."""
    code = next(iter(_challenged(caller).get("backupCodes", [])), "")
    _ask(caller, "verify-backup-code", code=code)
    _ask(caller, "verify-backup-code", code=code)


@group.case(_endpoint("generate-backup-codes"), "off and on", ON)
def generate_backup_codes(caller: Caller) -> None:
    """Before the second factor is on, and after."""
    caller.sign_up()
    _ask(caller, "generate-backup-codes")
    _ask(caller, "verify-totp", code=_code(_ask(caller, "enable").get("totpURI", "")))
    _ask(caller, "generate-backup-codes")


@group.case(_endpoint("disable"), "on", ON)
def disable(caller: Caller) -> None:
    """Afterwards the password is enough again."""
    _enabled(caller)
    _ask(caller, "disable")
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})
