"""The page of a document in a real browser: written together, saved when it is committed, kept when the server is away."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, WebSocketRoute, expect

from tests.browser.conftest import browser, browser_loop, io_loop
from tests.browser.member import enter, looked_at
from tests.browser.window import Window, window
from tests.documents.conftest import Get, Stage

pytestmark = pytest.mark.usefixtures("http_server")
__all__ = ["browser", "browser_loop", "io_loop"]
slowly = pytest.mark.gen_test

MARKDOWN = """# Beans

Some **bold** words.

- [x] sown

> [!TIP]
> Water them.

```python
grow = 1
```
"""
PASTE = """(text) => {
  const data = new DataTransfer()
  data.setData('text/plain', text)
  const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
  document.querySelector('.doc-text').dispatchEvent(event)
}"""


def text(tab: Window) -> Locator:
    """What is written in."""
    return tab.page.get_by_label("Text of the document")


def state(tab: Window) -> Locator:
    """How the document stands to the one in the database."""
    return tab.page.locator(".doc-status")


async def saved(tab: Window) -> None:
    """Waits until the page says so, and it is so."""
    await expect(state(tab)).to_have_attribute("data-state", "saved")
    await expect(state(tab)).to_have_text("Saved")


@dataclass
class Line:
    """What sockets go over: it can be cut."""

    whole: bool = True
    sockets: list[WebSocketRoute] = field(default_factory=list)

    @classmethod
    async def of(cls, tab: Window) -> Line:
        """Everything that this person's tabs open from now on."""
        line = cls()
        await tab.page.context.route_web_socket(re.compile("/live"), line._opened)
        return line

    async def _opened(self, socket: WebSocketRoute) -> None:
        if not self.whole:
            await socket.close(code=1012)
            return
        socket.connect_to_server()
        self.sockets.append(socket)

    async def cut(self) -> None:
        """Nothing gets through."""
        self.whole = False
        for socket in self.sockets:
            await socket.close(code=1012)

    def mend(self) -> None:
        """All is well."""
        self.whole = True


@contextlib.asynccontextmanager
async def opened(
    browser: Browser, base_url: str, stage: Stage, name: str, **options: Any
) -> AsyncIterator[Window]:
    """Somebody's window with the document in it."""
    async with window(browser, base_url, **options) as tab:
        await enter(tab, stage[name])
        await tab.page.goto(f"{base_url}/documents/{stage.document}")
        await text(tab).wait_for()
        yield tab


@slowly
async def test_two_people_write_one_document(browser: Browser, base_url: str, stage: Get) -> None:
    made = await stage()
    async with (
        opened(browser, base_url, made, "owner") as ada,
        opened(browser, base_url, made, "editor") as eddie,
    ):
        await text(ada).click()
        await ada.page.keyboard.type("From Ada.")
        await expect(text(eddie)).to_contain_text("From Ada.")
        await expect(eddie.page.locator(".doc-caret")).to_have_attribute("data-name", "Ada")
        await expect(ada.page.get_by_role("list", name="Also here")).to_contain_text("Eddie")
        await text(eddie).click()
        await eddie.page.keyboard.press("Control+End")
        await eddie.page.keyboard.type(" From Eddie.")
        await expect(text(ada)).to_have_text("From Ada. From Eddie.")
        await ada.page.keyboard.press("Control+z")
        await expect(text(eddie)).to_have_text(" From Eddie.")
        await eddie.page.get_by_label("Title").fill("Ours")
        await expect(ada.page.get_by_label("Title")).to_have_value("Ours")
        await saved(ada)
        await ada.page.reload()
        await expect(text(ada)).to_have_text(" From Eddie.")
        await ada.check()
        await eddie.check()


@slowly
async def test_a_reader_reads(browser: Browser, base_url: str, stage: Get) -> None:
    made = await stage()
    async with (
        opened(browser, base_url, made, "owner") as ada,
        opened(browser, base_url, made, "reader") as rita,
    ):
        await expect(state(rita)).to_have_text("Read only")
        await text(rita).click()
        await rita.page.keyboard.type("not mine")
        await text(ada).click()
        await ada.page.keyboard.type("Ada's")
        await expect(text(rita)).to_have_text("Ada's")
        assert await rita.page.get_by_label("Title").count() == 0
        assert await rita.page.get_by_role("button", name="Bold").count() == 0
        await rita.check()


@slowly
async def test_what_is_written_without_a_server_is_kept(browser: Browser, base_url: str, stage: Get) -> None:
    made = await stage()
    async with opened(browser, base_url, made, "owner") as ada:
        await saved(ada)
        line = await Line.of(ada)
        await ada.page.reload()
        await saved(ada)
        await line.cut()
        await expect(state(ada)).to_have_attribute("data-state", "offline")
        await text(ada).click()
        await ada.page.keyboard.type("kept")
        await expect(state(ada)).to_have_text("Offline. 4 changes are kept on this device")
        # A second tab hears of it from the first, and the device has it when both are gone.
        other = await ada.page.context.new_page()
        await other.goto(ada.page.url)
        await expect(other.get_by_label("Text of the document")).to_have_text("kept")
        await other.close()
        await ada.page.reload()
        await expect(text(ada)).to_have_text("kept")
        await expect(state(ada)).to_have_text("Offline. 4 changes are kept on this device")
        assert (await made.done("owner", "GET", "/documents/{d}"))["title"] == "Garden"
        line.mend()
        await ada.page.evaluate("dispatchEvent(new Event('online'))")
        await saved(ada)
    async with opened(browser, base_url, made, "owner") as elsewhere:
        await expect(text(elsewhere)).to_have_text("kept")


