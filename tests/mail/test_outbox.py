"""Development's outbox: a file for each mail, and its link in the log."""

import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from server.mail import Mail
from server.services import Services
from tests.conftest import Sql
from tests.mail.conftest import LINK, RESET, Queue
from tests.mailbox import Mailbox


@pytest.mark.gen_test
async def test_files_that_a_mail_program_opens(queue: Queue, mailbox: Mailbox) -> None:
    await queue(RESET, Mail("verify-email", "bob@example.com", {"name": "Bob", "url": LINK + "2"}))
    first, second = await mailbox.all()
    assert (first.to, first.link, second.to, second.link) == (
        "ada@example.com",
        LINK,
        "bob@example.com",
        LINK + "2",
    )
    assert first.message["From"] == "AI-Editor <no-reply@localhost>"
    assert first.message["Message-ID"] != second.message["Message-ID"]


@pytest.mark.gen_test
async def test_nobody_else_can_read_them(queue: Queue, mailbox: Mailbox) -> None:
    await queue(RESET)
    await mailbox.all()
    assert stat.S_IMODE(mailbox.folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in mailbox.folder.iterdir()] == [0o600]


@pytest.mark.gen_test
async def test_the_link_is_in_the_log(
    queue: Queue, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await queue(RESET)
    await mailbox.all()
    assert LINK in caplog.text


@pytest.mark.environ(APP_ENV="production")
@pytest.mark.gen_test
async def test_but_not_in_production(  # S35
    queue: Queue, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await queue(RESET)
    assert (await mailbox.last("ada@example.com")).link == LINK
    assert "reset-password/" not in caplog.text
    assert "ada@example.com" not in caplog.text
    assert "a***@example.com" in caplog.text


@pytest.mark.gen_test
async def test_a_folder_that_cannot_be_written_loses_no_mail(
    app: Services, queue: Queue, mailbox: Mailbox, sql: Sql
) -> None:
    mailbox.folder.parent.mkdir(parents=True)
    mailbox.folder.write_text("in the way")
    await queue(RESET)
    await app.mailer.worker.deliver_due()
    assert sql('SELECT "attempts" FROM "ai_editor_mail"') == [(1,)]
    mailbox.folder.unlink()
    sql("""UPDATE "ai_editor_mail" SET "dueAt" = now()""")
    assert len(await mailbox.all()) == 1


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """No file can be made longer: to who writes it the same as a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 1, 500])
@pytest.mark.gen_test
async def test_a_full_disk_loses_no_mail_and_leaves_nothing(
    app: Services, queue: Queue, mailbox: Mailbox, sql: Sql, caplog: pytest.LogCaptureFixture, room: int
) -> None:
    await queue(RESET)
    with files_of_at_most(room):
        await app.mailer.worker.deliver_due()
    assert list(mailbox.folder.iterdir()) == []
    assert sql('SELECT "attempts" FROM "ai_editor_mail"') == [(1,)]
    (line,) = (record for record in caplog.records if record.levelname == "WARNING")
    assert "cannot be written" in line.getMessage()
    assert line.exc_info is None
    sql("""UPDATE "ai_editor_mail" SET "dueAt" = now()""")
    assert [mail.link for mail in await mailbox.all()] == [LINK]


@pytest.mark.gen_test
async def test_a_disk_that_fails_at_the_last_step_is_no_sent_mail(
    app: Services, queue: Queue, mailbox: Mailbox, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File systems that allocate late say so only when they are told to write."""
    await queue(RESET)
    order: list[str] = []
    real = os.fsync

    def full(descriptor: int) -> None:
        order.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        if order.count("file") == 1 and order[-1] == "file":
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    await app.mailer.worker.deliver_due()
    assert list(mailbox.folder.iterdir()) == []
    sql("""UPDATE "ai_editor_mail" SET "dueAt" = now()""")
    assert len(await mailbox.all()) == 1
    assert order[-2:] == ["file", "folder"]
