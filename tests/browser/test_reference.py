"""The reference of the API, as a person reads it."""

import pytest
from playwright.async_api import Browser

from tests.browser.member import SCREENS, judged
from tests.browser.window import window

pytestmark = [pytest.mark.usefixtures("http_server"), pytest.mark.feature("open-api")]
slowly = pytest.mark.gen_test
PAGE = "/api/auth/reference"


@SCREENS
@slowly
async def test_it_can_be_read_in_both_themes_on_any_screen(
    browser: Browser, base_url: str, scheme: str, width: int
) -> None:
    """Nothing comes from elsewhere, and nothing breaks the policy."""
    async with window(
        browser, base_url, color_scheme=scheme, viewport={"width": width, "height": 800}
    ) as tab:
        await tab.open(PAGE)
        assert await tab.heading() == "AI-Editor API reference"
        assert await tab.page.evaluate("document.documentElement.scrollWidth") == width
        colour = await tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (colour == "rgb(255, 255, 255)") is (scheme == "light")
        assert await judged(tab) == []
        await tab.check()


@slowly
async def test_a_search_leaves_what_has_its_words(browser: Browser, base_url: str) -> None:
    async with window(browser, base_url) as tab:
        await tab.open(PAGE)
        shown = tab.page.locator("main article:visible h3")
        everything = await shown.count()
        await tab.fill(Search="reset token")
        found = await shown.all_inner_texts()
        assert "POST /api/auth/reset-password" in found
        assert len(found) < everything / 2
        assert await tab.page.locator("nav li:visible").count() <= len(found)
        assert await tab.page.get_by_role("status").inner_text() == f"{len(found)} found"
        await tab.fill(Search="xyzzy")
        assert await shown.count() == 0
        await tab.fill(Search="")
        assert await shown.count() == everything
        await tab.check()


@slowly
async def test_a_link_leads_to_an_operation_and_out_of_a_search(browser: Browser, base_url: str) -> None:
    async with window(browser, base_url) as tab:
        await tab.page.goto(f"{base_url}{PAGE}#signOut")
        target = tab.page.locator("article:target")
        assert "POST /api/auth/sign-out" in await target.inner_text()
        await tab.becomes("Math.abs(document.querySelector(':target').getBoundingClientRect().top) < 40")
        await tab.fill(Search="sign-up")
        assert await target.count() == 1
        assert not await target.is_visible()
        await tab.page.evaluate("location.hash = 'updateUser'")
        await tab.becomes("!document.querySelector(':target').hidden")
        assert await tab.page.get_by_label("Search").input_value() == ""
        await tab.check()


@slowly
async def test_it_is_whole_without_scripts(browser: Browser, base_url: str) -> None:
    async with window(browser, base_url, java_script_enabled=False) as tab:
        await tab.page.goto(base_url + PAGE)
        assert await tab.page.locator("main article:visible").count() > 35
        assert not await tab.page.get_by_label("Search").is_visible()
        assert await tab.page.locator("nav li:visible").count() > 35
