"""Access tokens over HTTP: refreshed by one at a time, whoever asks, and a refresh that fails keeps nobody out."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from server.oauth import store
from server.services import Services
from tests.client import Client
from tests.compat.profiles import Who
from tests.conftest import Sql
from tests.providers.script import answer
from tests.providers.scripted import Scripted
from tests.providers.travel import code_of, start, surroundings, visit

ADA = Who("12345", "ada@example.com")
TOKEN = "discord.com/api/oauth2/token"
OLD = 'UPDATE "account" SET "accessTokenExpiresAt" = now() WHERE "providerId" = \'discord\''


@pytest.fixture(name="surroundings")
def found(scripted: Scripted) -> Mapping[str, str]:
    return surroundings(scripted, "discord", "vercel")


async def signed_in(client: Client, sql: Sql, **changes: Any) -> dict[str, str]:
    """Somebody whose access token has just ended; what names their account."""
    await visit(client, "discord", ADA, **changes)
    sql(OLD)
    return {"accountId": (await client.api("/list-accounts")).json[0]["id"]}


@pytest.mark.gen_test
async def test_many_at_once_ask_the_provider_once(
    client: Client, sql: Sql, scripted: Scripted
) -> None:  # S18
    """Each of two who send one refresh token would end the other's session at a provider that rotates them."""
    selected = await signed_in(client, sql, refresh=answer({"expires_in": 3600}, delay=0.3))
    asked = scripted.asked(TOKEN)
    found = await asyncio.gather(*(client.api("/get-access-token", selected) for _ in range(8)))
    assert {each.status for each in found} == {200}
    assert len({each.json["accessToken"] for each in found}) == 1
    assert scripted.asked(TOKEN) == asked + 1


@pytest.mark.gen_test
async def test_who_comes_when_it_is_done_takes_what_there_is(
    client: Client, app: Services, sql: Sql, scripted: Scripted
) -> None:  # S18
    """Who has read the account before, and has their turn after."""
    selected = await signed_in(client, sql, refresh=answer({"expires_in": 3600}))
    account = await store.read(app.db, selected["accountId"])
    provider = await app.oauth.providers.find("discord")
    assert account is not None
    assert provider is not None
    asked = scripted.asked(TOKEN)
    first = await app.oauth.refreshing.renew(provider, account)
    second = await app.oauth.refreshing.renew(provider, account)
    assert first.account.access_token == second.account.access_token != account.access_token
    assert scripted.asked(TOKEN) == asked + 1


@pytest.mark.gen_test
async def test_what_fails_may_be_tried_again(client: Client, sql: Sql) -> None:
    selected = await signed_in(client, sql, refresh=answer({"error": "server_error"}, 500))
    for path, code in (
        ("/get-access-token", "FAILED_TO_GET_ACCESS_TOKEN"),
        ("/refresh-token", "FAILED_TO_REFRESH_ACCESS_TOKEN"),
    ):
        for _ in range(2):
            refused = await client.api(path, selected)
            assert (refused.status, refused.json["code"]) == (400, code)
    await visit(client, "discord", ADA)
    assert (await client.api("/get-access-token", selected)).status == 200
    assert sql('SELECT count(*) FROM "verification"') == [(0,)]


@pytest.mark.gen_test
async def test_a_refresh_token_that_rotates_is_followed(client: Client, sql: Sql) -> None:
    answers = [answer({"expires_in": 0.001}), answer({"expires_in": 3600}), answer({}, 400)]
    selected = await signed_in(client, sql, refresh=answers)
    kept = [sql('SELECT "refreshToken" FROM "account"')]
    for _ in range(2):
        assert (await client.api("/get-access-token", selected)).status == 200
        kept.append(sql('SELECT "refreshToken" FROM "account"'))
    assert kept[0] != kept[1] != kept[2]
    assert (await client.api("/refresh-token", selected)).status == 400


@pytest.mark.gen_test
async def test_a_provider_that_refreshes_nothing(client: Client) -> None:
    await visit(client, "vercel", ADA)
    selected = {"accountId": (await client.api("/list-accounts")).json[0]["id"]}
    refused = await client.api("/refresh-token", selected)
    assert (refused.status, refused.json["code"]) == (400, "TOKEN_REFRESH_NOT_SUPPORTED")


@pytest.mark.gen_test
async def test_nobody_has_somebody_elses_tokens(client: Client, sql: Sql) -> None:
    selected = await signed_in(client, sql)
    other = Client(client.base_url)
    await other.sign_up("other@example.com")
    for path in ("/get-access-token", "/refresh-token"):
        refused = await other.api(path, selected)
        assert (refused.status, refused.json["code"]) == (400, "ACCOUNT_NOT_FOUND")
    assert (await other.api(f"/account-info?accountId={selected['accountId']}")).status == 400


@pytest.mark.gen_test
async def test_a_provider_that_hangs_does_not_hold_the_others_up(
    client: Client, sql: Sql, scripted: Scripted
) -> None:
    """While one waits for its tokens, everybody else is served."""
    query = await start(client, "discord")
    code = code_of("discord", ADA, "hanging", token=answer({}, gate="hanging"))
    waiting = asyncio.ensure_future(client.api(f"/callback/discord?state={query['state']}&code={code}"))
    while not scripted.seen("hanging"):
        await asyncio.sleep(0.01)
    other = Client(client.base_url)
    assert (await other.sign_up("other@example.com")).status == 200
    assert (await other.api("/list-accounts")).status == 200
    assert not waiting.done()
    scripted.gate("hanging").set()
    assert (await waiting).headers["Location"] == "/new"
