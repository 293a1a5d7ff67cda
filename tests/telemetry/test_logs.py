"""The log: one line an event, nobody else's line breaks, nothing secret. S35 S36."""

import asyncio
import json
import logging
import re

import pytest

from server import errors
from server.services import Services
from server.telemetry.audit import Audit
from server.telemetry.metrics import Metrics
from tests.client import PASSWORD, Client
from tests.conftest import SECRET, Sql
from tests.raw import exchange, request
from tests.telemetry.conftest import Log

AUDIT = Audit(Metrics())
FORGED = "x\r\n2026-01-01T00:00:00.000Z sign-in user_id=admin\x1b[2J\u2028\u0085"
other = logging.getLogger("somewhere.else")


def test_json_is_one_object_a_line(log: Log) -> None:
    written = log("info", "json")
    AUDIT.write("sign-in", user_id=FORGED, ip_address="::1")
    other.warning("so much: %s", FORGED)
    first, second = (json.loads(line) for line in written().splitlines())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.pop("time"))
    assert first == {
        "level": "info",
        "logger": "ai_editor.audit",
        "message": "sign-in",
        "event": "sign-in",
        "user_id": FORGED,
        "ip_address": "::1",
    }
    assert second["message"] == f"so much: {FORGED}"


def test_text_is_one_line_an_event(log: Log) -> None:
    written = log("info", "text")
    AUDIT.write("sign-in", user_id=FORGED)
    (line,) = written().splitlines()
    assert "user_id=x\\r\\n2026" in line
    assert line.isprintable()


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_exceptions_words_forge_no_line(log: Log, form: str) -> None:
    written = log("info", form)  # type: ignore[arg-type]
    try:
        raise ValueError("\n12:00:00 info    sign-in user_id=admin")
    except ValueError:
        other.exception("unexpected")
    first, *trace = written().splitlines()
    assert "unexpected" in first
    assert all(line.startswith("    ") for line in trace)
    assert (form == "json") is not bool(trace)


def test_what_json_does_not_know_is_written_all_the_same(log: Log) -> None:
    written = log("info", "json")
    AUDIT.write("sign-in", user_id={1, 2}, session_id=b"x")
    assert json.loads(written())["user_id"] == "{1, 2}"


def test_a_level_keeps_the_rest_out(log: Log) -> None:
    written = log("warning", "text")
    other.info("that")
    other.warning("this")
    assert [line.split()[-1] for line in written().splitlines()] == ["this"]


@pytest.mark.parametrize("level", ["warning", "error"])
def test_no_level_silences_the_audit(log: Log, level: str) -> None:  # S36
    written = log(level, "text")
    AUDIT.write("sign-in", user_id="7")
    assert "event=sign-in user_id=7" in written()


@pytest.mark.gen_test
async def test_a_request_is_one_line_without_its_query(client: Client, log: Log) -> None:
    written = log("debug", "json")
    answer = await client.api("/ok?token=hunter2")
    text = written()
    while "ai_editor.access" not in text:  # the line is written after the answer is sent
        await asyncio.sleep(0.01)
        text += written()
    lines = [json.loads(line) for line in text.splitlines()]
    (line,) = (line for line in lines if line["logger"] == "ai_editor.access")
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/auth/ok", 200)
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert "hunter2" not in str(lines)


@pytest.mark.gen_test
async def test_a_mails_token_in_a_path_is_not_logged(client: Client, log: Log) -> None:
    written = log("debug", "json")
    await client.api("/reset-password/hunter2hunter2?callbackURL=/x")
    assert "hunter2" not in written()


@pytest.mark.gen_test
async def test_who_did_what_from_where(client: Client, log: Log) -> None:  # S36
    written = log("info", "json")
    user = (await client.sign_up()).json["user"]
    await client.sign_in(password="wrong password")
    await client.sign_in()
    await client.api("/sign-out", {})
    events = [json.loads(line) for line in written().splitlines() if '"event"' in line]
    assert [line["event"] for line in events] == ["sign-up", "sign-in-failed", "sign-in", "sign-out"]
    assert {line["ip_address"] for line in events} == {"127.0.0.1"}
    assert all(line["request_id"] for line in events)
    assert events[0]["user_id"] == events[2]["user_id"] == events[3]["user_id"] == user["id"]
    assert events[2]["session_id"] == events[3]["session_id"]


