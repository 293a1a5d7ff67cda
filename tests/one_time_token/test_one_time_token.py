"""A session that goes to another browser by a token."""

import asyncio
from collections import Counter

import pytest

from tests.client import Client
from tests.conftest import Sql

pytestmark = [pytest.mark.gen_test, pytest.mark.environ(PLUGINS="one-time-token")]
GENERATE, VERIFY = "/one-time-token/generate", "/one-time-token/verify"


async def test_a_session_is_handed_on(client: Client) -> None:
    await client.sign_up()
    token = (await client.api(GENERATE)).json["token"]
    assert len(token) == 32
    other = Client(client.base_url)
    found = await other.api(VERIFY, {"token": token})
    assert found.status == 200
    assert found.json == await client.session() == await other.session()
    await client.api("/sign-out", {})
    assert await other.session() is None


async def test_a_token_counts_for_one_alone(client: Client) -> None:  # S18
    await client.sign_up()
    token = (await client.api(GENERATE)).json["token"]
    others = [Client(client.base_url) for _ in range(12)]
    answers = await asyncio.gather(*(other.api(VERIFY, {"token": token}) for other in others))
    assert Counter(answer.status for answer in answers) == {200: 1, 400: 11}
    assert {answer.json["message"] for answer in answers if answer.status == 400} == {"Invalid token"}
    assert [await other.session() is not None for other in others].count(True) == 1


async def test_a_session_whose_time_is_over_is_no_way_in(client: Client, sql: Sql) -> None:
    await client.sign_up()
    token = (await client.api(GENERATE)).json["token"]
    sql("""UPDATE "session" SET "expiresAt" = now() - interval '1 minute'""")
    other = Client(client.base_url)
    answer = await other.api(VERIFY, {"token": token})
    assert (answer.status, answer.json["message"]) == (400, "Session expired")
    assert await other.session() is None


@pytest.mark.environ(PLUGINS="one-time-token", FEATURES_OFF="")
async def test_it_is_told_to_the_owner_and_no_token_to_the_log(
    client: Client, caplog: pytest.LogCaptureFixture, sql: Sql
) -> None:  # S35
    caplog.set_level("DEBUG")
    await client.sign_up()
    token = (await client.api(GENERATE)).json["token"]
    await Client(client.base_url).api(VERIFY, {"token": token})
    events = [row[0] for row in sql('SELECT "event" FROM "ai_editor_audit" ORDER BY "id"')]
    assert events[-1] == "session-handed-on"
    assert token not in caplog.text
    assert all(token not in str(vars(record)) for record in caplog.records)


@pytest.mark.environ(PLUGINS="none")
async def test_off_is_404(client: Client) -> None:
    await client.sign_up()
    assert (await client.api(GENERATE)).status == 404
    assert (await client.api(VERIFY, {"token": "x"})).status == 404
