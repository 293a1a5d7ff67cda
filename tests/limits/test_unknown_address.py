"""Clients whose address nobody can tell are never all one client without a word. S13."""

import asyncio
import logging
from pathlib import Path

import pytest
from tornado.netutil import bind_unix_socket

from server.http.app import Application, http_server
from server.services import Services
from tests.client import Client
from tests.conftest import STANDARD

on = pytest.mark.environ(RATE_LIMIT_ENABLED="yes", LOG_LEVEL="warning")
WRONG = b'{"email":"ada@example.com","password":"not the password"}'


async def over_unix_socket(path: str, times: int) -> list[int]:
    """The statuses of so many sign-ins over a unix socket."""
    found = []
    for _ in range(times):
        reader, writer = await asyncio.open_unix_connection(path)
        head = f"POST /api/auth/sign-in/email HTTP/1.1\r\nHost: a\r\nContent-Length: {len(WRONG)}\r\n"
        writer.write(f"{head}Content-Type: application/json\r\nConnection: close\r\n\r\n".encode() + WRONG)
        found.append(int((await reader.readline()).split()[1]))
        await reader.read()
        writer.close()
        await writer.wait_closed()
    return found


@on
@pytest.mark.gen_test
async def test_a_unix_socket_has_no_limit_per_address_but_one_per_account(
    app: Services, client: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = str(tmp_path / "s")
    server = http_server(Application(app, STANDARD))
    server.add_socket(bind_unix_socket(path))
    try:
        with caplog.at_level(logging.WARNING, "server.limits"):
            assert await over_unix_socket(path, 12) == [401] * 10 + [429] * 2
    finally:
        server.stop()
        await server.close_all_connections()
    said = [record.getMessage() for record in caplog.records if record.name.startswith("server.limits")]
    assert len(said) == 1
    assert "TRUSTED_PROXIES" in said[0]


async def said_of(client: Client, caplog: pytest.LogCaptureFixture, *asked: dict[str, str]) -> list[str]:
    """What the log says of proxies after requests with these headers."""
    with caplog.at_level(logging.WARNING, "server.limits"):
        for headers in asked:
            assert (await client.api("/ok", headers=headers)).status == 200
    return [record.getMessage() for record in caplog.records if record.name.startswith("server.limits")]


FORWARDED = [
    {"X-Forwarded-For": "192.0.2.7"},
    {"X-Forwarded-Proto": "https"},
    {"X-Real-IP": "192.0.2.7"},
    {"Forwarded": "for=192.0.2.7"},
    {"Via": "1.1 proxy"},
    {"CF-Connecting-IP": "192.0.2.7"},
]


@pytest.mark.environ(LOG_LEVEL="warning")
@pytest.mark.parametrize("headers", FORWARDED, ids=lambda headers: next(iter(headers)))
@pytest.mark.gen_test
async def test_a_proxy_that_is_not_named_is_noticed_once(
    client: Client, caplog: pytest.LogCaptureFixture, headers: dict[str, str]
) -> None:  # S13
    said = await said_of(client, caplog, {}, headers, *FORWARDED)
    assert len(said) == 1
    peer = "::1" if "::1" in said[0] else "127.0.0.1"
    assert f"set TRUSTED_PROXIES={peer}" in said[0]


@pytest.mark.environ(BETTER_AUTH_URL="https://app.example.com", LOG_LEVEL="warning")
@pytest.mark.gen_test
async def test_a_proxy_that_says_nothing_of_itself_is_known_by_its_browsers(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:  # S13
    """nginx with `proxy_pass` and nothing else: no browser on this machine has our page from elsewhere."""
    own = {"Origin": "https://app.example.com"}
    assert len(await said_of(client, caplog, own, own)) == 1


@pytest.mark.environ(BETTER_AUTH_URL="https://app.example.com", LOG_LEVEL="warning")
@pytest.mark.gen_test
async def test_who_asks_from_this_machine_is_no_proxy(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert await said_of(client, caplog, {}, {"Origin": "https://elsewhere.example"}) == []


@pytest.mark.environ(RATE_LIMIT_ENABLED="yes", LOG_LEVEL="warning", TRUSTED_PROXIES="127.0.0.1,::1")
@pytest.mark.gen_test
async def test_one_that_is_named_is_not(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert await said_of(client, caplog, *FORWARDED) == []
