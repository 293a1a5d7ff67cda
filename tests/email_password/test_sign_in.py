"""POST /sign-in/email."""

import asyncio
import threading

import pytest

from server.passwords import passwords
from tests.client import PASSWORD, Client
from tests.conftest import Sql


@pytest.mark.gen_test
async def test_answers_and_signs_in(client: Client) -> None:
    await client.sign_up()
    answer = await client.sign_in("ADA@example.com")
    assert answer.status == 200
    assert list(answer.json) == ["redirect", "token", "user", "session"]
    assert answer.json["redirect"] is False
    assert (await client.session())["user"]["email"] == "ada@example.com"


@pytest.mark.gen_test
async def test_a_new_token_every_time(client: Client) -> None:  # S22
    first = (await client.sign_up()).json["token"]
    second = (await client.sign_in()).json["token"]
    assert first != second


@pytest.mark.gen_test
async def test_callback_is_named_but_the_status_stays(client: Client) -> None:
    await client.sign_up()
    answer = await client.sign_in(callbackURL="/dashboard")
    assert answer.status == 200
    assert answer.headers["Location"] == "/dashboard"
    assert (answer.json["redirect"], answer.json["url"]) == (True, "/dashboard")


@pytest.mark.gen_test
async def test_unknown_user_and_wrong_password_look_the_same(client: Client) -> None:  # S9
    await client.sign_up()
    wrong = await client.sign_in(password="something else")
    unknown = await client.sign_in("nobody@example.com")
    assert wrong.status == unknown.status == 401
    assert wrong.body == unknown.body
    assert [name for name, _ in wrong.headers.get_all()] == [name for name, _ in unknown.headers.get_all()]


@pytest.mark.gen_test
async def test_unknown_user_costs_a_hash_too(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:  # S9
    hashed: list[bytes] = []
    real = passwords.hash_bcrypt

    def recorded(password: bytes, cost: int) -> str:
        hashed.append(password)
        return real(password, cost)

    monkeypatch.setattr(passwords, "hash_bcrypt", recorded)
    await client.sign_in("nobody@example.com")
    assert hashed == [PASSWORD.encode()]


@pytest.mark.gen_test
async def test_not_remembered_ends_with_the_browser(client: Client, sql: Sql) -> None:
    await client.sign_up()
    answer = await client.sign_in(rememberMe=False)
    token, marker = answer.set_cookies
    assert "Max-Age" not in token
    assert "Max-Age" not in marker
    assert marker.startswith("better-auth.dont_remember=true.")
    ((hours,),) = sql(
        """SELECT round(extract(epoch FROM "expiresAt" - "createdAt") / 3600) FROM "session" WHERE "token" = %s""",
        answer.json["token"],
    )
    assert hours == 24


@pytest.mark.gen_test
async def test_remembered_again_drops_the_marker(client: Client) -> None:
    await client.sign_up(rememberMe=False)
    answer = await client.sign_in()
    assert answer.set_cookies[1].startswith("better-auth.dont_remember=; Max-Age=0; ")


@pytest.mark.gen_test
async def test_scrypt_of_better_auth_is_taken_and_rewritten(client: Client, sql: Sql) -> None:  # S8
    await client.sign_up()
    sql('UPDATE "account" SET "password" = %s', passwords.hash_scrypt(PASSWORD.encode()))
    assert (await client.sign_in(password="wrong password")).status == 401
    assert (await client.sign_in()).status == 200
    ((stored,),) = sql('SELECT "password" FROM "account"')
    assert stored.startswith("$2b$04$")
    assert (await client.sign_in()).status == 200


@pytest.mark.environ(PASSWORD_HASH="scrypt")
@pytest.mark.gen_test
async def test_scrypt_can_be_kept(client: Client, sql: Sql) -> None:
    await client.sign_up()
    ((stored,),) = sql('SELECT "password" FROM "account"')
    assert len(stored) == 32 + 1 + 128
    sql('UPDATE "account" SET "password" = %s', passwords.hash_bcrypt(PASSWORD.encode(), 4))
    assert (await client.sign_in()).status == 200
    ((stored,),) = sql('SELECT "password" FROM "account"')
    assert len(stored) == 32 + 1 + 128


@pytest.mark.environ(BCRYPT_COST="5")
@pytest.mark.gen_test
async def test_a_weaker_hash_is_replaced(client: Client, sql: Sql) -> None:  # S8
    await client.sign_up()
    sql('UPDATE "account" SET "password" = %s', passwords.hash_bcrypt(PASSWORD.encode(), 4))
    await client.sign_in()
    assert sql('SELECT left("password", 7) FROM "account"') == [("$2b$05$",)]


@pytest.mark.parametrize(
    "stored", ["", "plain", "$2b$", "$2b$04$short", "a:b", "$bcrypt-sha256$", "$argon2id$v=19$x"]
)
@pytest.mark.gen_test
async def test_a_broken_hash_matches_nothing(client: Client, sql: Sql, stored: str) -> None:
    await client.sign_up()
    sql('UPDATE "account" SET "password" = %s', stored)
    assert (await client.sign_in()).status == 401


@pytest.mark.gen_test
async def test_hashing_does_not_hold_up_the_loop(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a hash is made, which here takes until then, get-session is answered."""
    begun, answered, real = threading.Event(), threading.Event(), passwords.hash_bcrypt

    def slow(password: bytes, cost: int) -> str:
        begun.set()
        assert answered.wait(60)
        return real(password, cost)

    monkeypatch.setattr(passwords, "hash_bcrypt", slow)
    signing_up = asyncio.ensure_future(client.sign_up())
    await asyncio.to_thread(begun.wait, 60)
    assert (await Client(client.base_url).api("/get-session")).body == b"null"
    answered.set()
    assert (await signing_up).status == 200
