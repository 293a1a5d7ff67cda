"""Mails to send, ways to send them, and servers that take them."""

from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
import tornado.platform.asyncio

from server.config.mail import Sender
from server.mail import Mail
from server.mail.outgoing import Transport
from server.services import Services
from tests.mail.smtp_server import PostOffice, SilentServer

LINK = "http://localhost:8080/api/auth/reset-password/abcdefghijklmnopqrstuvwx?callbackURL=%2Freset&x=1"
RESET = Mail("reset-password", "ada@example.com", {"name": "Ada", "url": LINK})
NEWS = Mail("password-changed", "ada@example.com", {"name": "Ada"})

Queue = Callable[..., Coroutine[Any, Any, None]]


@pytest.fixture
def queue(app: Services, http_server: object) -> Queue:
    """queue(mail, …): promises mails, committed at once."""

    async def run(*mails: Mail) -> None:
        for mail in mails:
            await app.mailer.queue(app.db, mail)

    return run


@pytest.fixture
def send_by(app: Services) -> Callable[[Transport], None]:
    """send_by(transport): the way that mails take from now on."""

    def change(transport: Transport) -> None:
        app.mailer.worker.transport = transport
        app.mailer.worker.sender = Sender("AI-Editor", "no-reply@example.com")

    return change


@pytest.fixture
def post_office(io_loop: tornado.platform.asyncio.AsyncIOLoop) -> Iterator[PostOffice]:
    """An SMTP server without TLS or passwords."""
    office = PostOffice()
    io_loop.run_sync(office.open)
    yield office
    io_loop.run_sync(office.close)


@pytest.fixture
def silent_server(io_loop: tornado.platform.asyncio.AsyncIOLoop) -> Iterator[SilentServer]:
    """A server that hangs."""
    server = SilentServer()
    io_loop.run_sync(server.open)
    yield server
    io_loop.run_sync(server.close)
