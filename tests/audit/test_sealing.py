"""Servers give the rows their places: one at a time, however many there are, and whoever of them dies. S37."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.audit.chains import NewDatabase
from tests.cli.commands import Commands
from tests.conftest import SECRET, execute
from tests.workers.served import Served, until

PASSWORD = "correct horse battery"
UNSEALED = """SELECT count(*) FROM "ai_editor_audit" WHERE "position" IS NULL"""
SEALED = """SELECT count(*) FROM "ai_editor_audit" WHERE "position" IS NOT NULL"""
HELD = """SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE l.locktype = 'advisory' AND d.datname = current_database() AND l.granted
    AND l.pid IN (SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock')"""


@pytest.fixture
def url(new_database: NewDatabase) -> str:
    return new_database()


@pytest.fixture
def settings(url: str) -> dict[str, str]:
    return {"DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET}


def count(url: str, sql: str) -> int:
    return int(execute(url, sql)[0][0])


def verified(folder: Path, settings: dict[str, str]) -> Any:
    done = Commands(folder, settings)("audit", "verify", "--json")
    assert done.code == 0, done.out
    return done.json


def person(number: int) -> dict[str, str]:
    return {"name": "Ada", "email": f"ada{number}@example.com", "password": PASSWORD}


def test_two_workers_write_one_chain(tmp_path: Path, url: str, settings: dict[str, str]) -> None:
    with Served(tmp_path, WORKERS="2", **settings) as served, ThreadPoolExecutor(8) as pool:
        done = pool.map(lambda number: served.call("/api/auth/sign-up/email", person(number))[0], range(40))
        assert set(done) == {200}
        wrong = {"email": "ada1@example.com", "password": "wrong password"}
        assert served.call("/api/auth/sign-in/email", wrong)[0] == 401
        until(lambda: count(url, SEALED) == 41)
    found = verified(tmp_path, settings)
    assert (found["events"], found["unsealed"]) == (41, 0)


def test_who_dies_while_sealing_is_followed_by_another(
    tmp_path: Path, url: str, settings: dict[str, str]
) -> None:
    """The row that is to be sealed next is held, so that a worker waits for it with its turn taken."""
    with Served(tmp_path, WORKERS="2", **settings) as served:
        assert served.call("/api/auth/sign-up/email", person(0))[0] == 200
        until(lambda: count(url, SEALED) == 1)
        holder = psycopg2.connect(url)
        with holder.cursor() as cursor:
            cursor.execute("""
                INSERT INTO "ai_editor_audit" ("id", "createdAt", "event", "result", "details")
                VALUES ('held', now(), 'sign-in', 'success', '{}')
            """)
            holder.commit()
            cursor.execute("""SELECT 1 FROM "ai_editor_audit" WHERE "id" = 'held' FOR UPDATE""")
            assert cursor.rowcount == 1
            assert served.call("/api/auth/sign-up/email", person(1))[0] == 200
            until(lambda: count(url, HELD) == 1)
            for worker in served.pids():
                os.kill(worker, signal.SIGKILL)
            holder.rollback()
        holder.close()
        until(lambda: served.call("/api/auth/sign-up/email", person(2))[0] == 200)
        until(lambda: count(url, UNSEALED) == 0)
    assert verified(tmp_path, settings)["events"] == 4


def test_what_waits_at_the_end_is_stored(tmp_path: Path, url: str, settings: dict[str, str]) -> None:
    """A server that ends has written down what it refused; the next one gives it its place."""
    wrong = {"email": "nobody@example.com", "password": "wrong password"}
    with Served(tmp_path, WORKERS="1", **settings) as served:
        assert served.call("/api/auth/sign-in/email", wrong)[0] == 401
    assert count(url, UNSEALED) + count(url, SEALED) == 1
    with Served(tmp_path, WORKERS="1", **settings) as served:
        assert served.call("/api/auth/sign-up/email", person(1))[0] == 200
        until(lambda: count(url, SEALED) == 2)
    assert verified(tmp_path, settings)["unsealed"] == 0
