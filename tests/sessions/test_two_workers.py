"""Two processes' worth of caches on one database, whatever is done in whatever order: no answer but the database's."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import tornado.testing

from server.config.settings import Settings
from server.feature import assemble
from server.http.app import Application, http_server
from server.services import Services
from tests.client import PASSWORD, Client
from tests.conftest import STANDARD, Sql

STEPS = 30
Step = Callable[[], Awaitable[None]]


@asynccontextmanager
async def another(config: Settings, port_of_first: int) -> AsyncIterator[tuple[str, Services]]:
    """A second server with the same settings, and its address."""
    socket, port = tornado.testing.bind_unused_port()
    origins = (*config.trusted_origins, f"http://127.0.0.1:{port}", f"http://localhost:{port_of_first}")
    app = assemble(STANDARD, replace(config, trusted_origins=origins))
    await app.changes.start()
    server = http_server(Application(app, STANDARD))
    server.add_socket(socket)
    yield f"http://127.0.0.1:{port}", app
    await server.drain(1)
    await app.close()


class Ears:
    """Knows when servers have heard all that was announced before."""

    def __init__(self, apps: list[Services], sql: Sql) -> None:
        self._sql = sql
        self._heard: list[set[str]] = []
        for app in apps:
            self._follow(app, set())

    def _follow(self, app: Services, heard: set[str]) -> None:
        apply = app.changes._apply

        def note(word: str) -> None:
            apply(word)
            heard.add(word)

        app.changes._apply = note  # type: ignore[method-assign]
        self._heard.append(heard)

    async def settle(self) -> None:
        """An announcement comes after those before it."""
        word = "e" + secrets.token_hex(8)
        self._sql("SELECT pg_notify('ai_editor_change', %s)", word)
        while not all(word in heard for heard in self._heard):
            await asyncio.sleep(0.005)


class World:
    """A few browsers, two servers, and somebody with psql."""

    def __init__(self, addresses: list[str], origin: str, sql: Sql, chance: random.Random) -> None:
        self.addresses, self.origin, self.sql, self.chance = addresses, origin, sql, chance
        self.browsers: list[dict[str, str]] = [{} for _ in range(4)]

    def at(self, browser: int) -> Client:
        """A browser at one of the servers."""
        return Client(self.chance.choice(self.addresses), self.browsers[browser])

    async def step(self) -> None:
        """One thing happens."""
        which = self.chance.randrange(len(self.browsers))
        await self.chance.choice(
            [self.sign_in, self.sign_in, self.end, self.rename, self.delete, self.expire]
        )(which)

    async def sign_in(self, which: int) -> None:
        """A new session in a browser."""
        body = {"email": "ada@example.com", "password": PASSWORD}
        await self.at(which).api("/sign-in/email", body, headers=self.headers)

    async def end(self, which: int) -> None:
        """Sign-out, or all sessions at once, at either server."""
        path = self.chance.choice(["/sign-out", "/revoke-sessions", "/revoke-other-sessions"])
        await self.at(which).api(path, {}, headers=self.headers)

    async def rename(self, which: int) -> None:
        """By the API or by psql."""
        name = f"Ada {self.chance.randrange(1000)}"
        if self.chance.random() < 0.5:
            self.sql('UPDATE "user" SET "name" = %s', name)
        else:
            await self.at(which).api("/update-user", {"name": name}, headers=self.headers)

    async def delete(self, which: int) -> None:
        """Some session's row goes."""
        self.sql('DELETE FROM "session" WHERE "id" IN (SELECT "id" FROM "session" ORDER BY random() LIMIT 1)')

    async def expire(self, which: int) -> None:
        """Some session's time is over."""
        self.sql(
            """
            UPDATE "session" SET "expiresAt" = now() - interval '1 second'
            WHERE "id" IN (SELECT "id" FROM "session" ORDER BY random() LIMIT 1)
            """
        )

    @property
    def headers(self) -> dict[str, str]:
        """Both servers are one site to the browser."""
        return {"Origin": self.origin}

    async def compare(self) -> None:
        """Every browser asks both servers twice; the database says who is right."""
        for cookies in self.browsers:
            truth = self.truth(cookies)
            for address in self.addresses * 2:
                found = await Client(address, dict(cookies)).session()
                assert (found and found["user"]["name"]) == truth

    def truth(self, cookies: dict[str, str]) -> str | None:
        """The name behind the cookie, if its session lives."""
        token = cookies.get("better-auth.session_token", "").partition(".")[0]
        rows = self.sql(
            """
            SELECT u."name" FROM "session" s JOIN "user" u ON u."id" = s."userId"
            WHERE s."token" = %s AND s."expiresAt" > now()
            """.strip(),
            token,
        )
        return rows[0][0] if rows else None


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.gen_test
async def test_every_answer_is_the_databases(
    client: Client, app: Services, config: Settings, sql: Sql, http_port: int, seed: int
) -> None:  # S23
    await client.sign_up()
    async with another(config, http_port) as (address, second):
        ears = Ears([app, second], sql)
        world = World([client.base_url, address], client.base_url, sql, random.Random(seed))
        for _ in range(STEPS):
            await world.step()
            await ears.settle()
            await world.compare()
