"""The door to PostgreSQL: parameters, rows, errors, time-outs and transactions."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from server.database import Database, DatabaseError, DatabaseUnavailable, InvalidValue, UniqueViolation
from tests.conftest import Sql

OTHERS = """
    FROM pg_stat_activity
    WHERE state = 'active' AND strpos(query, %s) > 0 AND datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True)
class Row:
    number: int
    text: str | None
    when: datetime


@asynccontextmanager
async def opened(url: str, size: int = 2) -> AsyncIterator[Database]:
    db = Database(url, size)
    try:
        yield db
    finally:
        await db.close()


@pytest.fixture
def keys(sql: Sql) -> Iterator[None]:
    """A table of the test's own."""
    sql("CREATE TABLE keys (name text PRIMARY KEY, size integer CHECK (size > 0))")
    yield
    sql("DROP TABLE keys")


ROW = "SELECT %(number)s::int AS number, %(text)s AS text, %(when)s::timestamptz AS when"


@pytest.mark.gen_test
async def test_named_parameters_become_typed_rows(database_url: str) -> None:
    when = datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)
    async with opened(database_url) as db:
        hostile = '\'; DROP TABLE "user"; -- %(when)s \\ äß😀'
        row = await db.one(Row, ROW, number=7, text=hostile, when=when)
        assert row == Row(7, hostile, when)
        assert row.when.utcoffset() == when.utcoffset()
        assert await db.all(Row, ROW, number=1, text=None, when=when) == [Row(1, None, when)]


@pytest.mark.gen_test
async def test_none_where_there_is_no_row(database_url: str, keys: None) -> None:
    async with opened(database_url) as db:
        assert await db.one(Row, ROW + " LIMIT 0", number=1, text=None, when=None) is None
        assert await db.value("SELECT name FROM keys") is None
        assert await db.run("DELETE FROM keys") == 0


@pytest.mark.gen_test
async def test_run_counts_rows(database_url: str, keys: None) -> None:
    async with opened(database_url) as db:
        assert await db.run("INSERT INTO keys (name) VALUES ('a'), ('b')") == 2
        assert await db.run("UPDATE keys SET size = 1 WHERE name LIKE 'a%'") == 1


@pytest.mark.gen_test
async def test_columns_that_do_not_fit_are_a_mistake_of_ours(database_url: str) -> None:
    async with opened(database_url) as db:
        with pytest.raises(TypeError, match="Row has the fields"):
            await db.all(Row, "SELECT 1 AS number, 'x' AS words, now() AS when")


@pytest.mark.gen_test
async def test_a_second_row_of_the_same_name(database_url: str, keys: None) -> None:
    async with opened(database_url) as db:
        await db.run("INSERT INTO keys (name) VALUES (%(name)s)", name="twice")
        with pytest.raises(UniqueViolation) as raised:
            await db.run("INSERT INTO keys (name) VALUES (%(name)s)", name="twice")
        assert raised.value.constraint == "keys_pkey"


LONG = "".join(chr(0x4E00 + number) for number in range(3000))  # that does not become shorter by compression


