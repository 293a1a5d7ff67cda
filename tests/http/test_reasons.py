"""What is refused because of a setting is one line in the log, which names the setting."""

import io
import json
import logging

import pytest

from server.telemetry import logs
from server.telemetry.sparing import MOST, SECONDS, Sparing
from tests.client import PASSWORD, Client

EVIL = "https://evil.example"
ADA = {"email": "ada@example.com", "password": PASSWORD, "name": "Ada"}
ORIGINS = "BETTER_AUTH_TRUSTED_ORIGINS"
COOKIE = {"Cookie": "a=b", "Origin": EVIL}
PREFLIGHT = {"Origin": EVIL, "Access-Control-Request-Method": "POST"}
CASES = [
    ("POST", "/api/auth/sign-out", {}, COOKIE, EVIL, ORIGINS),
    ("POST", "/api/auth/sign-out", {"callbackURL": f"{EVIL}/x?token=y"}, {}, EVIL, ORIGINS),
    ("POST", "/api/auth/sign-out", {"callbackURL": "//evil.example"}, {}, "//evil.example", ORIGINS),
    ("GET", "/api/auth/verify-email?token=x&callbackURL=https://evil.example", None, {}, EVIL, ORIGINS),
    ("OPTIONS", "/api/auth/sign-in/email", None, PREFLIGHT, EVIL, ORIGINS),
    ("POST", "/api/auth/sign-up/email", {**ADA, "password": "x"}, {}, "password", "PASSWORD_MIN_LENGTH"),
    pytest.param(
        *("GET", "/metrics", None, {"Host": "app.example.com"}, "/metrics", "METRICS_TOKEN"),
        marks=pytest.mark.feature("metrics"),
    ),
]


def reasons(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The lines that say why."""
    return [record.getMessage() for record in caplog.records if record.name == "ai_editor.refused"]


@pytest.mark.parametrize(("method", "path", "body", "headers", "value", "setting"), CASES)
@pytest.mark.gen_test
async def test_a_refusal_names_what_it_refuses_and_the_setting(
    client: Client,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    body: object,
    headers: dict[str, str],
    value: str,
    setting: str,
) -> None:
    with caplog.at_level(logging.INFO, "ai_editor.refused"):
        for _ in range(3):
            answer = await client.send(method, path, body, headers=headers)
            assert 400 <= answer.status < 500
    (line,) = reasons(caplog)
    assert value in line
    assert setting in line
    assert "token=y" not in line


@pytest.mark.environ(DISABLE_SIGN_UP="yes")
@pytest.mark.gen_test
async def test_a_closed_sign_up_says_what_closes_it(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "ai_editor.refused"):
        assert (await client.api("/sign-up/email", ADA)).status == 400
    assert [line for line in reasons(caplog) if "DISABLE_SIGN_UP" in line] == reasons(caplog) != []


class Minutes:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_flood_is_no_flood_of_lines(caplog: pytest.LogCaptureFixture) -> None:  # S36
    clock = Minutes()
    sparing = Sparing(logging.getLogger("ai_editor.refused"), clock)
    with caplog.at_level(logging.INFO, "ai_editor.refused"):
        for number in range(10_000):
            sparing.say(f"the origin {number} is not trusted")
        assert len(reasons(caplog)) == MOST
        clock.now += SECONDS
        sparing.say("the origin 1 is not trusted")
    assert reasons(caplog)[MOST:] == [
        f"{10_000 - MOST} more such lines were left out",
        "the origin 1 is not trusted",
    ]


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.gen_test
async def test_nobody_writes_a_line_of_their_own(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, form: str
) -> None:  # S36
    formatter = logs._Json() if form == "json" else logs._Text()
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter)
    logger = logging.getLogger("ai_editor.refused")
    monkeypatch.setattr(logger, "handlers", [handler])
    caplog.set_level(
        logging.INFO, logger.name
    )  # a logger remembers what it is not to say until it is told anew
    target = "/a\r\n12:00:00 error   forged\u2028line\x1b[2J"
    assert (await client.api("/sign-out", {"callbackURL": target})).status == 403
    (line,) = written.getvalue().splitlines()
    assert line.isprintable()
    assert "callbackURL" in (json.loads(line)["message"] if form == "json" else line)
