"""Text messages: what they say, and that they reach a webhook, or the outbox."""

import json
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from handlers.phone_number.numbers import TEXTS
from server.mail import masking
from server.mail.outgoing import NotNow, Refused
from server.mail.texts import TextMessage, TextOutbox, Webhook, compose
from server.store.mails import QueuedMail

NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
MESSAGE = TextMessage("i" * 32, "phone-number-otp", NOW, "+4930123456", "123456 is your code", "123456")


class Carrier(RequestHandler):
    """Takes messages, or answers what it is told to."""

    def initialize(self, status: int, heard: list[RequestHandler]) -> None:
        self.status, self.heard = status, heard

    def post(self) -> None:
        self.heard.append(self)
        self.set_status(self.status)
        if self.status == 302:
            self.set_header("Location", "/elsewhere")


@asynccontextmanager
async def carrier(status: int) -> AsyncIterator[tuple[str, list[RequestHandler]]]:
    heard: list[RequestHandler] = []
    sock, port = bind_unused_port()
    server = HTTPServer(Application([("/.*", Carrier, {"status": status, "heard": heard})]))
    server.add_socket(sock)
    try:
        yield f"http://127.0.0.1:{port}/send?key=secret", heard
    finally:
        server.stop()
        await server.close_all_connections()


@pytest.mark.parametrize("email", TEXTS, ids=lambda email: email.name)
def test_a_message_is_short_and_has_the_code_first(email) -> None:  # type: ignore[no-untyped-def]
    context = json.dumps({"code": "123456", "name": "call evil.com"})
    queued = QueuedMail("1", email.name, "+4930123456", context, 1, NOW, NOW + timedelta(minutes=5), NOW)
    message = compose(email, queued, "AI-Editor")
    assert message.text.startswith("123456 is your code for")
    assert "5 minutes" in message.text
    assert "evil" not in message.text
    assert len(message.text) <= 160
    assert message.text.isascii()


@pytest.mark.gen_test
async def test_a_webhook_gets_json() -> None:
    async with carrier(204) as (address, heard):
        webhook = Webhook(address)
        await webhook.send(MESSAGE)
        await webhook.close()
    request = heard[0].request
    assert request.path == "/send"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Idempotency-Key"] == MESSAGE.id
    assert json.loads(request.body) == {
        "to": "+4930123456",
        "text": "123456 is your code",
        "code": "123456",
        "type": "phone-number-otp",
        "id": MESSAGE.id,
    }


@pytest.mark.gen_test
@pytest.mark.parametrize(
    ("status", "error"),
    [(400, Refused), (422, Refused), (302, NotNow), (401, NotNow), (429, NotNow), (500, NotNow)],
)
async def test_what_is_refused_is_given_up_and_what_may_be_mended_is_not(
    status: int, error: type[Exception]
) -> None:
    """A redirect leads nowhere."""
    async with carrier(status) as (address, heard):
        webhook = Webhook(address)
        with pytest.raises(error) as raised:
            await webhook.send(MESSAGE)
        await webhook.close()
    assert len(heard) == 1
    assert "secret" not in str(raised.value)  # S35


@pytest.mark.gen_test
async def test_a_webhook_that_is_away_is_asked_again_later() -> None:
    sock, port = bind_unused_port()
    sock.close()
    webhook = Webhook(f"http://127.0.0.1:{port}/?key=secret")
    with pytest.raises(NotNow) as raised:
        await webhook.send(MESSAGE)
    assert "secret" not in str(raised.value)
    await webhook.close()


@pytest.mark.gen_test
async def test_the_outbox_keeps_it_for_its_owner(tmp_path: Path) -> None:
    outbox = TextOutbox(tmp_path / "outbox", show=False)
    await outbox.send(MESSAGE)
    [path] = (tmp_path / "outbox").iterdir()
    assert path.suffix == ".txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == "To: +4930123456\n\n123456 is your code\n"


def test_the_log_has_no_number() -> None:  # S35
    assert masking.address("+4930123456") == "***56"
