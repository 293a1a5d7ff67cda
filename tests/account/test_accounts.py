"""GET /list-accounts and /account-info; POST /unlink-account, /get-access-token, /refresh-token."""

import asyncio

import pytest
from psycopg2.errors import UniqueViolation

from tests.client import Client
from tests.conftest import Sql

LINKED = """
    INSERT INTO "account" ("id", "accountId", "providerId", "userId", "scope", "accessToken", "createdAt", "updatedAt")
    SELECT 'linked', '42', 'github', "id", 'repo, user', 'secret-token', now(), now() FROM "user"
"""


@pytest.mark.gen_test
async def test_lists_accounts_without_their_secrets(client: Client, sql: Sql) -> None:
    await client.sign_up()
    sql(LINKED)
    answer = await client.api("/list-accounts")
    credential, linked = sorted(answer.json, key=lambda account: account["providerId"])
    assert list(credential) == ["accountId", "providerId", "userId", "createdAt", "updatedAt", "id", "scopes"]
    assert (credential["providerId"], credential["scopes"]) == ("credential", [])
    assert linked["scopes"] == ["repo", "user"]
    assert b"secret-token" not in answer.body
    assert b"$2b$" not in answer.body


@pytest.mark.gen_test
async def test_the_last_account_stays(client: Client) -> None:
    await client.sign_up()
    ((account),) = (await client.api("/list-accounts")).json
    answer = await client.api("/unlink-account", {"accountId": account["id"]})
    assert (answer.status, answer.json["code"]) == (400, "FAILED_TO_UNLINK_LAST_ACCOUNT")


@pytest.mark.gen_test
async def test_of_two_unlinked_at_once_one_stays(client: Client, sql: Sql) -> None:
    await client.sign_up()
    sql(LINKED)
    ids = [account["id"] for account in (await client.api("/list-accounts")).json]
    answers = await asyncio.gather(*(client.api("/unlink-account", {"accountId": each}) for each in ids))
    assert sorted(answer.status for answer in answers) == [200, 400]
    assert sql('SELECT count(*) FROM "account"') == [(1,)]


@pytest.mark.gen_test
async def test_somebody_elses_account_is_not_found(client: Client, sql: Sql) -> None:  # S40
    eve = Client(client.base_url)
    await eve.sign_up("eve@example.com")
    sql(LINKED)
    ((eves),) = [
        each for each in (await eve.api("/list-accounts")).json if each["providerId"] == "credential"
    ]
    await client.sign_up()
    sql(
        LINKED.replace("'linked'", "'mine'").replace("'42'", "'43'")
        + """ WHERE "email" = 'ada@example.com'"""
    )
    answer = await client.api("/unlink-account", {"accountId": eves["id"]})
    assert (answer.status, answer.json["code"]) == (400, "ACCOUNT_NOT_FOUND")
    answer = await client.api("/get-access-token", {"accountId": eves["id"], "userId": eves["userId"]})
    assert (answer.status, answer.json["code"]) == (400, "ACCOUNT_NOT_FOUND")


@pytest.mark.gen_test
async def test_an_identity_belongs_to_one_user(client: Client, sql: Sql) -> None:  # S20
    await client.sign_up()
    sql(LINKED)
    eve = Client(client.base_url)
    await eve.sign_up("eve@example.com")
    again = LINKED.replace("'linked'", "'again'") + """ WHERE "email" = 'eve@example.com'"""
    with pytest.raises(UniqueViolation):
        sql(again)
    sql(again.replace("'github'", "'gitlab'"))  # the number says nothing without who gave it
    assert await providers(eve) == {"credential", "gitlab"}


@pytest.mark.gen_test
async def test_an_identity_is_no_address(client: Client, sql: Sql) -> None:  # S20
    """It stays with its user when the address changes, and does not go to whoever has that address next."""
    await client.sign_up()
    sql(LINKED)
    sql("""UPDATE "user" SET "email" = 'countess@example.com'""")
    next_one = Client(client.base_url)
    await next_one.sign_up()
    assert await providers(next_one) == {"credential"}
    assert await providers(client) == {"credential", "github"}
    await client.sign_in("countess@example.com")
    assert await providers(client) == {"credential", "github"}


async def providers(client: Client) -> set[str]:
    """The ways in that the caller has."""
    return {each["providerId"] for each in (await client.api("/list-accounts")).json}


@pytest.mark.gen_test
async def test_no_provider_is_configured(client: Client, sql: Sql) -> None:
    await client.sign_up()
    sql(LINKED)
    for path in ("/get-access-token", "/refresh-token"):
        answer = await client.api(path, {"accountId": "linked"})
        assert (answer.status, answer.json["code"]) == (400, "PROVIDER_NOT_SUPPORTED")
    answer = await client.api("/account-info?accountId=linked")
    assert (answer.status, answer.json["code"]) == (400, "PROVIDER_NOT_CONFIGURED")


@pytest.mark.gen_test
async def test_tokens_are_refused_with_an_empty_body(client: Client) -> None:
    for path in ("/get-access-token", "/refresh-token"):
        answer = await client.api(path, {"accountId": "x"})
        assert (answer.status, answer.body) == (401, b"")
    answer = await client.api("/account-info?accountId=x")
    assert (answer.status, answer.body) == (401, b"")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "[body] Invalid input"),
        ({"providerId": "github"}, "[body] Invalid input"),
        ({"accountId": "x", "more": 1}, '[body] Unrecognized key: "more"'),
        ({"useAccountCookie": True, "a": 1, "b": 2}, '[body] Unrecognized keys: "a", "b"'),
        ({"accountId": "x", "useAccountCookie": True}, "[body] Invalid input"),
        ([], "[body] Invalid input"),
    ],
)
@pytest.mark.gen_test
async def test_one_way_to_select_an_account(client: Client, body: object, message: str) -> None:
    answer = await client.api("/get-access-token", body)
    assert (answer.status, answer.json["message"]) == (400, message)
