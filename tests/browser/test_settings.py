"""The settings in a real browser: who one is, where one is signed in, and how one leaves."""

import re

import pytest
from playwright.async_api import Browser

from tests.browser.member import EMAIL, enter, eventually, forgive, judged, picture, screenshot, until
from tests.browser.window import Window, window
from tests.client import PASSWORD, Client
from tests.conftest import Sql
from tests.mailbox import Mailbox

pytestmark = pytest.mark.usefixtures("http_server")
slowly = pytest.mark.gen_test
NEW_PASSWORD = "another horse, another battery"
PATHS = ("/settings/profile", "/settings/security", "/settings/account")
OLD = """UPDATE "session" SET "createdAt" = now() - interval '2 days', "updatedAt" = now() - interval '1 hour'"""

MANY = """
INSERT INTO "session" ("id", "token", "userId", "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent")
SELECT 'many-' || n, 'many-' || n, "userId", "expiresAt", "createdAt", "updatedAt" - n * interval '1 minute',
    CASE WHEN n > 20 THEN '198.51.100.' || n ELSE "ipAddress" END, "userAgent"
FROM "session", generate_series(1, 36) AS n
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@slowly
async def test_axe_finds_nothing(browser: Browser, base_url: str, client: Client, scheme: str) -> None:
    await client.sign_up()
    async with window(browser, base_url, color_scheme=scheme) as tab:
        await enter(tab, client)
        found = []
        for path in PATHS:
            await tab.open(path)
            await tab.page.wait_for_load_state("networkidle")
            found += await judged(tab)
        await tab.press("Delete the account")
        await tab.page.get_by_role("dialog").wait_for()
        found += await judged(tab)
        assert found == []
        await tab.check()


@slowly
async def test_a_small_screen_is_wide_enough(browser: Browser, base_url: str, client: Client) -> None:
    await client.sign_up("a" * 60 + "@example.com", name="Ada" * 20)
    async with window(browser, base_url, viewport={"width": 320, "height": 640}) as tab:
        await enter(tab, client)
        widths = {}
        for path in PATHS:
            await tab.open(path)
            await tab.page.wait_for_load_state("networkidle")
            widths[path] = await tab.page.evaluate("document.documentElement.scrollWidth")
        assert widths == dict.fromkeys(PATHS, 320)


@slowly
async def test_letters_of_twice_the_size_wrap(browser: Browser, base_url: str, client: Client) -> None:
    await client.sign_up(name="Wolfeschlegelsteinhausenbergerdorff")
    await Client(base_url).sign_in()
    async with window(browser, base_url, viewport={"width": 320, "height": 640}) as tab:
        await enter(tab, client)
        widths = {}
        for path in PATHS:
            await tab.open(path)
            await tab.page.wait_for_load_state("networkidle")
            await tab.page.evaluate("document.documentElement.style.fontSize = '200%'")
            await tab.page.evaluate(
                "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
            )
            widths[path] = await tab.page.evaluate("document.documentElement.scrollWidth")
            await screenshot(tab, "twice" + path.replace("/", "-"))
        assert widths == dict.fromkeys(PATHS, 320)


@slowly
async def test_many_sessions_are_shown_when_they_are_asked_for(
    browser: Browser, base_url: str, client: Client, sql: Sql
) -> None:
    await client.sign_up()
    sql(MANY)
    async with window(browser, base_url, viewport={"width": 320, "height": 640}) as tab:
        await enter(tab, client)
        await tab.open("/settings/security")
        ends = tab.page.get_by_role("button", name=re.compile("^End the session on.*last active"))
        await ends.nth(8).wait_for()
        assert await ends.count() == 9
        await tab.page.get_by_role("button", name="Show all 36 others").press("Enter")
        await ends.nth(15).wait_for()
        assert await ends.nth(9).evaluate("button => button === document.activeElement")
        await tab.page.get_by_role("button", name=re.compile("^Show the 20 sessions on")).press("Enter")
        await ends.nth(35).wait_for()
        await tab.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert await tab.page.evaluate("document.documentElement.scrollWidth") == 320
        assert await judged(tab) == []
        await screenshot(tab, "sessions-320-large")
        await tab.page.get_by_role("button", name=re.compile("^End all 20 sessions on")).press("Enter")
        assert await judged(tab) == []
        await screenshot(tab, "sessions-320-dialog")
        await tab.press("End them")
        await until(tab, "20 sessions have ended")
        assert await ends.count() == 16
        assert sql('SELECT count(*) FROM "session"') == [(17,)]


@pytest.mark.feature("avatar")
@pytest.mark.environ(FEATURES_OFF="avatar")
@slowly
async def test_a_feature_that_is_off_has_no_card(browser: Browser, base_url: str, client: Client) -> None:
    await client.sign_up()
    assert (await client.send("POST", "/api/avatar", raw=b"x")).status == 404
    async with window(browser, base_url) as tab:
        await enter(tab, client)
        await tab.open("/settings/profile")
        await tab.page.get_by_role("textbox", name="Name").wait_for()
        assert await tab.page.get_by_role("heading", name="Picture").count() == 0
        await tab.check()


@pytest.mark.feature("avatar")
@slowly
async def test_name_and_picture(browser: Browser, base_url: str, client: Client, sql: Sql) -> None:
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await enter(tab, client)
        await tab.open("/documents")
        await tab.page.get_by_role("navigation", name="Main").get_by_role("link", name="Settings").click()
        await tab.at("/settings/profile")
        await tab.page.get_by_role("textbox", name="Name").fill("")
        await tab.press("Save")
        await until(tab, "Enter your name.")
        await tab.page.get_by_role("textbox", name="Name").fill("Ada King")
        await tab.press("Save")
        await until(tab, "Your name is saved")
        assert sql('SELECT "name" FROM "user"') == [("Ada King",)]
        assert "Ada King" in await tab.page.get_by_role("button", name="Account menu").inner_text()
        await crop(tab)
        await until(tab, "Your picture is saved")
        assert "/avatars/" in sql('SELECT "image" FROM "user"')[0][0]
        shown = tab.page.get_by_role("main").locator("img")
        await eventually_drawn(tab)
        await tab.press("Remove")
        await until(tab, "Your picture is removed")
        assert await shown.count() == 0
        assert sql('SELECT "image" FROM "user"') == [(None,)]
        await tab.check()


async def crop(tab: Window) -> None:
    upload = {"name": "me.png", "mimeType": "image/png", "buffer": picture()}
    await tab.page.locator("input[type=file]").set_input_files(upload)  # type: ignore[arg-type]
    dialog = tab.page.get_by_role("dialog", name="Crop the picture")
    await dialog.get_by_label("Zoom").fill("2")
    await dialog.get_by_role("application").press("ArrowLeft")
    assert await judged(tab) == []
    await dialog.get_by_role("button", name="Save the picture").click()


async def eventually_drawn(tab: Window) -> None:
    await tab.becomes("document.querySelector('main img')?.naturalWidth === 256")


@pytest.mark.feature("avatar")
@slowly
async def test_what_is_no_picture_is_said_to_be_none(browser: Browser, base_url: str, client: Client) -> None:
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await enter(tab, client)
        await tab.open("/settings/profile")
        upload = {"name": "me.png", "mimeType": "image/png", "buffer": b"<svg/>"}
        await tab.page.locator("input[type=file]").set_input_files(upload)  # type: ignore[arg-type]
        await until(tab, "That is not a picture")
        assert await tab.page.get_by_role("dialog").count() == 0
        await tab.check()


@slowly
async def test_change_the_password(browser: Browser, base_url: str, client: Client, sql: Sql) -> None:  # S25
    await client.sign_up()
    other = Client(base_url)
    await other.sign_in()
    async with window(browser, base_url) as tab:
        await enter(tab, client)
        await tab.open("/settings/security")
        await tab.fill(**{"Current password": "not the password", "New password": NEW_PASSWORD})
        await tab.press("Change the password")
        await until(tab, "That password is not right.")
        assert await tab.page.get_by_label("Current password").get_attribute("aria-invalid") == "true"
        await tab.fill(**{"Current password": PASSWORD})
        await tab.press("Change the password")
        await until(tab, "Your password is changed")
        await until(tab, "You are signed in nowhere else.")
        await until(tab, "This device")
        assert await other.session() is None
        assert (await Client(base_url).sign_in(password=NEW_PASSWORD)).status == 200
        forgive(tab, 400)
        await tab.check()


@slowly
async def test_sessions_go_at_once_and_come_back_when_they_stay(
    browser: Browser, base_url: str, client: Client
) -> None:  # S25
    await client.sign_up()
    others = [Client(base_url) for _ in range(3)]
    for other in others:
        await other.sign_in()
    async with window(browser, base_url) as tab:
        await enter(tab, client)
        await tab.open("/settings/security")
        ends = tab.page.get_by_role("button", name=re.compile("^End the session on"))
        await tab.page.get_by_role("button", name=re.compile("^Show the 3 sessions on")).click()
        await ends.nth(2).wait_for()
        await tab.page.route("**/revoke-session", lambda route: route.abort())
        await ends.first.click()
        await until(tab, "Still signed in there")
        assert await ends.count() == 3
        await tab.page.unroute("**/revoke-session")
        await ends.first.click()
        await until(tab, "That session has ended")
        assert await ends.count() == 2
        await tab.press("End all other sessions")
        await until(tab, "You are signed in nowhere else.")
        assert [await other.session() for other in others] == [None] * 3
        assert await client.session() is not None


@slowly
async def test_an_old_session_asks_who_it_is(
    browser: Browser, base_url: str, client: Client, sql: Sql
) -> None:  # S26
    await client.sign_up(rememberMe=False)
    sql(OLD)
    async with window(browser, base_url) as tab:
        await enter(tab, client)
        await tab.open("/settings/security")
        await tab.press("Confirm that it is you")
        dialog = tab.page.get_by_role("dialog", name="Is it still you?")
        await dialog.get_by_label("Password", exact=True).wait_for()
        assert await judged(tab) == []
        await tab.page.keyboard.press("Escape")
        await dialog.wait_for(state="detached")
        await tab.press("Confirm that it is you")
        await dialog.get_by_label("Password", exact=True).fill("not the password")
        await tab.page.keyboard.press("Enter")
        await until(tab, "That password is not right.")
        await dialog.get_by_label("Password", exact=True).fill(PASSWORD)
        await tab.page.keyboard.press("Enter")
        await until(tab, "You are signed in nowhere else.")
        assert sql('SELECT count(*) FROM "session"') == [(1,)]
        forgive(tab, 401, 403)
        await tab.check()


@slowly
async def test_change_the_address(
    browser: Browser, base_url: str, client: Client, mailbox: Mailbox, sql: Sql
) -> None:
    await client.sign_up()
    sql('UPDATE "user" SET "emailVerified" = true')
    async with window(browser, base_url) as tab:
        await enter(tab, client)
        await tab.open("/settings/account")
        await until(tab, "E-mail and password")
        await tab.fill(**{"New e-mail address": "countess@example.com"})
        await tab.press("Change the address")
        await until(tab, "A change is under way")
        await tab.page.reload()
        await until(tab, "A change is under way")
        assert await judged(tab) == []
        await tab.page.goto((await mailbox.last(EMAIL)).link)
        await until(tab, "Allow the new address?")
        assert await judged(tab) == []
        assert await mailbox.of("countess@example.com") == []
        await tab.page.get_by_role("link", name="Allow the change").click()
        await until(tab, "One more step")
        await tab.page.goto((await mailbox.last("countess@example.com")).link)
        await until(tab, "Your e\u2011mail address is changed")
        await tab.page.set_viewport_size({"width": 320, "height": 640})
        await screenshot(tab, "address-changed-320")
        await tab.open("/settings/account")
        await until(tab, "countess@example.com")
        assert await tab.page.get_by_text("A change is under way").count() == 0
        await tab.check()


@slowly
async def test_delete_the_account(browser: Browser, base_url: str, client: Client, sql: Sql) -> None:
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await enter(tab, client)
        await tab.open("/settings/account")
        await tab.press("Delete the account")
        dialog = tab.page.get_by_role("dialog", name="Delete the account?")
        await dialog.get_by_role("button", name="Delete for good").click()
        await until(tab, "Type ada@example.com to go on.")
        await fill_deletion(tab, "not the password")
        await dialog.get_by_role("button", name="Delete for good").click()
        await until(tab, "That password is not right.")
        await fill_deletion(tab, PASSWORD)
        await dialog.get_by_role("button", name="Delete for good").click()
        await until(tab, "Your account is deleted")
        await tab.at("/")
        assert sql('SELECT count(*) FROM "user"') == [(0,)]
        forgive(tab, 400)
        await tab.check()


async def fill_deletion(tab: Window, password: str) -> None:
    dialog = tab.page.get_by_role("dialog")
    await dialog.get_by_label(f"Type {EMAIL}").fill(EMAIL)
    await dialog.get_by_label("Password", exact=True).fill(password)


@pytest.mark.environ(DELETE_USER_VERIFICATION="yes")
@slowly
async def test_delete_the_account_by_mail(
    browser: Browser, base_url: str, client: Client, mailbox: Mailbox, sql: Sql
) -> None:
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await enter(tab, client)
        await tab.open("/settings/account")
        await tab.press("Delete the account")
        await fill_deletion(tab, PASSWORD)
        await tab.page.get_by_role("button", name="Send me the link").click()
        await until(tab, "Look into your mailbox")
        assert sql('SELECT count(*) FROM "user"') == [(1,)]
        link = (await mailbox.last(EMAIL)).link
        await tab.page.context.clear_cookies()
        await tab.page.goto(link)
        await until(tab, "Sign in first")
        assert await judged(tab) == []
        await tab.page.get_by_role("main").get_by_role("link", name="Sign in").click()
        await tab.fill(E_mail=EMAIL, Password=PASSWORD)
        await tab.press("Sign in")
        await until(tab, "You are signed in as")
        assert await judged(tab) == []
        assert sql('SELECT count(*) FROM "user"') == [(1,)]
        await tab.press("Delete for good")
        await until(tab, "Your account is deleted")
        await eventually(lambda: sql('SELECT count(*) FROM "user"') == [(0,)])
        await tab.check()


@slowly
async def test_a_link_to_delete_somebody_else(
    browser: Browser, base_url: str, client: Client, sql: Sql
) -> None:  # S40
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await enter(tab, client)
        await tab.open("/delete-account?token=unknown")
        await tab.press("Delete for good")
        await until(tab, "This link does not work")
        assert await judged(tab) == []
        assert sql('SELECT count(*) FROM "user"') == [(1,)]
        await tab.open("/delete-account")
        await until(tab, "There is no link here")
        forgive(tab, 404)
        await tab.check()
