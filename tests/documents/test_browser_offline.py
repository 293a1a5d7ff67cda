"""Documents without a server: opened, written and kept in a real browser, and gone from it when their person goes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect
from tornado.platform.asyncio import AsyncIOLoop

from handlers.shell import pages
from server.feature import Feature
from server.http.graceful import GracefulServer
from server.services import Services
from tests.browser.conftest import browser, browser_loop, io_loop
from tests.browser.member import enter, looked_at, until
from tests.browser.window import Window, window
from tests.documents.conftest import Get, Stage
from tests.documents.offline import Mains, another, device, forget, left, prepared, rebuild, stay

__all__ = ["browser", "browser_loop", "io_loop"]
slowly = pytest.mark.gen_test(timeout=120)
SCHEMES = pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])

NOTED = """([name, count]) => new Promise((resolve) => {
  indexedDB.open(`ai-editor:${name}`).onsuccess = ({ target: { result: database } }) => {
    database.transaction('custom').objectStore('custom').get('unsaved').onsuccess = ({ target: { result } }) => {
      database.close()
      resolve(result === count)
    }
  }
})"""


@pytest.fixture
def mains(
    http_server: GracefulServer,
    app: Services,
    features: tuple[Feature, ...],
    base_url: str,
    io_loop: AsyncIOLoop,
) -> Iterator[Mains]:
    """The server under test, running."""
    made = Mains(app, features, base_url, [http_server])
    yield made
    io_loop.run_sync(made.off)
    forget()


def text(tab: Window) -> Locator:
    """What is written in."""
    return tab.page.locator(".doc-text")


def state(tab: Window) -> Locator:
    """How the document stands to the one in the database."""
    return tab.page.locator(".doc-status")


async def saved(tab: Window) -> None:
    """Waits until the page says so."""
    await expect(state(tab)).to_have_attribute("data-state", "saved")


async def write(tab: Window, words: str) -> None:
    """Types at the end."""
    await text(tab).click()
    await tab.page.keyboard.press("Control+End")
    await tab.page.keyboard.type(words)


async def kept(tab: Window, stage: Stage, count: int) -> None:
    """Waits until so many changes are on the disk, each of which was written before their number."""
    await expect(state(tab)).to_have_text(f"Offline. {count} changes are kept on this device")
    await tab.becomes(NOTED, arg=[f"{stage.ids['owner']}:{stage.document}", count])


async def content(stage: Stage) -> str:
    """What the database has."""
    answer = await stage.ask("owner", "GET", "/documents/{d}/content?format=markdown")
    return answer.body.decode().strip()


async def at_document(tab: Window, stage: Stage) -> None:
    """Opens it."""
    await tab.page.goto(f"{tab.base_url}/documents/{stage.document}")
    await text(tab).wait_for()


@asynccontextmanager
async def opened(browser: Browser, stage: Stage, mains: Mains, **options: object) -> AsyncIterator[Window]:
    """Ada's window with the document in it, ready for a day without a server."""
    options = {"service_workers": "allow", **options}
    async with window(browser, mains.base_url, **options) as tab:
        await enter(tab, stage["owner"])
        await at_document(tab, stage)
        await saved(tab)
        await prepared(tab)
        yield tab


