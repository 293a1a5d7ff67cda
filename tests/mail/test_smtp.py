"""Sending by SMTP: plain, with TLS of either kind, with a password; refusals for now and for good."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from server.mail.outgoing import Transport
from server.services import Services
from tests.conftest import Sql
from tests.mail.conftest import LINK, NEWS, RESET, Queue
from tests.mail.smtp_server import CERTIFICATE, PostOffice, SilentServer, certificate

SendBy = Callable[[Transport], None]
DUE = """UPDATE "ai_editor_mail" SET "dueAt" = now()"""


@asynccontextmanager
async def opened(office: PostOffice) -> AsyncIterator[PostOffice]:
    await office.open()
    try:
        yield office
    finally:
        await office.close()


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATE))


@pytest.mark.gen_test
async def test_a_mail_crosses_the_wire(
    app: Services, queue: Queue, send_by: SendBy, post_office: PostOffice, sql: Sql
) -> None:
    send_by(post_office.transport())
    await queue(RESET)
    await app.mailer.worker.deliver_due()
    (mail,) = post_office.arrived
    assert (mail.to, mail.subject) == ("ada@example.com", "Reset your AI-Editor password")
    assert mail.message["From"] == "AI-Editor <no-reply@example.com>"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message["Message-ID"].endswith("@example.com>")
    assert mail.message["Date"].datetime.tzinfo is not None
    assert mail.message.get_content_type() == "multipart/alternative"
    assert mail.link == LINK
    assert LINK in mail.html_links
    (envelope,) = post_office.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("no-reply@example.com", ["ada@example.com"])
    assert post_office.sessions[0].host_name == "client.test"
    assert sql('SELECT count(*) FROM "ai_editor_mail"') == [(0,)]


@pytest.mark.gen_test
async def test_starttls_where_it_is_offered_then_the_password(
    app: Services, queue: Queue, send_by: SendBy
) -> None:
    async with opened(PostOffice(tls=certificate(), auth=True)) as office:
        send_by(office.transport("localhost", signed_in=True, tls=trusting()))
        await queue(NEWS)
        await app.mailer.worker.deliver_due()
        assert len(office.arrived) == 1
        assert office.signed_in
        assert office.sessions[0].ssl is not None


@pytest.mark.gen_test
async def test_tls_from_the_first_byte(app: Services, queue: Queue, send_by: SendBy) -> None:
    async with opened(PostOffice(tls=certificate(), implicit=True, auth=True)) as office:
        send_by(office.transport("localhost", signed_in=True, tls=trusting()))
        await queue(NEWS)
        await app.mailer.worker.deliver_due()
        assert len(office.arrived) == 1


@pytest.mark.gen_test
async def test_a_certificate_that_nobody_signed_is_refused(
    app: Services, queue: Queue, send_by: SendBy, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(PostOffice(tls=certificate())) as office:
        send_by(office.transport("0.0.0.0"))
        await queue(NEWS)
        await app.mailer.worker.deliver_due()
        assert office.arrived == []
        assert "CERTIFICATE_VERIFY_FAILED" in caplog.text


@pytest.mark.gen_test
async def test_on_this_machine_any_certificate_will_do(app: Services, queue: Queue, send_by: SendBy) -> None:
    async with opened(PostOffice(tls=certificate())) as office:
        send_by(office.transport("127.0.0.1"))
        await queue(NEWS)
        await app.mailer.worker.deliver_due()
        assert len(office.arrived) == 1


@pytest.mark.parametrize(("host", "sent"), [("127.0.0.1", 1), ("0.0.0.0", 0)])
@pytest.mark.gen_test
async def test_no_password_in_the_clear_but_on_this_machine(
    app: Services, queue: Queue, send_by: SendBy, caplog: pytest.LogCaptureFixture, host: str, sent: int
) -> None:
    async with opened(PostOffice(auth=True)) as office:
        send_by(office.transport(host, signed_in=True))
        await queue(NEWS)
        await app.mailer.worker.deliver_due()
        assert (len(office.arrived), len(office.signed_in)) == (sent, sent)
        assert ("not sent in the clear" in caplog.text) is not bool(sent)


@pytest.mark.gen_test
async def test_down_then_up(
    app: Services, queue: Queue, send_by: SendBy, post_office: PostOffice, sql: Sql
) -> None:
    send_by(post_office.transport())
    await post_office.close()
    await queue(RESET)
    await app.mailer.worker.deliver_due()
    await app.mailer.worker.deliver_due()
    assert sql('SELECT "attempts", "dueAt" > now() FROM "ai_editor_mail"') == [(1, True)]
    await post_office.open()
    sql(DUE)
    await app.mailer.worker.deliver_due()
    assert [mail.link for mail in post_office.arrived] == [LINK]


@pytest.mark.parametrize("where", ["recipient_answers", "content_answers"])
@pytest.mark.gen_test
async def test_not_now_is_tried_again(
    app: Services, queue: Queue, send_by: SendBy, post_office: PostOffice, sql: Sql, where: str
) -> None:
    setattr(post_office, where, ["451 4.7.1 greylisted", ""])
    send_by(post_office.transport())
    await queue(NEWS)
    await app.mailer.worker.deliver_due()
    assert post_office.arrived == []
    sql(DUE)
    await app.mailer.worker.deliver_due()
    assert len(post_office.arrived) == 1


@pytest.mark.parametrize("where", ["recipient_answers", "content_answers"])
@pytest.mark.gen_test
async def test_never_is_given_up_and_says_so(  # S35
    app: Services,
    queue: Queue,
    send_by: SendBy,
    post_office: PostOffice,
    sql: Sql,
    caplog: pytest.LogCaptureFixture,
    where: str,
) -> None:
    setattr(post_office, where, [f"550 5.1.1 <ada@example.com> unknown, see {LINK}"])
    send_by(post_office.transport())
    await queue(RESET)
    await app.mailer.worker.deliver_due()
    assert sql('SELECT count(*) FROM "ai_editor_mail"') == [(0,)]
    (record,) = [record for record in caplog.records if "given up" in record.getMessage()]
    assert record.levelno == logging.ERROR
    assert "a***@example.com" in record.getMessage()
    assert "ada@example.com" not in caplog.text
    assert "abcdefghijklmnopqrstuvwx" not in caplog.text
    assert (
        b'ai_editor_mails_total{result="given_up",template="reset-password"} 1.0' in await app.metrics.page(0)
    )


@pytest.mark.gen_test
async def test_a_wrong_password_loses_no_mail(
    app: Services, queue: Queue, send_by: SendBy, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(PostOffice(auth=True)) as office:
        monkeypatch.setattr("tests.mail.smtp_server.PASSWORD", "changed meanwhile")
        transport = office.transport(signed_in=True)
        monkeypatch.undo()
        send_by(transport)
        await queue(NEWS)
        await app.mailer.worker.deliver_due()
        assert sql('SELECT "attempts" FROM "ai_editor_mail"') == [(1,)]
        assert "535" in (await transport.problem() or "")


@pytest.mark.gen_test
async def test_problems_of_a_server_in_words(post_office: PostOffice) -> None:
    transport = post_office.transport()
    assert await transport.problem() is None
    await post_office.close()
    assert "connect" in (await transport.problem() or "").lower()


@pytest.mark.gen_test
async def test_a_hanging_server_holds_up_nothing_else(
    app: Services,
    queue: Queue,
    send_by: SendBy,
    post_office: PostOffice,
    silent_server: SilentServer,
) -> None:
    send_by(silent_server.transport())
    await queue(NEWS)
    app.mailer.worker.start()
    while not silent_server.connections:
        await asyncio.sleep(0.02)
    send_by(post_office.transport())
    await queue(RESET)
    while not post_office.arrived:
        await asyncio.sleep(0.02)
    assert [mail.subject for mail in post_office.arrived] == ["Reset your AI-Editor password"]
    await silent_server.close()
