"""A real server on a socket and a real PostgreSQL for every test; only passwords are hashed cheaply."""

import asyncio
import functools
import gc
import os
import secrets
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import psycopg2
import pytest
import tornado.platform.asyncio
from tornado.httpserver import HTTPServer

from handlers import FEATURES
from server import postgres
from server.config import settings
from server.config.reader import Reader
from server.config.settings import Settings
from server.database import CHANNEL, Database
from server.feature import Feature, assemble, columns_of, select
from server.http.app import Application
from server.http.app import http_server as make_server
from server.model import NO_COLUMNS, Columns
from server.schema import migrate
from server.services import Services
from server.sessions import change_feed
from tests import clusters, parallel
from tests.client import Client
from tests.ears import Ears
from tests.lent import Lender
from tests.mailbox import Mailbox
from tests.outside import PATIENCE, Outside
from tests.providers.scripted import Scripted, third_parties

# Where nobody listens: no test asks the real third parties.
NOBODY = "http://127.0.0.1:9"
# What is no plugin.
STANDARD = select(FEATURES, (), ("none",))
OPTIONAL = {feature.name for feature in FEATURES if feature.optional}
Sql = Callable[..., list[tuple[Any, ...]]]

# A busy machine is no failure: an example may take its time. Who changes the code is shown other examples each time; where
# it is only asked whether it holds they are the same.
hypothesis.settings.register_profile(
    "tests",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    print_blob=True,
)
hypothesis.settings.load_profile("tests")


def pytest_configure(config: pytest.Config) -> None:
    """Registers our own marker, and has files made where it costs least."""
    gc.disable()  # until all tests are there
    parallel.choose_temporary_folder()
    if not hasattr(config, "workerinput"):
        clusters.keep()
        config.add_cleanup(clusters.drop)
    clusters.copy()
    config.addinivalue_line("markers", "environ(**settings): the settings of the server under test")
    config.addinivalue_line("markers", "feature(name): it is about an optional feature")


