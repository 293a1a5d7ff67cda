"""The worker: takes due mails, a few at a time, and sends, postpones or gives up each."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Mapping

from server.branding.settings import Branding
from server.config.mail import Sender
from server.database import Database, DatabaseError
from server.mail import masking, texts
from server.mail.outgoing import NotNow, Outgoing, Refused, Transport
from server.mail.rendering import render
from server.mail.templates import Email
from server.mail.texts import TextTransport
from server.store import mails
from server.store.mails import QueuedMail
from server.telemetry import tracing
from server.telemetry.metrics import Metrics

log = logging.getLogger(__name__)
_PLAIN = Branding()

AT_ONCE = 8
LOOK_EVERY = 5.0
SEND_SECONDS = 60.0
# Longer than a mail may be under way: only a process that died leaves one to another.
TAKEN_SECONDS = 150
GRACE_SECONDS = 3.0
FIRST_DELAY, LONGEST_DELAY = 5.0, 3600.0
_chance = random.SystemRandom()


def delay(attempts: int, lifetime: float) -> float:
    """Seconds until the next attempt: doubled each time, an hour at most, a tenth of the mail's life at most."""
    longest = min(LONGEST_DELAY, lifetime / 10)
    return float(min(FIRST_DELAY * 2.0 ** min(attempts - 1, 20), longest) * _chance.uniform(0.75, 1.25))


class Worker:
    """Keeps promises while it runs; any number of workers share one queue."""

    def __init__(
        self,
        db: Database,
        transport: Transport,
        sender: Sender,
        site: str,
        metrics: Metrics,
        emails: Mapping[str, Email],
        texts: TextTransport,
        branding: Branding = _PLAIN,
    ) -> None:
        self.transport, self.texts = transport, texts
        self.sender, self._branding = sender, branding
        self._db, self._site, self._emails = db, site, emails
        self._metrics = metrics
        self._woken = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._stopping = self._unreadable = False
        self._under_way: set[asyncio.Task[None]] = set()
        self._settled: set[str] = set()

    def wake(self) -> None:
        """Has it look at the queue now."""
        self._woken.set()

    def start(self) -> None:
        """Begins to look at the queue."""
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Takes no more mails, and gives those under way a moment; what is cut off is tried again by the next."""
        self._stopping = True
        self.wake()
        await _wait_or_cancel({self._running} if self._running else set())
        await _wait_or_cancel(self._under_way)
        with contextlib.suppress(DatabaseError):
            await self._forget()

    async def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            if not await self._fill():
                await self._rest()

    async def _fill(self) -> bool:
        """Starts as many mails as there is room for; whether there may be more at once."""
        room = AT_ONCE - len(self._under_way)
        taken = await self._take(room)
        for mail in taken:
            task = asyncio.create_task(self._deliver(mail))
            self._under_way.add(task)
            task.add_done_callback(self._done)
        return 0 < len(taken) == room

    def _done(self, task: asyncio.Task[None]) -> None:
        """Room again: where there was none, mails may be waiting for it."""
        if len(self._under_way) == AT_ONCE:
            self.wake()
        self._under_way.discard(task)

    async def _rest(self) -> None:
        if self._stopping:
            return
        try:
            async with asyncio.timeout(LOOK_EVERY):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _take(self, room: int) -> list[QueuedMail]:
        try:
            await self._forget()
            taken = await mails.take_due(self._db, room, TAKEN_SECONDS) if room else []
            self._say_readable()
            return taken
        except DatabaseError as error:
            if not self._unreadable:
                log.warning("the queue of mails cannot be read: %s", masking.reason(error))
        except Exception:
            if not self._unreadable:
                log.exception("the queue of mails cannot be read")
        self._unreadable = True
        return []

    def _say_readable(self) -> None:
        """An outage is one line when it begins, and one when it is over."""
        if self._unreadable:
            self._unreadable = False
            log.info("the queue of mails is read again")

    async def deliver_due(self) -> None:
        """Sends what is due now, and returns when that is done."""
        while taken := await self._take(AT_ONCE):
            await asyncio.gather(*(self._deliver(mail) for mail in taken))

    async def _deliver(self, mail: QueuedMail) -> None:
        """One attempt; it never raises, and what it cannot write down it writes down later."""
        try:
            await self._settle(mail)
        except DatabaseError as error:
            log.warning("mail %s: the queue cannot be written: %s", mail.id, masking.reason(error))

    async def _settle(self, mail: QueuedMail) -> None:
        if mail.template == "" or mail.id in self._settled:
            self._settled.add(mail.id)
        elif mail.expires_at <= mail.now:
            self._give_up(mail, "its time is over")
        else:
            await self._attempt(mail)
        await self._forget()

    async def _attempt(self, mail: QueuedMail) -> None:
        if mail.template not in self._emails:
            await self._postpone(mail, "this server has no such mail")
            return
        try:
            with tracing.span("send mail", **{"ai_editor.mail.template": mail.template}):
                async with asyncio.timeout(SEND_SECONDS):
                    await self._send(mail)
        except Refused as error:
            self._give_up(mail, masking.reason(error))
        except (NotNow, TimeoutError) as error:
            await self._postpone(mail, masking.reason(error))
        except Exception as error:
            log.exception("mail %s (%s) is in trouble", mail.id, mail.template)
            await self._postpone(mail, type(error).__name__)
        else:
            self._settled.add(mail.id)
            self._metrics.mail(mail.template, "sent")
            log.info("mail %s (%s) to %s sent", mail.id, mail.template, masking.address(mail.recipient))

    async def _send(self, mail: QueuedMail) -> None:
        email = self._emails[mail.template]
        if email.words:
            await self.texts.send(texts.compose(email, mail, self._branding.name))
        else:
            await self.transport.send(self._outgoing(mail))

    def _outgoing(self, mail: QueuedMail) -> Outgoing:
        email = self._emails[mail.template]
        letter = render(email, mail.values, self._site, mail.created_at, self._branding)
        return Outgoing(
            id=mail.id,
            template=mail.template,
            created_at=mail.created_at,
            sender=self.sender,
            to=mail.recipient,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            link=mail.values.get("url", ""),
        )

    async def _postpone(self, mail: QueuedMail, reason: str) -> None:
        self._metrics.mail(mail.template, "failed")
        seconds = delay(mail.attempts, (mail.expires_at - mail.created_at).total_seconds())
        await mails.update_due(self._db, mail.id, seconds)
        log.warning(
            "mail %s (%s) to %s not sent at attempt %d, again in %d s: %s",
            mail.id, mail.template, masking.address(mail.recipient), mail.attempts, round(seconds), reason,
        )  # fmt: skip

    def _give_up(self, mail: QueuedMail, reason: str) -> None:
        self._settled.add(mail.id)
        self._metrics.mail(mail.template, "given_up")
        log.error(
            "mail %s (%s) to %s given up after %d attempts: %s",
            mail.id, mail.template, masking.address(mail.recipient), mail.attempts - 1, reason,
        )  # fmt: skip

    async def _forget(self) -> None:
        """Deletes what is settled; while the database is away it stays in mind, so that nothing is sent twice."""
        for mail_id in list(self._settled):
            await mails.delete(self._db, mail_id)
            self._settled.discard(mail_id)


async def _wait_or_cancel(tasks: set[asyncio.Task[None]]) -> None:
    """Lets them end by themselves for a moment."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=GRACE_SECONDS)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
