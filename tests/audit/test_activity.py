"""GET /api/activity: what happened to the caller's own account."""

from typing import Any

import pytest

from handlers.audit.routes import PAGE
from handlers.audit.trail import Trail
from server.services import Services
from tests.audit.conftest import Rows
from tests.client import PASSWORD, Client


async def activity(client: Client, before: str = "") -> Any:
    query = f"?before={before}" if before else ""
    answer = await client.send("GET", f"/api/activity{query}")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json


@pytest.mark.gen_test
async def test_what_one_did_and_others_tried(client: Client, rows: Rows) -> None:
    stranger = Client(client.base_url)
    await client.sign_up()
    await stranger.sign_in(password="wrong password")
    await stranger.sign_up("grace@example.com")
    await rows()
    found = await activity(client)
    assert [(each["event"], each["result"], each["by"], each["current"]) for each in found["events"]] == [
        ("sign-in-failed", "failure", "somebody", False),
        ("sign-up", "success", "you", True),
    ]
    assert found["next"] is None
    assert set(found["events"][0]) == {
        "id", "event", "result", "by", "createdAt", "ipAddress", "userAgent", "current",
    }  # fmt: skip


@pytest.mark.gen_test
async def test_page_after_page(client: Client) -> None:
    await client.sign_up()
    for _ in range(PAGE + 2):
        await Client(client.base_url).sign_in()
    first = await activity(client)
    assert len(first["events"]) == PAGE
    assert first["next"] == first["events"][-1]["id"]
    second = await activity(client, first["next"])
    assert [each["event"] for each in second["events"]] == ["sign-in"] * 2 + ["sign-up"]
    assert second["next"] is None
    assert not {each["id"] for each in first["events"]} & {each["id"] for each in second["events"]}


@pytest.mark.gen_test
async def test_nothing_of_others(client: Client) -> None:  # S40
    grace = Client(client.base_url)
    await client.sign_up()
    await grace.sign_up("grace@example.com")
    theirs = (await activity(grace))["events"][0]["id"]
    assert (await activity(client, theirs)) == {"events": [], "next": None}
    assert (await activity(client, "nothing")) == {"events": [], "next": None}


@pytest.mark.gen_test
async def test_nobody_s(client: Client) -> None:
    await client.sign_up()
    assert (await client.send("GET", "/api/activity?before=a&before=b")).status == 400
    before = dict(client.cookies)
    await client.api("/sign-out", {})
    client.cookies = before
    answer = await client.send("GET", "/api/activity")
    assert (answer.status, answer.json["code"]) == (401, "UNAUTHORIZED")


@pytest.mark.gen_test
async def test_get_session_writes_nothing(client: Client, app: Services, rows: Rows) -> None:
    await client.sign_up()
    before = await rows()
    for _ in range(3):
        assert await client.session()
    assert app.of(Trail).waiting == 0
    assert await rows() == before
    assert (await client.api("/verify-password", {"password": PASSWORD})).status == 200
    assert len(await rows()) == len(before) + 1
