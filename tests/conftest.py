"""A real server on a socket and a real PostgreSQL for every test; only passwords are hashed cheaply."""

import asyncio
import os
import secrets
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
import tornado.platform.asyncio
from tornado.httpserver import HTTPServer

from handlers import FEATURES
from server import postgres
from server.config import settings
from server.config.settings import Settings
from server.database import Database
from server.feature import Feature, assemble, select
from server.http.app import Application
from server.http.app import http_server as make_server
from server.schema import migrate
from server.services import Services
from tests.client import Client
from tests.mailbox import Mailbox

# PostgreSQL hands an announcement to its listeners after the statement that made it has ended.
HEARD_SECONDS = 0.04
Sql = Callable[..., list[tuple[Any, ...]]]


def pytest_configure(config: pytest.Config) -> None:
    """Registers our own marker."""
    config.option.async_test_timeout = 25  # a busy machine is no failure
    config.addinivalue_line("markers", "environ(**settings): the settings of the server under test")


SECRET = "a secret for tests alone, of more than thirty-two bytes"


@contextmanager
def database_cluster() -> Iterator[str]:
    """The address of a PostgreSQL of its own, or of TEST_DATABASE_URL's."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder, postgres.owned(Path(folder) / "postgres") as url:
        # Nothing here has to survive a power cut, and a database in which something cleans cannot be dropped.
        superuser = url.replace("//ai_editor@", "//postgres@")
        execute(superuser, "ALTER SYSTEM SET fsync = off")
        execute(superuser, "ALTER SYSTEM SET autovacuum = off")
        execute(superuser, "SELECT pg_reload_conf()")
        yield url


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """The PostgreSQL of the tests."""
    with database_cluster() as url:
        yield url


def execute(url: str, sql: str, params: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
    """Runs one statement outside the server, as psql would."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


@pytest.fixture
def new_database(database_server: str) -> Iterator[Callable[[], str]]:
    """new_database(): the address of a database that is empty, and gone after the test."""
    made: list[str] = []

    def make() -> str:
        name = f"test_{secrets.token_hex(8)}"
        execute(database_server, f'CREATE DATABASE "{name}"')
        made.append(name)
        return urlsplit(database_server)._replace(path=f"/{name}").geturl()

    yield make
    for name in made:
        execute(database_server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def database_url(database_server: str) -> str:
    """A database with our tables; `clean` empties it before each test."""

    async def migrated() -> None:
        db = Database(database_server, 1)
        await migrate.migrate(db)
        await db.close()

    # In a thread: asyncio.run leaves the thread it ran in without an event loop, which a test may have made already.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, migrated()).result()
    return database_server


@pytest.fixture
def clean(database_url: str) -> None:
    """Empties the tables: DELETE is 50 times faster than TRUNCATE on small ones."""
    execute(
        database_url,
        'DELETE FROM "user"; DELETE FROM "verification"; DELETE FROM "rateLimit"; DELETE FROM "ai_editor_mail"',
    )


@pytest.fixture
def sql(database_url: str, clean: None) -> Sql:
    """sql("SELECT …", …): a look at the database from outside, or a change of it that the server has heard of."""

    def run(statement: str, *params: Any) -> list[tuple[Any, ...]]:
        found = execute(database_url, statement, params or None)
        if not statement.lstrip().startswith("SELECT"):
            time.sleep(HEARD_SECONDS)
        return found

    return run


@pytest.fixture
def io_loop() -> Iterator[tornado.platform.asyncio.AsyncIOLoop]:
    """A fresh loop for each test, made without the calls that Python 3.12 deprecates."""
    asyncio_loop = asyncio.new_event_loop()
    asyncio.set_event_loop(asyncio_loop)
    loop = tornado.platform.asyncio.AsyncIOLoop(asyncio_loop=asyncio_loop, make_current=False)
    yield loop
    asyncio.set_event_loop(None)
    loop.close(all_fds=True)


@pytest.fixture
def config(request: pytest.FixtureRequest, database_url: str, tmp_path: Path, http_port: int) -> Settings:
    """The settings the server under test runs with; @pytest.mark.environ(NAME="value") changes them."""
    marker = request.node.get_closest_marker("environ")
    base = {
        "DATABASE_URL": database_url,
        "BETTER_AUTH_SECRET": SECRET,
        "BETTER_AUTH_URL": f"http://localhost:{http_port}",
        "APP_ENV": "development",
        "BCRYPT_COST": "4",
        "LOG_LEVEL": "error",
        "DB_POOL_SIZE": "4",
    }
    return settings.load({**base, **(marker.kwargs if marker else {})}, tmp_path)


@pytest.fixture
def features(config: Settings) -> tuple[Feature, ...]:
    """What the server under test has; a test's own feature goes before them."""
    return select(FEATURES, config.features_off)


@pytest.fixture
def app(
    io_loop: tornado.platform.asyncio.AsyncIOLoop,
    config: Settings,
    features: tuple[Feature, ...],
    clean: None,
) -> Iterator[Services]:
    """The services, closed at the end."""

    async def make() -> Services:
        made = assemble(features, config)
        await made.changes.start()
        return made

    application = io_loop.run_sync(make)
    yield application
    io_loop.run_sync(application.close)


@pytest.fixture
def http_server(
    io_loop: tornado.platform.asyncio.AsyncIOLoop,
    app: Services,
    features: tuple[Feature, ...],
    _unused_port: tuple[socket.socket, int],
) -> Iterator[HTTPServer]:
    """The server as `serve` makes it, on a socket of the test's own."""
    server = make_server(Application(app, features))
    server.add_socket(_unused_port[0])
    yield server
    server.stop()
    io_loop.run_sync(server.close_all_connections, timeout=5)


@pytest.fixture
def client(http_server: object, base_url: str) -> Client:
    """A browser's cookie jar and headers on the server under test."""
    return Client(base_url)


@pytest.fixture
def mailbox(app: Services, http_server: object) -> Mailbox:
    """The mails that the server under test has sent."""
    return Mailbox(app)
