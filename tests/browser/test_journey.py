"""A person's way through the app: in, out, and in again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, Route

from tests.browser.member import enter
from tests.browser.window import Window, window
from tests.client import PASSWORD, Client
from tests.conftest import Sql

pytestmark = pytest.mark.usefixtures("http_server")
slowly = pytest.mark.gen_test


async def sign_in(tab: Window, password: str = PASSWORD) -> None:
    await tab.fill(E_mail="ada@example.com", Password=password)
    await tab.press("Sign in")


async def sign_out(tab: Window) -> None:
    await tab.page.get_by_role("button", name="Account menu").click()
    await tab.page.get_by_role("menuitem", name="Sign out").click()
    await tab.at("/login")


@asynccontextmanager
async def at_home(browser: Browser, base_url: str, client: Client) -> AsyncIterator[Window]:
    """Somebody with an account, who signed in at the page for that."""
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await tab.open("/login")
        await sign_in(tab)
        await tab.at("/documents")
        yield tab


@slowly
async def test_register_reload_sign_out_and_in(browser: Browser, base_url: str, sql: Sql) -> None:
    async with window(browser, base_url) as tab:
        await tab.open("/")
        await tab.page.get_by_role("main").get_by_role("link", name="Create an account").click()
        await tab.at("/register")
        await tab.fill(Name="Ada Lovelace", E_mail="ada@example.com", Password="Manchester1")
        await tab.page.get_by_text("Weak.").wait_for()
        await tab.fill(Password="violet-harbour-79-kettle")
        await tab.page.get_by_text("Strong.").wait_for()
        await tab.fill(Password=PASSWORD)
        await tab.press("Create account")
        await tab.at("/documents")
        assert await tab.heading() == "Documents"
        await tab.page.reload()
        await tab.shown()
        assert await tab.heading() == "Documents"
        await sign_out(tab)
        assert sql('SELECT count(*) FROM "session"') == [(0,)]
        await tab.open("/documents?tab=2")
        await tab.at("/login?redirect=%2Fdocuments%3Ftab%3D2")
        await sign_in(tab)
        await tab.at("/documents?tab=2")
        await tab.check()


@slowly
@pytest.mark.parametrize("target", ["/health?a=1&b=%2F", "{base_url}/health"])
async def test_signing_in_leads_back_to_what_is_no_page_of_ours(
    browser: Browser, base_url: str, client: Client, target: str
) -> None:
    """As a proxy sends people here: to an application on the same origin, or on one that is trusted."""
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await tab.open(f"/login?redirect={quote(target.format(base_url=base_url), safe='')}")
        await sign_in(tab)
        await tab.at(target.format(base_url="").removeprefix(base_url))
        assert await tab.page.inner_text("body") == '{"status":"ok"}'


@slowly
async def test_a_protected_page_never_flashes(browser: Browser, base_url: str, client: Client) -> None:
    """The server decides: neither does a visitor see the frame of the app, nor a member the sign-in page."""
    await client.sign_up()
    async with window(browser, base_url, java_script_enabled=False) as tab:
        await tab.page.goto(f"{base_url}/documents")
        await tab.at("/login?redirect=%2Fdocuments")
        await enter(tab, client)
        await tab.page.goto(f"{base_url}/login")
        await tab.at("/documents")


@slowly
async def test_a_revoked_session_leads_to_sign_in_and_back(
    browser: Browser, base_url: str, client: Client, sql: Sql
) -> None:  # S23
    async with at_home(browser, base_url, client) as tab:
        await tab.shown()
        sql('DELETE FROM "session"')
        # The client asks at most once in five seconds, however often it is told to.
        while not tab.page.url.endswith("/login"):
            await tab.page.evaluate("window.dispatchEvent(new Event('online'))")
            await asyncio.sleep(0.2)
        await sign_in(tab)
        await tab.at("/documents")
        tab.problems = [problem for problem in tab.problems if "401" not in problem]
        await tab.check()


@slowly
async def test_the_whole_address_comes_back_after_signing_in(
    browser: Browser, base_url: str, client: Client
) -> None:
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await tab.open("/settings/security?tab=a&x=%26b#sessions")
        await tab.page.get_by_role("main").get_by_role("link", name="Create an account").click()
        await tab.page.get_by_role("main").get_by_role("link", name="Sign in").first.click()
        await sign_in(tab)
        await tab.at("/settings/security?tab=a&x=%26b#sessions")
        await tab.check()


@slowly
async def test_after_a_release_the_page_that_was_wanted_comes(
    browser: Browser, base_url: str, client: Client
) -> None:
    async with at_home(browser, base_url, client) as tab:
        await tab.shown()
        gone: list[str] = []

        async def answer(route: Route) -> None:
            gone.append(route.request.url)
            await route.fulfill(status=404)

        await tab.page.route("**/assets/*.js", answer, times=1)
        await tab.page.get_by_role("link", name="Settings").first.click()
        await tab.at("/settings/profile")
        await tab.shown()
        assert await tab.heading() == "Settings"
        assert len(gone) == 1


@slowly
async def test_another_tab_follows(browser: Browser, base_url: str, client: Client) -> None:
    async with at_home(browser, base_url, client) as tab:
        other = Window(await tab.page.context.new_page(), base_url)
        await other.open("/documents")
        await sign_out(tab)
        await other.at("/login")


@slowly
async def test_refusals_stand_where_they_belong(browser: Browser, base_url: str, client: Client) -> None:
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await tab.open("/login")
        await tab.press("Sign in")
        email = tab.page.get_by_label("E-mail", exact=True)
        assert await email.get_attribute("aria-invalid") == "true"
        assert await email.evaluate("element => element === document.activeElement")
        await sign_in(tab, "not the password")
        alert = tab.page.get_by_role("main").get_by_role("alert")
        await alert.wait_for()
        assert "password" in (await alert.inner_text()).lower()
        await tab.open("/register")
        await tab.fill(Name="Ada", E_mail="ada@example.com", Password="short")
        await tab.press("Create account")
        assert await tab.page.get_by_label("Password", exact=True).get_attribute("aria-invalid") == "true"
        await tab.fill(Password=PASSWORD)
        await tab.press("Create account")
        await tab.page.locator("[aria-invalid=true]").wait_for()
        assert await tab.page.get_by_label("E-mail", exact=True).get_attribute("aria-invalid") == "true"


@slowly
async def test_by_keyboard_alone(browser: Browser, base_url: str, client: Client) -> None:
    await client.sign_up(name="Ada")
    async with window(browser, base_url) as tab:
        await tab.open("/login")
        await tab_to(tab, "E-mail")
        await tab.page.keyboard.type("ada@example.com")
        await tab_to(tab, "Password")
        await tab.page.keyboard.type(PASSWORD)
        await tab.page.keyboard.press("Enter")
        await tab.at("/documents")
        await tab.shown()
        await tab_to(tab, "Account menu")
        await tab.page.keyboard.press("Enter")
        menu = tab.page.get_by_role("menu")
        await menu.wait_for()
        await tab.page.keyboard.press("End")
        assert (await focused(tab)).strip() == "Sign out"
        await tab.page.keyboard.press("Enter")
        await tab.at("/login")
        await tab.check()


FOCUSED = """() => {
  const found = document.activeElement
  if (!found.matches('a, button, input, [role=menuitem]')) return ''
  const label = found.labels && found.labels[0]
  return found.getAttribute('aria-label') || (label ? label.innerText : found.textContent)
}"""


async def focused(tab: Window) -> str:
    return str(await tab.page.evaluate(FOCUSED))


async def tab_to(tab: Window, name: str) -> None:
    """Presses Tab until the focus is there, and sees that the focus can be seen."""
    for _ in range(20):
        await tab.page.keyboard.press("Tab")
        if name in " ".join((await focused(tab)).split()):
            return
    raise AssertionError(f"{name} cannot be reached with Tab")
