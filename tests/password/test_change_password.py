"""POST /change-password and /verify-password."""

import pytest

from tests.client import PASSWORD, Client
from tests.conftest import Sql
from tests.promises import promised

NEW = "another long password"


@pytest.mark.gen_test
async def test_the_new_one_counts_and_the_session_goes_on(client: Client, sql: Sql) -> None:  # S6
    await client.sign_up()
    answer = await client.api("/change-password", {"currentPassword": PASSWORD, "newPassword": NEW})
    assert (answer.status, answer.json["token"], answer.set_cookies) == (200, None, [])
    assert await client.session() is not None
    other = Client(client.base_url)
    assert (await other.sign_in()).status == 401
    assert (await other.sign_in(password=NEW)).status == 200
    ((mail),) = promised(sql)
    assert (mail.template, mail.to) == ("password-changed", "ada@example.com")  # S15


@pytest.mark.gen_test
async def test_other_sessions_can_be_ended(client: Client) -> None:  # S22 S23
    before = (await client.sign_up()).json["token"]
    other = Client(client.base_url)
    await other.sign_in()
    body = {"currentPassword": PASSWORD, "newPassword": NEW, "revokeOtherSessions": True}
    answer = await client.api("/change-password", body)
    assert answer.json["token"] not in (None, before)
    assert await other.session() is None
    assert (await client.session())["session"]["token"] == answer.json["token"]


@pytest.mark.parametrize(
    ("current", "new", "code"),
    [
        ("wrong password", NEW, "INVALID_PASSWORD"),
        (PASSWORD, "short", "PASSWORD_TOO_SHORT"),
        (PASSWORD, "x" * 129, "PASSWORD_TOO_LONG"),
        ("x" * 129, NEW, "PASSWORD_TOO_LONG"),
    ],
)
@pytest.mark.gen_test
async def test_refusals_change_nothing(
    client: Client, sql: Sql, current: str, new: str, code: str
) -> None:  # S6
    await client.sign_up()
    answer = await client.api("/change-password", {"currentPassword": current, "newPassword": new})
    assert (answer.status, answer.json["code"]) == (400, code)
    assert (await client.sign_in()).status == 200
    assert promised(sql) == []


@pytest.mark.gen_test
async def test_a_user_without_a_password(client: Client, sql: Sql) -> None:
    await client.sign_up()
    sql("""UPDATE "account" SET "providerId" = 'github'""")
    answer = await client.api("/change-password", {"currentPassword": PASSWORD, "newPassword": NEW})
    assert (answer.status, answer.json["code"]) == (400, "CREDENTIAL_ACCOUNT_NOT_FOUND")
    answer = await client.api("/verify-password", {"password": PASSWORD})
    assert (answer.status, answer.json["code"]) == (400, "INVALID_PASSWORD")


@pytest.mark.gen_test
async def test_verify(client: Client) -> None:
    await client.sign_up()
    assert (await client.api("/verify-password", {"password": PASSWORD})).json == {"status": True}
    answer = await client.api("/verify-password", {"password": "wrong password"})
    assert (answer.status, answer.json["code"]) == (400, "INVALID_PASSWORD")


@pytest.mark.gen_test
async def test_validation_comes_before_the_session(client: Client) -> None:
    assert (await client.api("/change-password", {})).status == 400
    assert (await client.api("/change-password", {"currentPassword": "x", "newPassword": "y"})).status == 401
