"""The secret is rotated as docs/rotating-secrets.md says, on two servers one after the other, and nobody is signed out."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tornado.testing import bind_unused_port

from server.config import settings
from server.config.settings import KNOWN_SECRETS, Settings
from server.feature import assemble
from server.http.app import Application, http_server
from tests.client import Client
from tests.conftest import STANDARD, execute
from tests.operating.page import settings as settings_of

OLD = "the first secret of this test and long enough"
NEW = "the second secret of this test and long enough"
LAST = "the third secret of this test and long enough"
SETTINGS = {
    "APP_ENV": "development",
    "BCRYPT_COST": "4",
    "DB_POOL_SIZE": "2",
    "LOG_LEVEL": "error",
    "SESSION_CACHE": "off",
    "SEND_VERIFICATION_ON_SIGN_UP": "yes",
}


def steps(old: dict[str, str], secrets: dict[str, str]) -> list[dict[str, str]]:
    """The variables before and at each step of the page; BETTER_AUTH_SECRET goes with the last one."""
    found = []
    for step in settings_of("The secret that signs"):
        [(name, value)] = step.items()
        for word, secret in secrets.items():
            value = value.replace(word, secret)
        found.append({**old, name: value})
    found[-1].pop("BETTER_AUTH_SECRET")
    return [old, *found]


@asynccontextmanager
async def serving(config: Settings) -> AsyncIterator[str]:
    """The address of a server with these settings."""
    socket, port = bind_unused_port()
    address = f"http://127.0.0.1:{port}"
    services = assemble(STANDARD, replace(config, trusted_origins=(address,)))
    server = http_server(Application(services, STANDARD))
    try:
        await services.changes.start()
        server.add_socket(socket)
        yield address
    finally:
        await server.drain(1)
        await services.close()


class Servers:
    """Two servers, each with variables of its own."""

    def __init__(self, database: str, stack: AsyncExitStack, folder: Path) -> None:
        self._database, self._stack, self._folder = database, stack, folder

    async def start(self, variables: dict[str, str]) -> str:
        """The address of one."""
        given = {**SETTINGS, "DATABASE_URL": self._database, **variables}
        return await self._stack.enter_async_context(serving(settings.load(given, self._folder)))


async def who(address: str, cookies: dict[str, str]) -> str | None:
    found = await Client(address, dict(cookies)).session()
    return found["user"]["email"] if found else None


async def signed_in(address: str) -> dict[str, str]:
    client = Client(address)
    assert (await client.sign_in()).status == 200
    return client.cookies


async def swap(first: str, second: str, kept: list[dict[str, str]]) -> None:
    """Who was signed in is so at both, and who signs in at either."""
    for cookies in (*kept, await signed_in(first), await signed_in(second)):
        assert await who(first, cookies) == await who(second, cookies) == "ada@example.com"


@pytest.mark.gen_test
async def test_nobody_is_signed_out(database_url: str, clean: None, tmp_path: Path) -> None:  # S15 S45
    before, learn, sign, over = steps({"BETTER_AUTH_SECRET": OLD}, {"OLD": OLD, "NEW": NEW})
    async with AsyncExitStack() as stack:
        servers = Servers(database_url, stack, tmp_path)
        first = await servers.start(before)
        ada = Client(first)
        assert (await ada.sign_up()).status == 200
        kept = [ada.cookies]
        [(context,)] = execute(database_url, """SELECT "context" FROM "ai_editor_mail" """)
        for variables in (learn, sign):
            second = await servers.start(variables)
            await swap(first, second, kept)
            kept.append(await signed_in(second))
            first = second
        link = context["url"].partition("/api/auth")[2]
        assert (await Client(first).api(link)).status == 302
        assert execute(database_url, """SELECT "emailVerified" FROM "user" """) == [(True,)]
        left_alone, used = dict(ada.cookies), Client(first, dict(ada.cookies))
        execute(database_url, """UPDATE "session" SET "expiresAt" = "expiresAt" - interval '2 days'""")
        assert await used.session()
        assert used.cookies != left_alone
        second = await servers.start(over)
        await swap(first, second, [used.cookies, *kept[2:]])
        assert await who(first, left_alone) == "ada@example.com"
        assert await who(second, left_alone) is None
    mails = execute(database_url, """SELECT "template" FROM "ai_editor_mail" """)
    assert ("new-device",) not in mails


@pytest.mark.gen_test
async def test_the_one_after_that(database_url: str, clean: None, tmp_path: Path) -> None:  # S45
    """From one version to the next, where nothing is without a version any more."""
    async with AsyncExitStack() as stack:
        servers = Servers(database_url, stack, tmp_path)
        first = await servers.start({"BETTER_AUTH_SECRETS": f"3:{LAST},2:{NEW}"})
        second = await servers.start({"BETTER_AUTH_SECRETS": f"2:{NEW},3:{LAST}"})
        ada = Client(first)
        assert (await ada.sign_up()).status == 200
        await swap(first, second, [ada.cookies])
        third = await servers.start({"BETTER_AUTH_SECRETS": f"3:{LAST}"})
        assert await who(third, ada.cookies) == "ada@example.com"
        assert await who(third, await signed_in(second)) is None


@pytest.mark.parametrize("weak", ["of twenty-one letters", KNOWN_SECRETS[0]], ids=["short", "known"])
@pytest.mark.gen_test
async def test_what_can_be_guessed_signs_nobody_in(
    database_url: str, clean: None, tmp_path: Path, weak: str
) -> None:  # S42 S45
    async with AsyncExitStack() as stack:
        servers = Servers(database_url, stack, tmp_path)
        ada = Client(await servers.start({"BETTER_AUTH_SECRET": weak}))
        assert (await ada.sign_up()).status == 200
        [(context,)] = execute(database_url, """SELECT "context" FROM "ai_editor_mail" """)
        for variables in (
            {"BETTER_AUTH_SECRETS": f"2:{NEW},1:{weak}"},
            {"BETTER_AUTH_SECRETS": f"2:{NEW}", "BETTER_AUTH_SECRET": weak},
        ):
            address = await servers.start(variables)
            assert await who(address, ada.cookies) is None
            answer = await Client(address).api(context["url"].partition("/api/auth")[2])
            assert "error=INVALID_TOKEN" in answer.headers["Location"]
