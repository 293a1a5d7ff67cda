"""Workers that wait for a migration elsewhere, or do not come to serve at all."""

import os
import signal
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import psycopg2
import pytest

from server import postgres
from server.schema.migrate import LOCK_KEY
from tests.workers.served import Served, Starting, until

MOST_SECONDS = 60  # of a stop, which takes less than one where nothing else goes on


class Impatient(Starting):
    """Its workers have little time to come to serve."""

    def __init__(self, folder: Path, seconds: float, **settings: str) -> None:
        self.command = (str(Path(__file__).with_name("impatient.py")), str(seconds))
        super().__init__(folder, **settings)


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A PostgreSQL that is no server's own."""
    with tempfile.TemporaryDirectory() as folder, postgres.owned(Path(folder)) as url:
        yield url


# Whoever sweeps or seals the audit takes a lock of the kind, too.
LOCKS = """
    SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND (classid::bigint << 32 | objid::bigint) = %s AND
"""
PENDING = """
    DO $$ BEGIN
        IF to_regclass('ai_editor_migration') IS NOT NULL THEN
            DROP TABLE IF EXISTS "ai_editor_device";
            DELETE FROM "ai_editor_migration" WHERE "name" = '0004_devices';
        END IF;
    END $$;
"""


@contextmanager
def lock_held(database: str) -> Iterator[None]:
    """As while a migration runs elsewhere."""
    execute(database, PENDING)
    with closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK_KEY,))
        yield
        cursor.execute(LOCKS + "granted", (LOCK_KEY,))
        assert cursor.fetchone() == (1,)


def execute(database: str, statements: str) -> None:
    with closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute(statements)
        connection.commit()


def until_one_waits(database: str) -> None:
    """Until somebody waits for the lock."""
    with closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        connection.autocommit = True

        def somebody_waits() -> bool:
            cursor.execute(LOCKS + "NOT granted", (LOCK_KEY,))
            return cursor.fetchone() != (0,)

        until(somebody_waits)


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def answers(address: str) -> bool:
    """Whether a connection is answered; one that waits where nobody serves is given up."""
    for _ in range(30):
        with suppress(OSError), urllib.request.urlopen(f"{address}/health", timeout=1) as answer:
            return bool(answer.status == 200)
    return False


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_start_that_waits_is_stopped(
    database: str, tmp_path: Path, workers: str, number: signal.Signals
) -> None:
    settings = {"DATABASE_URL": database, "WORKERS": workers}
    with lock_held(database), Starting(tmp_path, **settings) as starting:
        until_one_waits(database)
        pids = starting.pids()
        starting.process.send_signal(number)
        assert starting.process.wait(MOST_SECONDS) == 0
        assert not any(map(is_alive, pids))
        assert starting.process.communicate()[1] == ""


def test_a_replacement_that_waits_is_stopped(database: str, tmp_path: Path) -> None:
    with Served(tmp_path, DATABASE_URL=database) as served, lock_held(database):
        served.process.send_signal(signal.SIGHUP)
        until_one_waits(database)
        assert len(served.pids()) == 3
        assert answers(served.address)
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(MOST_SECONDS) == 0


def test_a_worker_that_waits_too_long_is_named_and_replaced(database: str, tmp_path: Path) -> None:
    with ExitStack() as held:
        held.enter_context(lock_held(database))
        with Impatient(tmp_path, 6, DATABASE_URL=database) as starting:
            until_one_waits(database)
            (pid,) = starting.pids()
            starting.hear(rf"worker 1 of 2 \(process {pid}\) does not serve after 6 s; another one starts in")
            until(lambda: starting.pids() - {pid} and not is_alive(pid))
            held.close()
            starting.hear(r"http://\S+")
            assert len(starting.pids()) == 2


def test_the_others_serve_while_one_does_not_come(database: str, tmp_path: Path) -> None:
    with Impatient(tmp_path, 6, DATABASE_URL=database) as served:
        address = served.hear(r"http://\S+")[0]
        stays, goes = sorted(served.pids())
        with lock_held(database):
            os.kill(goes, signal.SIGKILL)
            served.hear(rf"\(process {goes}\) ended with -9; another one starts")
            until(lambda: served.pids() - {stays, goes})
            [frozen] = served.pids() - {stays, goes}
            os.kill(frozen, signal.SIGSTOP)  # while it waits for the lock, or before
            served.hear("does not serve after 6 s; another one starts in")
            assert is_alive(stays)
            assert answers(address)


def test_a_pause_is_interrupted(database: str, tmp_path: Path) -> None:
    with Impatient(tmp_path, 0.01, DATABASE_URL=database) as starting:
        starting.hear("another one starts in 1 s")
        starting.process.send_signal(signal.SIGTERM)
        assert starting.process.wait(9) == 0


def test_workers_that_only_end_are_given_up(tmp_path: Path) -> None:
    with Starting(tmp_path, DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing") as starting:
        _, said = starting.process.communicate(timeout=60)
    assert starting.process.returncode == 1
    assert "the database does not answer" in said
    assert said.splitlines()[-1] == "ai-editor: the workers end as soon as they start: see above"


SLOW = """
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(8); RETURN NEW; END';
    CREATE TRIGGER slow BEFORE INSERT ON "ai_editor_migration" EXECUTE FUNCTION slow();
"""


def test_a_worker_that_migrates_takes_its_time(database: str, tmp_path: Path) -> None:
    with Served(tmp_path, DATABASE_URL=database, WORKERS="1"):
        pass
    execute(database, PENDING + SLOW)
    with Impatient(tmp_path, 6, DATABASE_URL=database) as starting:
        starting.hear(r"http://\S+")
        assert "does not serve" not in starting.said
    execute(database, "DROP FUNCTION slow CASCADE")


class FirstStart(Starting):
    """One that makes its database, as those that the tests fork do not."""

    command = ("-m", "server", "serve")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_first_start_is_stopped_while_it_makes_its_database(tmp_path: Path, workers: str) -> None:
    made = tmp_path / "data" / "postgres"
    with FirstStart(tmp_path, WORKERS=workers) as starting:
        until(lambda: list(made.glob("data.new-*")))
        starting.process.send_signal(signal.SIGTERM)
        assert starting.process.wait(MOST_SECONDS) == 0
        assert list(made.glob("data*")) == []
        assert starting.process.communicate()[1] == ""


def test_a_place_is_served_again_though_the_tables_are_locked(database: str, tmp_path: Path) -> None:
    """Who asks there is answered, if only that it has to be tried again. S38."""
    with Served(tmp_path, DATABASE_URL=database) as served:
        before = served.pids()
        with closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute('LOCK TABLE "session", "user", "account", "ai_editor_migration"')
            for pid in before:
                os.kill(pid, signal.SIGKILL)
            until(lambda: len(served.pids() - before) == 2)
            assert answers(served.address)
        until(lambda: served.call("/health/ready")[0] == 200)


def test_a_start_waits_for_no_rows(database: str, tmp_path: Path) -> None:
    """What a start reads of tables stands in the catalogue, which a lock on them leaves free."""
    with Served(tmp_path, DATABASE_URL=database) as served:
        before = served.pids()
        with closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute('LOCK TABLE "session", "user", "account", "verification", "ai_editor_mail"')
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK_KEY,))
            served.process.send_signal(signal.SIGHUP)
            until(lambda: len(served.pids() - before) == 2 and not served.pids() & before)
            cursor.execute(LOCKS + "granted", (LOCK_KEY,))
            assert cursor.fetchone() == (1,)
