"""SESSION_CACHE=off: the database is asked every time, and the answer is never older than what it says."""

import asyncio

import pytest

from server.database import DatabaseUnavailable
from server.model import SignedIn
from server.services import Services
from tests.client import Client
from tests.conftest import Sql

pytestmark = [pytest.mark.gen_test, pytest.mark.environ(SESSION_CACHE="off")]
MOMENTARY = {"Date", "X-Request-Id", "Connection"}


async def test_the_short_way_answers_like_the_long_one(client: Client) -> None:
    await client.sign_up()
    ordinary = await client.api("/get-session")
    short = await client.api("/get-session")
    assert short.body == ordinary.body
    assert [pair for pair in short.headers.get_all() if pair[0] not in MOMENTARY] == [
        pair for pair in ordinary.headers.get_all() if pair[0] not in MOMENTARY
    ]
    assert short.headers["X-Request-Id"] != ordinary.headers["X-Request-Id"]


async def test_changes_are_seen_at_once(client: Client, sql: Sql) -> None:
    await client.sign_up()
    for name in ("Ada", "Grace", "Ada"):
        sql('UPDATE "user" SET "name" = %s', name)
        for _ in range(3):
            assert (await client.session())["user"]["name"] == name
    sql('DELETE FROM "session"')
    answer = await client.api("/get-session")
    assert answer.json is None
    assert answer.set_cookies


async def test_an_end_is_kept_to(client: Client, sql: Sql) -> None:
    await client.sign_up()
    await client.session()
    sql("""UPDATE "session" SET "expiresAt" = now() - interval '1 second'""")
    assert await client.session() is None


async def test_an_answer_whose_time_is_over_is_made_anew(client: Client, app: Services) -> None:
    await client.sign_up()
    first = await client.session()
    ((header, kept),) = app.sessions.answers._answers.items()
    until = kept.until
    kept.until, kept.words = 0.0, b"never sent"
    assert await client.session() == first
    assert app.sessions.answers._answers[header].until == until


async def test_a_database_that_is_away(
    client: Client, app: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.sign_up()
    await client.session()

    async def away(token: str) -> SignedIn | None:
        raise DatabaseUnavailable("away")

    monkeypatch.setattr(app.sessions, "read", away)
    assert (await client.api("/get-session")).status == 503


async def test_a_client_that_leaves_meanwhile(
    client: Client, app: Services, monkeypatch: pytest.MonkeyPatch, http_port: int
) -> None:
    await client.sign_up()
    await client.session()
    (header,) = app.sessions.answers._answers
    asked = asyncio.Event()

    async def slow(who: SignedIn) -> bool:
        asked.set()
        await asyncio.sleep(60)
        return True

    monkeypatch.setattr(app.sessions, "is_unchanged", slow)
    _, writer = await asyncio.open_connection("127.0.0.1", http_port)
    writer.write(f"GET /api/auth/get-session HTTP/1.1\r\nHost: x\r\nCookie: {header}\r\n\r\n".encode())
    await asyncio.wait_for(asked.wait(), 5)
    writer.close()
    await writer.wait_closed()


@pytest.mark.environ(SESSION_CACHE="off", RATE_LIMIT_ENABLED="yes")
async def test_requests_are_counted(client: Client) -> None:
    await client.sign_up()
    answers = [await client.api("/get-session") for _ in range(101)]
    assert [answer.status for answer in answers] == [200] * 100 + [429]


@pytest.mark.environ(SESSION_CACHE="off", RATE_LIMIT_ENABLED="yes")
async def test_a_request_whose_answer_is_out_of_date_is_counted_once(client: Client, sql: Sql) -> None:
    await client.sign_up()
    statuses = []
    for number in range(101):
        sql('UPDATE "user" SET "name" = %s', str(number))
        statuses.append((await client.api("/get-session")).status)
    assert statuses == [200] * 100 + [429]
