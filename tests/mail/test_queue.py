"""Promises: written with the answer, kept once, across restarts and by any number of processes."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from server.database import Database, DatabaseUnavailable
from server.mail import Mail
from server.mail.outgoing import NotNow, Outgoing, Transport
from server.mail.worker import Worker, delay
from server.services import Services
from server.store import mails
from server.telemetry.metrics import Metrics
from tests.client import Client
from tests.conftest import Sql
from tests.mail.conftest import LINK, NEWS, RESET, Queue
from tests.mailbox import Mailbox

SendBy = Callable[[Transport], None]
COUNT = 'SELECT count(*) FROM "ai_editor_mail"'
DUE = """UPDATE "ai_editor_mail" SET "dueAt" = now()"""


@dataclass
class Slow:
    """Takes a moment over each mail, and counts."""

    seconds: float = 0.0
    words: str = "a slow way"
    begun: list[str] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def send(self, mail: Outgoing) -> None:
        self.begun.append(mail.id)
        if self.gate:
            await self.gate.wait()
        await asyncio.sleep(self.seconds)
        self.sent.append(mail)

    async def problem(self) -> None:
        return None

    async def close(self) -> None:
        return None


@dataclass
class Broken(Slow):
    """Raises instead."""

    error: Exception = field(default_factory=lambda: NotNow("not now"))

    async def send(self, mail: Outgoing) -> None:
        self.begun.append(mail.id)
        raise self.error


@asynccontextmanager
async def another(app: Services, transport: Transport) -> AsyncIterator[Worker]:
    """A worker as another process has it, with connections of its own."""
    db = Database(app.config.database_url or "", 2)
    emails = {email.name: email for email in app.parts.emails}
    worker = Worker(
        db,
        transport,
        app.mailer.worker.sender,
        app.config.base_url,
        Metrics(),
        emails,
        app.mailer.worker.texts,
    )
    try:
        yield worker
    finally:
        await worker.stop()
        await db.close()


async def until(true: Callable[[], object]) -> None:
    """Waits for it, and not for the next look at the queue: none comes by itself in these tests."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.02)


