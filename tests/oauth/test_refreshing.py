"""An access token that is about to end: renewed by one at a time, in every process."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from server import clock
from server.oauth import store
from server.oauth.provider import Authorization, Client, Grant, Profile, Provider, TokenEndpoint, Tokens
from server.oauth.refreshing import RefreshError, Refreshing
from server.oauth.store import Kept, Linked
from server.oauth.token_endpoint import TokenError
from server.outgoing import Outgoing
from server.services import Services
from tests.client import Client as Person
from tests.conftest import Sql


class Counting:
    """A provider that takes each refresh token once, as many do, and its time."""

    def __init__(self, fails: bool = False) -> None:
        self.asked: list[str | None] = []
        self.fails = fails

    async def exchange(self, outgoing: Outgoing, grant: Grant) -> Tokens:
        self.asked.append(grant.refresh_token)
        await asyncio.sleep(0.2)
        if self.fails or self.asked.count(grant.refresh_token) > 1:
            raise TokenError("used")
        ends = clock.now() + timedelta(hours=1)
        return Tokens(f"access {len(self.asked)}", f"refresh {len(self.asked)}", access_token_expires_at=ends)

    @property
    def provider(self) -> Provider:
        async def nobody(outgoing: Outgoing, tokens: Tokens) -> Profile | None:
            return None

        page, endpoint = Authorization("https://a.example"), TokenEndpoint("https://a.example")
        return Provider(
            "acme",
            "Acme",
            Client(("id",)),
            page,
            endpoint,
            nobody,
            lambda tokens, data: None,
            exchange=self.exchange,
        )


async def linked(client: Person, app: Services, sql: Sql, seconds: int) -> Linked:
    """Somebody's account at a provider, with an access token that lasts for so long."""
    user = (await client.sign_up()).json["user"]
    ends = clock.now() + timedelta(seconds=seconds)
    kept = Kept("access 0", "refresh 0", None, ends)
    await store.insert(app.db, store.linked(kept, "row", "7", "acme", user["id"]), clock.now())
    found = await store.read(app.db, "row")
    assert found is not None
    return found


def renewing(app: Services) -> Refreshing:
    """As another process has it."""
    return Refreshing(app.db, app.outgoing, app.oauth.vault)


@pytest.mark.gen_test
async def test_one_at_a_time(client: Person, app: Services, sql: Sql) -> None:  # S18
    account, there = await linked(client, app, sql, 1), Counting()
    found = await asyncio.gather(*(renewing(app).valid(there.provider, account) for _ in range(5)))
    assert there.asked == ["refresh 0"]
    assert {each.account.access_token for each in found} == {"access 1"}
    assert sql("""SELECT count(*) FROM "verification" WHERE "identifier" LIKE 'oauth-refresh:%%'""") == [(0,)]


@pytest.mark.gen_test
async def test_what_lasts_is_left_alone(client: Person, app: Services, sql: Sql) -> None:
    account, there = await linked(client, app, sql, 60), Counting()
    assert (await renewing(app).valid(there.provider, account)).account == account
    forever = replace(account, access_token_expires_at=None)
    assert (await renewing(app).valid(there.provider, forever)).account == forever
    assert there.asked == []


@pytest.mark.gen_test
async def test_a_refusal_holds_nobody_up(client: Person, app: Services, sql: Sql) -> None:
    account, there = await linked(client, app, sql, 1), Counting(fails=True)
    for _ in range(2):
        with pytest.raises(RefreshError):
            await renewing(app).valid(there.provider, account)
    assert len(there.asked) == 2
    assert await store.read(app.db, "row") == account
