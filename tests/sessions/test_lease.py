"""What is in memory is believed while the database gives signs of life, and no longer. S23."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from psycopg2.extensions import make_dsn, parse_dsn
from tornado.platform.asyncio import AsyncIOLoop

from server import clock
from server.config.settings import Settings
from server.model import SignedIn
from server.redis.relay import Relay
from server.services import Services
from server.sessions import change_feed
from server.sessions.cache import SessionCache
from server.sessions.watches import Watches
from tests.client import Client
from tests.conftest import execute
from tests.sessions.test_lru import signed_in

LEASE = 0.3


class Way:
    """To PostgreSQL, which can go silent: what is on it waits, and nobody is told."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._to = parse_dsn(database_url)
        self._open = asyncio.Event()
        self._open.set()
        self._path = folder / ".s.PGSQL.5432"
        self.dsn = make_dsn(database_url, host=str(folder), port=5432)
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(self._pass_on, self._path)

    def silence(self) -> None:
        self._open.clear()

    def restore(self) -> None:
        self._open.set()

    async def stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self._to.get("host", "localhost"), int(self._to.get("port", 5432))
        there = (
            asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
            if host.startswith("/")
            else asyncio.open_connection(host, port)
        )
        their_reader, their_writer = await there
        for source, target in ((reader, their_writer), (their_reader, writer)):
            self._tasks.add(asyncio.create_task(self._copy(source, target)))

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while piece := await source.read(65536):
                await self._open.wait()
                target.write(piece)
        finally:
            target.close()


@pytest.fixture
def way(database_url: str) -> Iterator[Way]:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Way(database_url, Path(folder))


@pytest.fixture
def config(
    config: Settings, way: Way, io_loop: AsyncIOLoop, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    monkeypatch.setattr(change_feed, "BEAT_SECONDS", 0.2)
    monkeypatch.setattr(change_feed, "LEASE_SECONDS", LEASE)
    io_loop.run_sync(way.start)
    yield replace(config, database_url=way.dsn)
    io_loop.run_sync(way.stop)


async def until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


@pytest.mark.gen_test
async def test_a_silent_way_to_the_database_is_not_believed_for_long(
    client: Client, app: Services, way: Way, database_url: str
) -> None:
    await client.sign_up()
    memory = app.sessions.memory
    await until(lambda: memory.fresh)
    while len(memory) == 0:
        assert await client.session() is not None
    way.silence()
    silent = clock.steady()
    execute(database_url, 'DELETE FROM "session"')
    answered: list[Awaitable[object]] = []
    while clock.steady() < silent + 3 * LEASE:
        asked = clock.steady()
        answer = asyncio.ensure_future(client.session())
        answered.append(answer)
        await asyncio.wait([answer], timeout=0.05)
        assert asked < silent + LEASE or not answer.done() or answer.result() is None
    assert not memory.fresh
    way.restore()
    assert (await asyncio.gather(*answered))[-1] is None
    await until(lambda: memory.fresh)


async def gone(token: str) -> None:
    """No session lasts."""


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock, which stands."""
    moment = [1000.0]
    monkeypatch.setattr(clock, "steady", lambda: moment[0])
    return moment


@pytest.mark.gen_test
async def test_beyond_the_lease_the_database_is_asked(now: list[float]) -> None:
    cache, asked = SessionCache(10, Watches(gone)), []

    async def find(token: str) -> SignedIn:
        asked.append(token)
        return signed_in(token)

    cache.trust()
    assert await cache.load("a", find) == signed_in("a")
    cache.lease(1000.3)
    for _ in range(3):
        assert await cache.load("a", find) == signed_in("a")
    assert len(asked) == 2
    now[0] = 1000.3
    assert cache.get("a") is None
    await cache.load("a", find)
    assert len(asked) == 3
    cache.lease(1000.6)
    assert await cache.load("a", find) == signed_in("a")
    cache.lease(1000.1)  # what comes late takes nothing back
    assert cache.get("a") is not None
    cache.distrust()
    assert cache.get("a") is None
    assert not cache.fresh
    assert len(asked) == 3


@pytest.mark.gen_test
async def test_who_comes_after_the_lease_shares_no_search_from_before(now: list[float]) -> None:
    cache = SessionCache(10, Watches(gone))
    held: list[asyncio.Future[SignedIn | None]] = []

    async def find(token: str) -> SignedIn | None:
        held.append(asyncio.get_running_loop().create_future())
        return await held[-1]

    cache.trust()
    cache.lease(1000.3)
    before = [asyncio.ensure_future(cache.load("a", find)) for _ in range(2)]
    await until(lambda: held)
    now[0] = 1008.0
    after = asyncio.ensure_future(cache.load("a", find))
    await until(lambda: len(held) == 2)
    held[1].set_result(None)
    assert await after is None
    held[0].set_result(signed_in("a"))
    assert await asyncio.gather(*before) == [signed_in("a")] * 2


class Heard:
    """What a relay says of the beats that it is given."""

    def __init__(self) -> None:
        self.lease = 0.0
        self.told: list[str] = []
        self.relay = Relay(
            "redis://", self.told.append, lambda: self._say("hears"), lambda: self._say("deaf"), self._until
        )

    def _say(self, word: str) -> None:
        self.told.append(word)

    def _until(self, asked: float) -> None:
        self.lease = asked


@pytest.mark.parametrize("apart", [-500.0, 0.0, 500.0])
def test_a_beat_that_was_held_back_is_an_old_one(now: list[float], apart: float) -> None:
    heard = Heard()

    def beat(asked: float, took: float, name: str = "bone") -> None:
        now[0] = asked + took
        heard.relay._take(f"{name} {asked + apart:.6f}")

    beat(1000.0, 0.01)
    heard.relay._take("u1")
    assert (heard.told, heard.lease) == ([], 0.0)  # one beat says nothing of how long it took
    beat(1000.2, 0.01)
    assert heard.told == ["hears"]
    assert heard.lease == pytest.approx(1000.21, abs=0.002)
    beat(1000.4, 1.0)
    assert heard.lease == pytest.approx(1000.41, abs=0.002)
    beat(1001.6, 0.001)
    assert heard.lease == pytest.approx(1001.601, abs=0.002)
    heard.relay._take("bone")  # as an older version beats, which tells nothing
    beat(1010.0, 5.0)
    assert heard.lease == pytest.approx(1010.0, abs=0.01)
    beat(1016.0, 0.01, "btwo")
    assert heard.told == ["hears", "deaf"]
    heard.relay._take("x")
    beat(1016.2, 0.01, "btwo")
    assert heard.told == ["hears", "deaf"]
