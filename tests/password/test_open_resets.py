"""What voids the links that were mailed to choose a new password. S17."""

import asyncio

import pytest

from tests.client import PASSWORD, Client
from tests.conftest import Sql
from tests.promises import promised

NEW = "another horse battery"


async def ask(client: Client, sql: Sql, email: str = "ada@example.com") -> str:
    await Client(client.base_url).api("/request-password-reset", {"email": email})
    return promised(sql, "reset-password")[-1].token


async def redeem(client: Client, token: str, password: str = "one more password") -> tuple[int, str | None]:
    answer = await Client(client.base_url).api("/reset-password", {"token": token, "newPassword": password})
    return answer.status, answer.json.get("code")


DEAD = (400, "INVALID_TOKEN")


@pytest.mark.parametrize("revoke", [True, False])
@pytest.mark.gen_test
async def test_a_change_of_password(client: Client, sql: Sql, revoke: bool) -> None:
    await client.sign_up()
    await Client(client.base_url).sign_up("bob@example.com")
    tokens = [await ask(client, sql), await ask(client, sql)]
    bobs = await ask(client, sql, "bob@example.com")
    body = {"currentPassword": PASSWORD, "newPassword": NEW, "revokeOtherSessions": revoke}
    assert (await client.api("/change-password", body)).status == 200
    assert [await redeem(client, token) for token in tokens] == [DEAD, DEAD]
    assert (await client.sign_in(password=NEW)).status == 200
    assert await redeem(client, bobs) == (200, None)


@pytest.mark.parametrize("used", [0, 1])
@pytest.mark.gen_test
async def test_another_reset(client: Client, sql: Sql, used: int) -> None:
    await client.sign_up()
    tokens = [await ask(client, sql), await ask(client, sql)]
    assert await redeem(client, tokens[used]) == (200, None)
    assert [await redeem(client, token) for token in tokens] == [DEAD, DEAD]


@pytest.mark.gen_test
async def test_of_several_at_once_one_wins(client: Client, sql: Sql) -> None:  # S18
    await client.sign_up()
    sql('DELETE FROM "account"')  # who has no password yet gets one, once
    tokens = [await ask(client, sql) for _ in range(4)]
    passwords = [f"password of number {number}" for number in range(4)]
    pairs = zip(tokens, passwords, strict=True)
    answers = await asyncio.gather(*(redeem(client, token, password) for token, password in pairs))
    assert sorted(answers, key=str) == [(200, None), DEAD, DEAD, DEAD]
    winner = passwords[answers.index((200, None))]
    assert (await client.sign_in(password=winner)).status == 200


@pytest.mark.gen_test
async def test_a_change_of_the_address(client: Client, sql: Sql) -> None:
    await client.sign_up()
    token = await ask(client, sql)
    await client.api("/change-email", {"newEmail": "new@example.com"})
    await client.api(promised(sql, "change-email-verification")[0].path.removeprefix("/api/auth"))
    assert sql('SELECT "email" FROM "user"') == [("new@example.com",)]
    assert await redeem(client, token) == DEAD


@pytest.mark.gen_test
async def test_without_a_page_the_link_leads_to_our_own(client: Client, sql: Sql) -> None:
    await client.sign_up()
    token = await ask(client, sql)
    answer = await client.api(promised(sql, "reset-password")[0].path.removeprefix("/api/auth"))
    location = answer.headers["Location"].removeprefix(client.base_url)
    assert (answer.status, location) == (302, f"/reset-password?token={token}")
