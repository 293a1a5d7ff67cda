"""Losing PostgreSQL and finding it again, without a restart of ours; on both event loops. S38."""

import asyncio
import select
import socket
import socketserver
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
import tornado.platform.asyncio
import uvloop

from server.database import Database, DatabaseError, DatabaseUnavailable, database
from server.database.connection import connect
from server.postgres.cluster import Cluster
from tests.conftest import Sql

pytestmark = pytest.mark.usefixtures("io_loop")


@pytest.fixture(params=["asyncio", "uvloop"])
def io_loop(request: pytest.FixtureRequest) -> Iterator[tornado.platform.asyncio.AsyncIOLoop]:
    """Tests run on asyncio's loop otherwise, the server runs on uvloop."""
    asyncio_loop = uvloop.new_event_loop() if request.param == "uvloop" else asyncio.new_event_loop()
    asyncio.set_event_loop(asyncio_loop)
    loop = tornado.platform.asyncio.AsyncIOLoop(asyncio_loop=asyncio_loop, make_current=False)
    yield loop
    asyncio.set_event_loop(None)
    loop.close(all_fds=True)


@asynccontextmanager
async def warm(url: str, connections: int) -> AsyncIterator[Database]:
    """A database with that many connections open and idle."""
    db = Database(url, connections)
    try:
        await asyncio.gather(*(db.value("SELECT pg_sleep(0.05)") for _ in range(connections)))
        yield db
    finally:
        await db.close()


@pytest.mark.gen_test
async def test_the_next_query_after_a_restart_works(cluster: Cluster) -> None:
    async with warm(cluster.start(), 3) as db:
        cluster.stop()
        cluster.start()
        assert [await db.value("SELECT 1") for _ in range(5)] == [1] * 5


@pytest.mark.gen_test
async def test_the_next_transaction_after_a_restart_works(cluster: Cluster) -> None:
    async with warm(cluster.start(), 1) as db:
        cluster.stop()
        cluster.start()
        async with db.transaction() as tx:
            assert await tx.value("SELECT 2") == 2


@pytest.mark.gen_test
async def test_a_stopped_server_is_unavailable_and_then_back(cluster: Cluster) -> None:
    async with warm(cluster.start(), 3) as db:
        cluster.stop()
        for _ in range(5):
            with pytest.raises(DatabaseUnavailable):
                await db.value("SELECT 1")
        cluster.start()
        assert await asyncio.gather(*(db.value("SELECT 1") for _ in range(6))) == [1] * 6


@pytest.mark.gen_test
async def test_idle_connections_that_were_ended_are_replaced(database_url: str, sql: Sql) -> None:
    async with warm(database_url, 3) as db:
        sql(
            """
            SELECT pg_terminate_backend(pid, 1000)
            FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND datname = current_database()
            """
        )
        assert await asyncio.gather(*(db.value("SELECT 1") for _ in range(9))) == [1] * 9


END = """
    SELECT pg_terminate_backend(pid)
    FROM pg_stat_activity
    WHERE strpos(query, 'under way') > 0 AND state <> 'idle' AND datname = current_database() AND pid <> pg_backend_pid()
"""


async def end(sql: Sql) -> None:
    """Ends what is under way, as soon as it is."""
    until = time.monotonic() + 20
    while not sql(END):
        assert time.monotonic() < until
        await asyncio.sleep(0.01)


@pytest.mark.gen_test
async def test_a_read_that_was_under_way_is_asked_again(database_url: str, sql: Sql) -> None:
    async with warm(database_url, 1) as db, warm(database_url, 1) as other:
        async with other.transaction() as tx:
            await tx.value("SELECT pg_advisory_xact_lock(7)")
            running = asyncio.ensure_future(
                db.value("SELECT 'under way' FROM pg_advisory_xact_lock_shared(7)")
            )
            await end(sql)
        assert await running == "under way"


@pytest.mark.gen_test
async def test_a_write_that_was_under_way_is_not(database_url: str, sql: Sql) -> None:
    """Nobody knows whether it was done."""
    statement = """
        INSERT INTO "rateLimit" ("id", "key", "count", "lastRequest")
        SELECT 'under way', 'key', 1, 1
        FROM pg_sleep(20)
    """
    async with warm(database_url, 1) as db:
        running = asyncio.ensure_future(db.run(statement))
        await end(sql)
        with pytest.raises(DatabaseUnavailable):
            await running
        assert await db.value("SELECT 1") == 1


