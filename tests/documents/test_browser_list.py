"""The list of documents in a browser: where people land, what they find there, and what they do with it."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser, Locator, Route

from tests.browser import conftest as chromium
from tests.browser.member import SCREENS, enter, forgive, looked_at, until
from tests.browser.window import Window, window
from tests.client import PASSWORD, Client
from tests.documents.conftest import Get, Stage

browser, browser_loop, io_loop = chromium.browser, chromium.browser_loop, chromium.io_loop
pytestmark = pytest.mark.usefixtures("http_server")
slowly = pytest.mark.gen_test


def row(tab: Window, name: str) -> Locator:
    return tab.page.get_by_role("main").get_by_role("listitem").filter(has_text=name)


async def choose(tab: Window, name: str, item: str) -> None:
    """Something of a row's menu, by keyboard."""
    await tab.page.get_by_role("button", name=f"More for {name}", exact=True).press("Enter")
    await tab.page.get_by_role("menuitem", name=item, exact=True).press("Enter")


async def dialog_closed(tab: Window) -> None:
    """Until the dialog is gone and has given the focus back, which would close a menu that was opened meanwhile."""
    await tab.becomes("!document.querySelector('[role=dialog]') && document.activeElement !== document.body")


async def fill_up(found: Stage) -> None:
    """A folder in a folder, and documents of several kinds."""
    outer = await found.done("owner", "POST", "/folders", {"name": "Work"})
    await found.done("owner", "POST", "/folders", {"name": "Reports 2026", "parentId": outer["id"]})
    for title, icon in (("Quarterly report", "📈"), ("", None), ("A title that is so long " * 6, "🌱")):
        await found.done("owner", "POST", "/documents", {"title": title, "icon": icon})
    theirs = await found.done("editor", "POST", "/documents", {"title": "Eddies plan", "icon": "🎯"})
    share = {"email": "ada@example.com", "role": "reader"}
    await found.done("editor", "POST", f"/documents/{theirs['id']}/access", share)


@SCREENS
@slowly
async def test_looks(browser: Browser, base_url: str, stage: Get, scheme: str, width: int) -> None:
    found = await stage()
    seen: list[str] = []
    screen = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    async with window(browser, base_url, **screen) as tab:
        await enter(tab, found["stranger"])

        async def look(name: str) -> None:
            seen.extend(await looked_at(tab, f"list-{name}-{scheme}-{width}", width))

        await tab.open("/documents")
        await until(tab, "Your documents will be here")
        await look("empty")
        await tab.open("/documents?list=mine")
        await until(tab, "Nothing in here yet")
        await tab.page.context.clear_cookies()
        await enter(tab, found["owner"])
        await fill_up(found)
        await found.done("stranger", "POST", "/documents/{d}/access/request")
        await found.done(
            "owner", "POST", "/documents/{d}/access", {"email": "new@example.com", "role": "reader"}
        )
        await found.done("owner", "POST", "/documents/{d}/access", {"link": True, "role": "reader"})
        for name in ("recent", "mine", "shared", "trash"):
            await tab.open(f"/documents?list={name}")
            await tab.page.wait_for_load_state("networkidle")
            await look(name)
        await looked_into(tab, look)
        assert seen == []
        await tab.check()


async def looked_into(tab: Window, look: Callable[[str], Awaitable[None]]) -> None:
    """A row's menu, what opens from it, and the search."""
    await tab.open("/documents")
    await tab.page.get_by_role("button", name="More for Garden").click()
    await look("menu")
    await tab.page.keyboard.press("Escape")
    for item in ("Choose an icon…", "Move…", "Share…"):
        await choose(tab, "Garden", item)
        await tab.page.get_by_role("dialog").wait_for()
        await tab.page.wait_for_load_state("networkidle")
        await look(item[:5].strip())
        await tab.page.keyboard.press("Escape")
        await dialog_closed(tab)
    await tab.page.keyboard.press("/")
    await tab.page.keyboard.type("gard")
    await until(tab, "One document found.")
    await look("found")
    await tab.page.keyboard.press("ControlOrMeta+a")
    await tab.page.keyboard.type("nothing like it")
    await until(tab, "Nothing has")
    await look("nothing")


@slowly
async def test_an_old_bookmark_and_where_its_facts_went(
    browser: Browser, base_url: str, client: Client
) -> None:
    await client.sign_up()
    async with window(browser, base_url, viewport={"width": 320, "height": 800}) as tab:
        await enter(tab, client)
        await tab.open("/dashboard")
        await tab.at("/documents")
        await tab.open("/settings/security")
        card = tab.page.get_by_role("region", name="This session")
        assert "in 7 days" in (await card.inner_text()).lower()
        assert await looked_at(tab, "session-card-320", 320) == []
        await card.get_by_role("button", name="Sign out").click()
        await tab.at("/login")
        await tab.check()


