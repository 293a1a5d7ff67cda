"""What there is none of: accounts that come with the server, passwords that grow old, questions to get around them."""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.database import Database
from server.schema import migrate
from tests.client import Client
from tests.conftest import Sql, execute
from tests.protocol.test_bodies import BODIES


def test_nobody_comes_with_the_server(new_database: Callable[[], str]) -> None:  # S14
    url = new_database()

    async def migrated() -> None:
        db = Database(url, 1)
        await migrate.migrate(db)
        await db.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, migrated()).result()
    assert execute(url, 'SELECT count(*) FROM "user"') == [(0,)]
    assert execute(url, 'SELECT count(*) FROM "account"') == [(0,)]


@pytest.mark.gen_test
async def test_a_password_does_not_grow_old(client: Client, sql: Sql) -> None:  # S5
    await client.sign_up()
    sql(
        """UPDATE "account" SET "createdAt" = now() - interval '9 years', "updatedAt" = now() - interval '9 years'"""
    )
    answer = await client.sign_in()
    assert answer.status == 200
    assert list(answer.json) == ["redirect", "token", "user", "session"]


def test_nobody_is_asked_for_a_hint() -> None:  # S5
    asked = {item.lower() for body in BODIES for item in body.fields}
    assert "password" in asked
    assert not [name for name in asked if re.search("password_?hint|question|secret_?answer", name)]
