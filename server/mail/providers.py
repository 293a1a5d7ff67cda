"""Sending by a provider's HTTP API: Resend and SendGrid."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from server.mail.outgoing import AUTOMATIC, NotNow, Outgoing, Refused, message

SECONDS = 20.0
# The mail itself is wrong. Any other refusal is about the key, the account or the moment, which a person can mend.
_WRONG = (400, 413, 422)


class _Api:
    """POSTs JSON with a bearer key."""

    words: str

    def __init__(self, address: str, key: str) -> None:
        self._address, self._key = address, key
        self._client = AsyncHTTPClient(force_instance=True)

    async def _post(self, body: object, headers: Mapping[str, str]) -> None:
        request = HTTPRequest(
            self._address,
            method="POST",
            headers={"Authorization": f"Bearer {self._key}", "Content-Type": "application/json", **headers},
            body=json.dumps(body).encode(),
            connect_timeout=SECONDS,
            request_timeout=SECONDS,
            follow_redirects=False,
        )
        try:
            await self._client.fetch(request)
        except HTTPClientError as error:
            words = f"{error.code} {_said(error)}"
            raise (Refused if error.code in _WRONG else NotNow)(words) from error
        except OSError as error:
            raise NotNow(str(error)) from error

    async def problem(self) -> None:
        """None: the first mail tells."""

    async def close(self) -> None:
        """Lets go of connections."""
        self._client.close()


def _said(error: HTTPClientError) -> str:
    body = error.response.body[:500] if error.response else b""
    return body.decode("utf-8", "replace") or error.message


class Resend(_Api):
    """Resend's POST /emails; the key of idempotency makes a repeated attempt harmless for a day."""

    words = "Resend"

    def __init__(self, key: str, address: str = "https://api.resend.com/emails") -> None:
        super().__init__(address, key)

    async def send(self, mail: Outgoing) -> None:
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

    def __init__(self, key: str, address: str = "https://api.sendgrid.com/v3/mail/send") -> None:
        super().__init__(address, key)

    async def send(self, mail: Outgoing) -> None:
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
