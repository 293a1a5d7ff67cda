"""COMMIT waits for a standby that is away: nobody is told that something was done which no standby has. S38."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest

from server.database import Database, OutcomeUnknown, statement
from tests.replication.conftest import both
from tests.standbys import Node, until
from tests.workers.served import Served

WAITS = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND usename = 'ai_editor'"
CANCEL = "SELECT pg_cancel_backend(%s)"
CHANGE = """
    INSERT INTO "rateLimit" ("id", "key", "count", "lastRequest")
    VALUES (%(id)s, 'key', 1, 1)
"""


@pytest.fixture(scope="module")
def served(pair: tuple[Node, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of ours on both."""
    with Served(
        tmp_path_factory.mktemp("server"), DATABASE_URL=both(*pair), WORKERS="1", LOG_LEVEL="error"
    ) as found:
        yield found


@pytest.fixture
def away(served: Served, pair: tuple[Node, ...]) -> Iterator[Node]:
    """The primary, whose standby answers nobody."""
    primary, standby = pair
    primary.wait_for(standby)
    standby.freeze()
    yield primary
    standby.thaw()
    primary.wait_for()


def sign_up(served: Served, email: str) -> tuple[int, str, str]:
    """Status, code and Retry-After."""
    body = json.dumps({"email": email, "password": "a password of theirs", "name": "A"}).encode()
    request = urllib.request.Request(
        f"{served.address}/api/auth/sign-up/email", body, {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, "", ""
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())["code"], error.headers["Retry-After"]


def test_who_waits_too_long_is_told_that_nobody_knows(served: Served, away: Node) -> None:
    assert sign_up(served, "late@example.com") == (503, "OUTCOME_UNKNOWN", "1")


def test_a_wait_that_is_cancelled_is_no_success(served: Served, away: Node) -> None:
    """PostgreSQL says COMMIT all the same, and adds a warning."""
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(sign_up, served, "cancelled@example.com")
        until(lambda: away.execute(WAITS) or answer.done())
        for (pid,) in away.execute(WAITS):
            away.execute(CANCEL, pid)
        assert answer.result() == (503, "OUTCOME_UNKNOWN", "1")
    found = away.execute("""SELECT 1 FROM "user" WHERE "email" = 'cancelled@example.com' """)
    assert found == [(1,)]  # here, and nowhere else


def test_nor_is_one_of_a_single_statement(away: Node, served: Served) -> None:
    async def change() -> None:
        db = Database(away.url, 1)
        try:
            running = asyncio.create_task(db.run(CHANGE, id="alone"))
            before = {pid for (pid,) in away.execute(WAITS)}
            while not (waiting := [row for row in away.execute(WAITS) if row[0] not in before]):
                await asyncio.sleep(0.02)
            away.execute(CANCEL, *waiting[0])
            with pytest.raises(OutcomeUnknown):
                await running
            assert await db.value("SELECT 1") == 1
        finally:
            await db.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, change()).result()


def test_the_warning_of_a_trigger_is_another_one(served: Served, pair: tuple[Node, ...]) -> None:
    primary = pair[0]
    primary.execute("CREATE TABLE loud AS SELECT 1 AS number")
    primary.execute("GRANT ALL ON loud TO ai_editor")
    primary.execute(
        "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE WARNING 'mind'; RETURN NEW; END$$"
    )
    primary.execute("CREATE TRIGGER warn BEFORE UPDATE ON loud FOR EACH ROW EXECUTE FUNCTION warn()")

    async def change() -> int:
        db = Database(primary.url, 1)
        try:
            async with db.transaction() as tx:
                await tx.run("UPDATE loud SET number = 2")
            return await db.run("UPDATE loud SET number = 3")
        finally:
            await db.close()

    assert asyncio.run(change()) == 1


@pytest.mark.parametrize(
    ("notice", "heeded"),
    [
        ("WARNING:  canceling wait for synchronous replication due to user request\nDETAIL:  It …\n", True),
        ("WARNUNG:  storniere Warten auf synchrone Replikation\nDETAIL:  Die Transaktion …\n", True),
        ("WARNING:  mind\nDETAIL:  the step\n", False),
        ("WARNUNG:  Vorsicht\n", False),
    ],
)
def test_in_any_language(notice: str, heeded: bool) -> None:
    notices = [notice]
    with pytest.raises(OutcomeUnknown) if heeded else nullcontext():
        statement._heed(notices)
    assert notices == []
