"""Signing in and up by a mailed link, by the front door."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.client import PASSWORD, Answer, Client
from tests.conftest import Sql
from tests.mailbox import Mailbox
from tests.promises import Promise, promised

pytestmark = [pytest.mark.gen_test, pytest.mark.environ(PLUGINS="magic-link")]
ASK, VERIFY = "/sign-in/magic-link", "/magic-link/verify"
ADA = "ada@example.com"


async def ask(client: Client, email: str = ADA, **more: object) -> Answer:
    return await Client(client.base_url).api(ASK, {"email": email, **more})


def newest(sql: Sql) -> Promise:
    return promised(sql, "magic-link")[-1]


async def follow(client: Client, mail: Promise) -> tuple[Client, Answer]:
    """The link in a browser of its own."""
    browser = Client(client.base_url)
    return browser, await browser.send("GET", mail.path)


def error_of(answer: Answer) -> list[str]:
    assert (answer.status, answer.set_cookies) == (302, [])
    return parse_qs(urlsplit(answer.headers["Location"]).query).get("error", [])


async def test_a_link_makes_a_user_and_lets_them_in_again(client: Client, sql: Sql) -> None:
    ends = {"callbackURL": "/home", "newUserCallbackURL": "/welcome"}
    places = []
    for _ in range(2):
        assert (await ask(client, "Ada@Example.com", name="Ada", **ends)).json == {"status": True}
        assert newest(sql).to == "Ada@Example.com"
        browser, answer = await follow(client, newest(sql))
        places.append(answer.headers["Location"])
        user = (await browser.session())["user"]
        assert (user["email"], user["emailVerified"], user["name"]) == (ADA, True, "Ada")
    assert places == [f"{client.base_url}/welcome", f"{client.base_url}/home"]
    assert sql('SELECT count(*) FROM "user"') == [(1,)]
    assert sql('SELECT count(*) FROM "account"') == [(0,)]


async def test_the_mail_says_how_long_it_is_good(client: Client, mailbox: Mailbox) -> None:
    await ask(client, name="Call 0800 1234567")
    mail = await mailbox.last(ADA)
    assert "for 5 minutes, until" in " ".join(mail.text.split())
    assert mail.link.startswith(f"{client.base_url}/api/auth/magic-link/verify?token=")
    assert mail.link.endswith("&callbackURL=%2F")
    assert "0800" not in mail.text + mail.html  # what a stranger says somebody is called


async def test_who_is_known_is_not_told_nor_found_by_the_work(client: Client, sql: Sql) -> None:  # S10
    await client.sign_up()
    answers = [await ask(client, email) for email in (ADA, "nobody@example.com")]
    assert answers[0].json == answers[1].json == {"status": True}
    assert [mail.to for mail in promised(sql, "magic-link")] == [ADA, "nobody@example.com"]
    assert len({tuple(sorted(mail.context)) for mail in promised(sql, "magic-link")}) == 1


async def test_a_link_counts_for_one_alone(client: Client, sql: Sql) -> None:  # S18
    await ask(client)
    found = await asyncio.gather(*(follow(client, newest(sql)) for _ in range(12)))
    assert {answer.status for _, answer in found} == {302}
    assert [bool(answer.set_cookies) for _, answer in found].count(True) == 1
    lost = [answer for _, answer in found if not answer.set_cookies]
    assert [error_of(answer) for answer in lost] == [["INVALID_TOKEN"]] * 11
    assert sql('SELECT count(*) FROM "session"') == [(1,)]


async def test_several_links_of_somebody_new_make_one_user(client: Client, sql: Sql) -> None:  # S18
    for _ in range(6):
        await ask(client, name="Ada")
    found = await asyncio.gather(*(follow(client, mail) for mail in promised(sql, "magic-link")))
    assert all(answer.set_cookies for _, answer in found)
    assert len({(await browser.session())["user"]["id"] for browser, _ in found}) == 1


async def test_a_link_whose_time_is_over_is_none(client: Client, sql: Sql) -> None:
    await ask(client, errorCallbackURL="/failed?from=mail")
    sql("""UPDATE "verification" SET "expiresAt" = now() - interval '1 second'""")
    _, answer = await follow(client, newest(sql))
    assert answer.headers["Location"] == f"{client.base_url}/failed?from=mail&error=INVALID_TOKEN"
    assert error_of(answer) == ["INVALID_TOKEN"]
    assert sql('SELECT count(*) FROM "user"') == [(0,)]


async def test_nothing_is_left_of_who_took_the_address_in_advance(client: Client, sql: Sql) -> None:  # S17
    await client.sign_up(name="Mallory")
    await Client(client.base_url).api("/request-password-reset", {"email": ADA})
    reset = promised(sql, "reset-password")[-1].token
    await ask(client)
    browser, _ = await follow(client, newest(sql))
    assert (await browser.session())["user"]["emailVerified"] is True
    assert await client.session() is None
    assert (await Client(client.base_url).sign_in()).status == 401
    again = {"token": reset, "newPassword": f"another {PASSWORD}"}
    assert (await Client(client.base_url).api("/reset-password", again)).status == 400
    assert sql('SELECT count(*) FROM "account"') == [(0,)]


async def test_at_once_with_the_password_of_a_stranger(client: Client, sql: Sql) -> None:  # S18 S23
    """Whoever comes in by the password before the proof is out after it."""
    await client.sign_up(name="Mallory")
    await ask(client)
    strangers = [Client(client.base_url) for _ in range(4)]
    signing_in = asyncio.gather(*(stranger.sign_in() for stranger in strangers))
    browser, _ = await follow(client, newest(sql))
    await signing_in
    assert await browser.session() is not None
    assert [await stranger.session() for stranger in (client, *strangers)] == [None] * 5


async def test_who_has_proven_the_address_keeps_what_is_theirs(client: Client, sql: Sql) -> None:
    await client.sign_up()
    sql('UPDATE "user" SET "emailVerified" = true')
    await ask(client)
    await follow(client, newest(sql))
    assert await client.session() is not None
    assert (await Client(client.base_url).sign_in()).status == 200


@pytest.mark.environ(PLUGINS="magic-link", DISABLE_SIGN_UP="yes")
async def test_nobody_new_where_nobody_may_sign_up(client: Client, sql: Sql) -> None:
    await ask(client)
    _, answer = await follow(client, newest(sql))
    assert error_of(answer) == ["new_user_signup_disabled"]
    _, answer = await follow(client, newest(sql))
    assert error_of(answer) == ["INVALID_TOKEN"]
    assert sql('SELECT count(*) FROM "user"') == [(0,)]


async def test_a_name_that_cannot_be_stored_makes_no_user(client: Client, sql: Sql) -> None:
    await ask(client, name="A\0da", errorCallbackURL="/failed")
    _, answer = await follow(client, newest(sql))
    assert error_of(answer) == ["FAILED_TO_CREATE_USER"]
    assert sql('SELECT count(*) FROM "user"') == [(0,)]


@pytest.mark.parametrize(
    ("column", "code"), [("banned", "BANNED_USER"), ("twoFactorEnabled", "TWO_FACTOR_NOT_SUPPORTED")]
)
async def test_a_link_is_no_way_past_a_ban_or_a_second_factor(
    client: Client, sql: Sql, column: str, code: str
) -> None:  # S17
    await client.sign_up()
    sql(f'ALTER TABLE "user" ADD COLUMN IF NOT EXISTS "{column}" boolean')
    try:
        sql(f'UPDATE "user" SET "{column}" = true')
        await ask(client)
        browser, answer = await follow(client, newest(sql))
        _, again = await follow(client, newest(sql))
    finally:
        sql(f'ALTER TABLE "user" DROP COLUMN "{column}"')
    assert (answer.status, answer.json["code"], browser.cookies) == (403, code, {})
    assert error_of(again) == ["INVALID_TOKEN"]
    assert sql('SELECT count(*) FROM "session"') == [(0,)]


@pytest.mark.parametrize("place", ["https://evil.com", "/%5Cevil.com", "home"])
@pytest.mark.parametrize("name", ["callbackURL", "newUserCallbackURL", "errorCallbackURL"])
async def test_no_link_leads_elsewhere(client: Client, sql: Sql, name: str, place: str) -> None:  # S34
    assert (await ask(client, **{name: place})).status == 403
    assert promised(sql, "magic-link") == []
    answer = await client.api(f"{VERIFY}?token=x&{name}={place}")
    assert (answer.status, answer.json["code"]) == (403, "INVALID_CALLBACK_URL")


@pytest.mark.environ(PLUGINS="magic-link", FEATURES_OFF="")
async def test_it_is_told_to_the_owner_and_no_token_to_the_log(
    client: Client, caplog: pytest.LogCaptureFixture, sql: Sql
) -> None:  # S35 S36
    caplog.set_level("DEBUG")
    await client.sign_up()
    await ask(client)
    mail = newest(sql)
    await follow(client, mail)
    await follow(client, mail)
    events = [row[0] for row in sql('SELECT "event" FROM "ai_editor_audit" ORDER BY "id"')]
    assert events[-2:] == ["email-verified", "sign-in"]
    assert "magic-link-requested" in caplog.text
    assert "token-refused" in caplog.text
    assert mail.token not in caplog.text
    assert all(mail.token not in str(vars(record)) for record in caplog.records)


@pytest.mark.environ(PLUGINS="none")
async def test_off_is_404(client: Client) -> None:
    assert (await client.api(ASK, {"email": ADA})).status == 404
    assert (await client.api(f"{VERIFY}?token=x")).status == 404
