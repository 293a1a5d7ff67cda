"""Ways back in: a forgotten password, and an address that is to be confirmed, by the links in the mails."""

import pytest
from playwright.async_api import Browser

from tests.browser.member import EMAIL, enter, forgive, judged, until
from tests.browser.window import Window, window
from tests.client import PASSWORD, Client
from tests.conftest import Sql
from tests.mailbox import Mailbox

pytestmark = pytest.mark.usefixtures("http_server")
slowly = pytest.mark.gen_test
NEW_PASSWORD = "another horse, another battery"


async def ask_for_a_link(tab: Window, email: str = EMAIL) -> None:
    await tab.open("/login")
    await tab.fill(E_mail=email)
    await tab.page.get_by_role("link", name="Forgot your password?").click()
    await tab.at("/forgot-password")
    await tab.press("Send me a link")
    await until(tab, "Look into your mailbox")


@slowly
async def test_a_forgotten_password(
    browser: Browser, base_url: str, client: Client, mailbox: Mailbox, sql: Sql
) -> None:  # S17
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await ask_for_a_link(tab)
        assert await judged(tab) == []
        link = (await mailbox.last(EMAIL)).link
        await tab.page.goto(link)
        await tab.at("/reset-password")
        assert "token" not in await tab.page.evaluate("location.href + JSON.stringify(history.state)")
        await tab.fill(**{"New password": NEW_PASSWORD})
        assert await judged(tab) == []
        await tab.press("Change the password")
        await tab.at("/login")
        await until(tab, "Your password is changed")
        assert sql('SELECT count(*) FROM "session"') == [(0,)]
        await tab.fill(E_mail=EMAIL, Password=NEW_PASSWORD)
        await tab.press("Sign in")
        await tab.at("/documents")
        await tab.page.context.clear_cookies()
        await tab.page.goto(link)
        await until(tab, "This link does not work any more")
        assert await judged(tab) == []
        await tab.page.get_by_role("link", name="Ask for a new link").click()
        await tab.at("/forgot-password")
        await tab.check()


@slowly
async def test_a_forgotten_password_while_signed_in(
    browser: Browser, base_url: str, client: Client, mailbox: Mailbox
) -> None:  # S17
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await enter(tab, client)
        await tab.open("/settings/security")
        await tab.page.get_by_role("main").get_by_role("link", name="Forgot your password?").click()
        await tab.at("/forgot-password")
        assert await tab.page.get_by_label("E-mail").input_value() == EMAIL
        assert await judged(tab) == []
        await tab.press("Send me a link")
        await until(tab, "Look into your mailbox")
        await tab.page.goto((await mailbox.last(EMAIL)).link)
        await tab.fill(**{"New password": NEW_PASSWORD})
        await tab.press("Change the password")
        await tab.at("/login")
        await tab.check()


@slowly
async def test_an_unknown_address_looks_the_same(
    browser: Browser, base_url: str, client: Client, mailbox: Mailbox
) -> None:  # S10
    await client.sign_up()
    async with window(browser, base_url) as tab:
        said = []
        for email in (EMAIL, "bob@example.com"):
            await ask_for_a_link(tab, email)
            said.append((await tab.page.get_by_role("main").inner_text()).replace(email, ""))
        assert said[0] == said[1]
        assert len(await mailbox.all()) == 1
        await tab.check()


@pytest.mark.environ(RATE_LIMIT_ENABLED="yes")
@slowly
async def test_a_link_used_meanwhile_and_too_many_of_them(
    browser: Browser, base_url: str, client: Client
) -> None:  # S12
    async with window(browser, base_url) as tab:
        await tab.open("/reset-password?token=unknown")
        await tab.fill(**{"New password": NEW_PASSWORD})
        await tab.press("Change the password")
        await until(tab, "This link does not work any more")
        await tab.open("/reset-password")
        await until(tab, "There is no link here")
        for _ in range(3):
            await client.api("/request-password-reset", {"email": "bob@example.com"})
        await tab.open("/forgot-password")
        await tab.fill(E_mail=EMAIL)
        await tab.press("Send me a link")
        await until(tab, "Too many attempts")
        assert await tab.page.get_by_role("button", name="Send me a link").is_disabled()
        forgive(tab, 400, 429)
        await tab.check()


@pytest.mark.environ(REQUIRE_EMAIL_VERIFICATION="yes")
@slowly
async def test_nobody_comes_in_unconfirmed(browser: Browser, base_url: str, mailbox: Mailbox) -> None:
    async with window(browser, base_url) as tab:
        await tab.open("/register")
        await tab.fill(Name="Ada", E_mail=EMAIL, Password=PASSWORD)
        await tab.press("Create account")
        await until(tab, "Check your mailbox")
        assert await tab.page.get_by_role("button", name="Send again in").is_disabled()
        assert await judged(tab) == []
        await tab.page.get_by_role("link", name="Back to sign-in").click()
        await tab.fill(E_mail=EMAIL, Password=PASSWORD)
        await tab.press("Sign in")
        await until(tab, "Confirm your e-mail address first")
        await tab.page.get_by_role("button", name="Send again in").wait_for()
        await tab.page.goto((await mailbox.last(EMAIL)).link)
        await tab.at("/verify-email?from=mail")
        await until(tab, "Your e-mail is confirmed")
        await tab.page.get_by_role("link", name="Continue to AI-Editor").click()
        await tab.at("/documents")
        assert await tab.page.get_by_role("region", name="E-mail not confirmed").count() == 0
        forgive(tab, 403)
        await tab.check()


@slowly
async def test_the_banner_until_the_address_is_confirmed(
    browser: Browser, base_url: str, client: Client, mailbox: Mailbox
) -> None:
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await enter(tab, client)
        await tab.open("/documents")
        banner = tab.page.get_by_role("region", name="E-mail not confirmed")
        await banner.get_by_role("button", name="Send me a link").click()
        await until(tab, "A link is on its way")
        link = (await mailbox.last(EMAIL)).link
        await banner.get_by_role("button", name="Not now").click()
        await tab.page.reload()
        await tab.shown()
        assert await banner.count() == 0
        await tab.open("/verify-email")
        await until(tab, "Have a link sent to you.")
        assert await judged(tab) == []
        other = Window(await tab.page.context.new_page(), base_url)
        await other.page.goto(link)
        await until(other, "Your e-mail is confirmed")
        await until(tab, "Your e-mail is confirmed")
        await tab.check()


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("TOKEN_EXPIRED", "This link has expired"),
        ("INVALID_TOKEN", "This link does not work"),
        ("USER_NOT_FOUND", "This account is gone"),
    ],
)
@slowly
async def test_links_that_lead_nowhere(browser: Browser, base_url: str, error: str, says: str) -> None:
    async with window(browser, base_url) as tab:
        await tab.open(f"/verify-email?error={error}")
        assert await tab.heading() == says
        assert await judged(tab) == []
        await tab.check()
