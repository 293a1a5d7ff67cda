"""Codes by mail, by the front door: what each opens, to whom, and how often."""

import asyncio
from collections import Counter

import pytest

from tests.client import PASSWORD, Answer, Client
from tests.conftest import Sql
from tests.mailbox import Mailbox
from tests.promises import promised

pytestmark = [pytest.mark.gen_test, pytest.mark.environ(PLUGINS="email-otp")]
SEND, CHECK = "/email-otp/send-verification-otp", "/email-otp/check-verification-otp"
VERIFY, SIGN_IN, RESET = "/email-otp/verify-email", "/sign-in/email-otp", "/email-otp/reset-password"
REQUEST, REPLACE = "/email-otp/request-email-change", "/email-otp/change-email"
ADA, NEW = "ada@example.com", "new@example.com"
ANOTHER = "another battery staple"


async def ask(client: Client, kind: str = "sign-in", email: str = ADA) -> Answer:
    return await Client(client.base_url).api(SEND, {"email": email, "type": kind})


def code(sql: Sql, kind: str = "sign-in") -> str:
    return promised(sql, f"email-otp-{kind}")[-1].context["code"]


def wrong(right: str) -> str:
    return f"{(int(right) + 1) % 10**6:06}"


async def sign_in(client: Client, otp: str, email: str = ADA, **more: object) -> tuple[Client, Answer]:
    browser = Client(client.base_url)
    return browser, await browser.api(SIGN_IN, {"email": email, "otp": otp, **more})


