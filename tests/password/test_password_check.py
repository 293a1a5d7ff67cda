"""PASSWORD_CHECK=common at every door where a password comes in. S4."""

import pytest

from tests.client import PASSWORD, Client
from tests.conftest import Sql

common = pytest.mark.environ(PASSWORD_CHECK="common")
GUESSED = pytest.mark.parametrize(
    "password", ["password1", "PassWord1", "LovelaceAda1815", "ada@example.com"]
)
NAME = "Ada Lovelace"


@common
@GUESSED
@pytest.mark.gen_test
async def test_sign_up_refuses_it(client: Client, sql: Sql, password: str) -> None:
    body = {"name": NAME, "email": "ada@example.com", "password": password}
    answer = await client.api("/sign-up/email", body)
    assert (answer.status, answer.json["code"]) == (400, "PASSWORD_COMPROMISED")
    assert answer.json["message"].endswith("Choose another one.")
    assert sql('SELECT "id" FROM "user"') == []


@common
@GUESSED
@pytest.mark.gen_test
async def test_change_refuses_it(client: Client, password: str) -> None:
    await client.sign_up(name=NAME)
    answer = await client.api("/change-password", {"currentPassword": PASSWORD, "newPassword": password})
    assert (answer.status, answer.json["code"]) == (400, "PASSWORD_COMPROMISED")
    assert (await client.sign_in()).status == 200


@common
@GUESSED
@pytest.mark.gen_test
async def test_reset_refuses_it_and_the_link_stays_good(client: Client, sql: Sql, password: str) -> None:
    await client.sign_up(name=NAME)
    sql(
        """
        INSERT INTO "verification" ("id", "identifier", "value", "expiresAt")
        SELECT 'v', 'reset-password:token', "id", now() + interval '1 hour' FROM "user"
        """
    )
    answer = await client.api("/reset-password", {"newPassword": password, "token": "token"})
    assert (answer.status, answer.json["code"]) == (400, "PASSWORD_COMPROMISED")
    better = {"newPassword": "another long password", "token": "token"}
    assert (await client.api("/reset-password", better)).status == 200


@common
@pytest.mark.gen_test
async def test_the_length_comes_first(client: Client) -> None:
    answer = await client.api(
        "/sign-up/email", {"name": NAME, "email": "a@example.com", "password": "letmein"}
    )
    assert answer.json["code"] == "PASSWORD_TOO_SHORT"


@common
@pytest.mark.gen_test
async def test_a_password_that_is_in_use_is_not_judged(client: Client, sql: Sql) -> None:
    """The setting is for new ones: nobody is locked out by it."""
    await client.sign_up(name="password", email="sign-in@example.com", password=PASSWORD)
    assert (await client.sign_in("sign-in@example.com", "password1")).json[
        "code"
    ] == "INVALID_EMAIL_OR_PASSWORD"


@pytest.mark.gen_test
async def test_off_by_default(client: Client) -> None:
    answer = await client.api(
        "/sign-up/email", {"name": NAME, "email": "a@example.com", "password": "password1"}
    )
    assert answer.status == 200
