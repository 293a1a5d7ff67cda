"""Passkeys: registered, listed, renamed and deleted; and what is none."""

from __future__ import annotations

from typing import Any

from tests.authenticator import BACKED_UP, ELIGIBLE, PRESENT, VERIFIED, decode, encode
from tests.compat.caller import Caller
from tests.compat.case import Group, alone
from tests.compat.cases.values import WRONG_STRINGS
from tests.compat.passkeys import (
    COOKIE,
    EXPIRE,
    FORGET,
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
    with_changes,
)

group = Group()
ON, HTTPS, SHORT = "passkey", "passkey-https", "passkey-short-lived"
BEGIN = "GET /passkey/generate-register-options"
REGISTER = "POST /passkey/verify-registration"
LIST = "GET /passkey/list-user-passkeys"
RENAME = "POST /passkey/update-passkey"
DELETE = "POST /passkey/delete-passkey"


@group.case(BEGIN, "of somebody who has none", ON, HTTPS)
def begun(caller: Caller) -> None:
    """The options, the cookie, and what is kept."""
    caller.sign_up()
    begin(caller)
    user = caller.sql('SELECT "id" FROM "user" WHERE "email" = %(email)s', email=caller.email)[0]["id"]
    caller.rows(KEPT, user=user)
    begin(caller, "?authenticatorAttachment=platform&name=My%20k%C3%A4y&context=a%20context")
    begin(caller, "?authenticatorAttachment=cross-platform&name=&context=")
    caller.rows(KEPT, user=user)


def _begin_again(caller: Caller, transports: Any) -> None:
    """What they have is left out, with its transports; and asked for at a sign-in. Of several the order is open."""
    owner(caller, transports=transports)
    begin(caller)
    ask(caller)
    caller.sql(
        'UPDATE "passkey" SET "transports" = NULL WHERE "credentialID" = %(id)s', id=device_of(caller).id
    )
    begin(caller)
    ask(caller)


TRANSPORTS: list[tuple[str, Any]] = [("two", ["usb", "nfc"]), ("none", []), ("not said", None)]
group.each(BEGIN, "of somebody who has one: transports", TRANSPORTS, _begin_again, (ON,))


QUERIES = (
    "?authenticatorAttachment=",
    "?authenticatorAttachment=x",
    "?authenticatorAttachment=Platform",
    "?authenticatorAttachment=platform&authenticatorAttachment=platform",
    "?name=a&name=b",
    "?context=a&context=b",
    "?authenticatorAttachment=x&name=a&name=b&context=1&context=2",
    "?other=1",
)


def _queried(caller: Caller, query: str) -> None:
    caller.get(f"/passkey/generate-register-options{query}")
    caller.sign_up()
    begin(caller, query)


group.each(BEGIN, "query", [(query, query) for query in QUERIES], _queried, (ON,))


@group.case(BEGIN, "by nobody, and with a session that is old", ON, SHORT)
def begin_by_nobody(caller: Caller) -> None:
    """401, and 403 after freshAge."""
    caller.get("/passkey/generate-register-options")
    caller.signed_in(created_ago=90000)
    begin(caller)
    register(caller, device_of(caller).create({"challenge": "x"}))
    register(caller, 5, name=5)
    caller.get("/passkey/list-user-passkeys")
    ask(caller)
    caller.post("/passkey/generate-register-options", {})


@group.case(REGISTER, "as browsers do it", ON, HTTPS)
def registered(caller: Caller) -> None:
    """The row, the answer, and once."""
    caller.sign_up()
    device = device_of(caller)
    response = device.create(begin(caller))
    register(caller, response, name="  My key\u00a0", other=5)
    caller.rows(PASSKEYS, email=caller.email)
    caller.get("/passkey/list-user-passkeys")
    register(caller, response)
    caller.tables()


@group.case(REGISTER, "with a session", ON)
def register_with_a_session(caller: Caller) -> None:
    """A new one, beside the old one."""
    caller.sign_up()
    register(caller, device_of(caller).create(begin(caller)), createSession=True)
    caller.rows(PASSKEYS, email=caller.email)
    caller.get("/get-session")
    caller.tables()
    register(caller, device_of(caller, 2).create(begin(caller)), createSession=False)


