"""SESSION_STORE=redis and both: what goes on without which of the two, what is heard, and what never comes back."""

import asyncio
import json

import pytest

from server.config.settings import Settings
from server.services import Services
from tests.client import Client
from tests.conftest import Sql
from tests.database.cutting import Cut, Cutter
from tests.redis.asking import (
    UNCACHED,
    Inside,
    get,
    is_away,
    key,
    known_by_heart,
    members,
    second,
    settled,
    token,
    until,
    until_out,
    until_said,
)
from tests.relay.conftest import Redis

pytestmark = pytest.mark.gen_test
ONLY_REDIS = pytest.mark.parametrize("mode", ["redis"])
ONLY_BOTH = pytest.mark.parametrize("mode", ["both"])


@ONLY_REDIS
async def test_without_postgresql_a_session_is_answered(
    client: Client, app: Services, way: Cutter, mode: str
) -> None:
    await client.sign_up()
    way.refuse()
    stranger = Client(
        client.base_url, {"better-auth.session_token": client.cookies["better-auth.session_token"]}
    )
    assert (await client.session())["user"]["name"] == "Ada"
    assert (await stranger.send("GET", "/api/auth/get-session" + UNCACHED)).json["user"]["name"] == "Ada"
    assert (await client.api("/list-sessions")).status == 200
    assert (await client.api("/sign-out", {})).status == 200
    assert await stranger.session() is None


async def test_without_redis(client: Client, redis: Redis, sql: Sql, mode: str) -> None:
    """What needs it is told so, with a time to come back; a session that is in PostgreSQL goes on; then all is back."""
    await client.sign_up()
    before = dict(client.cookies)
    redis.stop()
    try:
        if mode == "redis":
            await until_said(get(client, UNCACHED), is_away)
            assert is_away(await client.sign_in())
        else:
            assert (await get(client, UNCACHED)()).json["user"]["name"] == "Ada"
            assert (await Client(client.base_url).sign_in()).status == 200
        assert is_away(await client.api("/revoke-sessions", {}))
        assert is_away(await client.api("/sign-out", {}))
        assert client.cookies == before
        assert is_away(await client.api("/update-user", {"name": "Grace"})) or mode == "redis"
    finally:
        redis.start()
    await until_said(lambda: Client(client.base_url).sign_in(), lambda answer: answer.status == 200)
    assert sql('SELECT "name" FROM "user"') == [("Ada",)]


async def test_a_redis_that_stands_still(
    client: Client, app: Services, redis: Redis, mode: str
) -> None:  # S23
    """Nothing is answered from memory once there is no sign of life; afterwards all goes on."""
    await client.sign_up()
    assert await client.session()
    with redis.standing_still():
        if mode == "redis":
            await until(lambda: not app.sessions.memory.fresh)
            assert is_away(await get(client)())
        else:
            assert (await get(client)()).json["user"]["name"] == "Ada"
    await until_said(get(client), lambda answer: answer.status == 200 and answer.json)
    await until(lambda: app.sessions.memory.trusted and app.sessions.memory.fresh)


@ONLY_REDIS
async def test_a_commit_that_fails_leaves_no_session(
    client: Client, app: Services, inside: Inside, way: Cutter, mode: str
) -> None:
    """The session is there before its transaction ends, and goes with it."""
    await client.sign_up()
    listed = inside.get(f"better-auth:active-sessions-{members(inside, client)['user']['id']}")
    way.cut = Cut(b"BEGIN", b"COMMIT", done=False)
    answer = await Client(client.base_url).sign_in()
    assert way.cut.used
    assert (answer.status, answer.json["code"]) == (503, "OUTCOME_UNKNOWN")
    assert inside.get(f"better-auth:active-sessions-{members(inside, client)['user']['id']}") == listed
    assert sum(len(name) == len(key(client)) for name in inside.scan_iter("better-auth:*")) == 1


@ONLY_REDIS
@pytest.mark.parametrize(
    "change",
    [
        'UPDATE "user" SET "name" = \'Grace\'',
        'DELETE FROM "user"',
    ],
)
async def test_what_psql_does_to_a_user_is_seen(
    client: Client, app: Services, inside: Inside, sql: Sql, mode: str, change: str
) -> None:  # S23
    await client.sign_up()
    assert await client.session()
    sql(change)
    right = (
        (lambda answer: answer.json is None)
        if "DELETE" in change
        else (lambda answer: answer.json["user"]["name"] == "Grace")
    )
    await until_said(get(client), right)


