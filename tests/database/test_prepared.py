"""Reads that keep their plans, and a pooler that does not let them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from server.database import Database, InvalidValue
from server.database.statement import prepared
from tests.database.test_plans import Planner, filled, functions, plan

__all__ = ["filled"]

READ = "SELECT %(a)s::int + %(b)s::int * 10 + %(a)s::int * 100 + 7 %% 4"
NAMES = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'ai_editor%'"


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """One connection, so that it is clear which one has prepared what."""
    db = Database(url, 1)
    try:
        yield db
    finally:
        await db.close()


@pytest.mark.gen_test
async def test_a_read_is_prepared_once(database_url: str) -> None:
    async with opened(database_url) as db:
        for number in range(10):
            assert await db.value(READ, a=number, b=2) == number * 101 + 23
        assert await db.value(NAMES) == 1


@pytest.mark.gen_test
async def test_writes_and_reads_without_parameters_are_not(database_url: str) -> None:
    async with opened(database_url) as db:
        await db.run('DELETE FROM "user" WHERE "id" = %(id)s', id="nobody")
        assert await db.value("SELECT 1") == 1
        assert await db.value(NAMES) == 0


@pytest.mark.gen_test
async def test_a_server_process_that_does_not_know_it(database_url: str) -> None:
    """As behind a pooler in transaction mode, where the next statement meets another process."""
    async with opened(database_url) as db:
        assert await db.value(READ, a=1, b=2) == 124
        await db.run("DEALLOCATE ALL")
        assert await db.value(READ, a=2, b=3) == 235
        assert await db.value(READ, a=3, b=4) == 346
        assert await db.value(NAMES) == 0


@pytest.mark.gen_test
async def test_a_server_process_where_another_client_has_prepared_it(database_url: str) -> None:
    statement = prepared(READ)
    assert statement
    async with opened(database_url) as db:
        await db.run(statement.prepare)
        assert await db.value(READ, a=1, b=2) == 124
        assert await db.value(READ, a=2, b=3) == 235


@pytest.mark.gen_test
async def test_a_column_that_changes_its_type(database_url: str) -> None:
    read = 'SELECT "x" FROM changing WHERE "x"::text = %(x)s'
    async with opened(database_url) as db:
        await db.run("CREATE TABLE changing AS SELECT 1 AS x")
        try:
            assert await db.value(read, x="1") == 1
            await db.run("ALTER TABLE changing ALTER x TYPE text")
            assert await db.value(read, x="1") == "1"
        finally:
            await db.run("DROP TABLE changing")


@pytest.mark.gen_test
async def test_a_parameter_of_any_type(database_url: str) -> None:
    async with opened(database_url) as db:
        for value in ("a", None):
            assert await db.value("SELECT %(a)s IS NULL OR 'a' = %(a)s", a=value)
        assert await db.value(NAMES) == 0


@pytest.mark.gen_test
async def test_a_value_that_cannot_be_one(database_url: str) -> None:
    async with opened(database_url) as db:
        with pytest.raises(InvalidValue):
            await db.value(READ, a="word", b=1)
        assert await db.value(READ, a=1, b=2) == 124
        with pytest.raises(InvalidValue):
            await db.value("SELECT %(a)s::text", a="\0")


class Preparer(Planner):
    """Asks how PostgreSQL would run a statement whose parameters it does not know yet."""

    def _explain(self, sql: str, params: dict[str, object]) -> None:
        statement = prepared(sql)
        if statement:
            with self._connection.cursor() as cursor:
                cursor.execute("SET plan_cache_mode = force_generic_plan; DEALLOCATE ALL")
                cursor.execute(statement.prepare)
            super()._explain(statement.execute, params)
        self.asked += 1


@pytest.mark.parametrize("name", ["accounts.find_credential", "sessions.find_by_token", "sessions.list_active",
                                  "extended.find_by_token", "extended.list_active",
                                  "extended.find_user", "extended.find_user_by_email",
                                  "users.find", "users.find_by_email", "verifications.find"])  # fmt: skip
def test_plans_for_any_value_go_by_index(filled: str, name: str) -> None:
    preparer = Preparer(filled)
    assert plan(preparer, functions()[name]) == []
    preparer.close()
