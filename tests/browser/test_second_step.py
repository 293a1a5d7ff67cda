"""The second step of signing in, in a browser: set up, asked for, confirmed with, turned off; by keyboard, in both themes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.browser.member import SCREENS, enter, forgive, looked_at, until
from tests.browser.window import Window, window
from tests.client import PASSWORD, Client
from tests.conftest import Sql
from tests.promises import promised
from tests.two_factor.people import Clock, Person, enrol, key_in, mailed, standing

pytestmark = [
    pytest.mark.usefixtures("http_server", "plugged"),
    pytest.mark.environ(PLUGINS="two-factor"),
]
slowly = pytest.mark.gen_test
EMAIL = "ada@example.com"
OLD = """UPDATE "session" SET "createdAt" = now() - interval '2 days', "expiresAt" = now() + interval '5 days'"""


@pytest.fixture(name="moved")
def _moved() -> Iterator[Clock]:
    with standing() as found:
        yield found


def holder(client: Client, key: str, moved: Clock) -> Person:
    """Who has typed this key into an authenticator."""
    return Person(client, key_in(f"otpauth://totp/x?secret={key.replace(' ', '')}"), [], moved)


async def sign_in(tab: Window, path: str = "/login") -> None:
    """The password, at the sign-in page."""
    await tab.open(path)
    await tab.fill(E_mail=EMAIL, Password=PASSWORD)
    await tab.page.get_by_role("button", name="Sign in", exact=True).click()
    await tab.page.get_by_role("heading", name="One more step").wait_for()


@slowly
async def test_it_is_set_up_by_steps(browser: Browser, base_url: str, client: Client, moved: Clock) -> None:
    await client.sign_up()
    async with window(browser, base_url, permissions=["clipboard-read", "clipboard-write"]) as tab:
        await enter(tab, client)
        await tab.open("/settings/security")
        await tab.press("Set it up")
        dialog = tab.page.get_by_role("dialog")
        await dialog.get_by_label("Password", exact=True).fill(PASSWORD)
        await dialog.get_by_role("button", name="Go on").click()
        await dialog.get_by_role("img", name="QR code").wait_for()
        await dialog.get_by_text("Enter the key by hand").click()
        await dialog.get_by_role("button", name="Copy the key").click()
        await until(tab, "Copied.")
        key = await tab.page.evaluate("navigator.clipboard.readText()")
        person = holder(client, key, moved)
        await dialog.get_by_label("Code from the app").fill(person.code())
        await dialog.get_by_role("button", name="Turn it on").click()
        await dialog.get_by_role("heading", name="Keep your backup codes").wait_for()
        codes = await dialog.get_by_role("listitem").all_inner_texts()
        assert len(codes) == 10
        async with tab.page.expect_download() as download:
            await dialog.get_by_role("button", name="Download").click()
        assert codes[9] in Path(await (await download.value).path()).read_text()
        await dialog.get_by_role("button", name="I have kept them").click()
        await until(tab, "It is on")
        await tab.check()


@slowly
async def test_it_is_asked_for_and_turned_off(
    browser: Browser, base_url: str, client: Client, moved: Clock
) -> None:
    person = await enrol(client, moved)
    async with window(browser, base_url) as tab:
        dialog = tab.page.get_by_role("dialog")
        await sign_in(tab, "/login?redirect=/settings/account")
        await tab.page.get_by_label("Code from your authenticator app").fill("000000")
        await tab.page.keyboard.press("Enter")
        await until(tab, "That code is wrong")
        forgive(tab, 401)
        await tab.page.get_by_label("Code from your authenticator app").fill(person.code())
        await tab.page.get_by_label("Trust this browser").check()
        await tab.page.keyboard.press("Enter")
        await tab.at("/settings/account")
        await tab.open("/settings/security")
        await tab.press("Forget all")
        await until(tab, "No browser is trusted any more")
        held = [each["name"] for each in await tab.page.context.cookies()]
        assert not any("trust_device" in name for name in held)
        await tab.press("Turn it off")
        await dialog.get_by_label("Password", exact=True).fill(PASSWORD)
        await dialog.get_by_role("button", name="Turn it off").click()
        await until(tab, "It is off")
        await tab.check()


@slowly
async def test_a_mailed_code_and_a_backup_code_by_keyboard_alone(
    browser: Browser, base_url: str, client: Client, sql: Sql, moved: Clock
) -> None:
    person = await enrol(client, moved)
    async with window(browser, base_url) as tab:
        await sign_in(tab)
        other = tab.page.get_by_role("button", name="Use a code from a mail")
        for _ in range(12):
            await tab.page.keyboard.press("Tab")
            if await other.evaluate("each => each === document.activeElement"):
                break
        await tab.page.keyboard.press("Enter")
        await tab.page.keyboard.press("Enter")
        await until(tab, "Sent.")
        await tab.page.keyboard.type(mailed(sql))
        await tab.page.keyboard.press("Enter")
        await tab.at("/documents")
        await tab.page.context.clear_cookies()
        await sign_in(tab)
        await tab.page.get_by_role("button", name="Use a backup code").press("Enter")
        await tab.page.keyboard.type(person.backup_codes[0])
        await tab.page.keyboard.press("Enter")
        await tab.at("/documents")
        await tab.check()


@slowly
async def test_whether_it_is_still_you_takes_both(
    browser: Browser, base_url: str, client: Client, sql: Sql, moved: Clock
) -> None:
    person = await enrol(client, moved)
    async with window(browser, base_url) as tab:
        await enter(tab, person.browser)
        for way in ("Go on", "Sign out"):
            sql(OLD)
            await tab.open("/settings/security")
            await tab.press("Confirm that it is you")
            dialog = tab.page.get_by_role("dialog", name="Is it still you?")
            await dialog.get_by_label("Password", exact=True).fill(PASSWORD)
            await tab.page.keyboard.press("Enter")
            await dialog.get_by_label("Code from your authenticator app").wait_for()
            await tab.page.keyboard.type(person.code())
            await dialog.get_by_role("button", name=way, exact=True).click()
            if way == "Go on":
                await until(tab, "You are signed in nowhere else.")
                assert sql('SELECT count(*) FROM "session"') == [(1,)]
                forgive(tab, 403)
                moved.move(30)
        await tab.page.get_by_role("heading", name="Sign in").wait_for()
        assert await tab.page.get_by_text("Your session has ended.").is_visible()
        forgive(tab, 403)
        await tab.check()


@pytest.mark.environ(PLUGINS="two-factor,magic-link", TWO_FACTOR_SCOPE="all")
@slowly
async def test_a_mailed_link_leads_through_it_to_where_it_ends(
    browser: Browser, base_url: str, client: Client, sql: Sql, moved: Clock
) -> None:  # S17
    person = await enrol(client, moved)
    await client.api("/sign-in/magic-link", {"email": EMAIL, "callbackURL": "/settings/account"})
    async with window(browser, base_url) as tab:
        await tab.open(promised(sql, "magic-link")[-1].path)
        assert await tab.heading() == "One more step"
        await tab.page.keyboard.type(person.code())
        await tab.page.keyboard.press("Enter")
        await tab.at("/settings/account")
        await tab.check()


@SCREENS
@slowly
async def test_looks(
    browser: Browser, base_url: str, client: Client, moved: Clock, scheme: str, width: int
) -> None:
    """Nothing hangs over the edge, and axe finds nothing."""
    await client.sign_up()
    size = {"width": width, "height": 800}
    async with window(browser, base_url, viewport=size, color_scheme=scheme) as tab:
        found: list[str] = []

        async def look(name: str) -> None:
            found.extend(await looked_at(tab, f"{name}-{scheme}-{width}", width))

        await enter(tab, client)
        await tab.open("/settings/security")
        await look("card-off")
        await tab.press("Set it up")
        dialog = tab.page.get_by_role("dialog")
        await dialog.get_by_label("Password", exact=True).fill(PASSWORD)
        await look("password")
        await dialog.get_by_role("button", name="Go on").click()
        await dialog.get_by_role("img", name="QR code").wait_for()
        await dialog.get_by_text("Enter the key by hand").click()
        await look("qr")
        key = await dialog.locator("details p").first.inner_text()
        person = holder(client, key, moved)
        await dialog.get_by_label("Code from the app").fill(person.code())
        await dialog.get_by_role("button", name="Turn it on").click()
        await dialog.get_by_role("heading", name="Keep your backup codes").wait_for()
        await look("codes")
        await dialog.get_by_role("button", name="I have kept them").click()
        await tab.page.get_by_role("region", name="Trusted browsers").wait_for()
        await look("card-on")
        await tab.page.context.clear_cookies()
        await sign_in(tab)
        await look("challenge")
        await tab.page.get_by_role("button", name="Use a code from a mail").click()
        await tab.page.get_by_role("button", name="Mail me a code").click()
        await until(tab, "Sent.")
        await look("mailed")
        assert found == []
