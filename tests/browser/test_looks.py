"""What everybody can use: axe's rules in both themes, and a screen of 320 pixels."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.browser.window import Window, window
from tests.client import Client

pytestmark = pytest.mark.usefixtures("http_server")
slowly = pytest.mark.gen_test
AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
GUEST_PAGES = ("/", "/login", "/register", "/nothing-here")
SERIOUS = ("serious", "critical")


async def sign_in(tab: Window, client: Client) -> None:
    cookies = [{"name": name, "value": value, "url": tab.base_url} for name, value in client.cookies.items()]
    await tab.page.context.add_cookies(cookies)  # type: ignore[arg-type]


async def judged(tab: Window) -> list[str]:
    """What axe finds serious on the page as it is."""
    await tab.page.evaluate(AXE.read_text())
    found: dict[str, Any] = await tab.page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [
        f"{tab.page.url} {rule['id']}: {json.dumps([node['html'] for node in rule['nodes']])}"
        for rule in found["violations"]
        if rule["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@slowly
async def test_axe_finds_nothing_serious(
    browser: Browser, base_url: str, client: Client, scheme: str
) -> None:
    await client.sign_up()
    async with window(browser, base_url, color_scheme=scheme) as tab:
        found = []
        for path in GUEST_PAGES:
            await tab.open(path)
            found += await judged(tab)
        await tab.open("/login")
        await tab.press("Sign in")
        found += await judged(tab)
        await sign_in(tab, client)
        await tab.open("/documents")
        found += await judged(tab)
        await tab.page.get_by_role("button", name="Account menu").click()
        await tab.page.get_by_role("menu").wait_for()
        found += await judged(tab)
        assert found == []


@slowly
async def test_nothing_hangs_over_the_edge_of_a_small_screen(
    browser: Browser, base_url: str, client: Client
) -> None:
    await client.sign_up("a" * 60 + "@example.com", name="Ada" * 20)
    async with window(browser, base_url, viewport={"width": 320, "height": 640}) as tab:
        widths = {}
        for path in (*GUEST_PAGES, "/documents"):
            if path == "/documents":
                await sign_in(tab, client)
            await tab.open(path)
            widths[path] = await tab.page.evaluate("document.documentElement.scrollWidth")
        assert widths == dict.fromkeys(widths, 320)


@slowly
async def test_a_chosen_theme_is_there_before_the_app(browser: Browser, base_url: str) -> None:
    async with window(browser, base_url, color_scheme="light") as tab:
        await tab.open("/login")
        dark = "document.documentElement.classList.contains('dark')"
        assert await tab.page.evaluate(dark) is False
        await tab.page.get_by_role("radio", name="Dark").check(force=True)
        assert await tab.page.evaluate(dark) is True
        await tab.page.goto(f"{base_url}/login", wait_until="commit")
        await tab.page.wait_for_selector("head > meta", state="attached")
        assert await tab.page.evaluate(dark) is True
        await tab.shown()
        await tab.check()


@slowly
async def test_an_error_page_keeps_to_the_policy(browser: Browser, base_url: str) -> None:
    async with window(browser, base_url) as tab:
        await tab.page.route("**/login", lambda route: route.continue_(method="POST"))
        await tab.page.goto(f"{base_url}/login")
        assert await tab.heading() == "Not allowed"
        assert await tab.page.evaluate("window.violations") == []
