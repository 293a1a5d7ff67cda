"""Clients whose address nobody can tell are never all one client without a word. S13."""

import asyncio
import logging
from pathlib import Path

import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_unix_socket

from handlers import FEATURES
from server.http.app import Application
from server.services import Services
from tests.client import Client

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
    server = HTTPServer(Application(app, FEATURES))
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


@on
@pytest.mark.gen_test
async def test_a_proxy_that_is_not_named_is_noticed_once(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "server.limits"):
        for _ in range(3):
            await client.api("/ok", headers={"X-Forwarded-For": "192.0.2.7"})
    said = [record.getMessage() for record in caplog.records if record.name.startswith("server.limits")]
    assert len(said) == 1
    assert said[0].startswith(("127.0.0.1 ", "::1 "))
    assert "TRUSTED_PROXIES" in said[0]


@pytest.mark.environ(RATE_LIMIT_ENABLED="yes", LOG_LEVEL="warning", TRUSTED_PROXIES="127.0.0.1,::1")
@pytest.mark.gen_test
async def test_one_that_is_named_is_not(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "server.limits"):
        await client.api("/ok", headers={"X-Forwarded-For": "192.0.2.7"})
    assert [record for record in caplog.records if record.name.startswith("server.limits")] == []
