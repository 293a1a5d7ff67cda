"""A connection that ends while something is under way; waits that have an end; too few connections. S38 S46."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
import tornado.platform.asyncio
import uvloop

from server.database import (
    Database,
    DatabaseError,
    DatabaseUnavailable,
    OutcomeUnknown,
    budget,
)
from server.postgres import postmaster
from server.postgres.cluster import Cluster
from tests.conftest import Sql, execute

pytestmark = pytest.mark.usefixtures("io_loop")


@pytest.fixture
def io_loop() -> Iterator[tornado.platform.asyncio.AsyncIOLoop]:
    """As the server runs: libuv stops watching a socket that has had an error."""
    asyncio_loop = uvloop.new_event_loop()
    asyncio.set_event_loop(asyncio_loop)
    loop = tornado.platform.asyncio.AsyncIOLoop(asyncio_loop=asyncio_loop, make_current=False)
    yield loop
    asyncio.set_event_loop(None)
    loop.close(all_fds=True)


@asynccontextmanager
async def opened(url: str, size: int) -> AsyncIterator[Database]:
    db = Database(url, size)
    try:
        yield db
    finally:
        await db.close()


def end(cluster: Cluster, how: signal.Signals) -> None:
    """Ends PostgreSQL while its processes have not read what they were sent: a reset comes after the goodbye."""
    data = cluster.home.data
    for each in postmaster.workers(data):
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, how)
            os.kill(each, signal.SIGCONT)
    cluster.stop()
    postmaster.end_leftovers(data)


@pytest.mark.parametrize("how", [signal.SIGQUIT, signal.SIGKILL], ids=["immediate", "killed"])
@pytest.mark.gen_test
async def test_nothing_hangs_when_the_server_is_gone(
    cluster: Cluster, how: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement is told at once, and not when its own limit is over."""
    monkeypatch.setattr("server.database.database.STATEMENT_SECONDS", 600.0)
    async with opened(cluster.start(), 8) as db:
        await asyncio.gather(*(db.value("SELECT 1 FROM pg_sleep(0.1)") for _ in range(8)))
        for each in postmaster.workers(cluster.home.data):
            os.kill(each, signal.SIGSTOP)
        running = [asyncio.ensure_future(db.run("CREATE TABLE never (n int)")) for _ in range(8)]
        while db.in_use < 8:
            await asyncio.sleep(0)
        end(cluster, how)
        async with asyncio.timeout(60):
            told = await asyncio.gather(*running, return_exceptions=True)
        assert [type(each) for each in told] == [OutcomeUnknown] * 8


@pytest.mark.gen_test
async def test_a_commit_without_an_answer_is_told_apart(database_url: str, sql: Sql) -> None:
    """Commits wait for a trigger that is held up, and the connection ends meanwhile."""
    sql("CREATE TABLE slow (name text)")
    sql("""CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(600); RETURN NULL; END $$""")
    sql("""CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION slow()""")
    try:
        async with opened(database_url, 1) as db:

            async def work() -> None:
                async with db.transaction() as tx:
                    await tx.run("INSERT INTO slow VALUES ('a')")

            running = asyncio.ensure_future(work())
            ended = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'COMMIT' AND state = 'active'"""
            async with asyncio.timeout(60):
                while not execute(database_url, ended):
                    await asyncio.sleep(0.01)
                with pytest.raises(OutcomeUnknown):
                    await running
            assert await db.value("SELECT count(*) FROM slow") == 0
    finally:
        sql("DROP TABLE slow")
        sql("DROP FUNCTION slow()")


@pytest.mark.gen_test
async def test_one_time_for_all_that_a_request_asks(database_url: str, sql: Sql) -> None:
    """Waiting for a place, a statement, and the next one."""
    async with opened(database_url, 1) as db, opened(database_url, 1) as other:
        async with other.transaction() as tx:
            await tx.value("SELECT pg_advisory_xact_lock(11)")
            budget.allow(0.5)
            began = time.monotonic()
            with pytest.raises(DatabaseUnavailable):
                await db.value("SELECT pg_advisory_xact_lock_shared(11)")
            with pytest.raises(DatabaseUnavailable, match="over"):
                await db.value("SELECT 1")
            with pytest.raises(DatabaseUnavailable, match="over"):
                async with db.transaction():
                    raise AssertionError
            assert time.monotonic() - began < 8  # its statement alone may take ten
            budget.allow(None)
        assert await db.value("SELECT 1") == 1


@pytest.mark.gen_test
async def test_waiting_for_a_place_counts(database_url: str) -> None:
    async with opened(database_url, 1) as db, db.transaction():
        budget.allow(0.2)
        with pytest.raises(DatabaseUnavailable, match="busy"):
            await db.value("SELECT 1")
        budget.allow(None)


@pytest.mark.gen_test
async def test_fewer_connections_than_wanted_are_shared(cluster: Cluster) -> None:
    url = cluster.start()
    superuser = url.replace("//ai_editor@", "//postgres@")
    execute(superuser, "ALTER ROLE ai_editor CONNECTION LIMIT 2")
    try:
        async with opened(url, 10) as db:
            asked = (db.value("SELECT 1 FROM pg_sleep(0.02)") for _ in range(100))
            assert await asyncio.gather(*asked) == [1] * 100
    finally:
        execute(superuser, "ALTER ROLE ai_editor CONNECTION LIMIT -1")


@pytest.mark.gen_test
async def test_an_error_names_what_it_is_about(cluster: Cluster) -> None:
    url = cluster.start()
    superuser = url.replace("//ai_editor@", "//postgres@")
    execute(superuser, "CREATE TABLE theirs (id integer PRIMARY KEY, of integer REFERENCES theirs (id))")
    try:
        async with opened(url, 1) as db:
            with pytest.raises(DatabaseError, match=r"table theirs .*42501"):
                await db.run("INSERT INTO theirs VALUES (2)")
            execute(superuser, "GRANT ALL ON theirs TO ai_editor")
            with pytest.raises(DatabaseError, match="23503, table theirs, constraint theirs_of_fkey"):
                await db.run("INSERT INTO theirs (id, of) VALUES (3, 4)")
    finally:
        execute(superuser, "DROP TABLE theirs")
