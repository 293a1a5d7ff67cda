"""An app that is somebody's own, in the browser: title, picture, colour as it is drawn, links, start page."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator

from server.branding.oklch import contrast
from tests.browser.member import enter, forgive, looked_at, until
from tests.browser.window import Window, window
from tests.client import PASSWORD, Client

pytestmark = pytest.mark.usefixtures("http_server")
slowly = pytest.mark.gen_test
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><rect width="90" height="30" rx="6" fill="#b3261e"/></svg>'
OWN = {"TERMS_URL": "/terms", "PRIVACY_URL": "/privacy"}
LONG = "Gesellschaft für wirtschaftliche Strukturforschung Osnabrück"
# A dark one, a light one, a garish one; a long name, one from right to left, one of another script.
LOOKS = {
    "dark": {"APP_NAME": LONG, "APP_COLOR": "#001a4d"},
    "light": {"APP_NAME": "متجر الأنصاري", "APP_COLOR": "#ffee00"},
    "garish": {"APP_NAME": "日本語エディタ", "APP_COLOR": "#ff00ff", "APP_LOGO": "logo.svg"},
}
AS_HEX = """(element, member) => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  canvas.fillStyle = getComputedStyle(element)[member]
  canvas.fillRect(0, 0, 1, 1)
  return '#' + [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)].map((each) => each.toString(16).padStart(2, '0')).join('')
}"""


@pytest.fixture
def look() -> str:
    """Which of LOOKS it is."""
    return "garish"


@pytest.fixture
def surroundings(look: str, tmp_path: Path) -> Mapping[str, str]:
    """Settings of one's own."""
    path = tmp_path / "logo.svg"
    path.write_text(LOGO)
    given = OWN | LOOKS[look]
    return given | ({"APP_LOGO": str(path)} if "APP_LOGO" in given else {})


async def colour(element: Locator, member: str) -> str:
    """As it is drawn."""
    return str(await element.evaluate(AS_HEX, member))


async def check_button(tab: Window, name: str) -> None:
    """Its text can be read, under the pointer, too."""
    button = tab.page.get_by_role("main").get_by_role("button", name=name, exact=True)
    for way in (button.focus, button.hover):
        await way()
        behind, written = await colour(button, "backgroundColor"), await colour(button, "color")
        assert contrast(behind, written) >= 4.5


@pytest.mark.parametrize(
    ("look", "scheme", "width"),
    [("dark", "dark", 1280), ("dark", "light", 320), ("light", "light", 1280), ("garish", "dark", 320)],
)
@slowly
async def test_it_is_theirs_and_can_be_read(
    browser: Browser, base_url: str, client: Client, look: str, scheme: str, width: int
) -> None:
    name, at = LOOKS[look]["APP_NAME"], f"{look}-{scheme}-{width}"
    await client.sign_up(name="Ada")
    screen = {"width": width, "height": 800}
    async with window(browser, base_url, color_scheme=scheme, viewport=screen) as tab:
        found = []
        for path in ("/", "/login", "/register", "/nothing-here"):
            await tab.open(path)
            assert (await tab.page.title()).endswith(name)
            assert "AI-Editor" not in await tab.page.locator("body").inner_text()
            assert await tab.page.get_by_role("link", name=f"{name}, start page").first.count()
            found += await looked_at(tab, f"{at}{path.replace('/', '-')}", width)
            if path == "/login":
                await check_button(tab, "Sign in")
        await enter(tab, client)
        for path in ("/documents", "/settings/security"):
            await tab.open(path)
            found += await looked_at(tab, f"{at}{path.replace('/', '-')}", width)
        assert found == []
        forgive(tab, 404)
        await tab.check()


@slowly
async def test_the_colour_is_the_one_that_is_set(browser: Browser, base_url: str) -> None:
    async with window(browser, base_url, color_scheme="light") as tab:
        await tab.open("/login")
        button = tab.page.get_by_role("main").get_by_role("button", name="Sign in", exact=True)
        assert await colour(button, "backgroundColor") == "#ff00ff"
        link = tab.page.get_by_role("link", name="Create an account")
        await link.focus()
        assert await colour(link, "color") == await colour(link, "outlineColor") == "#ba00ba"
        logo = tab.page.get_by_role("complementary").locator("img")
        assert await logo.evaluate("image => image.complete && image.naturalWidth / image.naturalHeight") == 3
        await tab.check()


@slowly
async def test_the_terms_stand_beside_the_button(browser: Browser, base_url: str) -> None:
    async with window(browser, base_url) as tab:
        await tab.open("/register")
        await until(tab, "By creating an account you accept the terms of use.")
        terms = tab.page.get_by_role("main").get_by_role("link", name="terms of use")
        assert (await terms.get_attribute("href"), await terms.get_attribute("target")) == (
            "/terms",
            "_blank",
        )
        footer = tab.page.get_by_role("contentinfo")
        assert await footer.get_by_role("link", name="Privacy policy").get_attribute("href") == "/privacy"
        await tab.open("/")
        assert await footer.get_by_role("link", name="Terms of use").get_attribute("href") == "/terms"
        await tab.check()


@pytest.mark.environ(HOME_URL="/login")
@slowly
async def test_without_a_start_page_everything_leads_to_sign_in(
    browser: Browser, base_url: str, client: Client
) -> None:
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await tab.open("/")
        await tab.at("/login")
        await tab.page.get_by_role("link", name="Create an account").click()
        await tab.at("/register")
        await tab.page.get_by_role("link", name="start page").first.click()
        await tab.at("/login")
        await enter(tab, client)
        await tab.open("/settings/account")
        await tab.page.get_by_role("link", name="start page").first.click()
        await tab.at("/documents")
        await tab.open("/settings/account")
        await tab.press("Delete the account")
        dialog = tab.page.get_by_role("dialog")
        await dialog.get_by_label("Type ada@example.com").fill("ada@example.com")
        await dialog.get_by_label("Password", exact=True).fill(PASSWORD)
        await dialog.get_by_role("button", name="Delete for good").click()
        await until(tab, "Your account is deleted")
        await tab.at("/login")
        await tab.check()
