"""The mailer: writes promises into the caller's transaction, and has a worker keep them."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterable

from server.config.mail import WAYS
from server.config.settings import Settings
from server.crypto.random import random_id
from server.database import Database, Executor
from server.languages import accept, sentences
from server.mail import masking, ways
from server.mail.cleaning import clean
from server.mail.outgoing import Transport
from server.mail.templates import Email, Mail
from server.mail.worker import Worker
from server.store import mails
from server.telemetry.metrics import Metrics

log = logging.getLogger(__name__)

# Seconds, up to twice that: the row can be seen once the caller's transaction has ended. The moment is left to chance,
# so that the work of sending is not found at a fixed distance behind an answer. S10.
_WAKE_AFTER = (0.05, 0.5, 2.0)
_chance = random.SystemRandom()
_NOTHING = Email("", seconds=60)
_NOBODY = {"name": "Nobody in particular", "url": "https://nobody.invalid/" + "0" * 120}
_TO_NOBODY = Mail("", "nobody@nobody.invalid", _NOBODY)


class Mailer:
    """`queue` promises a mail; between `start` and `stop` the promises of all processes are kept."""

    def __init__(self, settings: Settings, db: Database, metrics: Metrics, emails: Iterable[Email]) -> None:
        self._metrics = metrics
        self._emails = {email.name: email for email in emails}
        self._nowhere = settings.production and not ways.sends(settings)
        transport, sender = ways.transport(settings), ways.sender(settings)
        texts = ways.text_transport(settings)
        self.worker = Worker(
            db, transport, sender, settings.base_url, metrics, self._emails, texts, settings.branding
        )
        self.site = settings.base_url
        self._looking: asyncio.Task[None] | None = None

    @property
    def transport(self) -> Transport:
        """The way that mails take."""
        return self.worker.transport

    async def queue(self, db: Executor, mail: Mail) -> None:
        """Promises the mail: sent if and when the caller's transaction commits; raises ValueError for what is none.

        One to an address that cannot be anybody's is as if it were sent.
        """
        email = self._emails.get(mail.template)
        if email is None:
            raise ValueError(f"no mail is called {mail.template!r}")
        if mail.to.endswith(".invalid"):  # no such domain ever has a mailbox; guests have an address there
            await self.queue_nothing(db)
            return
        if email.link and not mail.context.get("url", "").startswith(("http://", "https://")):
            raise ValueError(f"{email.name} needs a link")
        await _insert(db, email, mail)
        self._metrics.mail(mail.template, "queued")
        self._wake_soon()

    async def queue_nothing(self, db: Executor) -> None:
        """The same work for an address that nobody has, so that the time of an answer tells nothing. S10."""
        await _insert(db, _NOTHING, _TO_NOBODY)
        self._wake_soon()

    def _wake_soon(self) -> None:
        loop = asyncio.get_running_loop()
        for seconds in _WAKE_AFTER:
            loop.call_later(seconds * _chance.uniform(1, 2), self.worker.wake)

    def start(self) -> None:
        """Begins to send; a way that does not answer is a warning, since it may come back."""
        if self._nowhere:
            log.warning(
                "mails are written to the outbox and reach nobody: set %s, and MAIL_FROM", " or ".join(WAYS)
            )
        self.worker.start()
        self._looking = asyncio.create_task(self._look())

    async def _look(self) -> None:
        problem = await self.transport.problem()
        if problem:
            log.warning(
                "%s does not work (%s): mails wait until it does",
                self.transport.words,
                masking.reason(Exception(problem)),
            )

    async def stop(self) -> None:
        """Waits a little for mails that are under way, then lets go."""
        if self._looking:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await self.worker.stop()
        await self.transport.close()
        await self.worker.texts.close()


async def _insert(db: Executor, email: Email, mail: Mail) -> None:
    kept = {name: value for name, value in clean(mail.context, email.members).items() if value}
    if (
        language := accept.current()
    ) != sentences.ENGLISH:  # whoever sends it, and how late, writes in this one
        kept["language"] = language
    await mails.insert(db, random_id(), email.name, mail.to, kept, email.seconds)