CREATED: list[tuple[str, dict[str, Any]]] = [
    ("on one device", {"flags": PRESENT | VERIFIED}),
    ("on many, not backed up", {"flags": PRESENT | VERIFIED | ELIGIBLE}),
    ("not verified", {"flags": PRESENT | ELIGIBLE | BACKED_UP}),
    ("used before", {"counter": 7}),
    ("used very often", {"counter": 2**31}),
    ("used as often as it goes", {"counter": 2**32 - 1}),
    ("no transports", {"transports": []}),
    ("nothing of transports", {"transports": None}),
    (
        "transports of all kinds",
        {"transports": ["usb", "x,y", 5, 1.5, None, True, ["a", ["b"]], {"a": 1}, ""]},
    ),
    ("transports a text", {"transports": "usb"}),
    ("transports an object", {"transports": {"0": "usb"}}),
    ("transports a number", {"transports": 5}),
    ("nobody there", {"flags": VERIFIED | ELIGIBLE | BACKED_UP}),
    ("backed up and not to be", {"flags": PRESENT | BACKED_UP}),
    ("another origin", {"origin": "http://localhost:8081"}),
    ("an origin with a slash", {"origin": "http://localhost:8080/"}),
    ("another relying party", {"rp_id": "example.com"}),
    ("another challenge", {"challenge": encode(b"x" * 32)}),
    ("no challenge", {"challenge": ""}),
    ("the other ceremony", {"kind": "webauthn.get"}),
    ("bytes left over", {"more": b"\0"}),
    ("extensions announced", {"flags": 0x80 | PRESENT}),
]


def _created(caller: Caller, changes: dict[str, Any]) -> None:
    owner(caller, **changes)
    caller.rows(PASSKEYS, email=caller.email)


group.each(REGISTER, "created", CREATED, _created, (ON,))

BROKEN: list[tuple[str, Spoil]] = [
    (
        "an id of another spelling",
        lambda found: found | {"id": found["id"] + "=", "rawId": found["id"] + "="},
    ),
    ("no attestation", lambda found: with_changes(found, attestationObject="")),
    ("an attestation of nonsense", lambda found: with_changes(found, attestationObject="eHh4")),
    ("an attestation a number", lambda found: with_changes(found, attestationObject=5)),
    ("an attestation of another kind", lambda found: _attested(found, b"dnone", b"dnope")),
    (
        "an attestation that says something",
        lambda found: _attested(found, b"gattStmt\xa0", b"gattStmt\xa1aa\x01"),
    ),
]


def _attested(found: dict[str, Any], old: bytes, new: bytes) -> dict[str, Any]:
    whole = decode(found["response"]["attestationObject"])
    assert old in whole
    return with_changes(found, attestationObject=encode(whole.replace(old, new)))


def _spoiled(caller: Caller, spoil: Spoil) -> None:
    caller.sign_up()
    response = device_of(caller).create(begin(caller))
    register(caller, spoil(response))
    register(caller, response)
    caller.rows(PASSKEYS, email=caller.email)


group.each(REGISTER, "spoiled", [*SPOILED, *BROKEN], _spoiled, (ON,))
MEMBERS: list[tuple[str, dict[str, Any]]] = [
    *((f"name {label}", {"name": value}) for label, value in WRONG_STRINGS),
    ("name of spaces", {"name": " \ufeff\u2003"}),
    ("createSession text", {"createSession": "yes"}),
    ("createSession null", {"createSession": None}),
]


def _members(caller: Caller, members: dict[str, Any]) -> None:
    register(caller, 5, **members)
    caller.sign_up()
    register(caller, device_of(caller).create(begin(caller)), **members)
    caller.rows(PASSKEYS, email=caller.email)


group.each(REGISTER, "members", MEMBERS, _members, (ON,))


@group.case(REGISTER, "without the cookie", ON)
def register_without_cookie(caller: Caller) -> None:
    """Or with one that is forged, or cut off; the challenge stays."""
    caller.sign_up()
    response = device_of(caller).create(begin(caller))
    name = caller.cookie_name(COOKIE)
    kept = caller.jar.pop(name, "")
    for value in ("", caller.sign("x" * 32), kept[:-3], kept.partition(".")[0], caller.sign("", "x")):
        if value:
            caller.jar[name] = value
        register(caller, response)
    caller.jar[name] = kept
    register(caller, response)


@group.case(REGISTER, "by somebody else", ON)
def register_by_another(caller: Caller) -> None:
    """Who has the cookie, and another session: the challenge is gone all the same."""
    caller.sign_up()
    response = device_of(caller).create(begin(caller))
    challenge = caller.jar.get(caller.cookie_name(COOKIE), "")
    caller.jar.clear()
    caller.sign_up("x" + caller.email)
    caller.jar[caller.cookie_name(COOKIE)] = challenge
    for _ in range(2):
        register(caller, response)


@group.case(REGISTER, "with the challenge of a sign-in", ON)
def register_with_another_ceremony(caller: Caller) -> None:
    """And the other way round: neither is taken, and both are gone."""
    device = owner(caller)
    register(caller, device_of(caller, 2).create(ask(caller)))
    register(caller, device_of(caller, 2).create({"challenge": ""}))
    enter(caller, device.get(begin(caller)))
    enter(caller, device.get({"challenge": ""}))


@group.case(REGISTER, "too late", ON)
@alone
def register_late(caller: Caller) -> None:
    """After five minutes."""
    caller.sign_up()
    options = begin(caller)
    caller.sql(EXPIRE, challenge=options["challenge"])
    register(caller, device_of(caller).create(options))


