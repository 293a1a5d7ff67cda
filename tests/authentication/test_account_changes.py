"""A password that an administrator sets lifts the lock of its owner, wherever failures are counted. S11."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from server.config.settings import Settings
from server.feature import assemble
from server.services import Services
from server.store import users
from tests.client import PASSWORD, Client
from tests.conftest import STANDARD, Sql

NEW = "another horse altogether"
LIMITED = {"RATE_LIMIT_ENABLED": "yes", "TRUSTED_PROXIES": "127.0.0.0/8,::1"}


@asynccontextmanager
async def command(config: Settings) -> AsyncIterator[Services]:
    """The services of another process."""
    services = assemble(STANDARD, config)
    yield services
    await services.close()


async def guess(client: Client, times: int) -> list[int]:
    """The statuses of wrong passwords, each from a network of its own, none of which counts too many requests."""
    stranger = Client(client.base_url)
    wrong = {"email": "ada@example.com", "password": "a wrong one"}
    return [
        (await stranger.api("/sign-in/email", wrong, headers={"X-Forwarded-For": f"10.0.{each}.1"})).status
        for each in range(times)
    ]


async def sign_in(client: Client, password: str, place: int = 0) -> int:
    body = {"email": "ada@example.com", "password": password}
    headers = {"X-Forwarded-For": f"10.9.{place}.1"}
    return (await Client(client.base_url).api("/sign-in/email", body, headers=headers)).status


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"RATE_LIMIT_STORAGE": "memory"}, marks=pytest.mark.environ(**LIMITED), id="memory"),
        pytest.param(
            {"RATE_LIMIT_STORAGE": "memory", "SESSION_CACHE": "off"},
            marks=pytest.mark.environ(SESSION_CACHE="off", **LIMITED),
            id="memory, sessions not kept",
        ),
        pytest.param(
            {"RATE_LIMIT_STORAGE": "database"},
            marks=pytest.mark.environ(RATE_LIMIT_STORAGE="database", **LIMITED),
            id="database",
        ),
    ],
)
@pytest.mark.gen_test
async def test_a_set_password_lifts_the_lock(
    client: Client, config: Settings, sql: Sql, more: dict[str, str]
) -> None:
    assert config.limits.storage == more["RATE_LIMIT_STORAGE"]
    await client.sign_up()
    assert await guess(client, 12) == [401] * 10 + [429] * 2
    assert await sign_in(client, PASSWORD) == 429
    async with command(config) as services:
        user = await users.find_by_email(services.db, "ada@example.com")
        assert user is not None
        hashed = await services.passwords.hash(NEW)
        async with services.db.transaction() as tx:
            assert await services.accounts.set_password(tx, user, hashed, revoke=True) == 1
    for place in range(1, 200):  # until it is heard
        if (status := await sign_in(client, NEW, place)) == 200:
            break
        await asyncio.sleep(0.02)
    assert status == 200
    assert await client.session() is None
