"""The list of documents in a browser: where people land, what they find there, and what they do with it."""

import pytest
from playwright.async_api import Browser

from tests.browser import conftest as chromium
from tests.browser.member import enter, looked_at
from tests.browser.window import window
from tests.client import Client

browser, browser_loop, io_loop = chromium.browser, chromium.browser_loop, chromium.io_loop
pytestmark = pytest.mark.usefixtures("http_server")
slowly = pytest.mark.gen_test


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
@slowly
async def test_an_old_bookmark_and_where_its_facts_went(
    browser: Browser, base_url: str, client: Client, scheme: str, width: int
) -> None:
    await client.sign_up()
    screen = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    async with window(browser, base_url, **screen) as tab:
        await enter(tab, client)
        await tab.open("/dashboard")
        await tab.at("/documents")
        await tab.open("/settings/security")
        card = tab.page.get_by_role("region", name="This session")
        assert "In 7 days" in (await card.inner_text()).replace("in 7 days", "In 7 days")
        assert await looked_at(tab, f"session-card-{scheme}-{width}", width) == []
        await card.get_by_role("button", name="Sign out").click()
        await tab.at("/login")
        await tab.check()