@slowly
async def test_a_document_from_beginning_to_end(browser: Browser, base_url: str, stage: Get) -> None:
    found = await stage()
    async with window(browser, base_url) as tab:
        await enter(tab, found["owner"])
        await tab.open("/documents?list=mine")
        await tab.press("New folder")
        await tab.page.get_by_role("dialog").get_by_label("Name").fill("Work")
        await tab.page.keyboard.press("Enter")
        await dialog_closed(tab)
        await choose(tab, "Garden", "Rename")
        await tab.page.keyboard.type("Plan")
        await tab.page.keyboard.press("Enter")
        await choose(tab, "Plan", "Choose an icon…")
        await tab.page.get_by_role("button", name="🎯").click()
        await dialog_closed(tab)
        await choose(tab, "Plan", "Move…")
        await tab.page.get_by_role("dialog").get_by_text("Work").click()
        await tab.page.get_by_role("button", name="Move here").click()
        await until(tab, "Plan is in Work")
        await tab.page.get_by_role("main").get_by_role("link", name="Work").click()
        await row(tab, "Plan").wait_for()
        assert found.sql(
            'SELECT d."title", d."icon", f."name" FROM "ai_editor_document" d, "ai_editor_folder" f'
        ) == [("Plan", "🎯", "Work")]
        await choose(tab, "Plan", "Duplicate")
        await row(tab, "Plan (2)").wait_for()
        await choose(tab, "Plan (2)", "Delete")
        await tab.page.get_by_role("button", name="Undo").click()
        await until(tab, "Plan (2) is back")
        await choose(tab, "Plan (2)", "Delete")
        await tab.open("/documents?list=trash")
        await choose(tab, "Plan (2)", "Delete for good…")
        await tab.page.get_by_role("button", name="Delete for good").click()
        await until(tab, "The trash is empty")
        assert found.sql('SELECT "title" FROM "ai_editor_document"') == [("Plan",)]
        await tab.check()


@slowly
async def test_sharing_from_invitation_to_leaving(browser: Browser, base_url: str, stage: Get) -> None:
    found = await stage()
    await found.done("stranger", "POST", "/documents/{d}/access/request")
    async with window(browser, base_url, permissions=["clipboard-read", "clipboard-write"]) as tab:
        await enter(tab, found["owner"])
        await tab.open("/documents")
        await choose(tab, "Garden", "Share…")
        dialog = tab.page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Decline the request of Sam").click()
        await until(tab, "Sam gets no access.")
        await dialog.get_by_label("Invite by e-mail").fill("sam@example.com")
        await tab.page.keyboard.press("Enter")
        await until(tab, "sam@example.com has access now.")
        await dialog.get_by_label("What Rita may do").select_option("editor")
        await until(tab, "Changed for Rita.")
        await dialog.get_by_role("button", name="Take access away from Una").click()
        await until(tab, "Una has no access any more.")
        await dialog.get_by_role("button", name="Create a link").click()
        await dialog.get_by_role("button", name="Copy").click()
        await until(tab, "Copied.")
        link = await tab.page.evaluate("navigator.clipboard.readText()")
        await dialog.get_by_label("What Eddie may do").select_option("owner")
        await dialog.get_by_role("button", name="Hand over").click()
        await until(tab, "Eddie is the owner now.")
        await dialog.get_by_role("button", name="Leave this document…").click()
        await tab.page.get_by_role("button", name="Leave", exact=True).click()
        await until(tab, "You have left Garden")
        await tab.check()
    assert link.startswith(f"{base_url}/documents/join#")
    access = await found.done("editor", "GET", "/documents/{d}/access")
    assert [(each["person"] or each["email"]) and each["role"] for each in access["people"]] == ["editor"] * 2


@slowly
async def test_a_link_waits_for_who_signs_in(browser: Browser, base_url: str, stage: Get) -> None:
    """No server hears of its secret but in the body that lets them in."""
    found = await stage()
    made = await found.done("owner", "POST", "/documents/{d}/access", {"link": True, "role": "reader"})
    secret = made["url"].partition("#")[2]
    asked: list[str] = []
    async with window(browser, base_url, viewport={"width": 320, "height": 640}) as tab:
        tab.page.on("request", lambda request: asked.append(request.url))
        await tab.open(f"/documents/join#{secret}")
        assert await looked_at(tab, "join-320", 320) == []
        assert secret not in await tab.page.evaluate("location.href + JSON.stringify(history.state)")
        await tab.page.get_by_role("main").get_by_role("link", name="Sign in").click()
        await tab.fill(E_mail="sam@example.com", Password=PASSWORD)
        await tab.press("Sign in")
        await tab.at(f"/documents/{found.document}")
        assert (await found.done("stranger", "GET", "/documents/{d}"))["role"] == "reader"
        assert [url for url in asked if secret in url] == []
        await tab.open("/documents/join#somethingelse")
        await until(tab, "This link does not work any more")
        assert await looked_at(tab, "join-over-320", 320) == []
        forgive(tab, 404)


@slowly
async def test_the_last_list_is_there_without_the_server(browser: Browser, base_url: str, stage: Get) -> None:
    found = await stage()
    async with window(browser, base_url) as tab:
        await enter(tab, found["owner"])
        await tab.open("/documents")
        await row(tab, "Garden").wait_for()

        async def fail(route: Route) -> None:
            await route.abort()

        await tab.page.route("**/api/documents?*", fail)
        await tab.page.reload()
        await until(tab, "The server cannot be reached.")
        assert await row(tab, "Garden").count() == 1
        assert await tab.page.get_by_role("button", name="More for Garden").count() == 0
        assert await looked_at(tab, "list-kept-1280", 1280) == []
        await tab.page.unroute("**/api/documents?*")
        await tab.page.get_by_role("button", name="Try again").click()
        await tab.page.get_by_role("button", name="More for Garden").wait_for()
        await tab.page.get_by_role("button", name="Account menu").click()
        await tab.page.get_by_role("menuitem", name="Sign out").click()
        await tab.at("/login")
        assert "Garden" not in await tab.page.evaluate("JSON.stringify(localStorage)")
