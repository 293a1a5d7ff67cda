"""Every refusal is one line, with its code; and where a setting is the cause, the line names it."""

import json

import pytest

from tests.client import Client
from tests.telemetry.conftest import Log

ORIGINS = "BETTER_AUTH_TRUSTED_ORIGINS"
PAGE = "http://localhost:6510"
# A preflight, a look at the session from another port, and a page behind a proxy that says its own Host.
ASKED: list[tuple[str, str, dict[str, str], int]] = [
    ("OPTIONS", "/sign-in/email", {"Access-Control-Request-Method": "POST"}, 404),
    ("GET", "/get-session", {}, 200),
    ("POST", "/sign-out", {"Cookie": "a=b"}, 403),
]


@pytest.mark.parametrize(("method", "path", "headers", "status"), ASKED)
@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.gen_test
async def test_a_page_on_another_port_is_one_line_that_says_what_to_set(
    client: Client, log: Log, method: str, path: str, headers: dict[str, str], status: int, form: str
) -> None:
    written = log("info", form)  # type: ignore[arg-type]
    body: object = {} if method == "POST" else None
    answer = await client.send(method, f"/api/auth{path}", body, headers={"Origin": PAGE} | headers)
    assert answer.status == status
    (line,) = written().splitlines()
    assert f"{ORIGINS}={PAGE} " in line
    wanted = ["INVALID_ORIGIN", f"/api/auth{path}", answer.headers["X-Request-Id"], str(status)]
    assert [each for each in wanted if each not in line] == []
    assert ORIGINS not in str(answer.body) + str(dict(answer.headers))


REFUSED: list[tuple[str, str, object, str, int]] = [
    ("GET", "/api/auth/list-sessions", None, "UNAUTHORIZED", 401),
    ("POST", "/api/auth/sign-in/email", {"email": 5}, "VALIDATION_ERROR", 400),
    ("GET", "/api/auth/nothing", None, "HTTP_404", 404),
    ("POST", "/settings/profile", {}, "HTTP_405", 405),
    ("POST", "/api/auth/update-user", {"name": "x"}, "UNAUTHORIZED", 401),
]


@pytest.mark.parametrize(("method", "path", "body", "code", "status"), REFUSED)
@pytest.mark.gen_test
async def test_a_refusal_is_one_line_with_its_code(
    client: Client, log: Log, method: str, path: str, body: object, code: str, status: int
) -> None:
    written = log("info", "json")
    answer = await client.send(method, path, body)
    (line,) = (json.loads(each) for each in written().splitlines())
    assert (answer.status, line["status"], line["code"], line["path"]) == (status, status, code, path)
    assert line["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.gen_test
async def test_the_same_cause_is_told_once_and_each_refusal_all_the_same(client: Client, log: Log) -> None:
    written = log("info", "json")
    for _ in range(3):
        await client.send("POST", "/api/auth/sign-out", {}, headers={"Cookie": "a=b", "Origin": PAGE})
    lines = [json.loads(each) for each in written().splitlines()]
    assert [line["logger"] for line in lines] == ["ai_editor.refused", *["ai_editor.access"] * 2]
    assert {line["code"] for line in lines} == {"INVALID_ORIGIN"}
