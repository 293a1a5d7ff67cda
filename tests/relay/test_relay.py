"""REDIS_URL: what changes in the database is heard by servers that cannot listen to it, or nothing is kept there."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from server import clock
from server.config.settings import Settings
from server.database import Database, Listener
from server.feature import assemble
from server.redis import relay
from server.services import Services
from server.sessions import change_feed
from server.sessions.cache import SessionCache
from server.sessions.watches import Watches
from tests.client import Client
from tests.conftest import STANDARD, Sql, execute
from tests.ears import Ears
from tests.relay.conftest import Deaf, Redis, deaf

pytestmark = pytest.mark.gen_test


async def until(what: Callable[[], object], seconds: float = 20) -> None:
    """Waits for something to become true."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


@asynccontextmanager
async def listening(config: Settings, client: Client) -> AsyncIterator[Deaf]:
    """A deaf server that hears through Redis, and has the client's session in memory."""
    await client.sign_up()
    async with deaf(config, dict(client.cookies)) as other:
        await until(lambda: other.trusted)
        assert await other.knows_by_heart()
        yield other


async def test_what_psql_ends_is_over_there(client: Client, config: Settings, sql: Sql) -> None:  # S23
    async with listening(config, client) as other:
        assert await other.client.session() is not None
        sql('DELETE FROM "session"')
        await other.settle(sql)
        assert await other.client.session() is None


async def test_what_the_other_server_ends_is_over_there(
    client: Client, config: Settings, sql: Sql
) -> None:  # S23
    async with listening(config, client) as other:
        await client.api("/sign-out", {})
        await other.settle(sql)
        assert await other.client.session() is None


async def test_a_renamed_user_is_seen(client: Client, config: Settings, sql: Sql) -> None:
    async with listening(config, client) as other:
        sql('UPDATE "user" SET "name" = %s', "Grace")
        await other.settle(sql)
        assert (await other.client.session())["user"]["name"] == "Grace"


async def test_nothing_is_kept_without_redis(client: Client, config: Settings) -> None:
    await client.sign_up()
    async with deaf(replace(config, redis_url=None), dict(client.cookies)) as other:
        assert not await other.knows_by_heart()


async def test_nothing_is_kept_while_the_one_who_hears_is_deaf(
    client: Client, app: Services, config: Settings, sql: Sql, ears: Ears
) -> None:
    async with listening(config, client) as other:
        app.changes._pause = 3  # before it listens again
        sql("SELECT pg_terminate_backend(%s)", *ears.backends())
        await until(lambda: not other.trusted and not app.sessions.memory.trusted)
        sql('DELETE FROM "session"')
        assert await other.client.session() is None
        await until(lambda: other.trusted and app.sessions.memory.trusted)


async def test_nothing_is_kept_while_redis_is_away(
    client: Client, app: Services, config: Settings, redis: Redis, sql: Sql
) -> None:
    async with listening(config, client) as other:
        redis.stop()
        await until(lambda: not other.trusted)
        sql('DELETE FROM "session"')
        assert await other.client.session() is None
        assert app.sessions.memory.trusted  # which hears PostgreSQL itself
        redis.start()
        await until(lambda: other.trusted)


async def test_silence_is_not_believed(
    client: Client, app: Services, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever passed words on is gone without a word, as after kill -9."""

    async def say_nothing(*_: object) -> None:
        return

    async with listening(config, client) as other:
        monkeypatch.setattr(relay, "_say_end", say_nothing)
        await app.changes.stop()
        assert other.trusted
        await until(lambda: not other.trusted)


async def test_another_takes_over(client: Client, app: Services, config: Settings, sql: Sql) -> None:
    async with listening(config, client) as other:
        second = assemble(STANDARD, config)
        await second.changes.start()
        await app.changes.stop()
        await until(lambda: len(other.app.sessions.memory) == 0)
        await until(lambda: other.trusted)
        assert await other.knows_by_heart()
        sql('DELETE FROM "session"')
        await other.settle(sql)
        assert await other.client.session() is None
        await second.close()


async def test_it_ends_though_a_cancellation_is_lost(
    client: Client, app: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As before Python 3.12 where Redis answers at the same moment."""
    asked = asyncio.Event()

    async def lose(*_: object) -> None:
        asked.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)

    async def say_nothing(*_: object) -> None:
        return

    monkeypatch.setattr("redis.asyncio.Redis.publish", lose)
    monkeypatch.setattr(relay, "_say_end", say_nothing)
    await asked.wait()
    async with asyncio.timeout(30):
        await app.changes.stop()


async def test_more_words_than_redis_takes(
    client: Client, config: Settings, app: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be passed on in time is not left out in silence."""
    async with listening(config, client) as other:
        monkeypatch.setattr(relay, "MOST_WAITING", 0)
        assert app.changes._relay
        for number in range(5):
            app.changes._relay.pass_on(f"u{number}")
        await until(lambda: not other.trusted)


async def gone(token: str) -> None:
    """No session lasts."""


async def test_a_silent_listen_is_not_believed(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As behind a pooler that lends a connection for a transaction: LISTEN is accepted, and nothing ever comes."""
    monkeypatch.setattr(change_feed, "ECHO_SECONDS", 0.2)
    db, cache = Database(database_url, 2), SessionCache(10, Watches(gone))

    @asynccontextmanager
    async def silent(channel: str) -> AsyncIterator[Listener]:
        connection = await db._open()
        try:
            yield Listener(connection)
        finally:
            connection.close()

    monkeypatch.setattr(db, "listen", silent)
    heard = change_feed.Changes(db, cache, lambda key: None)
    await heard.start()
    await asyncio.sleep(0.5)
    assert not cache.trusted
    await heard.stop()
    await db.close()


async def test_a_redis_that_stands_still_is_not_believed_for_long(
    client: Client, config: Settings, redis: Redis, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # S23
    monkeypatch.setattr(change_feed, "BEAT_SECONDS", 0.2)
    monkeypatch.setattr(change_feed, "LEASE_SECONDS", 0.3)
    async with listening(config, client) as other:
        with redis.standing_still():
            still = clock.steady()
            execute(database_url, 'DELETE FROM "session"')
            while clock.steady() < still + 0.8:
                asked, found = clock.steady(), await other.client.session()
                assert asked < still + 0.35 or found is None
            assert await other.client.session() is None
        for _ in range(50):  # what was held back is no sign of life
            assert await other.client.session() is None
