"""Limits over several processes on one database, and over a restart. S12."""

import asyncio
import collections
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from tornado.httpclient import AsyncHTTPClient

from server.database import Database
from server.limits import DatabaseStore
from server.limits.database import KEPT
from server.limits.rules import Limit
from tests.client import PASSWORD, Client
from tests.conftest import Sql
from tests.limits.travel import Clock
from tests.mail.serving import Serving

SETTINGS = {
    "RATE_LIMIT_ENABLED": "yes",
    "RATE_LIMIT_STORAGE": "database",
    "TRUSTED_PROXIES": "127.0.0.1",
    "BCRYPT_COST": "4",
}
SIGN_IN = "/api/auth/sign-in/email"
WRONG = {"email": "ada@example.com", "password": "not the password"}


@asynccontextmanager
async def servers(folder: Path, database_url: str, count: int) -> AsyncIterator[list[str]]:
    """The addresses of so many processes on one database."""
    async with AsyncExitStack() as stack:
        started = [Serving(folder / str(number), database_url, **SETTINGS) for number in range(count)]
        for each in started:
            stack.push_async_callback(each.stop)
        yield [(await each.start()).base_url for each in started]


async def statuses(requests: Sequence[tuple[str, str, object]]) -> collections.Counter[int]:
    """How often each status came back for requests (url, address, body) that are made at once."""
    http = AsyncHTTPClient(force_instance=True, max_clients=50)

    async def ask(url: str, address: str, body: object) -> int:
        answer = await http.fetch(
            url,
            method="GET" if body is None else "POST",
            headers={"X-Forwarded-For": address, "Content-Type": "application/json"},
            body=None if body is None else json.dumps(body),
            raise_error=False,
        )
        return answer.code

    try:
        return collections.Counter(await asyncio.gather(*(ask(*request) for request in requests)))
    finally:
        http.close()


@pytest.mark.gen_test
async def test_exactly_as_many_pass_as_may(clean: None, database_url: str, tmp_path: Path) -> None:
    async with servers(tmp_path, database_url, 2) as urls:
        sign_ins = [(urls[n % 2] + SIGN_IN, "192.0.2.7", WRONG) for n in range(40)]
        assert await statuses(sign_ins) == {401: 3, 429: 37}
        reads = [(urls[n % 2] + "/api/auth/get-session", "192.0.2.7", None) for n in range(260)]
        assert await statuses(reads) == {200: 100, 429: 160}


@pytest.mark.gen_test
async def test_an_account_has_ten_guesses_in_all(
    clean: None, database_url: str, sql: Sql, tmp_path: Path
) -> None:  # S11
    async with servers(tmp_path, database_url, 2) as urls:
        guesses = [(urls[n % 2] + SIGN_IN, f"10.{n}.0.1", WRONG) for n in range(60)]
        assert await statuses(guesses) == {401: 10, 429: 50}
    assert sql("""SELECT "count" FROM "rateLimit" WHERE "key" LIKE 'account|%%'""") == [(10,)]


@pytest.mark.gen_test
async def test_a_restart_forgets_nothing(clean: None, database_url: str, tmp_path: Path) -> None:
    async def run(url: str, number: int) -> collections.Counter[int]:
        client = Client(url)
        if number == 0:
            body = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD}
            assert (await client.api("/sign-up/email", body)).status == 200
        return await statuses([(url + SIGN_IN, f"10.{number}.{n}.1", WRONG) for n in range(8)])

    for number, expected in enumerate(({401: 8}, {401: 2, 429: 6})):
        async with servers(tmp_path, database_url, 1) as (url,):
            assert await run(url, number) == expected


@pytest.mark.gen_test
async def test_memory_is_for_one_process(clean: None, database_url: str, tmp_path: Path) -> None:
    """What RATE_LIMIT_STORAGE=memory cannot do, so that nobody is surprised."""
    one = Serving(tmp_path / "one", database_url, **{**SETTINGS, "RATE_LIMIT_STORAGE": "memory"})
    two = Serving(tmp_path / "two", database_url, **{**SETTINGS, "RATE_LIMIT_STORAGE": "memory"})
    try:
        urls = [(await each.start()).base_url for each in (one, two)]
        found = await statuses([(urls[n % 2] + SIGN_IN, "192.0.2.7", WRONG) for n in range(20)])
        assert found == {401: 6, 429: 14}
    finally:
        await one.stop()
        await two.stop()


@pytest.mark.gen_test
async def test_what_is_over_is_swept_in_batches(
    clean: None, database_url: str, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.limits.database.BATCH", 3)
    old = f"(extract(epoch FROM now()) * 1000)::bigint - {KEPT} - 1000"
    sql(
        f"""
        INSERT INTO "rateLimit" ("id", "key", "count", "lastRequest")
        SELECT n::text, '192.0.2.7|/' || n, 1, {old} + CASE WHEN n > 5 THEN 10000 ELSE 0 END
        FROM generate_series(1, 9) AS n
        """
    )
    db, clock = Database(database_url, 2), Clock()
    store = DatabaseStore(db, clock)
    left = []
    for _ in range(3):
        await store.request("192.0.2.7|/ok", Limit("*", 100, 10))
        left += sql("""SELECT count(*) FROM "rateLimit" WHERE "key" <> '192.0.2.7|/ok'""")
    assert left == [(6,), (4,), (4,)], "a whole batch is followed by another at once"
    sql(f'UPDATE "rateLimit" SET "lastRequest" = {old}')
    await store.request("192.0.2.7|/ok", Limit("*", 100, 10))
    assert sql('SELECT count(*) FROM "rateLimit"') == [(5,)]
    clock.now += 60_000
    await store.request("192.0.2.7|/ok", Limit("*", 100, 10))
    assert sql('SELECT count(*) FROM "rateLimit"') == [(2,)]
    await db.close()


@pytest.mark.gen_test
async def test_sweeping_spares_accounts_and_places(clean: None, database_url: str, sql: Sql) -> None:
    db = Database(database_url, 2)
    store = DatabaseStore(db)
    await store.attempt("account|a")
    await store.forgive("account|b", "place|b")
    await store.request("192.0.2.7|/ok", Limit("*", 100, 10))
    found = sql(
        'SELECT "key" FROM "rateLimit" WHERE "lastRequest" > extract(epoch FROM now()) * 1000 + 800000'
    )
    assert sorted(found) == [("account|a",), ("place|b",)]
    await db.close()


@pytest.mark.gen_test
async def test_who_is_refused_costs_the_database_nothing(clean: None, database_url: str) -> None:
    db = Database(database_url, 2)
    store = DatabaseStore(db, Clock())
    for _ in range(2):
        waited = await store.request("192.0.2.7|/ok", Limit("*", 1, 10))
    await db.close()
    assert await store.request("192.0.2.7|/ok", Limit("*", 1, 10)) == waited > 0


@pytest.mark.gen_test
async def test_a_clock_that_was_set_back_locks_nobody_out(clean: None, database_url: str, sql: Sql) -> None:
    db = Database(database_url, 2)
    store = DatabaseStore(db)
    await store.request("192.0.2.7|/ok", Limit("*", 1, 10))
    sql('UPDATE "rateLimit" SET "lastRequest" = "lastRequest" + 86400000')
    assert await store.request("192.0.2.7|/ok", Limit("*", 1, 10)) == 0
    assert await store.request("192.0.2.7|/ok", Limit("*", 1, 10)) in range(1, 11)
    await db.close()
