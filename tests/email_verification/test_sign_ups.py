"""Several sign-ups of one address: the proof is for the one whose link was followed, and voids what others made."""

import asyncio

import pytest

from server.authentication import sign_ups
from tests.client import PASSWORD, Client
from tests.conftest import Sql
from tests.mailbox import Mailbox
from tests.promises import Promise, promised

REQUIRED = pytest.mark.environ(REQUIRE_EMAIL_VERIFICATION="yes")
ADA = "ada@example.com"


async def sign_up(client: Client, name: str, password: str, **more: object) -> None:
    body = {"name": name, "email": ADA, "password": password, **more}
    answer = await Client(client.base_url).api("/sign-up/email", body)
    assert (answer.status, answer.json["token"], answer.set_cookies) == (200, None, [])


async def ask(client: Client, **headers: str) -> None:
    answer = await Client(client.base_url).api("/send-verification-email", {"email": ADA}, headers=headers)
    assert answer.json == {"status": True}


async def follow(client: Client, mail: Promise) -> Client:
    """A browser in which the link was opened."""
    browser = Client(client.base_url)
    await browser.api(mail.path.removeprefix("/api/auth"))
    return browser


async def who_comes_in(client: Client, *passwords: str) -> list[str]:
    answers = [await Client(client.base_url).sign_in(ADA, password) for password in passwords]
    assert {answer.status for answer in answers} <= {200, 401}
    return [password for password, answer in zip(passwords, answers, strict=True) if answer.status == 200]


@REQUIRED
@pytest.mark.parametrize("followed", [0, 1, 2])
@pytest.mark.gen_test
async def test_the_link_that_was_followed_counts(client: Client, sql: Sql, followed: int) -> None:
    people = [("Mallory", "of the stranger"), ("Ada", "of the owner"), ("Trudy", "of another one")]
    for name, password in people:
        await sign_up(client, name, password)
    links = promised(sql, "verify-email")
    assert [mail.context["name"] for mail in links] == ["Mallory", "Ada", "Trudy"]
    browser = await follow(client, links[followed])
    name, password = people[followed]
    seen = (await browser.session())["user"]
    assert (seen["name"], seen["emailVerified"]) == (name, True)
    assert await who_comes_in(client, *(each for _, each in people)) == [password]
    for mail in links:  # the others are void from then on
        assert await (await follow(client, mail)).session() is None
    assert await who_comes_in(client, *(each for _, each in people)) == [password]
    assert sql('SELECT count(*) FROM "ai_editor_sign_up"') == [(0,)]


@REQUIRED
@pytest.mark.gen_test
async def test_a_mail_that_is_asked_for_is_of_the_newest_sign_up_here(client: Client, sql: Sql) -> None:
    await sign_up(client, "Mallory", "of the stranger")
    await sign_up(client, "Ada", "of the owner")
    await ask(client)
    browser = await follow(client, promised(sql, "verify-email")[-1])
    assert (await browser.session())["user"]["name"] == "Ada"
    assert await who_comes_in(client, "of the stranger", "of the owner") == ["of the owner"]


@pytest.mark.environ(REQUIRE_EMAIL_VERIFICATION="yes", TRUSTED_PROXIES="127.0.0.1,::1")
@pytest.mark.gen_test
async def test_not_of_a_stranger_who_was_quicker(client: Client, sql: Sql) -> None:
    """The mail that the owner asks for is of her own sign-up, though a stranger's came after it."""
    body = {"name": "Ada", "email": ADA}
    for name, address, password in [("M", "1", "first"), ("Ada", "2", "of the owner"), ("T", "3", "last")]:
        headers = {"X-Forwarded-For": f"203.0.113.{address}"}
        await Client(client.base_url).api(
            "/sign-up/email", body | {"name": name, "password": password * 2}, headers=headers
        )
    await ask(client, **{"X-Forwarded-For": "203.0.113.2"})
    await follow(client, promised(sql, "verify-email")[-1])
    assert await who_comes_in(client, "firstfirst", "lastlast", "of the owner" * 2) == ["of the owner" * 2]


@pytest.mark.environ(REQUIRE_EMAIL_VERIFICATION="yes", TRUSTED_PROXIES="127.0.0.1,::1")
@pytest.mark.gen_test
async def test_where_it_is_not_known_whose_it_is_no_password_counts(client: Client, sql: Sql) -> None:
    await sign_up(client, "Mallory", "of the stranger")
    await sign_up(client, "Ada", "of the owner")
    await ask(client, **{"X-Forwarded-For": "198.51.100.7"})
    browser = await follow(client, promised(sql, "verify-email")[-1])
    assert (await browser.session())["user"]["emailVerified"] is True
    assert await who_comes_in(client, "of the stranger", "of the owner") == []
    await browser.api("/request-password-reset", {"email": ADA})
    token = promised(sql, "reset-password")[0].token
    assert (await browser.api("/reset-password", {"token": token, "newPassword": PASSWORD})).status == 200
    assert await who_comes_in(client, "of the stranger", PASSWORD) == [PASSWORD]


