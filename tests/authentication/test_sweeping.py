"""Sessions that have ended do not stay. S24."""

import os
import signal
from pathlib import Path

import psycopg2
import pytest

from server.authentication import sweeping
from server.services import Services
from server.store import sweeps
from tests.client import Client
from tests.conftest import Sql
from tests.workers.served import Served, until

MANY = """
    INSERT INTO "session" ("id", "expiresAt", "token", "createdAt", "updatedAt", "userId")
    SELECT 'old' || n, now() - interval '40 days', 'old' || n, now() - interval '47 days', now() - interval '47 days',
           (SELECT "id" FROM "user")
    FROM generate_series(1, %s) AS n
"""
COUNT = """SELECT count(*) FROM "session" WHERE "id" LIKE 'old%' """


@pytest.mark.gen_test
async def test_all_that_is_over_goes_in_steps(
    client: Client, app: Services, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 10)
    monkeypatch.setattr(sweeping, "PAUSE_SECONDS", 0)
    await client.sign_up()
    sql(MANY, 35)
    assert await app.sweeping.sweep() == 35
    assert sql('SELECT count(*) FROM "session"') == [(1,)]
    assert (await client.session())["user"]["name"] == "Ada"
    assert await app.sweeping.sweep() == 0


@pytest.mark.gen_test
async def test_what_ended_just_now_stays_for_a_day(client: Client, app: Services, sql: Sql) -> None:
    await client.sign_up()
    sql("""UPDATE "session" SET "expiresAt" = now() - interval '1 hour' """)
    assert await app.sweeping.sweep() == 0
    sql("""UPDATE "session" SET "expiresAt" = now() - interval '25 hours' """)
    assert await app.sweeping.sweep() == 1


@pytest.mark.gen_test
async def test_one_at_a_time(client: Client, app: Services, sql: Sql) -> None:
    await client.sign_up()
    sql(MANY, 3)
    async with app.db.transaction() as tx:
        await tx.value("SELECT pg_advisory_xact_lock(%(key)s)", key=sweeps._KEY)
        assert await app.sweeping.sweep() is None
    assert await app.sweeping.sweep() == 3


@pytest.mark.gen_test
async def test_a_row_that_somebody_holds_is_passed_by(client: Client, app: Services, sql: Sql) -> None:
    await client.sign_up()
    sql(MANY, 3)
    async with app.db.transaction() as tx:
        await tx.value("""SELECT 1 FROM "session" WHERE "id" = 'old2' FOR UPDATE""")
        assert await app.sweeping.sweep() == 2
    assert await app.sweeping.sweep() == 1


@pytest.mark.gen_test
async def test_a_server_sweeps_by_itself(client: Client, database_url: str, sql: Sql, tmp_path: Path) -> None:
    await client.sign_up()
    sql(MANY, 3)
    with Served(tmp_path, DATABASE_URL=database_url):
        until(lambda: sql(COUNT) == [(0,)])


@pytest.mark.gen_test
async def test_the_death_of_the_worker_that_sweeps(
    client: Client, database_url: str, sql: Sql, tmp_path: Path
) -> None:
    """All are killed, it in the middle of a batch, which is undone; whoever takes its place goes on."""
    await client.sign_up()
    sql(MANY, 3)
    gate = psycopg2.connect(database_url)
    try:
        gate.cursor().execute('LOCK TABLE "verification" IN SHARE MODE')  # a batch begins there, and waits
        with Served(tmp_path, DATABASE_URL=database_url) as served:
            until(lambda: holders(sql))
            [holder] = holders(sql)
            for worker in served.pids():
                os.kill(worker, signal.SIGKILL)
            until(lambda: holder not in holders(sql))
            assert sql(COUNT) == [(3,)]
            gate.rollback()
            until(lambda: sql(COUNT) == [(0,)])
    finally:
        gate.close()


def holders(sql: Sql) -> list[int]:
    """The connections whose turn it is: one at most."""
    rows = sql(
        """
        SELECT pid
        FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND (classid::bigint << 32) + objid::bigint = %s
        """,
        sweeps._KEY,
    )
    assert len(rows) <= 1
    return [pid for (pid,) in rows]