def pytest_addoption(parser: pytest.Parser) -> None:
    """--features-off: with every optional feature off, the tests that are about none and have a server with features."""
    parser.addoption(
        "--features-off", action="store_true", help="the servers under test have no optional feature"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes longest comes first, so that no process is left with it at the end."""
    if config.getoption("features_off"):
        items[:] = [item for item in items if is_different(item)]
    items.sort(key=lambda item: parallel.rank(item.nodeid))


def pytest_collection_finish() -> None:
    """Thousands of tests are no garbage: without this they are looked through again and again."""
    gc.collect()
    gc.freeze()
    gc.enable()


def is_different(item: pytest.Item) -> bool:
    """Whether --features-off makes it another test: its server has them else, and it is about none of them."""
    marker = item.get_closest_marker("environ")
    has_server = "config" in getattr(item, "fixturenames", ())
    decided = marker is not None and "FEATURES_OFF" in marker.kwargs
    return has_server and not decided and not about(item) & OPTIONAL


def about(item: pytest.Item) -> set[str]:
    """The features that a test is about: by its folder, or as it says."""
    marked = {str(marker.args[0]) for marker in item.iter_markers("feature")}
    return marked | {item.path.parent.name.replace("_", "-")}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Which process runs which tests."""
    return parallel.ByFile(config, log)


# A busy machine answers from memory, too: what is about signs of life has its own. They would count as announcements.
change_feed.BEAT_SECONDS, change_feed.LEASE_SECONDS = 0.5, 3600.0

SECRET = "a secret for tests alone, of more than thirty-two bytes"
ANNOUNCE = f"SELECT pg_notify('{CHANNEL}', %s)"


@contextmanager
def database_cluster() -> Iterator[str]:
    """The address of a database in a PostgreSQL of its own, or in TEST_DATABASE_URL's."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        with database_in(given) as url:
            yield url
        return
    with tempfile.TemporaryDirectory() as folder, postgres.owned(Path(folder) / "postgres") as url:
        # Nothing here has to survive a power cut, and a database in which something cleans cannot be dropped.
        superuser = url.replace("//ai_editor@", "//postgres@")
        execute(superuser, "ALTER SYSTEM SET fsync = off")
        execute(superuser, "ALTER SYSTEM SET autovacuum = off")
        execute(superuser, "SELECT pg_reload_conf()")
        yield url


@functools.cache
def _quickly(server: str) -> str:
    """Page by page through the log, as PostgreSQL 15 and newer have it, a copy takes three times the work."""
    [(version,)] = execute(server, "SHOW server_version_num")
    return "STRATEGY file_copy" if int(version) >= 150_000 else ""


@contextmanager
def database_in(server: str, template: str = "template1") -> Iterator[str]:
    """The address of an empty database there, or of a copy of another, which is gone afterwards."""
    name = f"test_{secrets.token_hex(8)}"
    execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" {_quickly(server)}')
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        try:
            execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')
        except psycopg2.errors.InsufficientPrivilege:
            # A superuser's connection is about to end; this waits for it.
            execute(server, f'DROP DATABASE "{name}"')


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """The PostgreSQL of the tests; each of the processes that run them has one of its own."""
    with database_cluster() as url:
        yield url


def execute(
    url: str, sql: str, params: Sequence[Any] | Mapping[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    """Runs one statement outside the server, as psql would."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(PATIENCE)
            cursor.execute(sql, params)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


@pytest.fixture
def new_database(database_server: str) -> Iterator[Callable[[], str]]:
    """new_database(): the address of a database that is empty, and gone after the test."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(database_in(database_server))


@pytest.fixture(scope="session")
def _whole(database_server: str) -> Iterator[str]:
    """The name of a database with our tables that nobody is on."""
    with database_in(database_server) as url:
        bring_up(url)
        yield urlsplit(url).path.removeprefix("/")


@pytest.fixture
def new_whole_database(database_server: str, _whole: str) -> Iterator[Callable[[], str]]:
    """new_whole_database(): the same, with our tables in it: to copy them takes a third of the time."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(database_in(database_server, _whole))


def bring_up(url: str, columns: Columns = NO_COLUMNS) -> None:
    """Runs the migrations."""

    async def migrated() -> None:
        db = Database(url, 1, columns)
        await migrate.migrate(db)
        await db.close()

    # In a thread: asyncio.run leaves the thread it ran in without an event loop, which a test may have made already.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, migrated()).result()


@pytest.fixture(scope="session")
def database_url(database_server: str) -> str:
    """A database with our tables; `clean` empties it before each test."""
    bring_up(database_server)
    return database_server


@pytest.fixture(scope="module")
def plugged(database_url: str) -> Iterator[None]:
    """The columns of all plugins, while the tests of a module run."""
    declared = Columns(tuple(column for feature in FEATURES for column in columns_of(feature, Reader({}))))
    bring_up(database_url, declared)
    yield
    for column in declared:
        execute(database_url, f'ALTER TABLE "{column.table}" DROP COLUMN IF EXISTS "{column.name}"')


@pytest.fixture(scope="session")
def outside(database_url: str) -> Iterator[Outside]:
    """The connection of the tests themselves."""
    found = Outside(database_url)
    yield found
    found.close()


@pytest.fixture(scope="session")
def lender(database_url: str) -> Iterator[Lender]:
    """The connections of the servers under test."""
    found = Lender(database_url)
    yield found
    found.close()


@pytest.fixture
def clean(outside: Outside) -> None:
    """Empties the tables: DELETE is 50 times faster than TRUNCATE on small ones."""
    outside.execute(
        'DELETE FROM "user"; DELETE FROM "verification"; DELETE FROM "rateLimit"; DELETE FROM "ai_editor_mail"',
    )


@pytest.fixture
def ears() -> Ears:
    """Where the server under test hears of changes in the database."""
    return Ears()


@pytest.fixture
def sql(outside: Outside, clean: None, ears: Ears) -> Sql:
    """sql("SELECT …", …): a look at the database from outside, or a change of it that the server has heard of."""

    def run(statement: str, *params: Any) -> list[tuple[Any, ...]]:
        if statement.lstrip().startswith("SELECT") and "pg_notify" not in statement:
            return outside.execute(statement, params or None)
        with ears.reached(lambda word: outside.execute(ANNOUNCE, [word])):
            return outside.execute(statement, params or None)

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
def surroundings() -> Mapping[str, str]:
    """Settings that name what was started for a test; a test's own fixture of this name has them."""
    return {}


@pytest.fixture
def config(
    request: pytest.FixtureRequest,
    database_url: str,
    tmp_path: Path,
    http_port: int,
    surroundings: Mapping[str, str],
) -> Settings:
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
        "PLUGINS": "none",
        "HTTPS_PROXY": NOBODY,
        "FEATURES_OFF": "all" if request.config.getoption("features_off") else "",
    }
    return settings.load({**base, **surroundings, **(marker.kwargs if marker else {})}, tmp_path)


@pytest.fixture
def features(config: Settings) -> tuple[Feature, ...]:
    """What the server under test has; a test's own feature goes before them."""
    return select(FEATURES, config.features_off, config.plugins)


@pytest.fixture
def app(
    io_loop: tornado.platform.asyncio.AsyncIOLoop,
    config: Settings,
    features: tuple[Feature, ...],
    clean: None,
    ears: Ears,
    lender: Lender,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Services]:
    """The services, closed at the end."""
    lender.lend(monkeypatch)

    async def make() -> Services:
        made = assemble(features, config)
        ears.belong_to(made.db)
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


@pytest.fixture(scope="session")
def scripted() -> Iterator[Scripted]:
    """The third parties: every provider there is, see tests/providers."""
    with third_parties() as found:
        yield found
