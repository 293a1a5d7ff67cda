"""A database that answers reads alone, as after a failover or with a full disk: 503, and back without a restart. S38."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from server.database import WritesRefused, writes
from server.services import Services
from tests.client import Client
from tests.conftest import SECRET, Sql, execute
from tests.lent import Lender
from tests.outside import set_read_only

END_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@contextmanager
def read_only(url: str) -> Iterator[None]:
    """For as long as that; connections of before are ended, those of the time stay as they are."""
    set_read_only(url, "on")
    execute(url, END_OTHERS)
    try:
        yield
    finally:
        set_read_only(url, "off")


@pytest.fixture
def lender() -> Lender:
    """One who lends nothing: whether a database takes changes is decided when a connection begins."""
    return Lender("")


@pytest.fixture(autouse=True)
def look_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the second after it is over would have to be waited for."""
    monkeypatch.setattr(writes, "READ_ONLY_SECONDS", 0.0)


@pytest.mark.gen_test
async def test_503_while_it_lasts_and_no_longer(
    client: Client, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    await client.sign_up()
    with read_only(database_url):
        for _ in range(5):
            answer = await client.sign_in()
            assert (answer.status, answer.json["code"]) == (503, "SERVICE_UNAVAILABLE")
            assert int(answer.headers["Retry-After"]) >= 1
        ready = await client.send("GET", "/health/ready")
        assert (ready.status, ready.json) == (503, {"status": "database read-only"})
        assert (await client.send("GET", "/health")).status == 200
        assert (await client.session())["user"]["name"] == "Ada"
    assert (await client.send("GET", "/health/ready")).status == 200
    assert (await client.sign_in()).status == 200
    said = [each for each in caplog.records if each.name == writes.__name__]
    assert [each.levelno for each in said] == [logging.WARNING] * 2
    assert not [each for each in caplog.records if each.exc_info]


@pytest.mark.gen_test
async def test_a_session_that_is_due_is_answered_without_prolonging(
    client: Client, database_url: str, sql: Sql
) -> None:
    await client.sign_up()
    sql("""UPDATE "session" SET "expiresAt" = "expiresAt" - interval '2 days' """)
    before = sql('SELECT "expiresAt" FROM "session"')
    with read_only(database_url):
        answer = await client.api("/get-session")
        assert (answer.json["user"]["name"], answer.set_cookies) == ("Ada", [])
    assert sql('SELECT "expiresAt" FROM "session"') == before
    assert (await client.api("/get-session")).set_cookies
    assert sql('SELECT "expiresAt" FROM "session"') != before


@pytest.mark.gen_test
async def test_a_session_that_is_over_is_none_though_it_stays(
    client: Client, database_url: str, sql: Sql
) -> None:
    await client.sign_up()
    sql("""UPDATE "session" SET "expiresAt" = now() - interval '1 second' """)
    with read_only(database_url):
        answer = await client.api("/get-session")
        assert (answer.status, answer.body) == (200, b"null")
        assert sql('SELECT count(*) FROM "session"') == [(1,)]


@pytest.mark.environ(
    APP_ENV="production", BETTER_AUTH_SECRET=SECRET, RATE_LIMIT_ENABLED="yes", RATE_LIMIT_STORAGE="database"
)
@pytest.mark.gen_test
async def test_a_count_that_cannot_be_stored_keeps_nobody_from_reading(
    client: Client, database_url: str
) -> None:
    await client.sign_up()
    with read_only(database_url):
        assert (await client.api("/get-session")).status == 200
        assert (await client.sign_in()).status == 503


@pytest.mark.gen_test
async def test_connections_of_that_time_are_thrown_away(
    client: Client, app: Services, database_url: str
) -> None:
    """Their sessions stay read-only for as long as they live: a write finds that out by itself, and is done."""
    with read_only(database_url):
        with pytest.raises(WritesRefused):
            await app.db.check_writes()
        assert await app.db.value("SELECT current_setting('transaction_read_only')") == "on"
    assert await app.db.value("SELECT current_setting('transaction_read_only')") == "on"
    assert await app.db.run("""DELETE FROM "rateLimit" """) == 0
    assert (await client.sign_up()).status == 200
