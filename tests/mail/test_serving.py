"""Whole processes: a wrong configuration, a server that comes late, a restart, two at once."""

import asyncio
import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Sql
from tests.mail.serving import Serving
from tests.mail.smtp_server import PostOffice, SilentServer

FROM = "AI-Editor <no-reply@example.com>"
RESET = {"email": "ada@example.com", "redirectTo": "/reset-password"}
DUE = """UPDATE "ai_editor_mail" SET "dueAt" = now()"""


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"SMTP_URL": "smtp://mail.example.com"}, "MAIL_FROM is missing and SMTP_URL needs it"),
        ({"SMTP_URL": "smtp://mail.example.com:mail", "MAIL_FROM": FROM}, "SMTP_URL cannot be used"),
        (
            {"RESEND_API_KEY": "a", "SENDGRID_API_KEY": "b", "MAIL_FROM": FROM},
            "are set; mail is sent one way",
        ),
    ],
)
def test_a_wrong_configuration_stops_the_start(
    tmp_path: Path, database_url: str, settings: dict[str, str], line: str
) -> None:
    done = Serving(tmp_path, database_url, **settings).commands("serve")
    assert done.code == 1
    assert line in done.refusal


@pytest.mark.gen_test
async def test_the_start_says_where_mails_go(tmp_path: Path, database_url: str, clean: None) -> None:
    development = Serving(tmp_path / "a", database_url)
    await development.start()
    await development.stop()
    assert re.search(r"mails +\S+/outbox/\*.eml; their links in the log\n", development.log)
    assert "warning" not in development.log
    production = Serving(tmp_path / "b", database_url, APP_ENV="production", LOG_FORMAT="text")
    await production.start()
    await production.stop()
    assert re.search(r"mails +\S+/outbox/\*.eml; they reach nobody\n", production.log)
    assert production.log.count("mails are written to the outbox and reach nobody: set SMTP_URL or ") == 1


@pytest.mark.gen_test
async def test_a_promise_survives_a_killed_process_and_a_server_that_is_late(
    tmp_path: Path, database_url: str, sql: Sql, post_office: PostOffice
) -> None:
    await post_office.close()
    url = f"smtp://127.0.0.1:{post_office.port}"
    serving = Serving(tmp_path, database_url, SMTP_URL=url, MAIL_FROM=FROM)
    client = await serving.start()
    await serving.said("SMTP at 127.0.0.1:.* does not work .*: mails wait until it does")
    await client.sign_up()
    assert (await client.api("/request-password-reset", RESET)).status == 200
    await serving.said(r"\(reset-password\) to a\*\*\*@example.com not sent at attempt 1, again in \d+ s")
    await serving.stop(signal.SIGKILL)
    await post_office.open()
    await serving.start()
    sql(DUE)
    await arrival(lambda: post_office.arrived)
    await serving.stop()
    (mail,) = post_office.arrived
    assert mail.to == "ada@example.com"
    assert mail.message["From"] == FROM
    token = mail.link.partition("/reset-password/")[2].partition("?")[0]
    assert len(token) == 24
    assert token not in serving.log
    assert "ada@example.com" not in serving.log


async def arrival(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.05)


@pytest.mark.gen_test
async def test_two_processes_send_each_mail_once(
    tmp_path: Path, database_url: str, sql: Sql, post_office: PostOffice
) -> None:
    url = f"smtp://127.0.0.1:{post_office.port}"
    both = [Serving(tmp_path / name, database_url, SMTP_URL=url, MAIL_FROM=FROM) for name in "ab"]
    for serving in both:
        await serving.start()
    sql(
        """
        INSERT INTO "ai_editor_mail" ("id", "template", "recipient", "context", "dueAt", "expiresAt")
        SELECT 'mail' || n, 'password-changed', 'user' || n || '@example.com', '{}', now() + interval '2 seconds',
            now() + interval '1 day'
        FROM generate_series(1, 40) AS n
        """
    )
    await arrival(lambda: sql('SELECT count(*) FROM "ai_editor_mail"') == [(0,)])
    for serving in both:
        await serving.stop()
    counted = Counter(mail.to for mail in post_office.arrived)
    assert (len(counted), set(counted.values())) == (40, {1})


@pytest.mark.gen_test
async def test_a_hanging_server_delays_no_answer_and_no_stop(
    tmp_path: Path, database_url: str, clean: None, silent_server: SilentServer
) -> None:
    url = f"smtp://127.0.0.1:{silent_server.port}"
    serving = Serving(tmp_path, database_url, SMTP_URL=url, MAIL_FROM=FROM)
    client = await serving.start()
    await client.sign_up()
    longest = 0.0
    for number in range(30):
        begun = time.monotonic()
        email = "ada@example.com" if number % 2 else "nobody@example.com"
        assert (await client.api("/request-password-reset", {**RESET, "email": email})).status == 200
        longest = max(longest, time.monotonic() - begun)
    await arrival(lambda: silent_server.connections >= 8)
    assert longest < 10, "half of what a connection to the server may take"
    begun = time.monotonic()
    await serving.stop()
    assert time.monotonic() - begun < 15
