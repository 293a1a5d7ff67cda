"""People with passkeys, for the cases: the same devices at both servers, so that what is stored is the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.authenticator import Authenticator, encode
from tests.compat.caller import MISSING, Caller
from tests.compat.wire import Answer

COOKIE = "better-auth-passkey"
PASSKEYS = """
SELECT p."name", p."publicKey", p."userId", p."credentialID", p."counter", p."deviceType", p."backedUp", p."transports",
       p."createdAt", p."aaguid", p."id"
  FROM "passkey" p JOIN "user" u ON u."id" = p."userId" WHERE u."email" = %(email)s ORDER BY p."createdAt", p."id"
"""
KEPT = """
SELECT "identifier" ~ '^[A-Za-z0-9_-]{32}$' AS "named", "updatedAt" - "createdAt" < interval '1 second' AS "new",
       replace(regexp_replace("value", '"expectedChallenge":"[A-Za-z0-9_-]{43}"', ''), %(user)s, 'USER') AS "kept",
       round(extract(epoch FROM "expiresAt" - now()) / 10)::int AS "tens"
  FROM "verification" WHERE strpos("value", %(user)s) > 0 ORDER BY "createdAt"
"""
FORGET = """
UPDATE "passkey" SET "createdAt" = NULL, "aaguid" = NULL, "transports" = NULL WHERE "credentialID" = %(id)s
"""
EXPIRE = """
UPDATE "verification" SET "expiresAt" = now() - interval '1 second' WHERE strpos("value", %(challenge)s) > 0
"""


def said(answer: Answer) -> dict[str, Any]:
    """What was said, nothing where that is no object."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def device_of(caller: Caller, number: int = 1) -> Authenticator:
    """The same at both servers, so that what is stored is the same."""
    rp_id = caller.origin.partition("://")[2].partition(":")[0]
    return Authenticator(f"{caller.email} {number}", caller.origin, rp_id)


def begin(caller: Caller, query: str = "") -> dict[str, Any]:
    """The options of a registration."""
    return {"challenge": ""} | said(caller.get(f"/passkey/generate-register-options{query}"))


def ask(caller: Caller) -> dict[str, Any]:
    """The options of a sign-in."""
    return {"challenge": ""} | said(caller.get("/passkey/generate-authenticate-options"))


def register(caller: Caller, response: Any, **more: Any) -> Answer:
    """Ends a registration."""
    return caller.post("/passkey/verify-registration", {"response": response} | more)


def enter(caller: Caller, response: Any, **how: Any) -> Answer:
    """Ends a sign-in."""
    return caller.post("/passkey/verify-authentication", {"response": response}, **how)


def owner(caller: Caller, number: int = 1, **changes: Any) -> Authenticator:
    """Somebody signed in who has a passkey."""
    caller.sign_up()
    return another(caller, number, **changes)


def another(caller: Caller, number: int, **changes: Any) -> Authenticator:
    """A passkey more of who is signed in."""
    device = device_of(caller, number)
    register(caller, device.create(begin(caller), **changes))
    return device


def out(caller: Caller) -> None:
    """Another browser, which knows nothing."""
    caller.jar.clear()


def with_changes(found: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A response with other members."""
    return found | {"response": found["response"] | changes}


Spoil = Callable[[dict[str, Any]], Any]
SPOILED: list[tuple[str, Spoil]] = [
    ("nothing", lambda _: None),
    ("left out", lambda _: MISSING),
    ("a text", lambda _: "x"),
    ("a number", lambda _: 5),
    ("a list", lambda found: [found]),
    ("empty", lambda _: {}),
    ("no id", lambda found: found | {"id": ""}),
    ("an id that is no text", lambda found: found | {"id": 5, "rawId": 5}),
    ("another raw id", lambda found: found | {"rawId": "eHh4"}),
    ("another kind", lambda found: found | {"type": "password"}),
    ("another attachment", lambda found: found | {"authenticatorAttachment": "x"}),
    ("no response", lambda found: found | {"response": None}),
    ("an empty response", lambda found: found | {"response": {}}),
    ("client data that is none", lambda found: with_changes(found, clientDataJSON="x")),
    ("client data a number", lambda found: with_changes(found, clientDataJSON=5)),
    ("client data null", lambda found: with_changes(found, clientDataJSON=encode(b"null"))),
    ("client data a list", lambda found: with_changes(found, clientDataJSON=encode(b"[]"))),
]
