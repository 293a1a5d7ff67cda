"""POST /sign-up/email."""

import re

import pytest

from server.services import Services
from tests.client import PASSWORD, Client
from tests.conftest import Sql

ID = re.compile(r"[a-zA-Z0-9]{32}")
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.mark.gen_test
async def test_answers_user_token_and_session(client: Client, app: Services) -> None:
    answer = await client.sign_up("Ada@Example.com", callbackURL="/dashboard")
    assert answer.status == 200
    body = answer.json
    assert list(body) == ["token", "user", "session"]
    core, declared = (
        ["name", "email", "emailVerified", "image", "createdAt", "updatedAt"],
        app.parts.columns.user,
    )
    assert list(body["user"]) == [*core, *(column.name for column in declared if column.returned), "id"]
    assert body["user"]["email"] == "ada@example.com"
    assert body["user"]["emailVerified"] is False
    assert ID.fullmatch(body["token"])
    assert ID.fullmatch(body["user"]["id"])
    assert DATE.fullmatch(body["user"]["createdAt"])
    assert DATE.fullmatch(body["session"]["expiresAt"])
    assert body["session"]["token"] == body["token"]


@pytest.mark.gen_test
async def test_cookie_is_better_auths(client: Client) -> None:  # S28
    answer = await client.sign_up()
    token = answer.json["token"]
    (cookie,) = answer.set_cookies
    assert re.fullmatch(
        rf"better-auth\.session_token={token}\.[A-Za-z0-9%]+%3D; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax",
        cookie,
    )


@pytest.mark.gen_test
async def test_server_side_fields_cannot_be_set(client: Client) -> None:  # S39
    answer = await client.sign_up(
        emailVerified=True, id="mine", role="admin", createdAt="2000-01-01T00:00:00.000Z"
    )
    user = answer.json["user"]
    assert user["emailVerified"] is False
    assert user["id"] != "mine"
    assert not user["createdAt"].startswith("2000")


@pytest.mark.gen_test
async def test_taken_address_is_refused_whatever_its_case(client: Client, sql: Sql) -> None:
    await client.sign_up("ada@example.com")
    answer = await Client(client.base_url).sign_up("ADA@example.com")
    assert answer.status == 422
    assert answer.json["code"] == "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL"
    assert answer.json["error"] == {key: answer.json[key] for key in ("code", "message")}
    assert sql('SELECT count(*) FROM "user"') == [(1,)]


@pytest.mark.parametrize(
    ("password", "code"),
    [("1234567", "PASSWORD_TOO_SHORT"), ("x" * 129, "PASSWORD_TOO_LONG"), ("😀" * 65, "PASSWORD_TOO_LONG")],
)
@pytest.mark.gen_test
async def test_length_limits_count_utf16(client: Client, password: str, code: str) -> None:  # S1 S2
    answer = await client.sign_up(password=password)
    assert (answer.status, answer.json["code"]) == (400, code)


@pytest.mark.gen_test
async def test_nothing_is_cut_off_a_long_password(client: Client) -> None:  # S2
    common = "ä" * 36  # 72 bytes
    await client.sign_up(password=common + "one end")
    assert (await client.sign_in(password=common + "another")).status == 401
    assert (await client.sign_in(password=common)).status == 401
    assert (await client.sign_in(password=common + "one end")).status == 200


@pytest.mark.gen_test
async def test_one_password_in_two_encodings(client: Client) -> None:  # S3
    await client.sign_up(password="Ångström №1")
    assert (await client.sign_in(password="A\u030angstro\u0308m No1")).status == 200


@pytest.mark.gen_test
async def test_no_user_is_left_behind_by_a_failure(client: Client, sql: Sql) -> None:
    answer = await client.sign_up(name="nul\u0000byte")
    assert (answer.status, answer.json["code"]) == (422, "FAILED_TO_CREATE_USER")
    assert sql('SELECT count(*) FROM "user"') == [(0,)]


@pytest.mark.environ(DISABLE_SIGN_UP="yes")
@pytest.mark.gen_test
async def test_can_be_switched_off(client: Client) -> None:
    answer = await client.sign_up()
    assert (answer.status, answer.json["code"]) == (400, "EMAIL_PASSWORD_SIGN_UP_DISABLED")


@pytest.mark.environ(AUTO_SIGN_IN="no")
@pytest.mark.gen_test
async def test_without_sign_in_a_taken_address_looks_the_same(client: Client, sql: Sql) -> None:  # S10
    first = await client.sign_up()
    second = await client.sign_up()
    assert first.status == second.status == 200
    assert first.json["token"] is second.json["token"] is None
    assert first.set_cookies == second.set_cookies == []
    assert first.json["user"]["id"] != second.json["user"]["id"]
    assert list(first.json["user"]) == list(second.json["user"])
    assert sql('SELECT count(*) FROM "user"') == [(1,)]


@pytest.mark.gen_test
async def test_the_stored_hash_names_its_algorithm(client: Client, sql: Sql) -> None:  # S8
    await client.sign_up("short@example.com")
    await client.sign_up("long@example.com", password="x" * 73)
    rows = sql('SELECT u."email", a."password" FROM "account" a JOIN "user" u ON u."id" = a."userId"')
    hashes: dict[str, str] = dict(rows)
    assert hashes["short@example.com"].startswith("$2b$04$")
    assert hashes["long@example.com"].startswith("$bcrypt-sha256$v=2,t=2b,r=4$")
    assert PASSWORD not in str(hashes)
