"""Ways to sign in beside the address and its password: by name, by a mailed code; which was last; several people."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser

from tests.browser.member import EMAIL, SCREENS, enter, forgive, looked_at, until
from tests.browser.window import Window, window
from tests.client import PASSWORD, Client
from tests.conftest import Sql
from tests.promises import promised

pytestmark = [
    pytest.mark.usefixtures("http_server", "plugged"),
    pytest.mark.environ(
        PLUGINS="username,email-otp,magic-link,multi-session,last-login-method",
        GITHUB_CLIENT_ID="ours",
        GITHUB_CLIENT_SECRET="secret",
    ),
]
Look = Callable[[str], Awaitable[None]]
slowly = pytest.mark.gen_test
NAME, CODE = "E-mail or username", "Code from the mail"


async def sign_in(tab: Window, name: str, password: str = PASSWORD) -> None:
    """The password, at the page that is open."""
    await tab.page.get_by_label(NAME).fill(name)
    await tab.page.get_by_label("Password", exact=True).fill(password)
    await tab.page.keyboard.press("Enter")


async def menu(tab: Window) -> None:
    """Opens the account menu, when it knows who else is there."""
    async with tab.page.expect_response("**/list-device-sessions"):
        await tab.page.get_by_role("button", name="Account menu").press("Enter")
    await tab.page.get_by_role("menu").wait_for()


async def add(tab: Window, name: str) -> None:
    """Signs somebody in beside who is signed in."""
    await menu(tab)
    await tab.page.get_by_role("menuitem", name="Add another account").press("Enter")
    await tab.at("/login?add=yes")
    await tab.shown()
    await sign_in(tab, name)
    await tab.at("/documents")


@slowly
async def test_a_name_is_chosen_changed_and_signs_in(
    browser: Browser, base_url: str, client: Client, sql: Sql
) -> None:
    await client.sign_up("grace@example.com", "Grace", username="grace")
    async with window(browser, base_url) as tab:
        await tab.open("/register")
        await tab.fill(Name="Ada", E_mail=EMAIL, Password=PASSWORD)
        await tab.page.get_by_label("Username", exact=True).fill("Grace")
        await until(tab, "Somebody has that username already.")
        await tab.page.get_by_label("Username", exact=True).fill("Ada.L")
        await until(tab, "Ada.L is free.")
        await tab.press("Create account")
        await tab.at("/documents")
        await tab.open("/settings/account")
        assert await tab.page.get_by_label("Username", exact=True).input_value() == "Ada.L"
        await tab.page.get_by_label("Username", exact=True).fill("countess")
        await until(tab, "countess is free.")
        await tab.page.keyboard.press("Enter")
        await until(tab, "Your username is saved")
        await tab.check()
        await tab.page.context.clear_cookies()
        await tab.open("/login?redirect=/settings/account")
        await sign_in(tab, "Countess", "not the password")
        await until(tab, "do not match an account")
        forgive(tab, 401)
        await sign_in(tab, "Countess")
        await tab.at("/settings/account")
        await tab.check()
    names = sql('SELECT "username", "displayUsername" FROM "user" WHERE "email" = %s', EMAIL)
    assert names == [("countess", "countess")]


@slowly
async def test_a_mailed_code_signs_in_by_keys_alone_and_is_remembered_as_the_way(
    browser: Browser, base_url: str, client: Client, sql: Sql
) -> None:
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await tab.open("/login?redirect=/settings/account")
        assert await tab.page.get_by_text("Last used").count() == 0
        await tab.page.get_by_role("button", name="E-mail me a code").press("Enter")
        await until(tab, "Enter your e-mail address.")
        await tab.page.keyboard.type(EMAIL)
        await tab.page.get_by_role("button", name="E-mail me a code").press("Enter")
        await tab.page.get_by_label(CODE).wait_for()
        assert await tab.page.get_by_label(CODE).get_attribute("autocomplete") == "one-time-code"
        assert await tab.page.get_by_role("button", name="Another one in").is_disabled()
        code = promised(sql, "email-otp-sign-in")[-1].context["code"]
        await tab.page.keyboard.type(f"{(int(code) + 1) % 10**6:06}")
        await tab.page.keyboard.press("Enter")
        await until(tab, "That code is not right")
        forgive(tab, 400)
        await tab.page.reload()
        await tab.page.get_by_label(CODE).fill(code)
        await tab.page.keyboard.press("Enter")
        await tab.at("/settings/account")
        held = [each for each in await tab.page.context.cookies() if "last_used" in each["name"]]
        await tab.page.context.clear_cookies()
        await tab.page.context.add_cookies(held)  # type: ignore[arg-type]
        await tab.open("/login")
        await tab.page.get_by_role("button", name="E-mail me a code Last used").wait_for()
        assert await tab.page.get_by_text("Last used").count() == 1
        await tab.open("/email-code")
        await tab.at("/login")
        await tab.check()


@slowly
async def test_a_mailed_code_chooses_a_new_password_by_keys_alone(
    browser: Browser, base_url: str, client: Client, sql: Sql
) -> None:
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await tab.open("/forgot-password")
        await tab.page.get_by_role("button", name="E-mail me a code instead").press("Enter")
        await until(tab, "Enter your e-mail address.")
        await tab.page.keyboard.type(EMAIL)
        await tab.page.get_by_role("button", name="E-mail me a code instead").press("Enter")
        await tab.at("/reset-code")
        await until(tab, "ends your sessions everywhere")
        code = promised(sql, "email-otp-forget-password")[-1].context["code"]
        await tab.page.keyboard.type(f"{(int(code) + 1) % 10**6:06}")
        await tab.page.keyboard.press("Tab")
        await tab.page.keyboard.type("another secret of mine")
        await tab.page.keyboard.press("Enter")
        await until(tab, "That code is not right")
        forgive(tab, 400)
        await tab.page.keyboard.press("ControlOrMeta+a")
        await tab.page.keyboard.type(code)
        await tab.page.keyboard.press("Enter")
        await tab.at("/login")
        await until(tab, "Your password is changed")
        await sign_in(tab, EMAIL, "another secret of mine")
        await tab.at("/documents")
        await tab.check()


@slowly
async def test_several_people_are_added_switched_and_signed_out(
    browser: Browser, base_url: str, client: Client
) -> None:
    await Client(base_url).sign_up("grace@example.com", "Grace", username="grace")
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await enter(tab, client)
        await tab.open("/documents")
        await add(tab, "grace")
        await tab.page.get_by_role("button", name="Account menu: Grace").wait_for()
        await menu(tab)
        async with tab.page.expect_navigation():
            await tab.page.get_by_role("menuitem", name="Ada").press("Enter")
        await tab.page.get_by_role("button", name="Account menu: Ada").wait_for()
        await menu(tab)
        await tab.page.get_by_role("menuitem", name="Sign out of one").press("Enter")
        dialog = tab.page.get_by_role("dialog", name="Signed in at this browser")
        await dialog.get_by_role("button", name="Sign out Grace").press("Enter")
        await until(tab, "Grace is signed out")
        await tab.page.keyboard.press("Escape")
        await dialog.wait_for(state="hidden")
        await tab.becomes("document.activeElement.textContent.includes('Account menu')")
        await menu(tab)
        assert await tab.page.get_by_role("menuitem", name="Grace").count() == 0
        await tab.page.get_by_role("menuitem", name="Sign out", exact=True).press("Enter")
        await tab.at("/login")
        await tab.check()


async def look_outside(tab: Window, look: Look, long: str) -> None:
    """The pages of who is not signed in."""
    await tab.open("/register")
    await tab.page.get_by_label("Username", exact=True).fill("ada")
    await until(tab, "Somebody has that username already.")
    await look("register-taken")
    await tab.page.get_by_label("Username", exact=True).fill("x" * 30)
    await until(tab, "is free.")
    await look("register-free")
    name = {"name": "better-auth.last_used_login_method", "url": tab.base_url}
    for method in ("email", "github", "email-otp"):
        await tab.page.context.add_cookies([name | {"value": method}])  # type: ignore[list-item]
        await tab.open("/login")
        await until(tab, "Last used")
        await look(f"login-{method}")
    await tab.page.get_by_label(NAME).fill("ab")
    await tab.page.keyboard.press("Enter")
    await until(tab, "A username has at least 3 characters.")
    await look("login-wrong")
    await tab.page.get_by_label(NAME).fill(long)
    await tab.press("E-mail me a code Last used")
    await tab.page.get_by_label(CODE).wait_for()
    await look("code")
    await tab.page.get_by_label(CODE).fill("000000")
    await tab.page.keyboard.press("Enter")
    await until(tab, "That code is not right")
    await look("code-wrong")
    await tab.open("/forgot-password")
    await tab.page.get_by_label("E-mail", exact=True).fill(long)
    await look("forgot")
    await tab.press("E-mail me a code instead")
    await tab.page.get_by_label(CODE).wait_for()
    await tab.page.get_by_label("New password").fill("summer 2026 in new york")
    await look("reset-code")


async def look_inside(tab: Window, look: Look) -> None:
    """The pages of who is."""
    await tab.open("/login?add=yes")
    await look("add")
    await tab.open("/settings/account")
    await look("card")
    await menu(tab)
    await tab.page.get_by_role("menuitem", name="Sign out of one").wait_for()
    await look("menu")
    await tab.page.get_by_role("menuitem", name="Sign out of one").press("Enter")
    await tab.page.get_by_role("dialog").wait_for()
    await look("people")


@SCREENS
@slowly
async def test_looks(browser: Browser, base_url: str, client: Client, scheme: str, width: int) -> None:
    """Nothing hangs over the edge, and axe finds nothing."""
    await client.sign_up(username="ada")
    long = "a-rather-long-name-of-a-person@subdomain.example.com"
    await client.sign_up(long, "Grace Brewster Murray Hopper of New York", username="g" * 30)
    size = {"width": width, "height": 800}
    async with window(browser, base_url, viewport=size, color_scheme=scheme) as tab:
        found: list[str] = []

        async def look(name: str) -> None:
            found.extend(await looked_at(tab, f"{name}-{scheme}-{width}", width))

        await look_outside(tab, look, long)
        await enter(tab, client)
        await look_inside(tab, look)
        assert found == []
