"""Signing in with a passkey, and with what is none."""

from __future__ import annotations

import time
from typing import Any

from tests.authenticator import BACKED_UP, ELIGIBLE, PRESENT, VERIFIED, Authenticator, encode
from tests.compat.caller import PASSWORD, Caller, Look
from tests.compat.case import Group, alone
from tests.compat.cases.restricted import COLUMNS, SESSIONS
from tests.compat.passkeys import (
    COOKIE,
    EXPIRE,
    KEPT,
    PASSKEYS,
    SPOILED,
    Spoil,
    another,
    ask,
    begin,
    device_of,
    enter,
    out,
    owner,
    register,
    said,
    with_changes,
)

group = Group()
ON, HTTPS = "passkey", "passkey-https"
ASK = "GET /passkey/generate-authenticate-options"
ENTER = "POST /passkey/verify-authentication"


@group.case(ASK, "by anybody, and by somebody", ON, HTTPS)
def asked(caller: Caller) -> None:
    """Without a session whatever the person has, with one those that are known."""
    ask(caller)
    owner(caller)
    ask(caller)
    user = caller.sql('SELECT "id" FROM "user" WHERE "email" = %(email)s', email=caller.email)[0]["id"]
    caller.rows(KEPT, user=user)
    caller.post("/passkey/generate-authenticate-options", {})


@group.case(ENTER, "in another browser", ON, HTTPS)
def entered(caller: Caller) -> None:
    """A session; and once for a challenge."""
    device = owner(caller)
    out(caller)
    response = device.get(ask(caller))
    enter(caller, response)
    caller.get("/get-session")
    enter(caller, response)
    caller.rows(PASSKEYS, email=caller.email)
    caller.tables()


@group.case(ENTER, "by somebody who is signed in", ON)
def enter_again(caller: Caller) -> None:
    """Another session of the same person, or of somebody else."""
    device = owner(caller)
    enter(caller, device.get(ask(caller)))
    caller.tables()
    out(caller)
    caller.sign_up("x" + caller.email)
    enter(caller, device.get(ask(caller)))
    caller.get("/get-session")


@group.case(ENTER, "by a browser that is not to remember", ON)
def enter_forgetful(caller: Caller) -> None:
    """What becomes of dont_remember."""
    device = owner(caller)
    out(caller)
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD, "rememberMe": False})
    enter(caller, device.get(ask(caller)))
    caller.tables()


COUNTS: list[tuple[str, tuple[int, ...]]] = [
    ("growing", (0, 1, 2, 7)),
    ("none", (0, 0, 0)),
    ("as before", (5, 5)),
    ("going back", (5, 6, 4)),
    ("back to none", (5, 0)),
    ("very many", (0, 2**31 - 1, 2**31, 2**32 - 1)),
]


def _counted(caller: Caller, counts: tuple[int, ...]) -> None:
    device = owner(caller, counter=counts[0])
    out(caller)
    for counter in counts[1:]:
        enter(caller, device.get(ask(caller), counter=counter))
        caller.rows(PASSKEYS, email=caller.email)


group.each(ENTER, "count", COUNTS, _counted, (ON,))
GOT: list[tuple[str, dict[str, Any]]] = [
    ("not verified", {"flags": PRESENT | ELIGIBLE | BACKED_UP}),
    ("on one device now", {"flags": PRESENT}),
    ("nobody there", {"flags": VERIFIED | ELIGIBLE | BACKED_UP}),
    ("backed up and not to be", {"flags": PRESENT | BACKED_UP}),
    ("another origin", {"origin": "http://localhost:8081"}),
    ("another relying party", {"rp_id": "example.com"}),
    ("another challenge", {"challenge": encode(b"x" * 32)}),
    ("no challenge", {"challenge": ""}),
    ("the other ceremony", {"kind": "webauthn.create"}),
    ("bytes left over", {"more": b"\0"}),
]


def _got(caller: Caller, changes: dict[str, Any]) -> None:
    device = owner(caller)
    out(caller)
    enter(caller, device.get(ask(caller), **changes))
    caller.rows(PASSKEYS, email=caller.email)
    caller.tables()


group.each(ENTER, "got", GOT, _got, (ON,))


def _forged(found: dict[str, Any]) -> str:
    return str(Authenticator("forger", "x").get({"challenge": "x"})["response"]["signature"]) if found else ""


# Rules of other plugins


UNSIGNED: list[tuple[str, Spoil]] = [
    ("no signature", lambda found: with_changes(found, signature="")),
    ("a signature of nonsense", lambda found: with_changes(found, signature="eHh4")),
    ("a signature of somebody else", lambda found: with_changes(found, signature=_forged(found))),
    ("a signature a number", lambda found: with_changes(found, signature=5)),
    ("no authenticator data", lambda found: with_changes(found, authenticatorData="")),
    ("short authenticator data", lambda found: with_changes(found, authenticatorData="eHh4")),
    ("authenticator data that is no base64", lambda found: with_changes(found, authenticatorData="?!")),
    ("a handle that is no text", lambda found: with_changes(found, userHandle=5)),
    ("no handle", lambda found: with_changes(found, userHandle=None)),
    ("an id that nobody has", lambda found: found | {"id": "eHh4", "rawId": "eHh4"}),
    (
        "an id of another spelling",
        lambda found: found | {"id": found["id"] + "=", "rawId": found["id"] + "="},
    ),
]


