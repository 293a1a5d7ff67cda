"""What goes with no change is kept by and by: never in the way, never without end, and none of it lost unnoticed. S46."""

import pytest

from handlers.audit.trail import DROPPED, MOST_WAITING, Trail
from server.database import Database, DatabaseError, DatabaseUnavailable
from server.services import Services
from server.telemetry.audit import Event
from tests.audit.conftest import Rows
from tests.client import Client

NOBODY = "postgres://nobody@127.0.0.1:1/nothing"


@pytest.mark.gen_test
async def test_a_flood_is_counted(client: Client, app: Services, rows: Rows) -> None:
    trail = app.of(Trail)
    for number in range(MOST_WAITING + 300):
        trail.note(
            Event("rate-limited" if number % 3 else "sign-in-failed", {"ip_address": "192.0.2.7"}, True)
        )
    assert (trail.waiting, trail.dropped) == (MOST_WAITING, 300)
    page = await app.metrics.page(0)
    assert b"ai_editor_audit_events_waiting 1000.0" in page
    assert b"ai_editor_audit_events_dropped_total 300.0" in page
    found = await rows()
    (dropped,) = (row for row in found if row["event"] == DROPPED)
    assert len(found) == MOST_WAITING + 1
    assert (dropped["result"], dropped["details"]) == (
        "failure",
        {"rate-limited": "200", "sign-in-failed": "100"},
    )
    assert await rows() == found


@pytest.mark.gen_test
async def test_without_a_database_what_was_refused_waits(
    client: Client, app: Services, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail, away = app.of(Trail), Database(NOBODY)
    with monkeypatch.context() as patched:
        patched.setattr(trail, "_db", away)
        assert (await client.sign_in()).status == 401
        with pytest.raises(DatabaseUnavailable):
            await trail.store_some()
        assert (trail.waiting, trail.dropped) == (1, 0)
    assert [row["event"] for row in await rows()] == ["sign-in-failed"]


@pytest.mark.gen_test
async def test_what_cannot_be_stored_is_in_nobody_s_way(
    client: Client, app: Services, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail = app.of(Trail)

    async def refuse(*args: object) -> None:
        raise DatabaseError("permission denied")

    with monkeypatch.context() as patched:
        patched.setattr("handlers.audit.store.insert", refuse)
        await client.sign_in()
        with pytest.raises(DatabaseError):
            await trail.store_some()
        assert (trail.waiting, trail.dropped) == (0, 1)
    await client.sign_in()
    found = await rows()
    assert [(row["event"], row["details"].get("sign-in-failed")) for row in found] == [
        ("sign-in-failed", None),
        (DROPPED, "1"),
    ]


@pytest.mark.gen_test
async def test_nobody_s_sign_out_is_left_to_the_log(client: Client, rows: Rows) -> None:
    await client.api("/sign-out", {})
    assert await rows() == []
