"""`ai-editor` where sessions are in Redis; and a start on a Redis that cannot keep them."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from server.config.settings import Settings
from server.errors import StartError
from server.feature import Feature, assemble
from tests.cli.commands import Commands
from tests.client import Client
from tests.conftest import Sql
from tests.redis.asking import Inside, token, until_out
from tests.relay.conftest import PATH, Redis

pytestmark = pytest.mark.gen_test


@pytest.fixture
def ai_editor(config: Settings, mode: str, tmp_path: Path) -> Commands:
    """Commands on the same database and Redis as the server."""
    settings = {
        "DATABASE_URL": str(config.database_url),
        "REDIS_URL": str(config.redis_url),
        "SESSION_STORE": mode,
        "BETTER_AUTH_SECRET": config.secret,
    }
    return Commands(tmp_path, settings)


async def test_what_is_listed_and_ended(client: Client, ai_editor: Commands, inside: Inside) -> None:  # S23
    await client.sign_up()
    other = Client(client.base_url)
    await other.sign_in()
    ada = ai_editor("session", "list", "ada@example.com", "--json").json
    everybody = ai_editor("session", "list", "--json").json
    assert ada == everybody
    assert ada["total"] == 2
    assert ai_editor("user", "list", "--json").json["users"][0]["sessions"] == 2
    assert len(ai_editor("user", "show", "ada@example.com", "--json").json["sessions"]) == 2
    mine = (await client.session())["session"]["id"]
    assert ai_editor("session", "revoke", mine).code == 0
    assert not inside.exists("better-auth:" + token(client))
    await until_out(client)
    assert (await other.session()) is not None
    assert ai_editor("session", "revoke", "--all", "--yes", "--json").json == {"revoked": 1}
    await until_out(other)
    assert ai_editor("session", "revoke", mine).refusal == f"no session has the id {mine!r}"


async def test_a_deleted_user_is_signed_in_nowhere(
    client: Client, ai_editor: Commands, inside: Inside
) -> None:  # S23
    await client.sign_up()
    name = "better-auth:" + token(client)
    assert ai_editor("user", "delete", "ada@example.com", "--yes").code == 0
    assert not inside.exists(name)
    await until_out(client)


async def test_a_redis_that_is_away_is_said_in_one_line(
    client: Client, ai_editor: Commands, redis: Redis, sql: Sql
) -> None:
    await client.sign_up()
    redis.stop()
    try:
        refusal = ai_editor("user", "delete", "ada@example.com", "--yes").refusal
    finally:
        redis.start()
    assert "REDIS_URL" in refusal
    assert sql('SELECT count(*) FROM "user"') == [(1,)]


class Clustered(Redis):
    """One that is a node of a cluster."""

    options = ("--cluster-enabled", "yes")


@pytest.mark.parametrize("mode", ["redis"])
async def test_a_cluster_stops_the_start(
    client: Client, config: Settings, features: tuple[Feature, ...]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        node = Clustered(str(PATH), Path(folder))
        node.start()
        app = assemble(features, replace(config, redis_url=node.url))
        try:
            with pytest.raises(StartError, match="REDIS_URL leads to a Redis Cluster"):
                async with app.running(check=False):
                    pass
        finally:
            await app.close()
            node.stop()
