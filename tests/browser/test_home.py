"""The start page: what it offers, and what it says where something went wrong."""

import pytest
from playwright.async_api import Browser

from tests.browser.member import enter, judged, until
from tests.browser.window import window
from tests.client import Client

pytestmark = pytest.mark.usefixtures("http_server")
slowly = pytest.mark.gen_test
SENTENCE = "Signing in with e-mail and password is switched off here."


@pytest.mark.environ(DISABLE_SIGN_UP="yes")
@slowly
async def test_no_way_to_an_account_where_none_is_made(browser: Browser, base_url: str) -> None:
    async with window(browser, base_url) as tab:
        await tab.open("/")
        assert await tab.page.locator('a[href="/register"]').count() == 0
        await tab.check()


@slowly
async def test_the_way_past_the_menu_is_a_button_with_room(browser: Browser, base_url: str) -> None:
    async with window(browser, base_url) as tab:
        await tab.open("/")
        await tab.page.get_by_role("link", name="Skip to the content").wait_for()
        # Again and again, as the page may take the focus once more while it starts.
        await tab.becomes(
            """() => {
              const way = document.querySelector('a[href="#main"]')
              way.focus()
              return getComputedStyle(way).padding === '8px 16px'
            }""",
        )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@slowly
async def test_what_went_wrong_is_said(browser: Browser, base_url: str, client: Client, scheme: str) -> None:
    await client.sign_up()
    async with window(browser, base_url, color_scheme=scheme) as tab:
        await tab.page.goto(f"{base_url}/api/auth/error?error=EMAIL_PASSWORD_DISABLED")
        await tab.at("/?error=EMAIL_PASSWORD_DISABLED")
        await until(tab, SENTENCE)
        assert await judged(tab) == []
        await enter(tab, client)
        await tab.page.goto(f"{base_url}/?error=EMAIL_PASSWORD_DISABLED")
        await tab.at("/documents?error=EMAIL_PASSWORD_DISABLED")
        await until(tab, SENTENCE)
        await tab.page.get_by_role("button", name="Dismiss").click()
        await tab.at("/documents")
        assert await tab.page.get_by_text(SENTENCE).count() == 0
        await tab.check()


@slowly
async def test_a_providers_code_is_said_and_shown(browser: Browser, base_url: str) -> None:
    async with window(browser, base_url) as tab:
        await tab.page.goto(f"{base_url}/api/auth/error?error=state_mismatch")
        await until(tab, "That took too long, or was begun in another browser. Please try again.")
        alert = tab.page.get_by_role("alert")
        assert await alert.locator("code").inner_text() == "state_mismatch"
        await alert.get_by_role("link", name="Sign in").click()
        await tab.at("/login")
        await tab.page.goto(f"{base_url}/?error=<b>%20nobody%20says</b>")
        await until(tab, "That did not work. Please try again.")
        assert await tab.page.get_by_text("nobody says").count() == 0
        await tab.check()
