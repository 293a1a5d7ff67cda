"""Passkeys by the front door: registered, signed in with, and everything that must not be one."""

import asyncio
from collections.abc import Callable
from typing import Any

import cbor2
import pytest

from tests.authenticator import Authenticator, encode
from tests.client import Answer, Client
from tests.conftest import Sql

pytestmark = [pytest.mark.gen_test, pytest.mark.environ(PLUGINS="passkey")]
BEGIN, REGISTER = "/passkey/generate-register-options", "/passkey/verify-registration"
ASK, ENTER = "/passkey/generate-authenticate-options", "/passkey/verify-authentication"
COUNTER = 'SELECT "counter" FROM "passkey"'


async def register(client: Client, device: Authenticator, **more: Any) -> Answer:
    options = (await client.api(BEGIN)).json
    return await client.api(REGISTER, {"response": device.create(options)} | more)


async def enter(client: Client, device: Authenticator, **changes: Any) -> Answer:
    options = (await client.api(ASK)).json
    return await client.api(ENTER, {"response": device.get(options, **changes)})


async def owner(client: Client, email: str = "ada@example.com", **more: Any) -> Authenticator:
    """Somebody who signs up and registers a passkey."""
    await client.sign_up(email)
    device = Authenticator(email, client.base_url)
    assert (await register(client, device, **more)).status == 200
    return device


