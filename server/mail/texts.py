"""Text messages for phone numbers: what they say, and how they leave; they wait in the queue of mails."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from server.mail.cleaning import clean
from server.mail.outbox import Folder
from server.mail.outgoing import NotNow, Refused
from server.mail.rendering import APP
from server.mail.templates import Email
from server.store.mails import QueuedMail

log = logging.getLogger(__name__)
CONNECT_SECONDS, SECONDS = 5.0, 15.0
LONGEST_ANSWER = 65536
# The message itself is wrong; whatever else is answered may be mended.
_WRONG = (400, 413, 422)


@dataclass(frozen=True, slots=True)
class TextMessage:
    """What is sent; the same at each attempt, so that a receiver can tell a repetition by the id."""

    id: str
    kind: str
    created_at: datetime
    to: str
    text: str
    code: str


class TextTransport(Protocol):
    """A way to send."""

    async def send(self, message: TextMessage) -> None:
        """Hands it over; raises Refused or NotNow."""
        ...

    async def close(self) -> None:
        """Lets go of connections."""
        ...


def compose(email: Email, queued: QueuedMail) -> TextMessage:
    """The message; a carrier's page or a number of a stranger's is in no member of it."""
    given = clean(queued.values, email.members)
    text = email.words.format(app=APP, minutes=email.seconds // 60, **given)
    code = given.get("code", "")
    return TextMessage(queued.id, email.name, queued.created_at, queued.recipient, text, code)


class Webhook:
    """POSTs JSON to SMS_WEBHOOK_URL, which has the number texted by whatever carrier there is; follows nobody elsewhere."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._client = AsyncHTTPClient(force_instance=True, max_body_size=LONGEST_ANSWER)

    async def send(self, message: TextMessage) -> None:
        """Any 2xx is taken for done."""
        try:
            await self._client.fetch(self._request(message))
        except HTTPClientError as error:
            kind = Refused if error.code in _WRONG else NotNow
            raise kind(f"SMS_WEBHOOK_URL answered {error.code}") from None
        except (OSError, ValueError) as error:
            raise NotNow(f"SMS_WEBHOOK_URL cannot be reached ({type(error).__name__})") from None

    def _request(self, message: TextMessage) -> HTTPRequest:
        body = {"to": message.to, "text": message.text, "code": message.code, "type": message.kind}
        return HTTPRequest(
            self._address,
            method="POST",
            headers={"Content-Type": "application/json", "Idempotency-Key": message.id},
            body=json.dumps(body | {"id": message.id}).encode(),
            connect_timeout=CONNECT_SECONDS,
            request_timeout=SECONDS,
            follow_redirects=False,
        )

    async def close(self) -> None:
        """Lets go of connections."""
        self._client.close()


class TextOutbox(Folder):
    """Writes DATA_DIR/outbox/*.txt, readable by their owner alone; `show` also logs where each is."""

    def __init__(self, folder: Path, show: bool) -> None:
        super().__init__(folder)
        self._show = show

    async def send(self, message: TextMessage) -> None:
        """One file a message."""
        name = f"{message.created_at:%Y%m%dT%H%M%S.%f}-{message.id}.txt"
        path = await self.write(name, f"To: {message.to}\n\n{message.text}\n".encode())
        if self._show:
            log.info("text message to %s is %s", message.to, path)

    async def close(self) -> None:
        """Nothing is held."""
