"""What a refusal, and a failure, look like from outside. S38."""

import asyncio
import json
import logging
from urllib.parse import urlsplit

import pytest

from server.database.hosts import Hosts
from server.services import Services
from server.sessions.lifecycle import Sessions
from tests.client import PASSWORD, Answer, Client
from tests.conftest import Sql
from tests.raw import request

INSIDE = "no wheel at 10.0.0.7, hunter2"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/sign-in/email", {"email": "a@example.com", "password": "x"}, 401, "INVALID_EMAIL_OR_PASSWORD"),
        ("/sign-in/email", {}, 400, "VALIDATION_ERROR"),
        ("/list-sessions", None, 401, "UNAUTHORIZED"),
    ],
)
@pytest.mark.gen_test
async def test_both_shapes_of_an_error_say_the_same(
    client: Client, path: str, body: object, status: int, code: str
) -> None:
    answer = await client.api(path, body)
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/json"
    assert list(answer.json) == ["message", "code", "error"]
    assert answer.json["error"] == {"code": code, "message": answer.json["message"]}
    assert answer.json["code"] == code


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nothing"), ("DELETE", "/get-session"), ("HEAD", "/ok"), ("GET", "/sign-out"), ("GET", "/ok/")],
)
@pytest.mark.gen_test
async def test_a_wrong_path_or_method_is_an_empty_404(client: Client, method: str, path: str) -> None:
    answer = await client.send(method, "/api/auth" + path)
    assert (answer.status, answer.body) == (404, b"")
    assert "Content-Type" not in answer.headers


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v2/users", "/api/authority", "/api/auth"])
@pytest.mark.gen_test
async def test_nothing_else_below_api_is_a_page(client: Client, path: str) -> None:
    answer = await client.send("GET", path)
    assert (answer.status, answer.body) == (404, b"")


@pytest.mark.gen_test
async def test_an_address_too_long_for_its_index_is_no_fault_of_ours(client: Client) -> None:
    answer = await client.sign_up("".join(f"{number:x}" for number in range(2000)) + "@example.com")
    assert (answer.status, answer.json["code"]) == (422, "FAILED_TO_CREATE_USER")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake of ours wherever a session is looked up."""

    async def look_up(*_: object, **__: object) -> None:
        raise RuntimeError(INSIDE)

    monkeypatch.setattr(Sessions, "look_up", look_up)


@pytest.mark.gen_test
async def test_a_mistake_of_ours_is_told_to_the_log_alone(
    client: Client, broken: None, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await client.api("/get-session")
    assert (answer.status, answer.json["code"]) == (500, "INTERNAL_SERVER_ERROR")
    assert INSIDE not in f"{answer.headers}{answer.body!r}"
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR and record.exc_info]
    assert vars(record)["request_id"] == answer.headers["X-Request-Id"]
    assert INSIDE in caplog.text


@pytest.mark.gen_test
async def test_a_mistake_of_ours_behind_a_page(client: Client, broken: None) -> None:
    answer = await client.send("GET", "/settings/profile", headers={"Cookie": "a=b"})
    assert answer.status == 500
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "nonce-" in answer.headers["Content-Security-Policy"]
    assert "Something went wrong" in answer.body.decode()
    assert INSIDE not in f"{answer.headers}{answer.body!r}"


@pytest.mark.gen_test
async def test_the_process_goes_on_after_a_mistake(
    client: Client, broken: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.api("/get-session")
    monkeypatch.undo()
    assert (await client.api("/get-session")).body == b"null"


@pytest.mark.parametrize(
    "path",
    [
        "/health",
        "/health/ready",
        "/favicon.svg",
        pytest.param("/metrics", marks=pytest.mark.feature("metrics")),
    ],
)
@pytest.mark.gen_test
async def test_other_addresses_refuse_in_one_plain_line(client: Client, path: str) -> None:
    answer = await client.send("DELETE", path)
    assert (answer.status, answer.headers["Content-Type"]) == (405, "text/plain; charset=utf-8")
    assert b"<" not in answer.body


def busy(answer: Answer) -> bool:
    return answer.status == 503 and int(answer.headers["Retry-After"]) >= 1


@pytest.mark.environ(DB_POOL_SIZE="1")
@pytest.mark.gen_test
async def test_all_connections_busy(client: Client, app: Services) -> None:  # S46
    await client.sign_up()
    app.db._pool._timeout = 0.05
    async with app.db.transaction():
        answer = await client.api("/get-session")
        assert busy(answer)
        assert answer.json["code"] == "SERVICE_UNAVAILABLE"
        page = await client.send("GET", "/settings/profile")
        assert busy(page)
        assert page.headers["Refresh"] == page.headers["Retry-After"]
    assert (await client.api("/get-session")).json["user"]["email"] == "ada@example.com"


@pytest.mark.gen_test
async def test_all_hashing_threads_busy(client: Client, app: Services) -> None:  # S46
    app.stop(0)
    answer = await client.sign_up()
    assert busy(answer)


@pytest.mark.gen_test
async def test_the_database_is_away_and_back(
    client: Client, app: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.sign_up()
    there, app.db._hosts = app.db._hosts, Hosts("postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setattr(app.db._pool, "_usable", lambda connection: False)
    assert [busy(await client.api(path)) for path in ("/get-session", "/list-sessions")] == [True, True]
    assert busy(await client.sign_in())
    assert (await client.api("/ok")).status == 200
    monkeypatch.undo()
    app.db._hosts = there
    assert (await client.sign_in()).status == 200


@pytest.mark.gen_test
async def test_a_client_that_leaves_is_no_error(
    client: Client,
    app: Services,
    sql: Sql,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It hangs up while its password is hashed, and there is nobody left to answer."""
    begun, left, real = asyncio.Event(), asyncio.Event(), app.passwords.hash

    async def wait(password: str) -> str:
        begun.set()
        await left.wait()
        return await real(password)

    monkeypatch.setattr(app.passwords, "hash", wait)
    body = json.dumps({"name": "Ada", "email": "ada@example.com", "password": PASSWORD}).encode()
    headers = ("Content-Type: application/json", f"Content-Length: {len(body)}")
    _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(client.base_url).port)
    writer.write(request("POST /api/auth/sign-up/email", *headers, body=body))
    await begun.wait()
    writer.close()
    await writer.wait_closed()
    left.set()
    while sql('SELECT count(*) FROM "user"') == [(0,)]:
        await asyncio.sleep(0.01)
    for _ in range(3):
        assert (await client.api("/ok")).status == 200
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("target", ["/dash?name=Ada%0d%0aSet-Cookie:%20a=b", "/→", "/däsh", "/%F0%9F%98%80"])
@pytest.mark.gen_test
async def test_odd_targets_are_fit_for_a_header(client: Client, target: str) -> None:
    """A Location is Latin-1 at most, and never ends a header."""
    await client.sign_up()
    answer = await client.sign_in(callbackURL=target)
    assert answer.status == 200
    assert answer.json["url"] == target
    assert answer.headers["Location"].isascii() or answer.headers["Location"].encode("latin-1")
    assert [line.split("=")[0] for line in answer.set_cookies] == ["better-auth.session_token"]
