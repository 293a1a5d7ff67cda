"""Sending by a provider's HTTP API: Resend and SendGrid."""

from __future__ import annotations

from collections.abc import Mapping

from server.mail.outgoing import AUTOMATIC, NotNow, Refused, message
from server.mail.outgoing import Outgoing as OutgoingMail
from server.outgoing import Outgoing, OutgoingError, OutgoingSettings, Request
from server.outgoing.messages import bearer

SECONDS = 20.0
_PLAIN = OutgoingSettings()
# The mail itself is wrong. Any other refusal is about the key, the account or the moment, which a person can mend.
_WRONG = (400, 413, 422)


class _Api:
    """POSTs JSON with a bearer key."""

    words: str

    def __init__(self, address: str, key: str, settings: OutgoingSettings) -> None:
        self._address, self._key = address, key
        self._client = Outgoing(settings, guarded=False)

    async def _post(self, body: object, headers: Mapping[str, str]) -> None:
        request = Request(self._address, "POST", {**bearer(self._key), **headers}, json=body)
        try:
            reply = await self._client.ask(request, SECONDS)
        except OutgoingError as error:
            raise NotNow(str(error)) from error
        if not reply.good:
            words = f"{reply.status} {reply.body[:500].decode('utf-8', 'replace')}"
            raise (Refused if reply.status in _WRONG else NotNow)(words)

    async def problem(self) -> None:
        """None: the first mail tells."""

    async def close(self) -> None:
        """Lets go of connections."""
        await self._client.close()


class Resend(_Api):
    """Resend's POST /emails; the key of idempotency makes a repeated attempt harmless for a day."""

    words = "Resend"

    def __init__(
        self,
        key: str,
        address: str = "https://api.resend.com/emails",
        settings: OutgoingSettings = _PLAIN,
    ) -> None:
        super().__init__(address, key, settings)

    async def send(self, mail: OutgoingMail) -> None:
        """200 when the mail is taken."""
        body = {
            "from": message(mail)["From"],
            "to": [mail.to],
            "subject": mail.subject,
            "text": mail.text,
            "html": mail.html,
            "headers": AUTOMATIC,
        }
        await self._post(body, {"Idempotency-Key": mail.id})


class SendGrid(_Api):
    """SendGrid's POST /v3/mail/send; tracking is off, since it would send our links through another's server. S35."""

    words = "SendGrid"

    def __init__(
        self,
        key: str,
        address: str = "https://api.sendgrid.com/v3/mail/send",
        settings: OutgoingSettings = _PLAIN,
    ) -> None:
        super().__init__(address, key, settings)

    async def send(self, mail: OutgoingMail) -> None:
        """202 when the mail is taken."""
        message(mail)
        sender = mail.sender
        body = {
            "personalizations": [{"to": [{"email": mail.to}]}],
            "from": {"email": sender.address, **({"name": sender.name} if sender.name else {})},
            "subject": mail.subject,
            "content": [
                {"type": "text/plain", "value": mail.text},
                {"type": "text/html", "value": mail.html},
            ],
            "headers": {**AUTOMATIC, "Message-ID": f"<{mail.id}@{sender.domain}>"},
            "tracking_settings": {
                "click_tracking": {"enable": False, "enable_text": False},
                "open_tracking": {"enable": False},
                "subscription_tracking": {"enable": False},
            },
        }
        await self._post(body, {})
