"""What is written down of a second factor, for the owner and the operator, and that no secret is."""

import logging
from collections.abc import Iterator

import pytest

from handlers.audit.trail import Trail
from server.services import Services
from tests.client import PASSWORD, Client
from tests.conftest import Sql
from tests.mailbox import Mailbox
from tests.two_factor.people import Clock, challenged, enrol, mailed, show, standing

pytestmark = [
    pytest.mark.gen_test,
    pytest.mark.environ(PLUGINS="two-factor", FEATURES_OFF=""),
    pytest.mark.usefixtures("plugged"),
]


@pytest.fixture(name="moved")
def _moved() -> Iterator[Clock]:
    with standing() as found:
        yield found


async def test_it_is_all_in_the_audit(client: Client, sql: Sql, moved: Clock, app: Services) -> None:  # S36
    person = await enrol(client, moved)
    browser = await challenged(client)
    await show(browser, "verify-totp", "000000")
    await browser.api("/two-factor/send-otp", {})
    await show(browser, "verify-otp", mailed(sql))
    await show(browser, "verify-backup-code", person.backup_codes[0])
    await browser.api("/two-factor/generate-backup-codes", {"password": PASSWORD})
    sql('UPDATE "twoFactor" SET "failedVerificationCount" = 9')
    await show(await challenged(client), "verify-totp", "000000")
    await browser.api("/two-factor/disable", {"password": PASSWORD})
    [(user,)] = sql('SELECT "id" FROM "user"')
    trail = app.of(Trail)
    while trail.waiting:
        await trail.store_some()
    found = sql("""SELECT "event" || ' ' || "result" FROM "ai_editor_audit" WHERE "subject" = %s""", user)
    assert {each for (each,) in found} >= {
        "backup-codes-generated success",
        "two-factor-enabled success",
        "two-factor-asked success",
        "two-factor-failed failure",
        "two-factor-locked failure",
        "two-factor-code-sent success",
        "two-factor-checked success",
        "two-factor-disabled success",
        "sign-in success",
    }


async def test_no_code_and_no_key_is_in_the_log(
    client: Client, sql: Sql, moved: Clock, caplog: pytest.LogCaptureFixture
) -> None:  # S35
    with caplog.at_level(logging.DEBUG):
        person = await enrol(client, moved)
        browser = await challenged(client)
        await browser.api("/two-factor/send-otp", {})
        code = mailed(sql)
        await show(browser, "verify-otp", code)
        await show(await challenged(client), "verify-backup-code", person.backup_codes[0])
    said = [record.__dict__ for record in caplog.records if record.name.startswith("ai_editor")]
    assert any(each.get("event") == "two-factor-code-sent" for each in said)
    values = {str(value) for each in said for value in each.values()}
    assert values.isdisjoint({code, person.key.decode(), person.backup_codes[0]})


async def test_the_mail_has_the_code_and_for_how_long(client: Client, moved: Clock, mailbox: Mailbox) -> None:
    await enrol(client, moved)
    browser = await challenged(client)
    await browser.api("/two-factor/send-otp", {})
    mail = await mailbox.last("ada@example.com")
    lines = [line.strip() for line in mail.text.splitlines()]
    [code] = [line for line in lines if len(line) == 6 and line.isdecimal()]
    assert "for 3 minutes, until" in " ".join(lines)
    assert code in mail.html
    assert (await show(browser, "verify-otp", code)).status == 200