@pytest.mark.gen_test
async def test_a_transaction_that_lost_its_connection(database_url: str, sql: Sql) -> None:
    async with warm(database_url, 1) as db:

        async def work() -> None:
            async with db.transaction() as tx:
                await tx.value("SELECT 'under way'")
                sql(END)
                await tx.value("SELECT 1")

        with pytest.raises(DatabaseUnavailable):
            await work()
        assert await db.value("SELECT 1") == 1


@pytest.mark.gen_test
async def test_a_server_that_takes_connections_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "CONNECT_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        db = Database(f"postgresql://nobody@127.0.0.1:{mute.getsockname()[1]}/none", 1)
        with pytest.raises(DatabaseUnavailable, match="timed out"):
            await db.value("SELECT 1")
        await db.close()


@pytest.mark.gen_test
async def test_a_server_that_is_not_there(refused: int) -> None:
    db = Database(f"postgresql://nobody:hunter2@127.0.0.1:{refused}/none", 1)
    with pytest.raises(DatabaseUnavailable) as raised:
        await db.value("SELECT 1")
    assert "\n" not in str(raised.value)
    assert "hunter2" not in str(raised.value)
    await db.close()


class PassOn(socketserver.BaseRequestHandler):
    """Carries bytes between a port and PostgreSQL's socket."""

    path = ""

    def handle(self) -> None:
        """Until either side ends."""
        with socket.socket(socket.AF_UNIX) as there:
            there.connect(self.path)
            sides = {self.request: there, there: self.request}
            while True:
                for side in select.select(list(sides), [], [])[0]:
                    data = side.recv(65536)
                    if not data:
                        return
                    sides[side].sendall(data)


@contextmanager
def by_tcp(cluster: Cluster) -> Iterator[int]:
    """The port of this machine where the cluster is reached."""
    path = parse_qs(urlsplit(cluster.start()).query)["host"][0] + "/.s.PGSQL.5432"
    handler = type("PassOnTo", (PassOn,), {"path": path})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def refused() -> Iterator[int]:
    """A port that nobody listens on, and nobody can take meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])


@pytest.mark.gen_test
async def test_a_refused_connection_leaves_other_sockets_alone(refused: int) -> None:
    """libpq closes its socket then, and the next one opened, of whatever kind, has the same number."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read(5))
        writer.close()
        await writer.wait_closed()

    other = await asyncio.start_server(answer, "127.0.0.1")
    db = Database(f"postgresql://nobody@127.0.0.1:{refused}/none", 3)
    for _ in range(20):
        results = await asyncio.gather(*(db.value("SELECT 1") for _ in range(3)), return_exceptions=True)
        assert [type(each) for each in results] == [DatabaseUnavailable] * 3
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection(*other.sockets[0].getsockname())
            writer.write(b"hello")
            assert await reader.read() == b"hello"
        writer.close()
        await writer.wait_closed()
    other.close()
    await other.wait_closed()
    await db.close()


@pytest.mark.gen_test
async def test_a_connection_closed_twice_leaves_other_sockets_alone(database_url: str) -> None:
    """As by who leaves its server, and once more by the pool: the next socket opened meanwhile has the same number."""
    closed = await connect(database_url, 20)
    number = closed.raw.fileno()
    closed.close()
    ours, theirs = socket.socketpair()
    mine, other = (ours, theirs) if ours.fileno() == number else (theirs, ours)
    assert mine.fileno() == number
    heard = asyncio.Event()
    asyncio.get_running_loop().add_reader(number, heard.set)
    closed.close()
    other.sendall(b"hello")
    try:
        async with asyncio.timeout(4):
            await heard.wait()
    finally:
        asyncio.get_running_loop().remove_reader(number)
        mine.close()
        other.close()


@pytest.mark.gen_test
async def test_the_next_address_is_tried(cluster: Cluster, refused: int) -> None:
    """As for `localhost` where the server listens on one of its two addresses."""
    with by_tcp(cluster) as port:
        db = Database(f"postgresql://ai_editor@127.0.0.1:{refused},127.0.0.1:{port}/ai_editor", 3)
        assert await asyncio.gather(*(db.value("SELECT 1") for _ in range(6))) == [1] * 6
        await db.close()
        await asyncio.sleep(0.1)


@pytest.mark.gen_test
async def test_an_address_that_is_none() -> None:
    db = Database("postgresql://a@b/c?no_such=parameter", 1)
    with pytest.raises(DatabaseError, match="DATABASE_URL cannot be read") as refusal:
        await db.value("SELECT 1")
    assert not isinstance(refusal.value, DatabaseUnavailable)
