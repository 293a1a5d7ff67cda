"""What happened to an account, as its owner sees it."""

import pytest
from playwright.async_api import Browser

from handlers.audit.routes import PAGE
from handlers.audit.trail import Trail
from server.services import Services
from tests.browser.member import SCREENS, enter, judged
from tests.browser.window import window
from tests.client import Client

pytestmark = [pytest.mark.usefixtures("http_server"), pytest.mark.feature("audit")]
slowly = pytest.mark.gen_test
LONG = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"


@SCREENS
@slowly
async def test_what_happened_and_more_of_it(
    browser: Browser, base_url: str, client: Client, app: Services, scheme: str, width: int
) -> None:
    await client.sign_up("a" * 60 + "@example.com")
    stranger = Client(base_url)
    for number in range(PAGE + 3):
        password = {"password": "wrong"} if number == PAGE + 2 else {}
        body = {"email": "a" * 60 + "@example.com", "password": "correct horse battery staple", **password}
        await stranger.api("/sign-in/email", body, headers={"User-Agent": LONG})
    await app.of(Trail).store_some()
    size = {"width": width, "height": 800}
    async with window(browser, base_url, color_scheme=scheme, viewport=size) as tab:
        await enter(tab, client)
        await tab.open("/settings/security")
        card = tab.page.get_by_role("region", name="Recent activity")
        items = card.get_by_role("listitem")
        await items.nth(PAGE - 1).wait_for()
        assert await items.count() == PAGE
        newest = await items.first.inner_text()
        assert newest.startswith("A wrong password or passkey was used")
        assert "Refused" in newest
        assert "Firefox 141 on Linux" in newest
        await card.get_by_role("button", name="Show more").click()
        await items.nth(PAGE + 3).wait_for()
        assert "The account was created" in await items.last.inner_text()
        assert "This session" in await items.last.inner_text()
        assert await card.get_by_role("button").count() == 0
        assert (
            await tab.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Recent activity"
        )
        assert await tab.page.evaluate("document.documentElement.scrollWidth") == width
        assert await judged(tab) == []
        await tab.check()