@slowly
async def test_what_is_written_without_a_server_comes_to_it(
    browser: Browser, mains: Mains, stage: Get, tmp_path: Path
) -> None:
    made = await stage()
    async with device(browser, tmp_path, mains.base_url) as tab:
        await stay(tab.page.context, made["owner"], tab.base_url)
        await tab.open("/documents")
        await tab.page.get_by_role("listitem").filter(has_text="Garden").wait_for()
        await at_document(tab, made)
        await saved(tab)
        await prepared(tab)
        await mains.off()
        await tab.page.reload()
        await write(tab, "kept")
        await expect(state(tab)).to_have_text("Offline. 4 changes are kept on this device")
        await expect(tab.page.get_by_label("Title")).to_have_value("Garden")
        second = await another(tab)
        await at_document(second, made)
        await expect(text(second)).to_have_text("kept")
        await write(second, " on")
        await expect(text(tab)).to_have_text("kept on")
        await kept(second, made, 7)
    async with device(browser, tmp_path, mains.base_url) as tab:
        await tab.page.goto(f"{tab.base_url}/documents")
        await until(tab, "This is the list as it was")
        await until(tab, "Only on this device")
        await tab.page.get_by_role("list", name="Recent").get_by_role("link", name="Garden").click()
        await expect(text(tab)).to_have_text("kept on")
        mains.on()
        await tab.page.evaluate("dispatchEvent(new Event('online'))")
        await saved(tab)
        assert await tab.page.evaluate("window.violations") == []
    assert await content(made) == "kept on"


@slowly
async def test_what_was_kept_goes_out_without_being_opened(
    browser: Browser, mains: Mains, stage: Get
) -> None:
    """Also where the session ended meanwhile: after signing in as the same person."""
    made = await stage()
    async with opened(browser, made, mains) as tab:
        await mains.off()
        await write(tab, "kept")
        await kept(tab, made, 4)
        await tab.page.goto(f"{tab.base_url}/settings/profile")
        await until(tab, "This page needs it.")
        mains.on()
        await tab.page.context.clear_cookies()
        await tab.page.goto(f"{tab.base_url}/documents")
        await tab.at("/login?redirect=%2Fdocuments")
        assert (await left(tab))["storage"] == []
        await enter(tab, made["owner"])
        await tab.page.goto(f"{tab.base_url}/documents")
        await until(tab, "Documents")
        await eventually_says(made, "kept")
        await expect(tab.page.get_by_role("region", name="Only on this device")).to_have_count(0)


async def eventually_says(stage: Stage, words: str) -> None:
    """Waits until the database has it."""
    for _ in range(300):
        if await content(stage) == words:
            return
    raise AssertionError(await content(stage))


@SCHEMES
@slowly
async def test_all_that_is_seen_without_a_server_can_be_read(
    browser: Browser, mains: Mains, stage: Get, scheme: str, width: int
) -> None:
    made = await stage()
    look = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    other = (await made.done("owner", "POST", "/documents", {"title": "Never opened"}))["id"]
    async with opened(browser, made, mains, **look, locale="de-DE" if width == 320 else "en-GB") as tab:
        await tab.page.goto(f"{tab.base_url}/documents")
        await tab.page.get_by_role("listitem").filter(has_text="Garden").wait_for()
        await mains.off()
        pages_seen = {
            "list": ("/documents", ".document-row, [data-id]"),
            "document": (f"/documents/{made.document}", ".doc-status[data-state=offline]"),
            "absent": (f"/documents/{other}", ".doc-absent"),
            "settings": ("/settings/profile", "#away:not([hidden])"),
            "login": ("/login", "#away:not([hidden])"),
        }
        for name, (path, sign) in pages_seen.items():
            await tab.page.goto(tab.base_url + path)
            await tab.page.locator(sign).first.wait_for()
            assert await looked_at(tab, f"offline-{name}-{scheme}-{width}", width) == [], name
        assert await tab.page.evaluate("window.violations") == []