ORIGINS: list[tuple[str, dict[str, str | None]]] = [
    ("none", {"Origin": None}),
    ("a referer alone", {"Origin": None, "Referer": "http://localhost:8080/settings"}),
    ("null", {"Origin": "null"}),
    ("null of the same site", {"Origin": "null", "Sec-Fetch-Site": "same-origin"}),
    ("another that is trusted", {"Origin": "https://app.example.com"}),
    ("one that is not", {"Origin": "https://evil.com"}),
]


def _from(caller: Caller, headers: dict[str, str | None]) -> None:
    """Where the browser says it is, once as the authenticator has it and once not."""
    caller.sign_up()
    said = headers.get("Origin") or caller.origin
    for origin in dict.fromkeys((said, caller.origin)):
        device = device_of(caller)
        response = device.create(begin(caller), origin=origin)
        caller.post("/passkey/verify-registration", {"response": response}, headers=headers)
        answer = device.get(ask(caller), origin=origin)
        enter(caller, answer, headers=headers)
    caller.rows(PASSKEYS, email=caller.email)


group.each(REGISTER, "origin", ORIGINS, _from, (ON,))


NO_BODIES: list[Any] = [b"{", [], {}, "x", None]


@group.case(REGISTER, "bodies", ON)
def register_bodies(caller: Caller) -> None:
    """What is no body, or comes as something else."""
    caller.sign_up()
    for path in ("verify-registration", "verify-authentication", "update-passkey", "delete-passkey"):
        caller.post(f"/passkey/{path}")
        for body in NO_BODIES:
            caller.post(f"/passkey/{path}", body)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        caller.post(f"/passkey/{path}", b"id=x", headers=form)
        caller.get(f"/passkey/{path}")
        caller.post(f"/passkey/{path}", {}, cookie=None)


# The list


def _rows(caller: Caller) -> list[str]:
    found = caller.sql(PASSKEYS, email=caller.email)
    return [row["id"] for row in found] or ["x"]


@group.case(LIST, "none, some, by nobody", ON)
def listed(caller: Caller) -> None:
    """Of the caller alone."""
    caller.get("/passkey/list-user-passkeys")
    caller.sign_up()
    caller.get("/passkey/list-user-passkeys")
    another(caller, 1)
    another(caller, 2)
    caller.get("/passkey/list-user-passkeys")
    caller.sql(FORGET, id=device_of(caller, 2).id)
    caller.get("/passkey/list-user-passkeys")
    caller.post("/passkey/list-user-passkeys", {})
    out(caller)
    caller.sign_up("x" + caller.email)
    caller.get("/passkey/list-user-passkeys")


@group.case(RENAME, "the own one", ON)
def renamed(caller: Caller) -> None:
    """Trimmed."""
    owner(caller)
    for name in ("Ada's phone", " \u3000x\n", "\U0001f511"):
        caller.post(
            "/passkey/update-passkey", {"id": _rows(caller)[0], "name": name, "userId": "x", "counter": 9}
        )
    caller.rows(PASSKEYS, email=caller.email)


def _named(caller: Caller, value: Any) -> None:
    caller.post("/passkey/update-passkey", {"id": "x", "name": value}, cookie=None)
    owner(caller)
    caller.post("/passkey/update-passkey", {"id": _rows(caller)[0], "name": value})
    caller.rows(PASSKEYS, email=caller.email)


NAMES: list[tuple[str, Any]] = [*WRONG_STRINGS, ("spaces", " \ufeff")]
group.each(RENAME, "wrong name", NAMES, _named, (ON,))


def _identified(caller: Caller, value: Any) -> None:
    owner(caller)
    caller.post("/passkey/update-passkey", {"id": value, "name": "x"})
    caller.post("/passkey/delete-passkey", {"id": value})
    caller.rows(PASSKEYS, email=caller.email)


IDS: list[tuple[str, Any]] = [*WRONG_STRINGS, ("unknown", "x"), ("long", "x" * 5000)]
group.each(DELETE, "wrong id", IDS, _identified, (ON,))


@group.case(DELETE, "the own one, twice", ON)
def deleted(caller: Caller) -> None:
    """404 the second time."""
    owner(caller)
    row = _rows(caller)[0]
    for _ in range(2):
        caller.post("/passkey/delete-passkey", {"id": row})
    caller.rows(PASSKEYS, email=caller.email)


@group.case(DELETE, "somebody else's", ON)
def foreign(caller: Caller) -> None:
    """401, and it stays."""
    owner(caller)
    row = _rows(caller)[0]
    out(caller)
    caller.sign_up("x" + caller.email)
    caller.post("/passkey/update-passkey", {"id": row, "name": "mine"})
    caller.post("/passkey/delete-passkey", {"id": row})
    caller.post("/passkey/delete-passkey", {"id": row}, cookie=None)
    caller.rows(PASSKEYS, email=caller.email)
