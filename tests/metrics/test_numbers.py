"""What each number of GET /metrics counts."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from server.services import Services
from tests.client import Client
from tests.metrics.scraping import samples


async def read(client: Client) -> dict[str, float]:
    answer = await client.send("GET", "/metrics")
    assert answer.status == 200
    return dict(samples(answer.body.decode()))


@pytest.mark.gen_test
async def test_sign_ins_by_outcome(client: Client) -> None:
    before = await read(client)
    assert {name for name in before if "sign_ins" in name} == {
        f"ai_editor_sign_ins_total{{outcome={outcome}}}"
        for outcome in ("success", "failed", "refused", "limited")
    }
    await client.sign_up()
    await client.sign_in(password="wrong password")
    await client.sign_in()
    await client.sign_in()
    found = await read(client)
    assert found["ai_editor_sign_ins_total{outcome=success}"] == 2
    assert found["ai_editor_sign_ins_total{outcome=failed}"] == 1


@pytest.mark.gen_test
async def test_sessions_from_memory(client: Client) -> None:
    await client.sign_up()
    before = await read(client)
    for _ in range(5):
        assert (await client.api("/get-session")).json
    found = await read(client)
    hit, miss = (f"ai_editor_session_cache_requests_total{{result={each}}}" for each in ("hit", "miss"))
    assert found[miss] - before[miss] == 1
    assert found[hit] - before[hit] == 4
    labels = "endpoint=GetSession,method=GET,status=200"
    assert found[f"ai_editor_http_requests_total{{{labels}}}"] == 5
    assert found[f"ai_editor_http_request_seconds_count{{{labels}}}"] == 5


@pytest.mark.environ(RATE_LIMIT_ENABLED="yes")
@pytest.mark.gen_test
async def test_answers_429_by_rule(client: Client) -> None:
    statuses = [(await client.sign_in(password="wrong password")).status for _ in range(5)]
    assert statuses.count(429) == 2
    found = await read(client)
    limited = {name: value for name, value in found.items() if "requests_limited" in name}
    assert limited == {"ai_editor_requests_limited_total{rule=/sign-in*}": 2}
    assert found["ai_editor_limits_without_redis"] == 0


@pytest.mark.gen_test
async def test_waits_for_connections(app: Services, client: Client) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(4):
            await stack.enter_async_context(app.db.transaction())
        waiting = asyncio.ensure_future(app.db.value("SELECT 1"))
        while not app.db.waiting:
            await asyncio.sleep(0)
        cut_off = asyncio.ensure_future(app.db.value("SELECT 1"))
        while app.db.waiting < 2:
            await asyncio.sleep(0)
        cut_off.cancel()
        await asyncio.gather(cut_off, return_exceptions=True)
        seen = dict(samples((await app.metrics.page(0)).decode()))
    assert await waiting == 1
    assert seen["ai_editor_database_waiting"] == 1
    assert seen["ai_editor_database_connections_in_use"] == 4
    assert seen["ai_editor_database_connections_max"] == 4
    assert seen["ai_editor_database_wait_seconds_count{result=none}"] == 1
    found = await read(client)
    assert found["ai_editor_database_waiting"] == 0
    assert found["ai_editor_database_wait_seconds_count{result=connection}"] == 1
    assert found["ai_editor_database_wait_seconds_sum{result=connection}"] > 0
