"""SESSION_STORE=redis and both, through HTTP: what is in Redis, and what of it is believed."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from server.services import Services
from tests.client import PASSWORD, Client
from tests.conftest import Sql
from tests.redis.asking import (
    UNCACHED,
    Inside,
    get,
    key,
    members,
    token,
    until,
)

pytestmark = pytest.mark.gen_test
ONLY_REDIS = pytest.mark.parametrize("mode", ["redis"])
ONLY_BOTH = pytest.mark.parametrize("mode", ["both"])


async def test_where_a_session_is(client: Client, inside: Inside, sql: Sql, mode: str) -> None:
    await client.sign_up()
    assert members(inside, client)["user"]["email"] == "ada@example.com"
    assert sql('SELECT count(*) FROM "session"') == [(0 if mode == "redis" else 1,)]


async def test_every_key_has_an_end_and_lists_name_what_lives(
    client: Client, inside: Inside, mode: str
) -> None:
    await client.sign_up()
    others = [Client(client.base_url) for _ in range(3)]
    for other in others:
        await other.sign_in()
    await others[0].api("/sign-out", {})
    await client.api("/revoke-session", {"token": token(others[1])})
    await client.api("/update-user", {"name": "Grace"})
    await client.api("/revoke-other-sessions", {})
    body = {"currentPassword": PASSWORD, "newPassword": "another long one", "revokeOtherSessions": True}
    assert (await client.api("/change-password", body)).status == 200
    user = (await client.session())["user"]["id"]
    assert {each.decode() for each in inside.scan_iter("better-auth:*")} == {
        key(client),
        f"better-auth:active-sessions-{user}",
        f"better-auth:revoked-sessions-before-{user}",
    }
    assert all(inside.ttl(each) > 0 for each in inside.scan_iter("better-auth:*"))
    listed = json.loads(inside.get(f"better-auth:active-sessions-{user}"))
    assert [each["token"] for each in listed] == [token(client)]


ODD: dict[str, Callable[[dict[str, Any]], object]] = {
    "nothing": lambda _: "",
    "no JSON": lambda _: "{",
    "null": lambda _: None,
    "a list": lambda _: [],
    "a number": lambda _: 1,
    "no session": lambda value: {"user": value["user"]},
    "no user": lambda value: {"session": value["session"], "user": None},
    "no token": lambda value: value | {"session": {**value["session"], "token": None}},
    "another token": lambda value: value | {"session": {**value["session"], "token": "x" * 32}},
    "another user": lambda value: value | {"session": {**value["session"], "userId": "x" * 32}},
    "no end": lambda value: value | {"session": {**value["session"], "expiresAt": None}},
    "an odd end": lambda value: value | {"session": {**value["session"], "expiresAt": "tomorrow"}},
    "a number as an end": lambda value: value | {"session": {**value["session"], "expiresAt": 9e15}},
    "an old end": lambda value: (
        value | {"session": {**value["session"], "expiresAt": "2020-01-01T00:00:00.000Z"}}
    ),
    "half a pair": lambda value: value | {"user": {**value["user"], "name": "\ud800"}},
    "a banned user": lambda value: value | {"user": {**value["user"], "banned": True}},
}


@ONLY_REDIS
@pytest.mark.parametrize("odd", ODD)
async def test_an_odd_value_is_no_session(client: Client, inside: Inside, mode: str, odd: str) -> None:
    await client.sign_up()
    value = ODD[odd](members(inside, client))
    inside.set(key(client), value if isinstance(value, str) else json.dumps(value), ex=1000)
    answer = await get(client, UNCACHED)()
    assert (answer.status, answer.json) == (200, None)
    other = Client(client.base_url)
    assert (await other.sign_in()).status == 200
    assert [each["token"] for each in (await other.api("/list-sessions")).json] == [token(other)]
    assert (await other.api("/update-user", {"name": "Grace"})).status == 200
    assert (await other.api("/revoke-sessions", {})).status == 200
    assert await other.session() is None


@ONLY_REDIS
@pytest.mark.parametrize(
    "odd", [b"{", b"[]", b'[1,null,{"token":1},{"token":"x","expiresAt":"y"}]', b'{"a":1}', b"\xff"]
)
async def test_an_odd_list_is_made_anew(client: Client, inside: Inside, mode: str, odd: bytes) -> None:
    await client.sign_up()
    user = members(inside, client)["user"]["id"]
    inside.set(f"better-auth:active-sessions-{user}", odd, ex=1000)
    other = Client(client.base_url)
    assert (await other.sign_in()).status == 200
    assert [each["token"] for each in (await other.api("/list-sessions")).json] == [token(other)]
    assert (await other.api("/revoke-sessions", {})).status == 200
    assert await client.session() is None  # which no list named any more
    assert await other.session() is None


@ONLY_REDIS
@pytest.mark.parametrize(
    "name", ["active-sessions-{user}", "revoked-sessions-before-{user}", "verification:x", "1.1.1.1|/x"]
)
async def test_other_keys_are_no_tokens(
    client: Client, app: Services, inside: Inside, mode: str, name: str
) -> None:  # S22
    """Not even where a cookie with such a token is signed."""
    await client.sign_up()
    user = members(inside, client)["user"]["id"]
    inside.set("better-auth:" + name.format(user=user), inside.get(key(client)))
    assert await app.sessions.store.find(app.db, name.format(user=user)) is None
    await app.sessions.store.delete_by_tokens(app.db, [name.format(user=user)])
    assert inside.exists("better-auth:" + name.format(user=user))


@ONLY_REDIS
async def test_what_nobody_knows_stays(client: Client, inside: Inside, mode: str) -> None:
    await client.sign_up()
    value = members(inside, client)
    value["session"] |= {"theirs": [], "deep": {"list": [], "number": 1.5}}
    inside.set(key(client), json.dumps(value), ex=1000)
    await client.api("/update-user", {"name": "Grace"})
    found = members(inside, client)
    assert found["session"] == value["session"]
    assert found["user"]["name"] == "Grace"


@ONLY_REDIS
async def test_dead_ones_leave_the_list(client: Client, inside: Inside, mode: str) -> None:
    await client.sign_up()
    user = members(inside, client)["user"]["id"]
    name = f"better-auth:active-sessions-{user}"
    listed = json.loads(inside.get(name))
    dead = {"token": "x" * 32, "expiresAt": 1}, {"token": "y" * 32, "expiresAt": listed[0]["expiresAt"]}
    inside.set(name, json.dumps([*dead, *listed]), ex=1000)
    assert [each["token"] for each in (await client.api("/list-sessions")).json] == [token(client)]
    await until(lambda: json.loads(inside.get(name)) == listed)
