"""Pictures and files in a document, in a real browser: pasted, dropped, chosen, seen by others; readers add none."""

from __future__ import annotations

import base64
import io
import re

import pytest
from PIL import Image
from playwright.async_api import Browser, FileChooser, FilePayload, Locator, Route, expect

from tests.browser.conftest import browser, browser_loop, io_loop
from tests.browser.member import enter, forgive, looked_at, picture, screenshot
from tests.browser.window import Window, window
from tests.documents.conftest import Get
from tests.documents.test_browser_editor import Line, opened, saved, slowly, state, text

pytestmark = pytest.mark.usefixtures("http_server")
__all__ = ["browser", "browser_loop", "io_loop"]

# What a clipboard or a mouse brings: {name, type, base64} each, and HTML.
BRING = """({ kind, files, html }) => {
  const data = new DataTransfer()
  for (const { name, type, content } of files) {
    data.items.add(new File([Uint8Array.from(atob(content), (each) => each.charCodeAt(0))], name, { type }))
  }
  if (html) data.setData('text/html', html)
  const text = document.querySelector('.doc-text')
  const { left, bottom } = text.lastElementChild.getBoundingClientRect()
  const event = kind === 'paste'
    ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent('drop', { dataTransfer: data, clientX: left + 5, clientY: bottom - 2, bubbles: true, cancelable: true })
  text.dispatchEvent(event)
}"""
COPY = """() => {
  const data = new DataTransfer()
  const event = new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true })
  document.querySelector('.doc-text').dispatchEvent(event)
  return data.getData('text/html')
}"""
PDF: FilePayload = {
    "name": "Plan für den Garten.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.4\n" * 200,
}
WHOLE = "(image) => image.complete && image.naturalWidth > 0"


async def bring(tab: Window, kind: str, *files: FilePayload, html: str = "") -> None:
    """Pastes or drops that into the text."""
    told = [
        {"name": each["name"], "type": each["mimeType"], "content": base64.b64encode(each["buffer"]).decode()}
        for each in files
    ]
    await tab.page.evaluate(BRING, {"kind": kind, "files": told, "html": html})


def png(name: str = "bean.png") -> FilePayload:
    """A picture of 600 to 400."""
    return {"name": name, "mimeType": "image/png", "buffer": picture()}


def pictures(tab: Window) -> Locator:
    """Those that stand in the text."""
    return text(tab).locator(".doc-picture img")


async def seen(tab: Window, count: int = 1) -> None:
    """Waits until they are there, and whole."""
    await expect(pictures(tab)).to_have_count(count)
    for number in range(count):
        await pictures(tab).nth(number).scroll_into_view_if_needed()
        handle = await pictures(tab).nth(number).element_handle()
        await tab.becomes(WHOLE, arg=handle)


@slowly
async def test_what_one_adds_others_see(browser: Browser, base_url: str, stage: Get) -> None:
    made = await stage()
    async with (
        opened(browser, base_url, made, "owner") as ada,
        opened(browser, base_url, made, "reader") as rita,
    ):
        await text(ada).click()
        await ada.page.keyboard.type("Beans:")
        await bring(ada, "paste", png())
        await seen(ada)
        await seen(rita)
        assert await pictures(rita).evaluate("(image) => [image.width, image.height]") == [600, 400]
        await bring(ada, "drop", PDF)
        await expect(text(rita).locator(".doc-file")).to_contain_text("Plan für den Garten.pdf")
        await expect(text(rita).locator(".doc-file-facts")).to_have_text("PDF · 1.8 kB")
        async with rita.page.expect_download() as coming:
            await text(rita).get_by_role("link", name="Download Plan für den Garten.pdf").click()
        assert (await (await coming.value).path()).read_bytes() == PDF["buffer"]
        # A reader has nothing to change it with, and adds nothing.
        await bring(rita, "paste", png("more.png"))
        await pictures(rita).click()
        assert await rita.page.locator(".doc-upload, .doc-bubble, .doc-picture-handle:visible").count() == 0
        await saved(ada)
        await ada.page.keyboard.press("Control+z")
        await expect(text(rita).locator(".doc-file")).to_have_count(0)
        await ada.page.keyboard.press("Control+Shift+Z")
        await expect(text(rita).locator(".doc-file")).to_have_count(1)
        await saved(ada)
        for tab in (ada, rita):
            await tab.page.reload()
            await seen(tab)
            await expect(text(tab).locator(".doc-file")).to_have_count(1)
            await tab.check()