@REQUIRED
@pytest.mark.gen_test
async def test_the_proof_ends_what_others_made(client: Client, sql: Sql) -> None:
    await sign_up(client, "Mallory", "of the stranger", image="https://evil.example/m.png")
    sql(
        """INSERT INTO "session" ("id", "expiresAt", "token", "updatedAt", "userId")
           SELECT 's', now() + interval '1 day', 't', now(), "id" FROM "user" """
    )
    sql(
        """INSERT INTO "account" ("id", "accountId", "providerId", "userId", "updatedAt")
           SELECT 'a', 'mallory', 'github', "id", now() FROM "user" """
    )
    await client.api("/request-password-reset", {"email": ADA})
    await sign_up(client, "Ada", "of the owner")
    await follow(client, promised(sql, "verify-email")[-1])
    assert sql('SELECT "name", "image" FROM "user"') == [("Ada", None)]
    assert sql('SELECT "providerId" FROM "account"') == [("credential",)]
    assert sql("""SELECT count(*) FROM "session" WHERE "id" = 's'""") == [(0,)]
    token = promised(sql, "reset-password")[0].token
    assert (await client.api("/reset-password", {"token": token, "newPassword": PASSWORD})).status == 400


@REQUIRED
@pytest.mark.gen_test
async def test_of_all_links_at_once_one_wins(client: Client, sql: Sql) -> None:  # S18
    passwords = [f"of number {number}" for number in range(4)]
    for password in passwords:
        await sign_up(client, password, password)
    browsers = await asyncio.gather(*(follow(client, mail) for mail in promised(sql, "verify-email")))
    seen = [await browser.session() for browser in browsers]
    names = [each["user"]["name"] for each in seen if each]
    assert len(names) == 1
    assert await who_comes_in(client, *passwords) == names


@REQUIRED
@pytest.mark.gen_test
async def test_a_reset_voids_further_sign_ups(client: Client, sql: Sql) -> None:  # S17
    await sign_up(client, "Mallory", "of the stranger")
    await sign_up(client, "Trudy", "of another one")
    await client.api("/request-password-reset", {"email": ADA})
    token = promised(sql, "reset-password")[0].token
    await client.api("/reset-password", {"token": token, "newPassword": PASSWORD})
    answer = await client.api(promised(sql, "verify-email")[1].path.removeprefix("/api/auth"))
    assert answer.headers["Location"] == "/?error=INVALID_TOKEN"
    await ask(client)
    await follow(client, promised(sql, "verify-email")[-1])
    assert await who_comes_in(client, "of the stranger", "of another one", PASSWORD) == [PASSWORD]


@pytest.mark.environ(AUTO_SIGN_IN="no", SEND_VERIFICATION_ON_SIGN_UP="yes")
@pytest.mark.gen_test
async def test_the_same_where_nobody_is_signed_in_by_signing_up(client: Client, sql: Sql) -> None:
    await sign_up(client, "Mallory", "of the stranger")
    await sign_up(client, "Ada", "of the owner")
    await follow(client, promised(sql, "verify-email")[-1])
    assert await who_comes_in(client, "of the stranger", "of the owner") == ["of the owner"]


@REQUIRED
@pytest.mark.gen_test
async def test_a_proven_address_is_told_that_it_has_an_account(
    client: Client, sql: Sql, mailbox: Mailbox
) -> None:
    await sign_up(client, "Ada", PASSWORD)
    await follow(client, promised(sql)[0])
    for _ in range(sign_ups.MOST_MAILS + 2):
        await sign_up(client, "see evil.example", "of the stranger")
    mails = [mail for mail in await mailbox.of(ADA) if "already" in mail.subject]
    assert len(mails) == sign_ups.MOST_MAILS
    assert mails[0].text.startswith("Hello Ada,") or "Hello Ada," in mails[0].text
    assert mails[0].links[:2] == [f"{client.base_url}/login", f"{client.base_url}/forgot-password"]
    assert await who_comes_in(client, PASSWORD, "of the stranger") == [PASSWORD]
    assert sql('SELECT DISTINCT "name", "password", "ipAddress" FROM "ai_editor_sign_up"') == [(None,) * 3]


@REQUIRED
@pytest.mark.gen_test
async def test_further_sign_ups_are_bounded(client: Client, sql: Sql) -> None:  # S46
    for number in range(25):
        await sign_up(client, f"number {number}", PASSWORD)
    assert sql('SELECT count(*) FROM "ai_editor_sign_up"') == [(20,)]
    assert len(promised(sql, "verify-email")) == 1 + sign_ups.MOST_MAILS
