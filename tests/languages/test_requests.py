"""A browser that asks for German: the pages, the pages for errors, the mails, and the API, which stays as it is."""

import asyncio

import pytest

from server.services import Services
from tests.client import PASSWORD, Client
from tests.conftest import Sql
from tests.mailbox import Mailbox
from tests.promises import promised
from tests.shell.html import nonce, read

pytestmark = pytest.mark.gen_test
GERMAN = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.8"}
KLINGON = {"Accept-Language": "tlh"}
ADA = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD}


async def test_a_page_is_in_the_language_that_is_asked_for(client: Client) -> None:
    german = await client.send("GET", "/login", headers=GERMAN)
    english = await client.send("GET", "/login", headers=KLINGON)
    plain = await client.send("GET", "/login")
    assert read(german).title == "Anmelden · AI-Editor"
    assert b'<html lang="de">' in german.body
    assert "läuft im Browser".encode() in german.body
    assert read(english).title == read(plain).title == "Sign in · AI-Editor"
    assert b'<html lang="en">' in english.body
    assert [answer.headers["Vary"] for answer in (german, english, plain)] == ["Accept-Language"] * 3
    again = await client.send("GET", "/login", headers=GERMAN)
    assert again.body.replace(nonce(again).encode(), b"") == german.body.replace(nonce(german).encode(), b"")


async def test_only_a_german_page_loads_the_german_catalogue(client: Client) -> None:
    pages = [read(await client.send("GET", "/login", headers=each)) for each in (GERMAN, KLINGON)]
    german, english = (set(page.links("modulepreload")) for page in pages)
    assert len(german - english) == 1
    assert english <= german


async def test_a_page_for_somebody_is_in_their_language_too(client: Client) -> None:
    await client.sign_up()
    answer = await client.send("GET", "/settings/profile", headers=GERMAN)
    assert read(answer).title == "Profil · AI-Editor"
    assert answer.headers["Vary"] == "Accept-Language"


async def test_a_page_for_an_error_is_in_the_language(client: Client) -> None:
    answer = await client.send("PUT", "/login", headers=GERMAN | {"Origin": client.base_url})
    assert answer.status == 405
    assert b'<html lang="de">' in answer.body
    assert b"Nicht erlaubt" in answer.body
    assert answer.headers["Vary"] == "Accept-Language"


async def test_the_api_says_the_same_in_every_language(client: Client) -> None:
    wrong = {"email": "nobody@example.com", "password": PASSWORD}
    german = await client.api("/sign-in/email", wrong, headers=GERMAN)
    english = await client.api("/sign-in/email", wrong)
    assert (german.status, german.body) == (english.status, english.body)


@pytest.mark.environ(REQUIRE_EMAIL_VERIFICATION="yes")
async def test_a_mail_is_in_the_language_of_who_caused_it(client: Client, mailbox: Mailbox, sql: Sql) -> None:
    await client.api("/sign-up/email", ADA, headers=GERMAN)
    await Client(client.base_url).api("/sign-up/email", ADA | {"email": "bob@example.com", "name": "Bob"})
    assert [mail.context.get("language") for mail in promised(sql)] == ["de", None]
    german, english = await mailbox.last("ada@example.com"), await mailbox.last("bob@example.com")
    assert german.subject == "Bestätigen Sie Ihre E-Mail-Adresse für AI-Editor"
    assert german.text.startswith("Guten Tag Ada,")
    assert "Der Link gilt eine Stunde, bis " in german.text
    assert " Uhr UTC." in german.text
    assert '<html lang="de"' in german.html
    assert "Diese Adresse bestätigen" in german.html
    assert english.subject == "Confirm your e-mail address for AI-Editor"
    assert '<html lang="en"' in english.html


async def test_two_who_ask_at_once_get_each_their_own(client: Client, mailbox: Mailbox) -> None:
    for name in ("ada", "bob"):
        await Client(client.base_url).api("/sign-up/email", ADA | {"email": f"{name}@example.com"})
    mailbox.empty()
    asked = [("ada@example.com", GERMAN), ("bob@example.com", KLINGON)]
    await asyncio.gather(
        *(
            client.api("/request-password-reset", {"email": address, "redirectTo": "/reset-password"}, headers=headers)
            for address, headers in asked
        )
    )  # fmt: skip
    assert (await mailbox.last("ada@example.com")).subject == "Setzen Sie Ihr Passwort bei AI-Editor zurück"
    assert (await mailbox.last("bob@example.com")).subject == "Reset your AI-Editor password"


@pytest.mark.environ(PLUGINS="phone-number", PHONE_NUMBER_EMAIL_DOMAIN="phone.example.com")
@pytest.mark.usefixtures("plugged")
async def test_a_text_message_is_in_the_language(app: Services, client: Client) -> None:
    await client.api("/phone-number/send-otp", {"phoneNumber": "+4930123456"}, headers=GERMAN)
    await app.mailer.worker.deliver_due()
    (sent,) = (app.config.data_dir / "outbox").glob("*.txt")
    assert "ist Ihr Code für AI-Editor. Er gilt einmal, 5 Minuten lang." in sent.read_text()
