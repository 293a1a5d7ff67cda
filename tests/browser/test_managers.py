"""Password managers find what they fill, and what was copied can be pasted. S6."""

import pytest
from playwright.async_api import Browser

from tests.browser.member import enter
from tests.browser.window import Window, window
from tests.client import PASSWORD, Client

pytestmark = pytest.mark.usefixtures("http_server")
slowly = pytest.mark.gen_test
FIELDS = """() => [...document.querySelectorAll('input[autocomplete$=password]')]
    .map(({ type, autocomplete, maxLength }) => ({ type, autocomplete, cut: maxLength > -1 && maxLength < 128 }))"""
NAMES = """() => [...document.querySelectorAll('form')].filter(form => form.querySelector('input[type=password]'))
    .map(form => form.querySelector('input[autocomplete*=username], input[type=email]') !== null)"""
WANTED = {
    "/login": ["current-password"],
    "/register": ["new-password"],
    "/reset-password?token=x": ["new-password"],
    "/settings/security": ["current-password", "new-password"],
}


async def paste(tab: Window, text: str) -> None:
    """By the clipboard, into whatever is focused."""
    box = await tab.page.evaluate_handle("document.body.appendChild(document.createElement('textarea'))")
    field = await tab.page.evaluate_handle("document.querySelector('input[type=password]')")
    element, target = box.as_element(), field.as_element()
    assert element
    assert target
    await element.fill(text)
    await element.press("Control+A")
    await element.press("Control+C")
    await element.evaluate("each => each.remove()")
    await target.press("Control+V")
    assert await target.input_value() == text


@pytest.mark.parametrize("path", WANTED)
@slowly
async def test_each_field_says_what_it_takes(
    browser: Browser, base_url: str, client: Client, path: str
) -> None:
    await client.sign_up()
    async with window(browser, base_url) as tab:
        if path.startswith("/settings"):
            await enter(tab, client)
        await tab.open(path)
        await tab.page.locator("input[type=password]").first.wait_for()
        fields = await tab.page.evaluate(FIELDS)
        assert fields == [{"type": "password", "autocomplete": each, "cut": False} for each in WANTED[path]]
        if "token" not in path:  # of whom the mail's link says nothing
            assert await tab.page.evaluate(NAMES) == [True]
        await paste(tab, PASSWORD + " äß🌮" * 3)