@SCHEMES
@slowly
async def test_signing_out_asks_and_leaves_nothing(
    browser: Browser, mains: Mains, stage: Get, scheme: str, width: int
) -> None:
    made = await stage()
    look = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    async with opened(browser, made, mains, **look) as tab:
        await tab.page.goto(f"{tab.base_url}/documents")
        await tab.page.get_by_role("listitem").filter(has_text="Garden").wait_for()
        await at_document(tab, made)
        await mains.off()
        await write(tab, "lost")
        await kept(tab, made, 4)
        # The server is back for all but what was written.
        await tab.page.context.route_web_socket("**/live*", lambda socket: None)
        await tab.page.reload()
        mains.on()

        async def sign_out() -> None:
            await tab.page.get_by_role("button", name="Account menu").click()
            await tab.page.get_by_role("menuitem", name="Sign out").click()

        await expect(text(tab)).to_have_text("lost")
        await sign_out()
        dialog = tab.page.get_by_role("dialog", name="Sign out all the same?")
        await dialog.wait_for()
        assert await looked_at(tab, f"sign-out-{scheme}-{width}", width) == []
        for _ in range(6):
            await tab.page.keyboard.press("Tab")
            assert await tab.page.evaluate(
                "!document.querySelector('main')?.contains(document.activeElement)"
            )
        await dialog.get_by_role("button", name="Stay signed in").click()
        await expect(text(tab)).to_have_text("lost")
        await sign_out()
        await dialog.get_by_role("button", name="Sign out and delete").click()
        await tab.at("/login")
        nothing = {"caches": [], "workers": 0, "databases": [], "storage": []}
        await expect_left(tab, nothing)
    (seed,) = made.sql(
        'SELECT count(*) FROM "ai_editor_document_update" WHERE "documentId" = %s', made.document
    )
    assert seed == (0,)


async def expect_left(tab: Window, wanted: object) -> None:
    """Waits until the device has this and no more."""
    found = await left(tab)
    for _ in range(300):
        if found == wanted:
            return
        found = await left(tab)
    assert found == wanted


@slowly
async def test_another_person_sees_nothing_of_the_one_before(
    browser: Browser, mains: Mains, stage: Get
) -> None:
    made = await stage()
    async with opened(browser, made, mains) as tab:
        await tab.page.goto(f"{tab.base_url}/documents")
        await tab.page.get_by_role("listitem").filter(has_text="Garden").wait_for()
        # Their session ends without a sign-out.
        await tab.page.context.clear_cookies()
        await enter(tab, made["stranger"])
        await tab.page.goto(f"{tab.base_url}/documents")
        await until(tab, "Your documents will be here")
        await mains.off()
        await tab.page.reload()
        await until(tab, "This is the list as it was")
        assert await tab.page.get_by_text("Garden").count() == 0
        await tab.page.goto(f"{tab.base_url}/documents?list=mine")
        await until(tab, "The server cannot be reached")
        assert await tab.page.get_by_text("Garden").count() == 0
        await tab.page.goto(f"{tab.base_url}/documents/{made.document}")
        await until(tab, "This document is not on this device.")
        assert await tab.page.get_by_text("Garden").count() == 0


@slowly
async def test_a_new_build_takes_over_and_an_old_tab_goes_on(
    browser: Browser, mains: Mains, stage: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await stage()
    async with opened(browser, made, mains) as old:
        script = "document.querySelector('script[src]')?.src ?? document.documentElement.dataset.script"
        before = await old.page.evaluate(script)
        rebuild(monkeypatch)
        new = await another(old)
        await new.open("/documents")
        assert await new.page.evaluate(script) != before
        await new.becomes("async () => (await caches.match('/old-tabs')) !== undefined")
        assert (await made["owner"].send("GET", before.removeprefix(mains.base_url))).status == 404
        await text(old).click()
        await old.page.keyboard.press("Control+/")
        await old.page.get_by_role("dialog").wait_for()
        await old.page.close()
        await new.page.reload(wait_until="commit")
        await new.becomes("async () => (await caches.keys()).join() === 'ai-editor:another'")
        await mains.off()
        await at_document(new, made)
        assert await new.page.evaluate("document.documentElement.dataset.script") not in before


@slowly
async def test_a_server_without_documents_takes_the_worker_away(
    browser: Browser, mains: Mains, stage: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await stage()
    async with opened(browser, made, mains) as tab:
        monkeypatch.setattr(pages, "opens", lambda features: "")
        await tab.open("/settings/profile")
        await tab.becomes(
            "async () => (await navigator.serviceWorker.getRegistrations()).length + (await caches.keys()).length === 0"
        )