@slowly
async def test_it_is_done_with_keys_alone(browser: Browser, base_url: str, stage: Get) -> None:
    made = await stage()
    async with opened(browser, base_url, made, "owner") as ada:
        keys = ada.page.keyboard

        async def answer(asked: FileChooser) -> None:
            await asked.set_files([png()])

        ada.page.on("filechooser", answer)
        await text(ada).click()
        await keys.type("/pict")
        await expect(ada.page.get_by_role("option", name="Picture")).to_have_attribute(
            "aria-selected", "true"
        )
        await keys.press("Enter")
        await seen(ada)
        await expect(text(ada)).to_be_focused()
        await keys.press("ArrowUp")
        await expect(text(ada).locator(".doc-picture")).to_have_class(re.compile("selectednode"))
        await keys.press("Control+Alt+y")
        await expect(ada.page.get_by_label("What the picture shows")).to_be_focused()
        await keys.type("A bean")
        await keys.press("Enter")
        await expect(text(ada).get_by_role("img", name="A bean")).to_be_visible()
        await expect(text(ada)).to_be_focused()
        await keys.press("Control+Alt+j")
        await expect(pictures(ada)).to_have_attribute("width", "480")
        await expect(pictures(ada)).to_have_attribute("height", "320")
        await keys.press("Control+Alt+k")
        await expect(pictures(ada)).to_have_attribute("width", "600")
        await keys.press("Alt+F10")
        await ada.page.get_by_role("button", name="Picture").first.focus()
        await keys.press("Enter")
        await ada.page.get_by_role("menuitem", name="Remove the picture").press("Enter")
        await expect(pictures(ada)).to_have_count(0)
        await saved(ada)
        await ada.check()


@slowly
async def test_a_picture_goes_along_to_another_document(browser: Browser, base_url: str, stage: Get) -> None:
    made = await stage()
    async with opened(browser, base_url, made, "editor") as eddie:
        await text(eddie).click()
        drawn = base64.b64encode(picture()).decode()
        await bring(
            eddie, "paste", html=f'<p>One</p><img src="data:image/png;base64,{drawn}" alt="Bean"><p>Two</p>'
        )
        await seen(eddie)
        await expect(text(eddie).get_by_role("img")).to_have_attribute("alt", "Bean")
        await text(eddie).click()
        await eddie.page.keyboard.press("Control+a")
        copied = await eddie.page.evaluate(COPY)
        first = await pictures(eddie).get_attribute("src")
        # Within the document it is the same; in another one it is added anew.
        await eddie.page.keyboard.press("Control+End")
        # The browser tells of its cursor in its own time.
        await eddie.becomes("document.querySelector('.doc-text').editor.state.selection.empty")
        await bring(eddie, "paste", html=copied)
        await seen(eddie, 2)
        assert [await pictures(eddie).nth(number).get_attribute("src") for number in (0, 1)] == [first, first]
        await saved(eddie)
        await eddie.page.goto(f"{base_url}/documents")
        fresh = await made.done("editor", "POST", "/documents", {"title": "House"})
        await eddie.page.goto(f"{base_url}/documents/{fresh['id']}")
        await text(eddie).click()
        await bring(eddie, "paste", html=copied)
        await seen(eddie)
        assert f"/documents/{fresh['id']}/attachments/" in (await pictures(eddie).get_attribute("src") or "")
        await saved(eddie)
        await eddie.check()