@slowly
async def test_markdown_is_pasted_as_what_it_means(browser: Browser, base_url: str, stage: Get) -> None:
    made = await stage()
    async with opened(browser, base_url, made, "owner") as ada:
        await text(ada).click()
        await ada.page.evaluate(PASTE, MARKDOWN)
        await expect(text(ada).get_by_role("heading", name="Beans")).to_be_visible()
        await expect(text(ada).get_by_role("checkbox", name="sown, done")).to_be_checked()
        await expect(text(ada).get_by_role("note", name="Tip")).to_have_text("Water them.")
        await expect(text(ada).locator(".hljs-number")).to_have_text("1")
        await expect(ada.page.locator(".doc-count")).to_have_text("9 words")
        await saved(ada)
        await ada.check()


@slowly
async def test_it_is_written_with_keys_alone(browser: Browser, base_url: str, stage: Get) -> None:
    made = await stage()
    async with opened(browser, base_url, made, "owner") as ada:
        keys = ada.page.keyboard
        await ada.page.get_by_label("Title").focus()
        await keys.press("Enter")
        await keys.type("/quo")
        await expect(ada.page.get_by_role("option", name="Quote")).to_have_attribute("aria-selected", "true")
        await keys.press("Enter")
        await keys.type("said and said")
        await expect(text(ada).locator("blockquote")).to_have_text("said and said")
        await keys.press("Alt+F10")
        await expect(ada.page.get_by_role("button", name="Undo")).to_be_focused()
        await keys.press("ArrowLeft")
        await expect(ada.page.get_by_role("button", name="Keyboard shortcuts")).to_be_focused()
        await keys.press("Escape")
        await expect(text(ada)).to_be_focused()
        await keys.press("Control+f")
        await ada.page.get_by_label("Find", exact=True).fill("said")
        await ada.page.get_by_label("Replace with").fill("heard")
        await ada.page.get_by_role("button", name="Replace all").click()
        await expect(text(ada)).to_have_text("heard and heard")
        await keys.press("Escape")
        await expect(text(ada)).to_be_focused()
        await keys.press("Control+a")
        await keys.press("Control+k")
        await ada.page.get_by_label("Address of the link").fill("example.com")
        await keys.press("Enter")
        await expect(text(ada).get_by_role("link")).to_have_attribute("href", "https://example.com")
        await ada.check()


@slowly
async def test_others_wait_while_a_word_is_composed(browser: Browser, base_url: str, stage: Get) -> None:
    made = await stage()
    async with (
        opened(browser, base_url, made, "owner") as ada,
        opened(browser, base_url, made, "editor") as eddie,
    ):
        await text(ada).click()
        await ada.page.keyboard.type("A:")
        await expect(text(eddie)).to_have_text("A:")
        cdp = await ada.page.context.new_cdp_session(ada.page)
        await cdp.send("Input.imeSetComposition", {"text": "に", "selectionStart": 1, "selectionEnd": 1})
        await text(eddie).click()
        await eddie.page.keyboard.press("Home")
        await eddie.page.keyboard.type("E")
        await saved(eddie)
        await cdp.send("Input.imeSetComposition", {"text": "にほ", "selectionStart": 2, "selectionEnd": 2})
        await cdp.send("Input.insertText", {"text": "日本"})
        for tab in (ada, eddie):
            await expect(text(tab)).to_have_text("EA:日本")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@slowly
async def test_it_can_be_read_by_all(browser: Browser, base_url: str, stage: Get, scheme: str) -> None:
    made = await stage()
    async with opened(browser, base_url, made, "owner", color_scheme=scheme) as ada:
        await text(ada).click()
        await ada.page.evaluate(PASTE, MARKDOWN)
        await expect(text(ada).locator(".hljs-number")).to_have_text("1")
        await ada.page.get_by_role("button", name="Outline").click()
        found = await looked_at(ada, f"document-{scheme}", 1280)
        await ada.page.set_viewport_size({"width": 320, "height": 640})
        found += await looked_at(ada, f"document-{scheme}-320", 320)
        await text(ada).click()
        await ada.page.keyboard.type("/")
        await ada.page.get_by_role("listbox").wait_for()
        found += await looked_at(ada, f"document-{scheme}-slash", 320)
        assert found == []
        await ada.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert await ada.page.evaluate("document.documentElement.scrollWidth") == 320


@slowly
async def test_who_may_not_see_it_is_told_so(browser: Browser, base_url: str, stage: Get) -> None:
    made = await stage()
    async with window(browser, base_url) as tab:
        await enter(tab, made["stranger"])
        await tab.page.goto(f"{base_url}/documents/{made.document}")
        await tab.page.get_by_role("heading", name="This document is not shared with you").wait_for()
        assert await text(tab).count() == 0
    async with opened(browser, base_url, made, "editor") as eddie:
        access = await made.done("owner", "GET", "/documents/{d}/access")
        found = next(each for each in access["people"] if each["role"] == "editor")
        await made.done("owner", "DELETE", f"/documents/{{d}}/access/{found['id']}")
        await eddie.page.get_by_role("heading", name="This document is not shared with you").wait_for()
        assert await text(eddie).count() == 0
