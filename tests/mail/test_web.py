"""Sending by Resend's and SendGrid's HTTP APIs, spoken to servers on this machine."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import tornado.httpserver
import tornado.netutil
import tornado.platform.asyncio
import tornado.web

from server.mail.outgoing import Transport
from server.mail.providers import Resend, SendGrid
from server.services import Services
from tests.conftest import Sql
from tests.mail.conftest import LINK, RESET, Queue
from tests.mail.smtp_server import SilentServer

SendBy = Callable[[Transport], None]
DUE = """UPDATE "ai_editor_mail" SET "dueAt" = now()"""


@dataclass
class Provider:
    """A provider's API: what it was asked, and what it answers next (200 unless told)."""

    address: str = ""
    asked: list[tuple[dict[str, str], Any]] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)


@pytest.fixture
def provider(io_loop: tornado.platform.asyncio.AsyncIOLoop) -> Iterator[Provider]:
    found = Provider()

    class Endpoint(tornado.web.RequestHandler):
        def post(self) -> None:
            found.asked.append((dict(self.request.headers), json.loads(self.request.body)))
            status, body = found.answers.pop(0) if found.answers else (200, "{}")
            self.set_status(status, "Said")
            self.finish(body)

    async def open_server() -> tornado.httpserver.HTTPServer:
        (socket,) = tornado.netutil.bind_sockets(0, "127.0.0.1")
        found.address = f"http://127.0.0.1:{socket.getsockname()[1]}/send"
        server = tornado.httpserver.HTTPServer(tornado.web.Application([("/send", Endpoint)]))
        server.add_sockets([socket])
        return server

    server = io_loop.run_sync(open_server)
    yield found
    server.stop()
    io_loop.run_sync(server.close_all_connections)


@pytest.fixture(params=[Resend, SendGrid], ids=["resend", "sendgrid"])
def way(request: pytest.FixtureRequest, provider: Provider, send_by: SendBy) -> Transport:
    """Either provider."""
    found: Transport = request.param("the-key", provider.address)
    send_by(found)
    return found


@pytest.mark.gen_test
async def test_resend(app: Services, queue: Queue, send_by: SendBy, provider: Provider, sql: Sql) -> None:
    send_by(Resend("re_key", provider.address))
    await queue(RESET)
    (mail_id,) = sql('SELECT "id" FROM "ai_editor_mail"')[0]
    await app.mailer.worker.deliver_due()
    ((headers, body),) = provider.asked
    assert headers["Authorization"] == "Bearer re_key"
    assert headers["Idempotency-Key"] == mail_id
    assert body["from"] == "AI-Editor <no-reply@example.com>"
    assert body["to"] == ["ada@example.com"]
    assert body["subject"] == "Reset your AI-Editor password"
    assert LINK in body["text"]
    assert LINK.replace("&", "&amp;") in body["html"]
    assert body["headers"]["Auto-Submitted"] == "auto-generated"
    assert sql('SELECT count(*) FROM "ai_editor_mail"') == [(0,)]


@pytest.mark.gen_test
async def test_sendgrid(app: Services, queue: Queue, send_by: SendBy, provider: Provider, sql: Sql) -> None:
    provider.answers = [(202, "")]
    send_by(SendGrid("SG.key", provider.address))
    await queue(RESET)
    await app.mailer.worker.deliver_due()
    ((headers, body),) = provider.asked
    assert headers["Authorization"] == "Bearer SG.key"
    assert body["personalizations"] == [{"to": [{"email": "ada@example.com"}]}]
    assert body["from"] == {"email": "no-reply@example.com", "name": "AI-Editor"}
    assert [part["type"] for part in body["content"]] == ["text/plain", "text/html"]
    assert body["tracking_settings"]["click_tracking"] == {"enable": False, "enable_text": False}
    assert sql('SELECT count(*) FROM "ai_editor_mail"') == [(0,)]


@pytest.mark.parametrize("status", [401, 403, 409, 429, 500, 503, 302])
@pytest.mark.gen_test
async def test_not_now_is_tried_again_with_the_same_words(
    app: Services, queue: Queue, way: Transport, provider: Provider, sql: Sql, status: int
) -> None:
    provider.answers = [(status, '{"message": "no"}')]
    await queue(RESET)
    await app.mailer.worker.deliver_due()
    assert sql('SELECT "attempts" FROM "ai_editor_mail"') == [(1,)]
    sql(DUE)
    await app.mailer.worker.deliver_due()
    assert sql('SELECT count(*) FROM "ai_editor_mail"') == [(0,)]
    first, second = provider.asked
    assert first[1] == second[1]
    assert first[0].get("Idempotency-Key") == second[0].get("Idempotency-Key")


@pytest.mark.parametrize("status", [400, 413, 422])
@pytest.mark.gen_test
async def test_a_wrong_mail_is_given_up(
    app: Services,
    queue: Queue,
    way: Transport,
    provider: Provider,
    sql: Sql,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    provider.answers = [(status, f'{{"message": "ada@example.com is bad: {LINK}"}}')]
    await queue(RESET)
    await app.mailer.worker.deliver_due()
    assert sql('SELECT count(*) FROM "ai_editor_mail"') == [(0,)]
    assert f"given up after 0 attempts: {status} " in caplog.text
    assert "ada@example.com" not in caplog.text
    assert "reset-password/" not in caplog.text
    assert "the-key" not in caplog.text


@pytest.mark.parametrize("kind", [Resend, SendGrid])
@pytest.mark.gen_test
async def test_a_provider_that_hangs_or_is_away_loses_no_mail(
    app: Services,
    queue: Queue,
    send_by: SendBy,
    sql: Sql,
    silent_server: SilentServer,
    monkeypatch: pytest.MonkeyPatch,
    kind: type[Resend | SendGrid],
) -> None:
    monkeypatch.setattr("server.mail.providers.SECONDS", 0.5)
    send_by(kind("key", f"http://127.0.0.1:{silent_server.port}/"))
    await queue(RESET)
    await app.mailer.worker.deliver_due()
    assert sql('SELECT "attempts" FROM "ai_editor_mail"') == [(1,)]
    await silent_server.close()
    sql(DUE)
    await app.mailer.worker.deliver_due()
    assert sql('SELECT "attempts" FROM "ai_editor_mail"') == [(2,)]