@ONLY_REDIS
async def test_a_revocation_is_heard_by_the_other_server(
    client: Client, config: Settings, mode: str
) -> None:  # S23
    await client.sign_up()
    async with second(config, client.cookies) as (app, other):
        await until(lambda: app.sessions.memory.trusted)
        await known_by_heart(other, app)
        await client.api("/sign-out", {})
        await until(lambda: len(app.sessions.memory) == 0)
        assert await other.session() is None


@ONLY_REDIS
async def test_a_lost_connection_is_not_believed(
    client: Client, app: Services, inside: Inside, redis: Redis, mode: str
) -> None:  # S23
    await client.sign_up()
    await known_by_heart(client, app)
    inside.client_kill_filter(_type="normal", skipme=True)
    await until(lambda: len(app.sessions.memory) == 0)
    await until(lambda: app.sessions.memory.trusted)
    assert await client.session()


@ONLY_REDIS
async def test_all_of_redis_emptied(client: Client, app: Services, inside: Inside, mode: str) -> None:
    await client.sign_up()
    assert await client.session()
    inside.flushall()
    await until_said(get(client), lambda answer: answer.status == 200 and answer.json is None)


@pytest.mark.environ(SESSION_UPDATE_AGE="0")
async def test_what_is_revoked_while_it_is_prolonged_stays_dead(
    client: Client, app: Services, inside: Inside, mode: str
) -> None:  # S23
    """Each look-up prolongs; of many who ask at once some do so before, some while, some after."""
    await client.sign_up()
    for _ in range(15):
        victim = Client(client.base_url)
        await victim.sign_in()
        asked = [victim.send("GET", "/api/auth/get-session" + UNCACHED) for _ in range(8)]
        asked.insert(4, client.api("/revoke-session", {"token": token(victim)}))
        kept = dict(victim.cookies)
        await asyncio.gather(*asked)
        assert not inside.exists("better-auth:" + kept["better-auth.session_token"].split(".")[0])
        assert await Client(client.base_url, kept).session() is None
    user = (await client.session())["user"]["id"]
    assert len(json.loads(inside.get(f"better-auth:active-sessions-{user}"))) == 1


async def test_many_changes_at_once_lose_no_session(client: Client, inside: Inside, mode: str) -> None:
    await client.sign_up()
    many = [Client(client.base_url) for _ in range(8)]
    await asyncio.gather(*(each.sign_in() for each in many), client.api("/update-user", {"name": "Grace"}))
    await asyncio.gather(*(each.api("/sign-out", {}) for each in many[:4]))
    user = (await client.session())["user"]["id"]
    listed = {each["token"] for each in json.loads(inside.get(f"better-auth:active-sessions-{user}"))}
    assert listed == {token(each) for each in (client, *many[4:])}
    for each in (client, *many[4:]):
        assert members(inside, each)["user"]["name"] == "Grace"


@ONLY_BOTH
async def test_the_database_has_the_last_word(
    client: Client, inside: Inside, sql: Sql, mode: str
) -> None:  # S23
    await client.sign_up()
    name = key(client)
    assert await client.session()
    sql('DELETE FROM "session"')
    assert inside.exists(name)
    await until_out(client)
    await until(lambda: not inside.exists(name))


@ONLY_BOTH
async def test_what_redis_has_lost_is_put_back(
    client: Client, app: Services, inside: Inside, mode: str
) -> None:
    await client.sign_up()
    value = members(inside, client)
    inside.flushall()
    assert (await get(client, UNCACHED)()).json
    await until(lambda: inside.exists(key(client)))
    assert members(inside, client) == value
    assert inside.ttl(key(client)) > 0


@ONLY_BOTH
async def test_what_is_over_is_not_put_back(
    client: Client, app: Services, inside: Inside, sql: Sql, mode: str
) -> None:
    """A better-auth server ends a session in Redis first; what we put back meanwhile goes again."""
    await client.sign_up()
    assert await client.session()
    inside.delete(key(client))
    assert (await get(client, UNCACHED)()).json
    await until(lambda: inside.exists(key(client)))
    await settled(sql)
    sql('DELETE FROM "session"')
    await until(lambda: not inside.exists(key(client)))