def said(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["code"]


INVALID = (400, "INVALID_OTP")


async def test_a_code_makes_a_user_and_lets_them_in_again(client: Client, sql: Sql) -> None:
    for name in ("Ada", "Another"):
        assert (await ask(client, email="Ada@Example.com")).json == {"success": True}
        browser, answer = await sign_in(client, code(sql), name=name)
        assert list(answer.json) == ["token", "user"]
        user = (await browser.session())["user"]
        assert (user["email"], user["emailVerified"], user["name"]) == (ADA, True, "Ada")
    assert sql('SELECT count(*) FROM "user"') == [(1,)]
    assert sql('SELECT count(*) FROM "account"') == [(0,)]
    assert sql('SELECT count(*) FROM "verification"') == [(0,)]


async def test_the_mail_has_the_code_and_says_how_long_it_is_good(client: Client, mailbox: Mailbox) -> None:
    await ask(client)
    mail = await mailbox.last(ADA)
    assert "It counts once, for 5 minutes, until" in " ".join(mail.text.split())
    otp = next(line.strip() for line in mail.text.splitlines() if line.strip().isdigit())
    assert otp in mail.html
    assert (await sign_in(client, otp))[1].status == 200


async def test_who_is_known_is_not_told_nor_found_by_the_work(client: Client, sql: Sql) -> None:  # S10
    await client.sign_up()
    before = sql('SELECT count(*) FROM "ai_editor_mail"')[0][0]
    for kind in ("email-verification", "forget-password", "sign-in"):
        answers = [await ask(client, kind, email) for email in (ADA, "nobody@example.com")]
        assert answers[0].body == answers[1].body
    assert sql('SELECT count(*) FROM "ai_editor_mail"') == [(before + 6,)]
    assert len(promised(sql, "email-otp-forget-password")) == 1
    unknown = {"email": "nobody@example.com", "otp": "123456", "password": ANOTHER}
    assert said(await client.api(RESET, unknown)) == said(await client.api(RESET, unknown | {"email": ADA}))


async def test_a_code_counts_for_one_alone(client: Client, sql: Sql) -> None:  # S18
    await ask(client)
    otp = code(sql)
    found = await asyncio.gather(*(sign_in(client, otp) for _ in range(12)))
    assert Counter(answer.status for _, answer in found) == {200: 1, 400: 11}
    assert sql('SELECT count(*) FROM "session"') == [(1,)]


async def test_guesses_at_once_are_no_more_than_three(client: Client, sql: Sql) -> None:  # S18
    await ask(client)
    otp = code(sql)
    found = await asyncio.gather(*(sign_in(client, wrong(otp)) for _ in range(12)))
    codes = Counter(answer.json["code"] for _, answer in found)
    assert codes == {"INVALID_OTP": 11, "TOO_MANY_ATTEMPTS": 1}
    assert said((await sign_in(client, otp))[1]) == INVALID


async def test_the_fourth_try_is_none_whatever_it_is(client: Client, sql: Sql) -> None:  # S18
    await ask(client)
    otp = code(sql)
    for _ in range(3):
        assert said((await sign_in(client, wrong(otp)))[1]) == INVALID
    assert said((await sign_in(client, otp))[1]) == (403, "TOO_MANY_ATTEMPTS")
    assert said((await sign_in(client, otp))[1]) == INVALID


async def test_a_newer_code_takes_the_place_of_an_older(client: Client, sql: Sql) -> None:
    await ask(client)
    older = code(sql)
    await ask(client)
    if older != code(sql):
        assert said((await sign_in(client, older))[1]) == INVALID
    assert (await sign_in(client, code(sql)))[1].status == 200


async def test_a_code_whose_time_is_over_is_none(client: Client, sql: Sql) -> None:
    await ask(client)
    sql("""UPDATE "verification" SET "expiresAt" = now() - interval '1 second'""")
    assert said((await sign_in(client, code(sql)))[1]) == (400, "OTP_EXPIRED")
    assert said((await sign_in(client, code(sql)))[1]) == INVALID


async def test_a_code_is_good_for_what_it_was_asked_for(client: Client, sql: Sql) -> None:  # S41
    await client.sign_up()
    for kind in ("sign-in", "email-verification", "forget-password"):
        await ask(client, kind)
        given = {"email": ADA, "otp": code(sql, kind), "password": ANOTHER}
        others = {"sign-in": SIGN_IN, "email-verification": VERIFY, "forget-password": RESET}
        del others[kind]
        assert [said(await client.api(path, given)) for path in others.values()] == [INVALID] * 2


async def test_nothing_is_left_of_who_took_the_address_in_advance(client: Client, sql: Sql) -> None:  # S17
    await client.sign_up(name="Mallory")
    await ask(client)
    browser, _ = await sign_in(client, code(sql))
    assert (await browser.session())["user"]["emailVerified"] is True
    assert await client.session() is None
    assert (await Client(client.base_url).sign_in()).status == 401
    assert sql('SELECT count(*) FROM "account"') == [(0,)]


@pytest.mark.environ(PLUGINS="email-otp", REVOKE_SESSIONS_ON_PASSWORD_RESET="no")
async def test_nor_after_a_new_password(client: Client, sql: Sql) -> None:  # S17
    await client.sign_up(name="Mallory")
    sql("""INSERT INTO "account" ("id", "accountId", "providerId", "userId", "createdAt", "updatedAt")
           SELECT 'g', 'g', 'google', "id", now(), now() FROM "user" """)
    await Client(client.base_url).api("/email-otp/request-password-reset", {"email": ADA})
    given = {"email": ADA, "otp": code(sql, "forget-password"), "password": ANOTHER}
    assert (await Client(client.base_url).api(RESET, given)).json == {"success": True}
    assert await client.session() is None
    assert (await Client(client.base_url).sign_in()).status == 401
    assert (await Client(client.base_url).sign_in(password=ANOTHER)).status == 200
    assert sql('SELECT "providerId" FROM "account"') == [("credential",)]
    assert promised(sql, "password-changed")[-1].to == ADA


async def test_a_password_by_a_code_is_for_one_alone(client: Client, sql: Sql) -> None:  # S18
    await client.sign_up()
    await ask(client, "forget-password")
    given = {"email": ADA, "otp": code(sql, "forget-password")}
    new = [f"{ANOTHER} {number}" for number in range(6)]
    found = await asyncio.gather(
        *(Client(client.base_url).api(RESET, given | {"password": each}) for each in new)
    )
    assert Counter(answer.status for answer in found) == {200: 1, 400: 5}
    ways = [(await Client(client.base_url).sign_in(password=each)).status for each in (PASSWORD, *new)]
    assert ways.count(200) == 1
    assert ways[0] == 401


@pytest.mark.environ(PLUGINS="email-otp", PASSWORD_CHECK="common")
async def test_a_common_password_uses_up_no_code(client: Client, sql: Sql) -> None:  # S4
    await client.sign_up()
    await ask(client, "forget-password")
    given = {"email": ADA, "otp": code(sql, "forget-password")}
    assert said(await client.api(RESET, given | {"password": "password1"})) == (400, "PASSWORD_COMPROMISED")
    assert (await client.api(RESET, given | {"password": ANOTHER})).status == 200


async def test_looking_at_a_code_leaves_it_good(client: Client, sql: Sql) -> None:
    await client.sign_up()
    await ask(client)
    given = {"email": ADA, "otp": code(sql), "type": "sign-in"}
    for _ in range(5):
        assert (await client.api(CHECK, given)).json == {"success": True}
    for _ in range(3):
        assert said(await client.api(CHECK, given | {"otp": wrong(code(sql))})) == INVALID
    assert said(await client.api(CHECK, given)) == (403, "TOO_MANY_ATTEMPTS")


async def test_an_address_is_proven_and_its_owner_signed_in(client: Client, sql: Sql) -> None:
    await client.sign_up()
    await ask(client, "email-verification")
    given = {"email": ADA, "otp": code(sql, "email-verification")}
    browser = Client(client.base_url)
    found = (await browser.api(VERIFY, given)).json
    assert (found["status"], found["user"]["emailVerified"]) == (True, True)
    assert (await browser.session())["session"]["token"] == found["token"]
    assert (await client.session())["user"]["emailVerified"] is True
    assert (await Client(client.base_url).sign_in()).status == 200


@pytest.mark.environ(PLUGINS="email-otp", AUTO_SIGN_IN_AFTER_VERIFICATION="no")
async def test_or_not_signed_in(client: Client, sql: Sql) -> None:
    await client.sign_up()
    await ask(client, "email-verification")
    browser = Client(client.base_url)
    found = await browser.api(VERIFY, {"email": ADA, "otp": code(sql, "email-verification")})
    assert (found.json["token"], found.set_cookies) == (None, [])


@pytest.mark.environ(PLUGINS="email-otp", REQUIRE_EMAIL_VERIFICATION="yes")
async def test_of_several_sign_ups_that_from_here_counts(client: Client, sql: Sql) -> None:  # S17
    """A code names none; the newest that was made from where it is typed in is meant."""
    await Client(client.base_url).sign_up(name="Mallory")
    await client.api("/sign-up/email", {"name": "Ada", "email": ADA, "password": ANOTHER})
    await ask(client, "email-verification")
    await client.api(VERIFY, {"email": ADA, "otp": code(sql, "email-verification")})
    assert (await client.session())["user"]["name"] == "Ada"
    assert (await Client(client.base_url).sign_in()).status == 401
    assert (await Client(client.base_url).sign_in(password=ANOTHER)).status == 200


@pytest.mark.environ(PLUGINS="email-otp", DISABLE_SIGN_UP="yes")
async def test_nobody_new_where_nobody_may_sign_up(client: Client, sql: Sql) -> None:
    assert (await ask(client)).json == {"success": True}
    assert promised(sql) == []
    assert said((await sign_in(client, "123456"))[1]) == INVALID
    assert sql('SELECT count(*) FROM "user"') == [(0,)]


@pytest.mark.environ(PLUGINS="email-otp", EMAIL_OTP_CHANGE_EMAIL="yes")
async def test_another_address_by_a_code_that_it_got(client: Client, sql: Sql) -> None:  # S15 S18
    await client.sign_up()
    await Client(client.base_url).api("/request-password-reset", {"email": ADA})
    reset = promised(sql, "reset-password")[-1].token
    assert (await client.api(REQUEST, {"newEmail": NEW})).json == {"success": True}
    assert [mail.to for mail in promised(sql, "email-otp-change-email")] == [NEW]
    given = {"newEmail": NEW, "otp": code(sql, "change-email")}
    stranger = Client(client.base_url)
    await stranger.sign_up("eve@example.com")
    assert said(await stranger.api(REPLACE, given)) == INVALID
    found = await asyncio.gather(*(client.api(REPLACE, given) for _ in range(4)))
    assert Counter(answer.status for answer in found) == {200: 1, 400: 3}
    user = (await client.session())["user"]
    assert (user["email"], user["emailVerified"]) == (NEW, True)
    assert promised(sql, "email-changed")[-1].to == ADA
    again = {"token": reset, "newPassword": ANOTHER}
    assert (await Client(client.base_url).api("/reset-password", again)).status == 400


@pytest.mark.environ(PLUGINS="email-otp", EMAIL_OTP_CHANGE_EMAIL="yes")
async def test_an_address_that_is_taken_is_not_told_of(client: Client, sql: Sql) -> None:  # S10
    await client.sign_up()
    await Client(client.base_url).sign_up(NEW)
    before = sql('SELECT count(*) FROM "ai_editor_mail"')[0][0]
    for email in (NEW, "free@example.com"):
        assert (await client.api(REQUEST, {"newEmail": email})).json == {"success": True}
    assert sql('SELECT count(*) FROM "ai_editor_mail"') == [(before + 2,)]
    assert [mail.to for mail in promised(sql, "email-otp-change-email")] == ["free@example.com"]


@pytest.mark.environ(PLUGINS="email-otp", EMAIL_OTP_CHANGE_EMAIL="yes", EMAIL_OTP_VERIFY_CURRENT_EMAIL="yes")
async def test_where_the_present_address_is_asked_too(client: Client, sql: Sql) -> None:
    await client.sign_up()
    refused = await client.api(REQUEST, {"newEmail": NEW})
    assert refused.json["message"] == "OTP is required to verify current email"
    assert said(await client.api(REQUEST, {"newEmail": NEW, "otp": "123456"})) == INVALID
    await ask(client, "email-verification")
    given = {"newEmail": NEW, "otp": code(sql, "email-verification")}
    assert (await client.api(REQUEST, given)).json == {"success": True}
    assert said(await client.api(REQUEST, given)) == INVALID


async def test_by_a_code_no_address_is_changed_unless_that_is_on(client: Client) -> None:
    await client.sign_up()
    for path in (REQUEST, REPLACE):
        refused = await client.api(path, {"newEmail": NEW, "otp": "123456"})
        assert (refused.status, refused.json["message"]) == (400, "Change email with OTP is disabled")


@pytest.mark.environ(PLUGINS="email-otp", RATE_LIMIT_ENABLED="yes", TRUSTED_PROXIES="127.0.0.1/32")
async def test_guesses_from_many_places_are_slowed_down(client: Client, sql: Sql) -> None:  # S11
    """Codes asked for again and again give no more tries; and the password has its own."""
    statuses = []
    for number in range(12):
        headers = {"X-Forwarded-For": f"203.0.{number}.7"}
        given = {"email": ADA, "otp": "123456"}
        statuses.append((await Client(client.base_url).api(SIGN_IN, given, headers=headers)).status)
    assert statuses == [400] * 10 + [429] * 2


@pytest.mark.parametrize(
    ("column", "refusal"), [("banned", "BANNED_USER"), ("twoFactorEnabled", "TWO_FACTOR_NOT_SUPPORTED")]
)
async def test_a_code_is_no_way_past_a_ban_or_a_second_factor(
    client: Client, sql: Sql, column: str, refusal: str
) -> None:  # S17
    await client.sign_up()
    sql(f'ALTER TABLE "user" ADD COLUMN IF NOT EXISTS "{column}" boolean')
    try:
        sql(f'UPDATE "user" SET "{column}" = true')
        for path, kind in ((SIGN_IN, "sign-in"), (VERIFY, "email-verification")):
            await ask(client, kind)
            given = {"email": ADA, "otp": code(sql, kind)}
            assert said(await Client(client.base_url).api(path, given)) == (403, refusal)
            assert said(await Client(client.base_url).api(path, given)) == INVALID
    finally:
        sql(f'ALTER TABLE "user" DROP COLUMN "{column}"')


@pytest.mark.environ(PLUGINS="email-otp", FEATURES_OFF="")
async def test_it_is_told_to_the_owner_and_no_code_to_the_log(
    client: Client, caplog: pytest.LogCaptureFixture, sql: Sql
) -> None:  # S35 S36
    caplog.set_level("DEBUG")
    await client.sign_up()
    await ask(client)
    otp = code(sql)
    await sign_in(client, wrong(otp))
    await sign_in(client, otp)
    events = [row[0] for row in sql('SELECT "event" FROM "ai_editor_audit" ORDER BY "id"')]
    assert events[-2:] == ["email-verified", "sign-in"]
    assert "code-requested" in caplog.text
    assert "code-refused" in caplog.text
    assert all(otp not in str(vars(record)) for record in caplog.records)


async def test_a_name_that_cannot_be_stored_makes_no_user(client: Client, sql: Sql) -> None:
    await ask(client)
    assert (await sign_in(client, code(sql), name="A\0da"))[1].status == 422
    assert sql('SELECT count(*) FROM "user"') == [(0,)]
    assert (await sign_in(client, code(sql), name="Ada"))[1].status == 200


@pytest.mark.environ(PLUGINS="email-otp,username")
@pytest.mark.usefixtures("plugged")
async def test_somebody_new_may_have_a_name_that_may_be_one(client: Client, sql: Sql) -> None:
    await ask(client)
    assert said((await sign_in(client, code(sql), username="a b"))[1]) == (400, "INVALID_USERNAME")
    _, answer = await sign_in(client, code(sql), username="Ada.L")
    assert (answer.json["user"]["username"], answer.json["user"]["displayUsername"]) == ("ada.l", "Ada.L")


@pytest.mark.environ(PLUGINS="none")
async def test_off_is_404(client: Client) -> None:
    for path in (SEND, CHECK, VERIFY, SIGN_IN, RESET, REQUEST, REPLACE, "/forget-password/email-otp"):
        assert (await client.api(path, {"email": ADA})).status == 404