@pytest.fixture(autouse=True)
def no_look_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker looks at the queue when it is woken, and never because time has passed."""
    monkeypatch.setattr("server.mail.worker.LOOK_EVERY", 3600.0)


@pytest.mark.gen_test
async def test_sent_if_the_answer_is(app: Services, client: Client, mailbox: Mailbox, sql: Sql) -> None:
    async def fail() -> None:
        async with app.db.transaction() as tx:
            await app.mailer.queue(tx, RESET)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert sql(COUNT) == [(0,)]
    async with app.db.transaction() as tx:
        await app.mailer.queue(tx, RESET)
        assert sql(COUNT) == [(0,)]
    assert [mail.link for mail in await mailbox.all()] == [LINK]


@pytest.mark.gen_test
async def test_the_worker_is_woken(app: Services, queue: Queue, send_by: SendBy) -> None:
    way = Slow()
    send_by(way)
    app.mailer.start()
    await asyncio.sleep(0.1)
    await queue(NEWS)
    await until(lambda: way.sent)
    assert way.sent[0].subject == "Your AI-Editor password was changed"


@pytest.mark.gen_test
async def test_a_late_commit_is_noticed(app: Services, client: Client, send_by: SendBy) -> None:
    way = Slow()
    send_by(way)
    app.mailer.start()
    async with app.db.transaction() as tx:
        await app.mailer.queue(tx, NEWS)
        await asyncio.sleep(0.3)
        assert way.begun == []
    await until(lambda: way.sent)


@pytest.mark.gen_test
async def test_nothing_is_queued_and_dropped_like_something(  # S10
    app: Services, queue: Queue, mailbox: Mailbox, sql: Sql
) -> None:
    await queue(RESET)
    await app.mailer.queue_nothing(app.db)
    sizes = sql('SELECT octet_length("context"::text) FROM "ai_editor_mail" ORDER BY "createdAt", ctid')
    assert abs(sizes[0][0] - sizes[1][0]) < 100
    assert len(await mailbox.all()) == 1
    assert sql(COUNT) == [(0,)]


@pytest.mark.gen_test
async def test_the_next_process_keeps_the_promise(app: Services, queue: Queue, send_by: SendBy) -> None:
    send_by(Broken())
    await queue(RESET)
    await app.close()
    way = Slow()
    async with another(app, way) as worker:
        worker.start()
        await until(lambda: way.sent)
    assert [mail.link for mail in way.sent] == [LINK]


@pytest.mark.gen_test
async def test_processes_share_the_work_and_no_mail(app: Services, queue: Queue, sql: Sql) -> None:
    await queue(*(Mail("password-changed", f"user{number}@example.com", {}) for number in range(60)))
    gate = asyncio.Event()
    ways = [Slow(0.01, gate=gate) for _ in range(3)]
    async with another(app, ways[0]) as a, another(app, ways[1]) as b, another(app, ways[2]) as c:
        for worker in (a, b, c):
            worker.start()
        await until(lambda: all(way.begun for way in ways))
        gate.set()
        await until(lambda: sql(COUNT) == [(0,)])
    counted = Counter(mail.to for way in ways for mail in way.sent)
    assert (len(counted), set(counted.values())) == (60, {1})
    assert all(way.sent for way in ways)
    assert sql(COUNT) == [(0,)]


@pytest.mark.gen_test
async def test_what_a_dead_process_had_taken_comes_back(
    app: Services, queue: Queue, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.mail.worker.GRACE_SECONDS", 0.0)
    await queue(NEWS)
    dying, living = Slow(60), Slow()
    async with another(app, dying) as worker:
        worker.start()
        await until(lambda: dying.begun)
    async with another(app, living) as worker:
        await worker.deliver_due()
        assert living.begun == []
        sql("""UPDATE "ai_editor_mail" SET "dueAt" = "dueAt" - interval '151 seconds'""")
        await worker.deliver_due()
    assert [mail.id for mail in living.sent] == dying.begun


@pytest.mark.gen_test
async def test_a_clean_stop_waits_for_what_is_under_way(
    app: Services, queue: Queue, send_by: SendBy, sql: Sql
) -> None:
    way = Slow(0.3)
    send_by(way)
    app.mailer.start()
    await queue(NEWS)
    await until(lambda: way.begun)
    await app.mailer.stop()
    assert len(way.sent) == 1
    assert sql(COUNT) == [(0,)]


@pytest.mark.gen_test
async def test_an_outage_is_one_line(
    app: Services,
    queue: Queue,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def away(*args: object) -> None:
        raise DatabaseUnavailable("away")

    caplog.set_level("INFO")
    await queue(RESET)
    for _ in range(2):
        with monkeypatch.context() as patched:
            patched.setattr(mails, "take_due", away)
            for _ in range(5):
                await app.mailer.worker.deliver_due()
        assert await mailbox.all()
    said = [record.getMessage() for record in caplog.records if "queue of mails" in record.getMessage()]
    assert said == ["the queue of mails cannot be read: away", "the queue of mails is read again"] * 2


@pytest.mark.gen_test
async def test_not_sent_twice_while_the_database_is_away(
    app: Services, queue: Queue, send_by: SendBy, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(db: object, mail_id: str) -> None:
        raise DatabaseUnavailable("away")

    way = Slow()
    send_by(way)
    await queue(NEWS)
    with monkeypatch.context() as patched:
        patched.setattr(mails, "delete", away)
        await app.mailer.worker.deliver_due()
        sql(DUE)
        await app.mailer.worker.deliver_due()
        assert len(way.sent) == 1
        assert sql(COUNT) == [(1,)]
    await app.mailer.worker.deliver_due()
    assert len(way.sent) == 1
    assert sql(COUNT) == [(0,)]


@pytest.mark.gen_test
async def test_a_dead_link_is_not_sent(
    app: Services, queue: Queue, mailbox: Mailbox, sql: Sql, caplog: pytest.LogCaptureFixture
) -> None:
    await queue(RESET)
    sql("""UPDATE "ai_editor_mail" SET "expiresAt" = now() - interval '1 second'""")
    assert await mailbox.all() == []
    assert sql(COUNT) == [(0,)]
    assert "given up after 0 attempts: its time is over" in caplog.text


@pytest.mark.gen_test
async def test_how_long_a_mail_is_worth_sending(queue: Queue, sql: Sql) -> None:
    await queue(RESET, NEWS, Mail("delete-account", "ada@example.com", {"url": LINK}))
    lives = sql('SELECT "template", extract(epoch FROM "expiresAt" - "createdAt")::int FROM "ai_editor_mail"')
    assert dict(lives) == {"reset-password": 3600, "password-changed": 259200, "delete-account": 86400}


def test_back_off_doubles_with_jitter_up_to_an_hour() -> None:
    three_days = 3 * 86400
    assert all(3.75 <= delay(1, three_days) <= 6.25 for _ in range(100))
    assert all(7.5 <= delay(2, three_days) <= 12.5 for _ in range(100))
    assert all(2700 <= delay(40, three_days) <= 4500 for _ in range(100))
    assert len({delay(1, three_days) for _ in range(10)}) > 1


def test_a_link_of_an_hour_is_tried_every_few_minutes() -> None:
    assert all(delay(attempts, 3600) <= 450 for attempts in range(1, 40))


@pytest.mark.parametrize(
    "error", [NotNow("later"), TimeoutError(), OSError("disk full"), ValueError("a bug")]
)
@pytest.mark.gen_test
async def test_one_in_trouble_stops_no_other(
    app: Services, queue: Queue, send_by: SendBy, sql: Sql, error: Exception
) -> None:
    send_by(Broken(error=error))
    await queue(NEWS)
    await app.mailer.worker.deliver_due()
    way = Slow()
    send_by(way)
    await queue(RESET)
    await app.mailer.worker.deliver_due()
    assert [mail.link for mail in way.sent] == [LINK]
    assert sql('SELECT "template", "attempts" FROM "ai_editor_mail"') == [("password-changed", 1)]


@pytest.mark.gen_test
async def test_a_mail_of_a_newer_version_waits_for_it(app: Services, mailbox: Mailbox, sql: Sql) -> None:
    await mails.insert(app.db, "a" * 32, "from-the-future", "ada@example.com", {}, 60)
    assert await mailbox.all() == []
    assert sql('SELECT "attempts" FROM "ai_editor_mail"') == [(1,)]


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.com\r\nBcc: eve@example.com",
        "ada",
        "",
        "Ada <ada@example.com>",
        "a@b@c",
        "a b@example.com",
    ],
)
@pytest.mark.gen_test
async def test_no_header_from_an_address(app: Services, mailbox: Mailbox, sql: Sql, address: str) -> None:
    await app.mailer.queue(app.db, Mail("password-changed", address, {}))
    assert await mailbox.all() == []
    assert sql(COUNT) == [(0,)]


@pytest.mark.gen_test
async def test_a_mail_that_cannot_be_is_refused_where_it_is_promised(
    app: Services, http_server: object
) -> None:
    with pytest.raises(ValueError, match="no mail is called"):
        await app.mailer.queue(app.db, Mail("nonsense", "ada@example.com", {}))
    for url in ({}, {"url": ""}, {"url": "/relative"}, {"url": "javascript:alert(1)"}):
        with pytest.raises(ValueError, match="needs a link"):
            await app.mailer.queue(app.db, Mail("verify-email", "ada@example.com", url))


@pytest.mark.gen_test
async def test_a_mail_that_this_server_does_not_know_waits_for_one_that_does(
    queue: Queue, app: Services, sql: Sql
) -> None:
    await queue(NEWS)
    sql("""UPDATE "ai_editor_mail" SET "template" = 'of-a-newer-version' """)
    await app.mailer.worker.deliver_due()
    assert sql('SELECT "template", "dueAt" > now() FROM "ai_editor_mail"') == [("of-a-newer-version", True)]


@pytest.mark.gen_test
async def test_the_queue_says_who_waits_for_what(queue: Queue, sql: Sql) -> None:
    await queue(RESET)
    rows = sql('SELECT "template", "recipient", "context"::text, "attempts" FROM "ai_editor_mail"')
    assert [(row[0], row[1], json.loads(row[2]), row[3]) for row in rows] == [
        ("reset-password", "ada@example.com", {"name": "Ada", "url": LINK}, 0)
    ]


@pytest.mark.gen_test
async def test_no_name_spoils_the_answer(queue: Queue, mailbox: Mailbox, sql: Sql) -> None:
    await queue(Mail("password-changed", "ada@example.com", {"name": "A\x00d\ud800a " + "x" * 1_000_000}))
    assert sql("""SELECT octet_length("context"::text) < 100 FROM "ai_editor_mail" """) == [(True,)]
    assert (await mailbox.last("ada@example.com")).text.startswith("Hello Ada xxx")


@pytest.mark.gen_test
async def test_a_full_worker_goes_on_when_there_is_room(app: Services, queue: Queue, send_by: SendBy) -> None:
    way = Slow(0.02)
    send_by(way)
    await queue(*(Mail("password-changed", f"user{number}@example.com", {}) for number in range(30)))
    app.mailer.start()
    await until(lambda: len(way.sent) == 30)
