"""Where an account is deleted, in a browser: what becomes of the documents."""

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.browser import conftest as chromium
from tests.browser.member import SCREENS, enter, looked_at, until
from tests.browser.window import Window, window
from tests.documents.conftest import Get

browser, browser_loop, io_loop = chromium.browser, chromium.browser_loop, chromium.io_loop
pytestmark = pytest.mark.usefixtures("http_server")
slowly = pytest.mark.gen_test


def card(tab: Window) -> Locator:
    return tab.page.get_by_role("region", name="Your documents")


@SCREENS
@slowly
async def test_all_of_them_go_to_somebody(
    browser: Browser, base_url: str, stage: Get, scheme: str, width: int
) -> None:
    found = await stage()
    await found.done("owner", "POST", "/documents", {"title": "Roses"})
    screen = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    async with window(browser, base_url, **screen) as tab:
        await enter(tab, found["owner"])
        await tab.open("/settings/account")
        await expect(card(tab)).to_contain_text("You own 2 documents. One is shared.")
        seen = await looked_at(tab, f"parting-{scheme}-{width}", width)
        await card(tab).get_by_role("button", name="Hand over…").click()  # nobody is chosen yet
        assert await card(tab).get_by_role("group").count() == 0
        await card(tab).get_by_label("Make somebody").select_option("Rita")
        await card(tab).get_by_role("button", name="Hand over…").click()
        await until(tab, "Hand all documents over to Rita?")
        seen += await looked_at(tab, f"parting-asked-{scheme}-{width}", width)
        await card(tab).get_by_role("button", name="Hand over", exact=True).click()
        await until(tab, "All your documents belong to Rita now.")
        await expect(card(tab).get_by_role("status")).to_be_focused()
        await expect(card(tab)).to_contain_text("You own no documents.")
        await tab.check()
    assert seen == []
    assert (await found.done("reader", "GET", "/documents/{d}"))["role"] == "owner"


@slowly
async def test_all_of_them_are_downloaded(browser: Browser, base_url: str, stage: Get) -> None:
    found = await stage()
    async with window(browser, base_url) as tab:
        await enter(tab, found["owner"])
        await tab.open("/settings/account")
        async with tab.page.expect_download() as coming:
            await card(tab).get_by_role("link", name="Download all").click()
        assert (await coming.value).suggested_filename == "documents.zip"


@slowly
async def test_who_is_no_heir_any_more_is_told(browser: Browser, base_url: str, stage: Get) -> None:
    found = await stage()
    async with window(browser, base_url) as tab:
        await enter(tab, found["owner"])
        await tab.open("/settings/account")
        await card(tab).get_by_label("Make somebody").select_option("Rita")
        found.sql("""DELETE FROM "ai_editor_document_access" WHERE "userId" = %s""", found.ids["reader"])
        await card(tab).get_by_role("button", name="Hand over…").click()
        await card(tab).get_by_role("button", name="Hand over", exact=True).click()
        await until(tab, "Only somebody who has access can become the owner.")
        await expect(card(tab)).to_contain_text("You own one document.")
