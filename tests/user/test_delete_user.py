"""POST /delete-user and GET /delete-user/callback."""

import asyncio

import pytest

from tests.client import PASSWORD, Client
from tests.conftest import Sql
from tests.promises import promised

OLD = """UPDATE "session" SET "createdAt" = now() - interval '1 day'"""


@pytest.mark.parametrize("body", [{}, {"password": PASSWORD}])
@pytest.mark.gen_test
async def test_everything_goes(client: Client, sql: Sql, body: dict[str, str]) -> None:
    await client.sign_up()
    answer = await client.api("/delete-user", body)
    assert answer.json == {"success": True, "message": "User deleted"}
    assert client.cookies == {}
    for table in ("user", "session", "account"):
        assert sql(f'SELECT count(*) FROM "{table}"') == [(0,)]


@pytest.mark.gen_test
async def test_an_old_session_needs_the_password(client: Client, sql: Sql) -> None:  # S26
    await client.sign_up()
    sql(OLD)
    answer = await client.api("/delete-user", {})
    assert (answer.status, answer.json["code"]) == (400, "SESSION_EXPIRED")
    answer = await client.api("/delete-user", {"password": "wrong password"})
    assert (answer.status, answer.json["code"]) == (400, "INVALID_PASSWORD")
    assert (await client.api("/delete-user", {"password": PASSWORD})).status == 200


@pytest.mark.environ(DELETE_USER_VERIFICATION="yes")
@pytest.mark.gen_test
async def test_confirmed_by_mail(client: Client, sql: Sql) -> None:
    await client.sign_up()
    answer = await client.api("/delete-user", {"callbackURL": "/goodbye"})
    assert answer.json == {"success": True, "message": "Verification email sent"}
    ((mail),) = promised(sql, "delete-account")
    stranger = await Client(client.base_url).api(mail.path.removeprefix("/api/auth"))
    assert (stranger.status, stranger.json["code"]) == (404, "FAILED_TO_GET_USER_INFO")
    answer = await client.api(mail.path.removeprefix("/api/auth"))
    assert (answer.status, answer.headers["Location"]) == (302, "/goodbye")
    assert sql('SELECT count(*) FROM "user"') == [(0,)]


@pytest.mark.environ(DELETE_USER_VERIFICATION="yes")
@pytest.mark.gen_test
async def test_our_own_app_has_the_mail_lead_to_its_page(client: Client, sql: Sql) -> None:
    await client.sign_up()
    await client.api("/delete-user", {"callbackURL": "/delete-account"})
    ((mail),) = promised(sql, "delete-account")
    assert mail.context["url"].endswith(f"/delete-account?token={mail.token}")
    assert "/api/" not in mail.context["url"]
    assert (await client.api("/delete-user", {"token": mail.token})).status == 200
    assert sql('SELECT count(*) FROM "user"') == [(0,)]


@pytest.mark.environ(DELETE_USER_VERIFICATION="yes")
@pytest.mark.gen_test
async def test_somebody_elses_token_deletes_nobody(client: Client, sql: Sql) -> None:  # S40
    await client.sign_up()
    await client.api("/delete-user", {})
    eve = Client(client.base_url)
    await eve.sign_up("eve@example.com")
    answer = await eve.api("/delete-user", {"token": promised(sql)[0].token})
    assert (answer.status, answer.json["code"]) == (404, "INVALID_TOKEN")
    assert sql('SELECT count(*) FROM "user"') == [(2,)]


@pytest.mark.environ(DELETE_USER_VERIFICATION="yes")
@pytest.mark.gen_test
async def test_a_token_counts_once(client: Client, sql: Sql) -> None:  # S18
    await client.sign_up()
    await client.api("/delete-user", {})
    token = promised(sql)[0].token
    answers = await asyncio.gather(*(client.api("/delete-user", {"token": token}) for _ in range(5)))
    assert [answer.status for answer in answers].count(200) == 1
