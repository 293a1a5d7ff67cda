"""Sending by SMTP: a connection for each mail, TLS where there is any, no password in the clear."""

from __future__ import annotations

import ssl

from aiosmtplib import SMTP, SMTPDataError, SMTPException, SMTPRecipientsRefused

from server.config.mail import SmtpServer
from server.mail.outgoing import NotNow, Outgoing, Refused, message

SECONDS = 20.0


class Smtp:
    """Hands mails to one server; `hello` is the name we give ourselves there."""

    def __init__(self, server: SmtpServer, hello: str, tls: ssl.SSLContext | None = None) -> None:
        self._server, self._hello = server, hello
        self._tls = tls or _tls(server)
        self.words = f"SMTP at {server.host}:{server.port}"

    async def send(self, mail: Outgoing) -> None:
        """One conversation; a 5xx to the recipient or to the content is for good, all else may pass."""
        built = message(mail)
        client = self._client()
        try:
            await self._open(client)
            await client.send_message(built, sender=mail.sender.address, recipients=[mail.to])
            await _leave(client)
        except SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            raise (Refused if all(code >= 500 for code in codes) else NotNow)(_words(error)) from error
        except SMTPDataError as error:
            raise (Refused if error.code >= 500 else NotNow)(_words(error)) from error
        except (SMTPException, OSError, ValueError) as error:
            raise NotNow(_words(error)) from error
        finally:
            client.close()

    def _client(self) -> SMTP:
        server = self._server
        return SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=self._hello,
            timeout=SECONDS,
            use_tls=server.tls,
            start_tls=False if server.tls else None,
            tls_context=self._tls,
        )

    async def _open(self, client: SMTP) -> None:
        """Connects, with STARTTLS where the server offers it, and signs in."""
        await client.connect()
        server = self._server
        if server.user is None or server.password is None:
            return
        if client.get_transport_info("ssl_object") is None and not server.loopback:
            raise NotNow("the server offers no TLS, and a password is not sent in the clear")
        await client.login(server.user, server.password)

    async def problem(self) -> str | None:
        """Why no conversation comes about, or None."""
        client = self._client()
        try:
            await self._open(client)
            await _leave(client)
        except (NotNow, SMTPException, OSError, ValueError) as error:
            return _words(error)
        finally:
            client.close()
        return None

    async def close(self) -> None:
        """Nothing is held between mails."""


async def _leave(client: SMTP) -> None:
    """Says goodbye; the mail has gone whatever the server makes of it."""
    try:
        await client.quit()
    except (SMTPException, OSError):
        return


def _tls(server: SmtpServer) -> ssl.SSLContext:
    """Certificates are checked, but for a server on this machine, which commonly has one that nobody signed."""
    context = ssl.create_default_context()
    if server.loopback:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