def code(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["code"]


async def test_a_passkey_signs_in_where_no_password_was_given(client: Client) -> None:
    device = await owner(client, name="  Phone ")
    elsewhere = Client(client.base_url)
    answer = await enter(elsewhere, device, counter=1)
    assert list(answer.json) == ["session", "user"]
    assert (await elsewhere.session()) == answer.json
    assert answer.json["user"] == (await client.session())["user"]
    (listed,) = (await elsewhere.api("/passkey/list-user-passkeys")).json
    assert (listed["name"], listed["counter"], listed["credentialID"]) == ("Phone", 1, device.id)


@pytest.mark.environ(PLUGINS="none")
async def test_without_the_plugin_there_is_no_endpoint(client: Client) -> None:
    await client.sign_up()
    for path in (BEGIN, ASK, "/passkey/list-user-passkeys"):
        assert (await client.api(path)).status == 404
    for path in (REGISTER, ENTER, "/passkey/update-passkey", "/passkey/delete-passkey"):
        assert (await client.api(path, {})).status == 404


async def test_of_two_answers_to_one_challenge_one_counts(client: Client, sql: Sql) -> None:  # S18
    device = await owner(client)
    response = {"response": device.get((await client.api(ASK)).json, counter=1)}
    answers = await asyncio.gather(*(client.api(ENTER, response) for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [200, 400, 400, 400, 400]
    assert sql('SELECT count(*) FROM "session"') == [(2,)]
    other = Authenticator("another", client.base_url)
    response = {"response": other.create((await client.api(BEGIN)).json)}
    answers = await asyncio.gather(*(client.api(REGISTER, response) for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [200, 400, 400, 400, 400]
    assert {answer.json["code"] for answer in answers if answer.status == 400} == {"CHALLENGE_NOT_FOUND"}


async def test_of_a_key_and_its_copy_one_gets_past_the_count(client: Client, sql: Sql) -> None:  # S18
    device = await owner(client)
    browsers = [Client(client.base_url) for _ in range(4)]
    found = [device.get((await each.api(ASK)).json, counter=7) for each in browsers]
    sent = (each.api(ENTER, {"response": said}) for each, said in zip(browsers, found, strict=True))
    assert sorted(answer.status for answer in await asyncio.gather(*sent)) == [200, 400, 400, 400]
    assert sql(COUNTER) == [(7,)]
    assert code(await enter(Client(client.base_url), device, counter=6)) == (400, "AUTHENTICATION_FAILED")


async def test_a_credential_is_somebody_s_once(client: Client, sql: Sql) -> None:  # S40
    device = await owner(client)
    others = []
    for name in ("bo@example.com", "cy@example.com"):
        browser = Client(client.base_url)
        await browser.sign_up(name)
        others.append(browser)
    for each in (client, others[0]):
        assert code(await register(each, device)) == (400, "PREVIOUSLY_REGISTERED")
    fresh = Authenticator("fresh", client.base_url)
    responses = [fresh.create((await each.api(BEGIN)).json) for each in others]
    sent = (each.api(REGISTER, {"response": said}) for each, said in zip(others, responses, strict=True))
    assert sorted(answer.status for answer in await asyncio.gather(*sent)) == [200, 400]
    assert sql('SELECT count(*) FROM "passkey" WHERE "credentialID" = %s', fresh.id) == [(1,)]


async def test_nobody_touches_another_s(client: Client, sql: Sql) -> None:  # S40
    await owner(client, name="mine")
    ((row,),) = sql('SELECT "id" FROM "passkey"')
    stranger = Client(client.base_url)
    await stranger.sign_up("bo@example.com")
    named = await stranger.api("/passkey/update-passkey", {"id": row, "name": "theirs"})
    assert code(named) == (401, "YOU_ARE_NOT_ALLOWED_TO_REGISTER_THIS_PASSKEY")
    assert (await stranger.api("/passkey/delete-passkey", {"id": row})).status == 401
    assert (await stranger.api("/passkey/list-user-passkeys")).json == []
    assert sql('SELECT "name" FROM "passkey"') == [("mine",)]


async def test_the_user_takes_them_along(client: Client, sql: Sql) -> None:
    device = await owner(client)
    assert (await client.api("/delete-user", {"password": "correct horse battery staple"})).status == 200
    assert sql('SELECT count(*) FROM "passkey"') == [(0,)]
    assert code(await enter(Client(client.base_url), device)) == (401, "PASSKEY_NOT_FOUND")


async def test_an_old_session_registers_nothing(client: Client, sql: Sql) -> None:  # S26
    device = Authenticator("x", client.base_url)
    await client.sign_up()
    options = (await client.api(BEGIN)).json
    sql("""UPDATE "session" SET "createdAt" = now() - interval '2 days'""")
    assert code(await client.api(BEGIN)) == (403, "SESSION_NOT_FRESH")
    refused = await client.api(REGISTER, {"response": device.create(options)})
    assert code(refused) == (403, "SESSION_NOT_FRESH")
    assert sql('SELECT count(*) FROM "passkey"') == [(0,)]


@pytest.mark.environ(PLUGINS="passkey,magic-link")
async def test_a_stranger_s_is_gone_once_the_address_is_proven(client: Client, sql: Sql) -> None:  # S17
    device = await owner(client)
    found = Client(client.base_url)
    await found.api("/sign-in/magic-link", {"email": "ada@example.com"})
    ((kept,),) = sql("""SELECT "identifier" FROM "verification" WHERE "identifier" LIKE 'magic-link:%'""")
    await found.api(f"/magic-link/verify?token={kept.partition(':')[2]}")
    assert (await found.session())["user"]["emailVerified"] is True
    assert code(await enter(Client(client.base_url), device)) == (401, "PASSKEY_NOT_FOUND")


def nested(depth: int) -> bytes:
    return b"\x81" * depth + b"\x00"


HOSTILE: list[tuple[str, Callable[[], bytes]]] = [
    ("deep", lambda: nested(100_000)),
    ("a long list that is announced", lambda: b"\x9b" + b"\xff" * 8),
    ("a long text that is announced", lambda: b"\x5b" + b"\x7f" * 8),
    ("no map", lambda: cbor2.dumps([1, 2])),
    ("no format", lambda: cbor2.dumps({"attStmt": {}, "authData": b"x" * 40})),
    ("a format that is none", lambda: cbor2.dumps({"fmt": [1], "attStmt": {}, "authData": b"x" * 40})),
    ("data that is none", lambda: cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": 5})),
    ("much", lambda: cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": b"x" * 500_000})),
]


@pytest.mark.parametrize(("what", "made"), HOSTILE, ids=[what for what, _ in HOSTILE])
async def test_what_is_no_attestation(
    client: Client, sql: Sql, what: str, made: Callable[[], bytes]
) -> None:  # S38
    await client.sign_up()
    device = Authenticator("x", client.base_url)
    response = device.create((await client.api(BEGIN)).json)
    response["response"]["attestationObject"] = encode(made())
    assert code(await client.api(REGISTER, {"response": response})) == (500, "FAILED_TO_VERIFY_REGISTRATION")
    assert (await client.api("/ok")).json == {"ok": True}
    assert sql('SELECT count(*) FROM "passkey"') == [(0,)]


async def test_a_page_of_another_origin_cannot_use_what_was_asked_here(client: Client) -> None:  # S31
    device = await owner(client)
    elsewhere = "https://evil.example"
    phished = Authenticator("ada@example.com", elsewhere)
    browser = Client(client.base_url)
    assert code(await enter(browser, phished)) == (400, "AUTHENTICATION_FAILED")
    response = {"response": phished.get((await browser.api(ASK)).json)}
    refused = await browser.api(ENTER, response, headers={"Origin": elsewhere})
    assert code(refused) == (403, "INVALID_ORIGIN")
    assert (await enter(browser, device)).status == 200


@pytest.mark.environ(PLUGINS="passkey", FEATURES_OFF="")
async def test_what_happens_is_told(client: Client, sql: Sql) -> None:  # S36
    device = await owner(client)
    ((row,),) = sql('SELECT "id" FROM "passkey"')
    await client.api("/passkey/update-passkey", {"id": row, "name": "Phone"})
    await enter(Client(client.base_url), device)
    await client.api("/passkey/delete-passkey", {"id": row})
    events = sql(
        """SELECT a."event", a."details"::text
           FROM "ai_editor_audit" a JOIN "user" u ON u."id" = a."subject" ORDER BY a."createdAt", a."id" """
    )
    assert [event for event, _ in events] == [
        "sign-up",
        "passkey-added",
        "passkey-renamed",
        "sign-in",
        "passkey-deleted",
    ]
    assert '"passkey"' in events[3][1]
    assert all("Phone" not in details and device.id not in details for _, details in events)  # S35
