"""One Redis, one PostgreSQL, better-auth and ours in both modes: what either keeps in Redis, the other must take."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import redis as redis_py
from msgspec import structs

from server.config.settings import Settings
from tests.compat.caller import Caller
from tests.compat.databases import Databases
from tests.compat.options import Options
from tests.compat.servers import Ours, Reference, Server, start_ours
from tests.conftest import database_cluster
from tests.database.cutting import Cutter, cutting
from tests.relay.conftest import PATH, Redis, collect_ignore_glob_without_redis

collect_ignore_glob = collect_ignore_glob_without_redis


def redis_server(folder: Path) -> Redis:
    """A Redis of the tests' own; in one line where there is none."""
    if PATH is None:
        pytest.fail("no Redis for the tests", pytrace=False)
    made = Redis(PATH, folder)
    made.start()
    return made


@dataclass
class Peers:
    """Both servers by the name of the mode, and what is in the Redis of a mode."""

    ours: dict[str, Ours]
    theirs: dict[str, Server]
    inside: dict[str, redis_py.Redis]

    def caller(self, name: str, server: Server) -> Caller:
        """Somebody who begins at one of the servers."""
        return Caller(server, Options(server.name), name)

    def keys(self, mode: str) -> list[str]:
        """All that is in Redis."""
        return sorted(key.decode() for key in self.inside[mode].scan_iter("*", 1000))


def _options(name: str, socket: Path, number: int, in_database: bool) -> Options:
    changes = {
        "session": {"storeSessionInDatabase": in_database},
        "verification": {"storeInDatabase": True},
    }
    settings = {
        "SESSION_STORE": name,
        "REDIS_URL": f"unix://{socket}?db={number}",
        "PASSWORD_HASH": "scrypt",
    }
    return Options(name, changes, settings, redis=(str(socket), number))


@pytest.fixture(scope="package")
def peers() -> Iterator[Peers]:
    """Each mode has a database of its own in one Redis."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="redis-")))
        server = redis_server(folder)
        stack.callback(server.stop)
        databases = Databases(stack.enter_context(database_cluster()))
        stack.callback(databases.close)
        databases.create("peers")
        sets = [_options("redis", server.socket, 0, False), _options("both", server.socket, 1, True)]
        ours: dict[str, Ours] = {}
        for options in sets:
            ours[options.name] = start_ours(databases, "peers", options, folder / options.name)
            stack.callback(ours[options.name].stop)
        reference = Reference(databases, "peers", sets, migrate=False, production=True)
        stack.callback(reference.stop)
        inside = {
            options.name: redis_py.Redis(unix_socket_path=str(server.socket), db=number)
            for number, options in enumerate(sets)
        }
        yield Peers(ours, dict(reference.apps), inside)


@pytest.fixture(params=["redis", "both"])
def mode(request: pytest.FixtureRequest) -> str:
    """SESSION_STORE."""
    return str(request.param)


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    made = redis_server(tmp_path_factory.mktemp("r"))
    yield made
    made.stop()


@pytest.fixture
def inside(redis: Redis) -> Iterator[redis_py.Redis]:
    """The tests' own eyes."""
    found = redis_py.Redis(unix_socket_path=str(redis.socket))
    found.flushall()
    yield found
    found.close()


@pytest.fixture
def way(database_url: str) -> Iterator[Cutter]:
    """To PostgreSQL, which can be refused."""
    with cutting(database_url) as found:
        yield found


@pytest.fixture
def config(config: Settings, redis: Redis, inside: redis_py.Redis, way: Cutter, mode: str) -> Settings:
    store = structs.replace(config.sessions, store=mode)
    return replace(config, sessions=store, redis_url=redis.url, database_url=way.address)
