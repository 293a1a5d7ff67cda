"""An SMTP server in the loop of the test: it keeps what it is given, or refuses it as it is told."""

import asyncio
import ssl
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from server.config.mail import SmtpServer
from server.mail.smtp import Smtp
from tests.mailbox import Received, parse

CERTIFICATE = Path(__file__).parent / "certificate.pem"
USER, PASSWORD = "post@example.com", "p@ss/word:1"


def certificate() -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


@dataclass
class PostOffice:
    """What arrived, and what to say next to RCPT and to the content ("" is yes)."""

    tls: ssl.SSLContext | None = None
    implicit: bool = False
    auth: bool = False
    recipient_answers: list[str] = field(default_factory=list)
    content_answers: list[str] = field(default_factory=list)
    arrived: list[Received] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    port: int = 0
    _server: asyncio.Server | None = None
    _open: list[SMTP] = field(default_factory=list)

    async def open(self) -> "PostOffice":
        """Listens, on the same port as before when it was open already."""
        loop = asyncio.get_running_loop()
        around = self.tls if self.implicit else None
        self._server = await loop.create_server(self._serve, "0.0.0.0", self.port, ssl=around)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def _serve(self) -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that passwords without TLS are unwise
            served = SMTP(
                self,
                hostname="post.test",
                loop=asyncio.get_running_loop(),
                tls_context=None if self.implicit else self.tls,
                authenticator=self._authenticate,
                auth_required=self.auth,
                auth_require_tls=self.tls is not None and not self.implicit,
            )
        self._open.append(served)
        return served

    def _authenticate(
        self, server: object, session: Session, envelope: object, how: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        right = (data.login.decode(), data.password.decode()) == (USER, PASSWORD)
        if right:
            self.signed_in.append(how)
        return AuthResult(success=right, handled=False)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Takes or refuses the recipient."""
        answer = self.recipient_answers.pop(0) if self.recipient_answers else ""
        if not answer:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Takes or refuses the content."""
        answer = self.content_answers.pop(0) if self.content_answers else ""
        if not answer:
            assert isinstance(envelope.content, bytes)
            self.arrived.append(parse(envelope.content))
            self.envelopes.append(envelope)
            self.sessions.append(session)
        return answer or "250 OK"

    async def close(self) -> None:
        """Hangs up on everybody."""
        if self._server is not None:
            self._server.close()
        for served in self._open:
            if served.transport is not None:
                served.transport.close()
        await asyncio.sleep(0.05)
        self._open.clear()

    def transport(
        self, host: str = "127.0.0.1", signed_in: bool = False, tls: ssl.SSLContext | None = None
    ) -> Smtp:
        """A way to send here."""
        who = (USER, PASSWORD) if signed_in else (None, None)
        return Smtp(SmtpServer(host, self.port, self.implicit, *who), "client.test", tls)


@dataclass
class SilentServer:
    """Takes connections and never says a word."""

    port: int = 0
    connections: int = 0
    _server: asyncio.Server | None = None
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def open(self) -> "SilentServer":
        """Listens."""
        self._server = await asyncio.start_server(self._hang, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def _hang(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)

    def transport(self) -> Smtp:
        """A way to send here, or to try."""
        return Smtp(SmtpServer("127.0.0.1", self.port, False), "client.test")

    async def close(self) -> None:
        """Hangs up."""
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()
        await asyncio.sleep(0.05)