def _unsigned(caller: Caller, spoil: Spoil) -> None:
    device = owner(caller)
    out(caller)
    response = device.get(ask(caller))
    enter(caller, spoil(response))
    enter(caller, response)
    caller.tables()


group.each(ENTER, "spoiled", [*SPOILED, *UNSIGNED], _unsigned, (ON,))


@group.case(ENTER, "with a key of somebody else", ON)
def enter_with_another(caller: Caller) -> None:
    """Under the name of the right one."""
    device = owner(caller)
    other = device_of(caller, 2)
    out(caller)
    enter(caller, other.get(ask(caller)))
    enter(caller, other.get(ask(caller)) | {"id": device.id, "rawId": device.id})


@group.case(ENTER, "without the cookie", ON)
def enter_without_cookie(caller: Caller) -> None:
    """Or with one that is forged."""
    device = owner(caller)
    out(caller)
    response = device.get(ask(caller))
    kept = caller.jar.pop(caller.cookie_name(COOKIE), "")
    enter(caller, response)
    enter(caller, response, headers={"Origin": caller.origin})
    for value in (caller.sign("x" * 32), kept[:-3]):
        caller.jar[caller.cookie_name(COOKIE)] = value
        enter(caller, response)
    caller.jar[caller.cookie_name(COOKIE)] = kept
    enter(caller, response)


@group.case(ENTER, "too late", ON)
@alone
def enter_late(caller: Caller) -> None:
    """After five minutes."""
    device = owner(caller)
    out(caller)
    options = ask(caller)
    caller.sql(EXPIRE, challenge=options["challenge"])
    enter(caller, device.get(options))


@group.case(ENTER, "after it was deleted", ON)
def enter_deleted(caller: Caller) -> None:
    """The passkey, and then the user, with whom it goes."""
    device = owner(caller)
    rows = caller.rows(PASSKEYS, email=caller.email)
    options = ask(caller)
    caller.post("/passkey/delete-passkey", {"id": rows[0]["id"] if rows else "x"})
    enter(caller, device.get(options))
    device = another(caller, 2)
    options = ask(caller)
    caller.sql('DELETE FROM "user" WHERE "email" = %(email)s', email=caller.email)
    enter(caller, device.get(options))
    caller.rows('SELECT count(*)::int AS "left" FROM "passkey" WHERE "credentialID" = %(id)s', id=device.id)


@group.case(ENTER, "a credential that is registered twice", ON)
def twice(caller: Caller) -> None:
    """Stored twice there; here the second, whosever it is, is refused."""
    device = owner(caller)
    out(caller)
    caller.sign_up("x" + caller.email)
    answer = register(caller, device.create(begin(caller)))
    caller.heard.clear()
    caller.heard.append(Look("a credential that is registered twice", answer.status, time.time()))


def _restricted(caller: Caller, restriction: str) -> None:
    """Somebody who is kept out of other ways; compared without the members that plugins add."""
    caller.sql(COLUMNS)
    device = owner(caller)
    out(caller)
    caller.sql(f'UPDATE "user" SET {restriction} WHERE "email" = %(email)s', email=caller.email)
    answer = enter(caller, device.get(ask(caller), counter=3))
    caller.heard[:] = [Look("answer", [answer.status, said(answer).get("code")], time.time())]
    caller.rows(PASSKEYS, email=caller.email)
    caller.rows(SESSIONS, email=caller.email)


RESTRICTIONS = [
    ("a ban", """ "banned" = true """),
    ("a ban that is over", """ "banned" = true, "banExpires" = now() - interval '1 minute' """),
    ("a second factor", """ "twoFactorEnabled" = true """),
]
group.each(ENTER, "despite", RESTRICTIONS, _restricted, ("passkey-restricted",))


@group.case(ENTER, "after somebody else has proven the address", "passkey-magic-link")
def proven(caller: Caller) -> None:
    """Whoever opened the account in advance has nothing of it then."""
    device = owner(caller)
    out(caller)
    caller.post("/sign-in/magic-link", {"email": caller.email})
    mail = caller.mail(wait=6)
    caller.get(
        f"/magic-link/verify?token={mail.url.partition('token=')[2].partition('&')[0] if mail else ''}"
    )
    left = caller.sql('SELECT 1 FROM "passkey" WHERE "credentialID" = %(id)s', id=device.id)
    caller.heard[:] = [Look("passkeys of a stranger after the proof", len(left), time.time())]
