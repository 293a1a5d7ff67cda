"""A server of our own on a Redis of the tests' own, and ways to look into it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import tornado.testing

from server.config.settings import Settings
from server.feature import assemble
from server.http.app import Application, http_server
from server.services import Services
from tests.client import Answer, Client
from tests.conftest import STANDARD, Sql

Inside = Any  # which redis-py types as both of its clients at once


async def until(what: Callable[[], object], seconds: float = 20) -> None:
    """Waits for something to become true."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


async def settled(sql: Sql) -> None:
    """Waits until the server, which answers before it has put back what was lost, holds no row any more.

    It runs in this thread: a change from outside would wait for the row, and it for the change to be over.
    """
    at_work = """
        SELECT 1 FROM "pg_stat_activity"
        WHERE "datname" = current_database() AND "pid" <> pg_backend_pid() AND "xact_start" IS NOT NULL
    """
    await until(lambda: not sql(at_work))


async def until_said(ask: Callable[[], Awaitable[Answer]], right: Callable[[Answer], object]) -> None:
    """Asks until the answer is right."""
    deadline = time.monotonic() + 20
    while not right(await ask()):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def until_out(client: Client) -> None:
    """Asks until nobody is signed in: what another process has ended is heard of a moment later."""
    await until_said(lambda: client.api("/get-session"), lambda answer: answer.json is None)


@asynccontextmanager
async def second(config: Settings, cookies: dict[str, str]) -> AsyncIterator[tuple[Services, Client]]:
    """One more server, and a browser with these cookies at it."""
    socket, port = tornado.testing.bind_unused_port()
    app = assemble(STANDARD, config)
    await app.changes.start()
    server = http_server(Application(app, STANDARD))
    server.add_socket(socket)
    try:
        yield app, Client(f"http://127.0.0.1:{port}", dict(cookies))
    finally:
        await server.drain(1)
        await app.close()


def token(client: Client) -> str:
    """The session token in the cookies."""
    return client.cookies["better-auth.session_token"].split(".")[0]


def key(client: Client) -> str:
    """Its name in Redis."""
    return "better-auth:" + token(client)


def members(inside: Any, client: Client) -> dict[str, Any]:
    """What Redis has under the token."""
    found: dict[str, Any] = json.loads(inside.get(key(client)))
    return found


async def known_by_heart(client: Client, app: Services) -> None:
    """Asks until the session stays in memory: what changes meanwhile keeps it from that."""
    deadline = time.monotonic() + 20
    while not len(app.sessions.memory):
        assert time.monotonic() < deadline
        assert await client.session()


def is_away(answer: Answer) -> bool:
    """Whether it is the 503 that says when to come back."""
    return answer.status == 503 and bool(answer.headers["Retry-After"])


def get(client: Client, query: str = "") -> Callable[[], Awaitable[Answer]]:
    """Asks for the session."""
    return lambda: client.send("GET", "/api/auth/get-session" + query)


UNCACHED = "?disableCookieCache=true"
