"""Text messages for phone numbers: what they say, and how they leave; they wait in the queue of mails."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from server.languages.moments import span
from server.languages.sentences import ENGLISH, translate
from server.mail.cleaning import clean
from server.mail.outbox import Folder
from server.mail.outgoing import NotNow, Refused
from server.mail.templates import Email
from server.outgoing import Outgoing, OutgoingError, OutgoingSettings, Request
from server.store.mails import QueuedMail

log = logging.getLogger(__name__)
SECONDS = 15.0
_PLAIN = OutgoingSettings()
# The message itself is wrong; whatever else is answered may be mended.
_WRONG = (400, 413, 422)


class TextMessage(Struct, frozen=True):
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


def compose(email: Email, queued: QueuedMail, app: str) -> TextMessage:
    """The message; a carrier's page or a number of a stranger's is in no member of it."""
    given = clean(queued.values, email.members)
    language = queued.values.get("language", ENGLISH)
    text = translate(language, email.words, app=app, lifetime=span(language, email.seconds), **given)
    code = given.get("code", "")
    return TextMessage(queued.id, email.name, queued.created_at, queued.recipient, text, code)


class Webhook:
    """POSTs JSON to SMS_WEBHOOK_URL, which has the number texted by whatever carrier there is; follows nobody elsewhere."""

    def __init__(self, address: str, settings: OutgoingSettings = _PLAIN) -> None:
        self._address = address
        self._client = Outgoing(settings, guarded=False)

    async def send(self, message: TextMessage) -> None:
        """Any 2xx is taken for done."""
        try:
            reply = await self._client.ask(self._request(message), SECONDS)
        except OutgoingError:
            raise NotNow("SMS_WEBHOOK_URL cannot be reached") from None
        if not reply.good:
            kind = Refused if reply.status in _WRONG else NotNow
            raise kind(f"SMS_WEBHOOK_URL answered {reply.status}")

    def _request(self, message: TextMessage) -> Request:
        body = {"to": message.to, "text": message.text, "code": message.code, "type": message.kind}
        named = {"Idempotency-Key": message.id}
        return Request(self._address, "POST", named, json=body | {"id": message.id})

    async def close(self) -> None:
        """Lets go of connections."""
        await self._client.close()


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
