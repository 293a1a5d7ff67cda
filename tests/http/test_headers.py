"""Headers that every answer has, whoever gives it. S33 S45."""

import pytest

from tests.client import Client
from tests.raw import exchange, request, status

API = [
    "/api/auth/ok",
    "/api/auth/get-session",
    "/api/auth/list-sessions",
    "/api/auth/nothing",
    "/api/nothing",
]
SITE = [
    "/",
    "/login",
    "/settings/profile",
    "/nothing",
    "/favicon.svg",
    "/assets/nothing.js",
    "/health",
    "/health/ready",
]


@pytest.mark.parametrize("path", API + SITE)
@pytest.mark.gen_test
async def test_safe_and_silent_about_the_software(client: Client, path: str) -> None:
    answer = await client.send("GET", path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert len(answer.headers["X-Request-Id"]) == 16
    assert not {"Server", "X-Powered-By", "Via"} & set(answer.headers)
    assert b"ornado" not in answer.body


@pytest.mark.parametrize("path", API)
@pytest.mark.gen_test
async def test_no_answer_of_the_api_is_kept(client: Client, path: str) -> None:
    assert (await client.send("GET", path)).headers["Cache-Control"] == "no-store"


@pytest.mark.gen_test
async def test_neither_is_one_with_a_token(client: Client) -> None:
    for answer in (await client.sign_up(), await client.sign_in(), await client.api("/sign-out", {})):
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "TRACK", "DEBUG"])
@pytest.mark.parametrize("path", [*API, *SITE, "/metrics"])
@pytest.mark.gen_test
async def test_nothing_is_sent_back_for_the_asking(client: Client, path: str, method: str) -> None:
    """TRACE is off: a page's script could read cookies there that it may not see. S45."""
    asked = request(f"{method} {path}", "Cookie: better-auth.session_token=hunter2", "X-Asked: hunter2")
    answer = await exchange(client.base_url, asked)
    assert status(answer) in (404, 405)
    assert b"hunter2" not in answer


@pytest.mark.gen_test
async def test_requests_have_different_ids(client: Client) -> None:
    ids = {(await client.api("/ok")).headers["X-Request-Id"] for _ in range(5)}
    assert len(ids) == 5


@pytest.mark.parametrize("path", ["/login", "/nothing"])
@pytest.mark.gen_test
async def test_a_page_is_alone_in_its_window(client: Client, path: str) -> None:
    answer = await client.send("GET", path)
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", [*API, *SITE, "/metrics"])
@pytest.mark.gen_test
async def test_plain_http_promises_no_https(client: Client, path: str) -> None:
    assert "Strict-Transport-Security" not in (await client.send("GET", path)).headers


@pytest.mark.environ(BETTER_AUTH_URL="https://app.example.com")
@pytest.mark.parametrize("path", [*API, *SITE])
@pytest.mark.gen_test
async def test_https_is_promised_for_a_year(client: Client, path: str) -> None:
    value = (await client.send("GET", path)).headers["Strict-Transport-Security"]
    assert int(value.partition("max-age=")[2].partition(";")[0]) >= 31536000


@pytest.mark.gen_test
async def test_the_answers_from_memory_are_no_different(client: Client) -> None:
    """get-session has a short cut for a session that was asked for a moment ago."""
    await client.sign_up()
    answers = [await client.api("/get-session", headers={"Origin": client.base_url}) for _ in range(4)]
    names = [sorted(answer.headers) for answer in answers]
    assert names == [names[0]] * 4
    assert len({answer.body for answer in answers}) == 1
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 4
