"""A German browser: the pages in German, on a small screen, by axe's rules, with errors and with a mail's link."""

import pytest
from playwright.async_api import Browser

from tests.browser.member import enter, looked_at
from tests.browser.window import Window, window
from tests.client import PASSWORD, Client
from tests.mailbox import Mailbox

pytestmark = [pytest.mark.usefixtures("http_server"), pytest.mark.gen_test]
GERMAN = {"locale": "de-DE"}
NARROW = {"viewport": {"width": 320, "height": 700}}
GUEST = {
    "/": "Anmeldung, die better-auth spricht, in Python",
    "/login": "Anmelden",
    "/register": "Konto anlegen",
    "/forgot-password": "Passwort vergessen?",
    "/verify-email": "Adresse bestätigen",
    "/reset-password": "Hier ist kein Link",
    "/delete-account": "Hier ist kein Link",
    "/nirgends": "Hier ist keine Seite",
}
MEMBER = {
    "/documents": "Dokumente",
    "/settings/profile": "Einstellungen",
    "/settings/security": "Einstellungen",
    "/settings/account": "Einstellungen",
    "/verify-email": "Adresse bestätigen",
}


async def look(tab: Window, pages: dict[str, str], name: str) -> list[str]:
    """What axe finds; that each page is German, and none hangs over the edge."""
    found = []
    for path, heading in pages.items():
        await tab.open(path)
        assert await tab.heading() == heading
        assert await tab.page.evaluate("document.documentElement.lang") == "de"
        await tab.page.wait_for_load_state("networkidle")
        size = tab.page.viewport_size
        assert size is not None
        found += await looked_at(tab, f"de-{name}{path.replace('/', '-')}", size["width"])
    return found


@pytest.mark.parametrize(("scheme", "size"), [("light", 320), ("dark", 1280)])
async def test_all_pages_are_german(
    browser: Browser, base_url: str, client: Client, scheme: str, size: int
) -> None:
    await client.sign_up()
    screen = {"viewport": {"width": size, "height": 800}, "color_scheme": scheme}
    async with window(browser, base_url, **GERMAN, **screen) as tab:
        found = await look(tab, GUEST, f"{scheme}-{size}")
        await enter(tab, client)
        found += await look(tab, MEMBER, f"{scheme}-{size}-in")
        assert found == []
        tab.problems = [each for each in tab.problems if "404" not in each]
        await tab.check()


async def test_somebody_registers_and_follows_the_link_in_german(
    browser: Browser, base_url: str, mailbox: Mailbox
) -> None:
    async with window(browser, base_url, **GERMAN, **NARROW) as tab:
        await tab.open("/register")
        await tab.press("Konto anlegen")
        for said in (
            "Geben Sie Ihren Namen ein.",
            "Geben Sie Ihre E-Mail-Adresse ein.",
            "Wählen Sie ein Passwort.",
        ):
            await tab.page.get_by_text(said).wait_for()
        await tab.page.get_by_label("Passwort", exact=True).fill("kurz")
        await tab.page.get_by_text("Es fehlen noch 4 Zeichen.").wait_for()
        assert await looked_at(tab, "de-register-errors", 320) == []
        await tab.page.get_by_label("Name", exact=True).fill("Jürgen Groß")
        await tab.page.get_by_label("E-Mail", exact=True).fill("juergen@example.com")
        await tab.page.get_by_label("Passwort", exact=True).fill(PASSWORD)
        await tab.press("Konto anlegen")
        await tab.at("/documents")
        assert await tab.page.title() == "Dokumente · AI-Editor"
        await tab.page.get_by_role("button", name="Link senden").click()
        await tab.page.get_by_text("Ein Link an juergen@example.com ist unterwegs.").wait_for()
        mail = await mailbox.last("juergen@example.com")
        assert mail.text.startswith("Guten Tag Jürgen Groß,")
        await tab.page.goto(mail.link)
        await tab.page.get_by_role("heading", name="Ihre E-Mail-Adresse ist bestätigt").wait_for()
        assert await looked_at(tab, "de-verified", 320) == []
        await tab.check()