@pytest.mark.parametrize(
    "value", ["nul\0byte", "half \ud800 pair", 2**40, LONG], ids=["nul", "half", "number", "long"]
)
@pytest.mark.gen_test
async def test_what_postgresql_cannot_store(database_url: str, keys: None, value: object) -> None:
    async with opened(database_url, 1) as db:
        with pytest.raises(InvalidValue):
            await db.run(
                "INSERT INTO keys (name, size) VALUES (%(name)s, %(size)s)",
                name=value if isinstance(value, str) else "x",
                size=value if isinstance(value, int) else 1,
            )
        assert await db.value("SELECT 1") == 1


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO keys (name) VALUES (%(secret)s), (%(secret)s)",
        "INSERT INTO keys (name, size) VALUES (%(secret)s, -1)",
        "SELECT %(secret)s::integer",
        "SELECT * FROM missing WHERE name = %(secret)s",
    ],
)
@pytest.mark.gen_test
async def test_errors_quote_no_values(database_url: str, keys: None, statement: str) -> None:  # S35
    """Nor does what they came from: a log shows the whole chain."""
    async with opened(database_url) as db:
        with pytest.raises(DatabaseError) as raised:
            await db.run(statement, secret="hunter2")
    error: BaseException | None = raised.value
    while error:
        assert "hunter2" not in str(error)
        assert "\n" not in str(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


@pytest.mark.gen_test
async def test_a_statement_that_takes_too_long(database_url: str, sql: Sql) -> None:
    """It is refused as such, not as a task that was cancelled; and the server ends it as well."""
    async with opened(database_url) as db:
        with pytest.raises(DatabaseUnavailable, match="too long"):
            async with db.transaction(0.1) as tx:
                await tx.value("SELECT pg_sleep(600), 'slowly'")
        assert await db.value("SELECT 1") == 1
        await gone(sql, "slowly")


async def gone(sql: Sql, words: str) -> None:
    """Waits until no backend executes the statement any more."""
    until = time.monotonic() + 20
    while sql(f"SELECT count(*) {OTHERS}", words) != [(0,)]:
        assert time.monotonic() < until
        await asyncio.sleep(0.02)


async def begun(sql: Sql, words: str) -> None:
    until = time.monotonic() + 20
    while sql(f"SELECT count(*) {OTHERS}", words) == [(0,)]:
        assert time.monotonic() < until
        await asyncio.sleep(0.01)


@pytest.mark.gen_test
async def test_a_statement_that_somebody_cancels(database_url: str, sql: Sql) -> None:
    """An operator's pg_cancel_backend does not look like the end of the task."""
    async with opened(database_url, 1) as db:
        running = asyncio.ensure_future(db.value("SELECT pg_sleep(600), 'cancelled'"))
        await begun(sql, "cancelled")
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
        sql(f"SELECT pg_cancel_backend(pid) {OTHERS}", "cancelled")
        with pytest.raises(DatabaseUnavailable):
            await running
        assert await db.value("SELECT 1") == 1


@pytest.mark.gen_test
async def test_a_task_that_is_cancelled_gives_its_connection_back(database_url: str, sql: Sql) -> None:
    async with opened(database_url, 1) as db:
        task = asyncio.ensure_future(db.value("SELECT pg_sleep(600), 'given back'"))
        await begun(sql, "given back")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await db.value("SELECT 1") == 1


@pytest.mark.gen_test
async def test_a_transaction_is_seen_when_it_is_done(database_url: str, keys: None, sql: Sql) -> None:
    async with opened(database_url) as db:
        async with db.transaction() as tx:
            await tx.run("INSERT INTO keys (name) VALUES ('a')")
            assert await tx.value("SELECT count(*) FROM keys") == 1
            assert sql("SELECT count(*) FROM keys") == [(0,)]
        assert sql("SELECT count(*) FROM keys") == [(1,)]


@pytest.mark.gen_test
async def test_an_exception_undoes_a_transaction(database_url: str, keys: None) -> None:
    async with opened(database_url, 1) as db:

        async def work() -> None:
            async with db.transaction() as tx:
                await tx.run("INSERT INTO keys (name) VALUES ('a')")
                raise KeyError

        with pytest.raises(KeyError):
            await work()
        assert await db.value("SELECT count(*) FROM keys") == 0


@pytest.mark.gen_test
async def test_a_refused_statement_undoes_a_transaction(database_url: str, keys: None) -> None:
    async with opened(database_url, 1) as db:

        async def work() -> None:
            async with db.transaction() as tx:
                await tx.run("INSERT INTO keys (name) VALUES ('a')")
                await tx.run("INSERT INTO keys (name) VALUES ('a')")

        with pytest.raises(UniqueViolation):
            await work()
        assert await db.value("SELECT count(*) FROM keys") == 0


@pytest.mark.parametrize("during", ["a statement", "something else"])
@pytest.mark.gen_test
async def test_cancelling_undoes_a_transaction(database_url: str, keys: None, sql: Sql, during: str) -> None:
    async with opened(database_url, 1) as db:
        inserted = asyncio.Event()

        async def work() -> None:
            async with db.transaction() as tx:
                await tx.run("INSERT INTO keys (name) VALUES ('a')")
                inserted.set()
                if during == "a statement":
                    await tx.value("SELECT pg_sleep(600), 'undone'")
                await asyncio.sleep(600)

        task = asyncio.ensure_future(work())
        await inserted.wait()
        if during == "a statement":
            await begun(sql, "undone")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await db.value("SELECT count(*) FROM keys") == 0


@pytest.mark.gen_test
async def test_a_refused_commit_is_told(database_url: str, keys: None, sql: Sql) -> None:
    sql("CREATE TABLE after (name text REFERENCES keys DEFERRABLE INITIALLY DEFERRED)")
    try:
        async with opened(database_url, 1) as db:
            with pytest.raises(DatabaseError):
                async with db.transaction() as tx:
                    await tx.run("INSERT INTO after (name) VALUES ('nobody')")
            assert await db.value("SELECT count(*) FROM after") == 0
    finally:
        sql("DROP TABLE after")