@pytest.mark.gen_test
async def test_a_failure_says_who_was_tried(client: Client, log: Log) -> None:  # S36
    """The user's id where there is one, else a keyed hash; the same account under the same hash each time."""
    written = log("info", "json")
    user = (await client.sign_up()).json["user"]
    tried = [
        "ada@example.com",
        "ADA@example.com",
        "nobody@example.com",
        "nobody@EXAMPLE.com",
        "else@example.com",
    ]
    for address in tried:
        await client.sign_in(address, "wrong password")
    await client.api("/request-password-reset", {"email": "nobody@example.com"})
    events = [json.loads(line) for line in written().splitlines() if '"event"' in line]
    failed = [event for event in events if event["event"] == "sign-in-failed"]
    assert [event.get("user_id") for event in failed] == [user["id"]] * 2 + [None] * 3
    ada, again, nobody, same, other_one = (event["account"] for event in failed)
    assert (ada, nobody) == (again, same)
    assert len({ada, nobody, other_one}) == 3
    (reset,) = (event for event in events if event["event"] == "password-reset-requested")
    assert reset["account"] == nobody
    assert "example.com" not in "".join(map(str, events)).lower()


@pytest.mark.gen_test
async def test_a_locked_account_is_named(  # S36
    client: Client, log: Log, app: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = log("info", "json")
    await client.sign_in("nobody@example.com")

    async def refuse(*args: object) -> None:
        raise errors.too_many_requests(1)

    monkeypatch.setattr(app.account_limits, "check", refuse)
    assert (await client.sign_in("nobody@example.com")).status == 429
    failed, limited = (json.loads(line) for line in written().splitlines() if '"event"' in line)
    assert limited["event"] == "account-limited"
    assert limited["account"] == failed["account"]


@pytest.mark.environ(REQUIRE_EMAIL_VERIFICATION="yes")
@pytest.mark.gen_test
async def test_a_repeated_sign_up_names_the_owner(client: Client, sql: Sql, log: Log) -> None:  # S36
    written = log("info", "json")
    await client.sign_up()
    await client.sign_up()
    events = [json.loads(line) for line in written().splitlines() if '"event"' in line]
    assert [event["event"] for event in events] == ["sign-up", "sign-up-repeated"]
    assert {event["user_id"] for event in events} == {sql('SELECT "id" FROM "user"')[0][0]}


@pytest.mark.gen_test
async def test_nobody_signs_out(client: Client, log: Log) -> None:  # S36
    written = log("info", "json")
    await client.api("/sign-out", {})
    (line,) = (json.loads(line) for line in written().splitlines() if '"event"' in line)
    assert line["event"] == "sign-out"
    assert "user_id" not in line


@pytest.mark.environ(RATE_LIMIT_ENABLED="yes")
@pytest.mark.gen_test
async def test_a_refusal_for_its_rate_is_logged(client: Client, log: Log) -> None:
    written = log("info", "json")
    answers = [await client.sign_in("nobody@example.com") for _ in range(4)]
    assert answers[-1].status == 429
    assert "rate-limited" in written()


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.gen_test
async def test_nothing_secret_is_logged(client: Client, sql: Sql, log: Log, form: str) -> None:
    """At the most talkative level, through all that goes right and wrong."""
    written = log("debug", form)  # type: ignore[arg-type]
    signed_up = await client.sign_up(password="hunter2 hunter2 hunter2")
    cookie = client.cookies["better-auth.session_token"]
    await client.api("/get-session")
    await client.send("GET", "/settings/profile?email=ada@example.com&password=hunter2")
    await client.sign_in(password="hunter2 not quite")
    await client.api("/sign-in/email", {"email": "ada@example.com", "password": ["hunter2"]})
    await client.api("/sign-in/email", raw=b'{"email": "ada@example.com", "password": "hunter2')
    await client.api("/sign-in/email", raw=b"ada@example.com hunter2", headers={"Content-Type": "text/plain"})
    await client.send("GET", "/", headers={"Authorization": "Bearer hunter2", "X-Api-Key": "hunter2"})
    for line in (f"Cookie {cookie}", f"Cookie: {cookie}\0", f"Content-Length: {cookie}", f" {cookie}"):
        await exchange(client.base_url, request("POST /api/auth/sign-out", "Cookie: hunter2=1", line))
    sql('ALTER TABLE "session" ADD CONSTRAINT closed CHECK ("token" IS NULL) NOT VALID')
    try:
        assert (await client.sign_in(password="hunter2 hunter2 hunter2")).status == 409
    finally:
        sql('ALTER TABLE "session" DROP CONSTRAINT closed')
    await client.api("/sign-out", {})
    text = written()
    assert "closed" in text
    token, _, signature = cookie.partition(".")
    secrets = [
        token,
        signature[:20],
        signed_up.json["token"],
        "hunter2",
        "ada@example.com",
        SECRET,
        PASSWORD,
        "$2b$",
    ]
    assert [secret for secret in secrets if secret in text] == []
