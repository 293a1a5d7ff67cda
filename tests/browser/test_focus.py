"""Where the focus is, and that it is seen there."""

from typing import Any

import pytest
from playwright.async_api import Browser

from tests.browser.member import enter, judged, until
from tests.browser.window import Window, window
from tests.client import PASSWORD, Client

pytestmark = pytest.mark.usefixtures("http_server")
slowly = pytest.mark.gen_test
RING = """async () => {
  const element = document.activeElement, pen = document.createElement('canvas').getContext('2d')
  const paint = (colour) => {
    pen.clearRect(0, 0, 1, 1); pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1)
    return [...pen.getImageData(0, 0, 1, 1).data]
  }
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    return .2126 * r + .7152 * g + .0722 * b + .05
  }
  await Promise.all(element.getAnimations().map((each) => each.finished))
  let behind = element.parentElement
  while (behind.parentElement && paint(getComputedStyle(behind).backgroundColor)[3] < 255) behind = behind.parentElement
  const style = getComputedStyle(element), ring = paint(style.outlineColor)
  const both = [light(ring), light(paint(getComputedStyle(behind).backgroundColor))].sort((one, other) => one - other)
  const seen = style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2 && ring[3] === 255
  const hidden = element.matches('.sr-only, [type=radio], body')
  return { what: element.outerHTML.slice(0, 60), ring: style.outline, fine: hidden || (seen && both[1] / both[0] >= 3) }
}"""


HIGHLIGHTED = """(element) => {
  const probe = document.body.appendChild(document.createElement('i'))
  probe.style.background = 'Highlight'
  return getComputedStyle(probe).backgroundColor === getComputedStyle(element).backgroundColor
}"""


async def rings(tab: Window, path: str) -> list[dict[str, Any]]:
    """What the Tab key comes to and is not seen to be at."""
    await tab.open(path)
    found = []
    for _ in range(12):
        await tab.page.keyboard.press("Tab")
        found.append(await tab.page.evaluate(RING))
    return [each for each in found if not each["fine"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@slowly
async def test_the_focus_is_seen(browser: Browser, base_url: str, client: Client, scheme: str) -> None:
    await client.sign_up()
    async with window(browser, base_url, color_scheme=scheme) as tab:
        found = [*await rings(tab, "/"), *await rings(tab, "/login")]
        brand = tab.page.get_by_role("complementary").get_by_role("link")
        box = await brand.bounding_box()
        assert box
        assert box["width"] < 200
        await enter(tab, client)
        assert found + await rings(tab, "/settings/account") == []


@slowly
async def test_a_dialog_begins_at_its_first_field(browser: Browser, base_url: str, client: Client) -> None:
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await enter(tab, client)
        await tab.open("/settings/account")
        await until(tab, "E-mail and password")
        await tab.press("Delete the account")
        await tab.page.get_by_role("dialog").wait_for()
        assert await tab.page.evaluate("document.activeElement.tagName") == "INPUT"
        assert await judged(tab) == []


@slowly
async def test_the_focus_goes_to_what_a_button_brought(
    browser: Browser, base_url: str, client: Client
) -> None:
    await client.sign_up()
    focused = "document.activeElement.innerText"
    async with window(browser, base_url) as tab:
        await enter(tab, client)
        await tab.open("/settings/profile")
        await tab.press("Save")
        await until(tab, "Your name is saved")
        assert await tab.page.evaluate(focused) == "Save"
        await tab.page.get_by_role("region", name="E-mail not confirmed").get_by_role("button").first.click()
        await until(tab, "A link is on its way")
        assert "A link is on its way" in await tab.page.evaluate(focused)
        await tab.open("/settings/account")
        await tab.fill(**{"New e-mail address": "countess@example.com"})
        await tab.press("Change the address")
        await until(tab, "A change is under way")
        assert "A change is under way" in await tab.page.evaluate(focused)
        await tab.press("Use another address")
        await tab.becomes("document.activeElement.tagName === 'INPUT'")
        await tab.check()


@slowly
async def test_edges_in_the_colours_of_the_reader(browser: Browser, base_url: str, client: Client) -> None:
    await client.sign_up()
    look = "(element) => [getComputedStyle(element).outlineStyle, getComputedStyle(element).backgroundColor]"
    async with window(browser, base_url, forced_colors="active") as tab:
        await tab.open("/login")
        for edge in (tab.page.get_by_label("E-mail"), tab.page.get_by_role("button", name="Sign in")):
            assert (await edge.evaluate(look))[0] == "solid"
        assert await tab.page.locator("label:has([type=radio]:checked)").evaluate(HIGHLIGHTED)
        await enter(tab, client)
        await tab.open("/settings/profile")
        chosen = tab.page.get_by_role("navigation", name="Settings").locator("[aria-current]")
        line = "(element) => getComputedStyle(element).textDecorationLine"
        assert await chosen.evaluate(line) == "underline"


@slowly
async def test_a_page_that_takes_the_focus_has_no_frame(
    browser: Browser, base_url: str, client: Client
) -> None:
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await tab.open("/login")
        await tab.page.get_by_label("E-mail").fill("ada@example.com")
        await tab.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await tab.page.keyboard.press("Enter")
        await tab.page.wait_for_url("**/documents")
        main = tab.page.get_by_role("main")
        await tab.becomes("document.activeElement.matches('main')")
        assert await main.evaluate("(element) => getComputedStyle(element).outlineStyle") == "none"
