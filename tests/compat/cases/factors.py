"""People with a second factor, for the cases about it: no case stands here."""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from server.crypto import encryption
from server.crypto.keyring import Keyring
from tests.compat.caller import PASSWORD, Caller, Look
from tests.compat.wire import Answer

STEP = 30
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
LOOK = """
SELECT f."id", f."userId", length(f."secret") AS "secret", length(f."backupCodes") AS "codes", f."verified",
       f."failedVerificationCount" AS "failures", round(extract(epoch FROM f."lockedUntil" - now()) / 60)::int AS "locked"
  FROM "twoFactor" f JOIN "user" u ON u."id" = f."userId" WHERE u."email" = %(email)s
"""
# Ours keeps, as a row of its own, of which step the last code of an authenticator was.
LOOK_AT_WAITING = """
SELECT regexp_replace(replace(v."identifier", u."id", '<user>'), '[A-Za-z0-9_-]{20,32}$', '…') AS "identifier",
       regexp_replace(replace(v."value", u."id", '<user>'), '^[0-9]{6}:', '<code>:') AS "value",
       round(extract(epoch FROM v."expiresAt" - v."createdAt") / 10)::int AS "lasts"
  FROM "verification" v JOIN "user" u ON v."value" = u."id" OR strpos(v."identifier", u."id") > 0
       OR v."identifier" IN (SELECT replace('2fa-otp-' || w."identifier", '2fa-otp-2fa-', p."prefix")
                             FROM "verification" w, (VALUES ('2fa-otp-2fa-'), ('2fa-attempts-2fa-')) AS p("prefix")
                             WHERE w."value" = u."id")
 WHERE u."email" = %(email)s AND v."identifier" NOT LIKE '2fa-totp-%%' ORDER BY 1, 2, 3
"""


def ask(caller: Caller, path: str, **changes: Any) -> dict[str, Any]:
    """Posts the usual body with changes; what was said, nothing where that is no object."""
    return said(caller.post(f"/two-factor/{path}", PATHS[path] | changes))


def tell(caller: Caller, path: str, code: str, **more: Any) -> Answer:
    """Posts a code."""
    return caller.post(f"/two-factor/{path}", {"code": code, **more})


def said(answer: Answer) -> dict[str, Any]:
    """The body, nothing where that is no object."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def endpoint(path: str) -> str:
    """As the lists name it."""
    return f"POST /two-factor/{path}"


def code(uri: str, step: int = 0, in_the_middle: bool = False) -> str:
    """The six digits of this half minute, as an authenticator makes them, or of another; RFC 6238.

    A server may see them a moment later: what is about to end is waited for.
    """
    left = STEP - time.time() % STEP
    if left < (5 if in_the_middle else 1):
        time.sleep(left + 0.01)
    secret = parse_qs(urlsplit(uri).query).get("secret", [""])[0]
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, (int(time.time() // STEP) + step).to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def enabled(caller: Caller, step: int = -1) -> dict[str, Any]:
    """A person whose authenticator was used a step ago; what enable said."""
    caller.sign_up()
    found = ask(caller, "enable")
    tell(caller, "verify-totp", code(found.get("totpURI", ""), step))
    return found


def sign_in(caller: Caller, **more: Any) -> Answer:
    """The password."""
    return caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD, **more})


def challenged(caller: Caller, **more: Any) -> dict[str, Any]:
    """The same person signing in again, with the password alone so far."""
    found = enabled(caller)
    caller.jar.clear()
    sign_in(caller, **more)
    return found


def trusted(caller: Caller) -> dict[str, Any]:
    """The same person in a browser that they trust."""
    found = challenged(caller)
    tell(caller, "verify-totp", code(found.get("totpURI", "")), trustDevice=True)
    return found


def waiting(caller: Caller) -> str:
    """Under what the sign-in of the caller's browser is kept."""
    return caller.jar[caller.cookie_name("two_factor")].partition(".")[0]


def shown(caller: Caller) -> None:
    """Compares what is kept of the second factor."""
    caller.rows(LOOK, email=caller.email)
    caller.rows(LOOK_AT_WAITING, email=caller.email)


def change(caller: Caller, what: str, **values: Any) -> None:
    """Changes the row of the caller's second factor."""
    whose = """ WHERE "userId" = (SELECT "id" FROM "user" WHERE "email" = %(email)s)"""
    caller.sql(f'UPDATE "twoFactor" SET {what}{whose}', email=caller.email, **values)


def _sealed(caller: Caller, text: str) -> str:
    return encryption.encrypt(Keyring(caller.options.secret), text)


def replace_secret(caller: Caller, secret: str) -> None:
    """Another secret in place of the one that the server made."""
    change(caller, '"secret" = %(sealed)s', sealed=_sealed(caller, secret))


def replace_codes(caller: Caller, kept: str) -> None:
    """Something else in place of the backup codes."""
    change(caller, '"backupCodes" = %(sealed)s', sealed=_sealed(caller, kept))


def compared(caller: Caller, what: str, found: Any) -> None:
    """Compares something else."""
    caller.heard.append(Look(what, found, time.time()))
