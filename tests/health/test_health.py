"""GET /health and /health/ready."""

import pytest

from server.database.hosts import Hosts
from server.schema import migrate
from server.services import Services
from tests.client import Client
from tests.conftest import Sql


@pytest.mark.gen_test
async def test_alive_and_ready(client: Client) -> None:
    for path in ("/health", "/health/ready"):
        answer = await client.send("GET", path)
        assert (answer.status, answer.json) == (200, {"status": "ok"})
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
@pytest.mark.gen_test
async def test_head_is_enough(client: Client, path: str) -> None:
    answer = await client.send("HEAD", path)
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.gen_test
async def test_alive_but_not_ready_without_its_database(client: Client, app: Services) -> None:
    await app.db.close()
    there, app.db._hosts = app.db._hosts, Hosts("postgresql://nobody:hunter2@127.0.0.1:1/none")
    assert (await client.send("GET", "/health")).status == 200
    answer = await client.send("GET", "/health/ready")
    assert (answer.status, answer.json) == (503, {"status": "database unreachable"})
    assert int(answer.headers["Retry-After"]) >= 1
    app.db._hosts = there
    assert (await client.send("GET", "/health/ready")).status == 200


@pytest.mark.gen_test
async def test_not_ready_before_its_migrations(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = {**migrate.files(), "9999_next": "SELECT 1"}
    monkeypatch.setattr(migrate, "files", lambda: newer)
    answer = await client.send("GET", "/health/ready")
    assert (answer.status, answer.json) == (503, {"status": "migrations pending"})


@pytest.mark.gen_test
async def test_ready_on_a_newer_database(client: Client, sql: Sql) -> None:
    """The first server of a newer version that comes up is no reason to take all the others away."""
    sql("""INSERT INTO "ai_editor_migration" ("name") VALUES ('9999_next')""")
    try:
        assert (await client.send("GET", "/health/ready")).status == 200
    finally:
        sql("""DELETE FROM "ai_editor_migration" WHERE "name" = '9999_next'""")


@pytest.mark.environ(RATE_LIMIT_ENABLED="yes")
@pytest.mark.gen_test
async def test_balancers_may_ask_as_often_as_they_like(client: Client) -> None:
    assert {(await client.send("GET", "/health")).status for _ in range(120)} == {200}