@slowly
async def test_who_may_not_add_something_is_told_why(browser: Browser, base_url: str, stage: Get) -> None:
    made = await stage()
    async with opened(browser, base_url, made, "owner") as ada:
        line = await Line.of(ada)
        await ada.page.reload()
        await saved(ada)
        await text(ada).click()
        await bring(
            ada, "paste", {"name": "no.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\nnone"}
        )
        place = text(ada).locator(".doc-upload")
        await expect(place.get_by_role("alert")).to_contain_text("not a picture that can be read")
        await place.get_by_role("button", name="Remove").click()
        await expect(place).to_have_count(0)
        await line.cut()
        await expect(state(ada)).to_have_attribute("data-state", "offline")
        await bring(ada, "paste", png())
        await ada.page.get_by_text("Pictures can be added when you are connected").wait_for()
        assert await place.count() == 0
        forgive(ada, 415)


@slowly
async def test_a_picture_is_drawn_smaller_and_may_not_come(
    browser: Browser, base_url: str, stage: Get
) -> None:
    made = await stage()
    async with opened(browser, base_url, made, "owner") as ada:
        await text(ada).click()
        await bring(ada, "paste", png())
        await seen(ada)
        await pictures(ada).hover()
        box = await ada.page.locator(".doc-picture-handle").bounding_box()
        assert box
        await ada.page.mouse.move(box["x"] + 14, box["y"] + 14)
        await ada.page.mouse.down()
        await ada.page.mouse.move(box["x"] - 286, box["y"] + 14, steps=4)
        await ada.page.mouse.up()
        await expect(pictures(ada)).to_have_attribute("width", "300")
        await expect(pictures(ada)).to_have_attribute("height", "200")
        await saved(ada)

        async def lose(route: Route) -> None:
            await route.abort()

        await ada.page.route("**/attachments/*", lose)
        await ada.page.reload()
        gone = text(ada).locator(".doc-picture-gone")
        await expect(gone).to_contain_text("This picture cannot be loaded.")
        size = await gone.bounding_box()
        assert size
        assert (size["width"], size["height"]) == (300, 200)
        await ada.page.unroute("**/attachments/*")
        await gone.get_by_role("button", name="Try again").click()
        await seen(ada)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@slowly
async def test_it_looks_as_it_should(browser: Browser, base_url: str, stage: Get, scheme: str) -> None:
    made = await stage()
    async with window(browser, base_url, color_scheme=scheme, locale="de-DE") as ada:
        held: list[Route] = []
        await enter(ada, made["owner"])
        await ada.page.goto(f"{base_url}/documents/{made.document}")
        text_of = ada.page.get_by_label("Text des Dokuments")
        await text_of.click()
        await ada.page.keyboard.type("Bohnen")
        wide = io.BytesIO()
        Image.new("RGB", (1600, 500), (190, 140, 40)).save(wide, "PNG")
        await bring(
            ada, "paste", {"name": "wide.png", "mimeType": "image/png", "buffer": wide.getvalue()}, PDF
        )
        await expect(text_of.locator(".doc-file")).to_have_count(1)

        async def hold(route: Route) -> None:
            held.append(route)

        await ada.page.route("**/attachments?*", hold)
        await ada.page.keyboard.press("Control+End")
        await bring(
            ada, "paste", png("ein-sehr-langer-name-ohne-trennung-der-umbrechen-muss.png"), png("b.png")
        )
        await expect(text_of.locator(".doc-upload")).to_have_count(2)
        await text_of.locator(".doc-picture img").click()
        await ada.page.get_by_role("toolbar", name="Bild").wait_for()
        found = await looked_at(ada, f"attachments-{scheme}", 1280)
        await ada.page.set_viewport_size({"width": 320, "height": 700})
        found += await looked_at(ada, f"attachments-{scheme}-320", 320)
        await ada.page.keyboard.press("Control+Alt+y")
        await ada.page.get_by_label("Was auf dem Bild zu sehen ist").wait_for()
        found += await looked_at(ada, f"attachments-{scheme}-form", 320)
        assert found == []
        await ada.page.get_by_role("button", name="Abbrechen").last.click()
        await ada.page.emulate_media(media="print")
        await screenshot(ada, f"attachments-{scheme}-print")
        await ada.page.emulate_media(media="screen")
        for route in held:
            await route.abort()
        await expect(text_of.get_by_role("alert").first).to_be_visible()
