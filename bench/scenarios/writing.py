"""Documents in a browser: how soon a key is seen, by whom it was typed and by somebody else, and what a long one costs."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bench import servers
from bench.figures import Bars, Pace, Section, Target, number
from bench.scenarios.documents import DOCUMENT, EDITOR, at
from bench.servers import Running
from bench.stage import Stage
from bench.trouble import Trouble

TEXT = (
    "In one Chromium without a screen, driven over its own protocol, on the same processors as the server. Opened: from a"
    " reload until a key that was typed at once stands in the text; the build is on the device by then, as it is for who has"
    " been there before. Seen: from the key to the task after the next frame. By another person: from the key in one page"
    " to the text in the other one, both on the system's clock. The long document has 100 000 words in 1 250 paragraphs."
)
WORDS, PARAGRAPH = 100_000, 80
FIELD = ".doc-text[contenteditable=true]"
SIZE = "() => document.querySelector('.doc-text').editor.state.doc.content.size"
# From the browser's own time of a key to the first task after the frame in which it is drawn.
FRAMES = """() => {
  window.took = []
  document.querySelector('.doc-text').addEventListener('keydown', ({ timeStamp }) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => window.took.push(performance.now() - timeStamp)
      port2.postMessage(0)
    })
  })
}"""
SENT = """() => {
  window.sent = []
  const note = ({ timeStamp }) => window.sent.push(performance.timeOrigin + timeStamp)
  document.querySelector('.doc-text').addEventListener('keydown', note)
}"""
HEARD = """() => {
  window.heard = []
  const { editor } = document.querySelector('.doc-text')
  const before = editor.state.doc.content.size
  editor.on('update', () => {
    const now = performance.timeOrigin + performance.now()
    while (window.heard.length < editor.state.doc.content.size - before) window.heard.push(now)
  })
}"""
PATIENCE = 30.0


def measure(stage: Stage, pace: Pace) -> Section:
    """Both questions, in one browser."""
    with servers.running(stage, servers.own("AI-Editor")) as (server,):
        return asyncio.run(_measure(stage, pace, server))


async def _measure(stage: Stage, pace: Pace, server: Running) -> Section:
    async with _browser() as browser:
        between = await _between(browser, stage, server, 20 if pace.quick else 200)
        opened, frames = await _long(browser, stage, server, 2 if pace.quick else 9)
    return _section(pace, between, opened, frames)


def _section(pace: Pace, between: list[float], opened: list[float], frames: list[float]) -> Section:
    open_, drawn, heard = at(opened, 50), at(frames, 50), at(between, 95)
    wanted = [
        ("browser to browser", "p95 ≤ 60 ms", f"p50 {number(at(between, 50))}, p95 {number(heard)} ms", heard <= 60),
        ("100 000 words: opened, and a key typed", "≤ 2 s", f"{number(open_ / 1000)} s", open_ <= 2000),
        ("100 000 words: a key drawn", "median ≤ 33 ms", f"{number(drawn)} ms", drawn <= 33),
    ]  # fmt: skip
    targets = [
        Target(what, aim, measured, None if pace.quick else met) for what, aim, measured, met in wanted
    ]
    bars = {
        "another person's, p50": at(between, 50),
        "another person's, p95": heard,
        "one's own, 100 000 words": drawn,
    }
    plot = Bars("writing", "From a key to the text on a screen", "milliseconds", bars)
    rows = [[what, measured] for what, _, measured, _ in wanted]
    return Section("writing", "Documents in a browser", TEXT, ["what", "measured"], rows, targets, [plot])


@asynccontextmanager
async def _browser() -> AsyncIterator[Any]:
    from playwright.async_api import async_playwright

    path = os.environ.get("CHROME_BIN")
    if not path:
        raise Trouble("no Chromium to write in: install chromium, or set CHROME_BIN to one")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()


async def _enter(browser: Any, server: Running, cookie: str, document: str) -> Any:
    """A page of somebody's own browser, on the document, once all of it is there."""
    origin = f"http://127.0.0.1:{server.port}"
    context = await browser.new_context()
    name, _, value = cookie.partition("=")
    await context.add_cookies([{"name": name, "value": value, "url": origin}])
    page = await context.new_page()
    await page.goto(f"{origin}/documents/{document}")
    await page.locator(FIELD).wait_for()
    return page


async def _between(browser: Any, stage: Stage, server: Running, keys: int) -> list[float]:
    """Milliseconds from one page to another."""
    document = _stored(stage, "Tulips.\n")
    stage.run(EDITOR, id=document, token=stage.theirs.token)
    one = await _enter(browser, server, stage.cookie(stage.ours.token), document)
    other = await _enter(browser, server, stage.cookie(stage.theirs.token), document)
    await one.locator(FIELD).click()
    await one.keyboard.type("ready", delay=50)
    before = await one.evaluate(SIZE)
    await _until(other, SIZE, before)
    await one.evaluate(SENT)
    await other.evaluate(HEARD)
    for _ in range(keys):
        await one.keyboard.press("x")
        await asyncio.sleep(0.05)
    await _until(other, "() => window.heard.length", keys)
    sent, heard = await one.evaluate("() => window.sent"), await other.evaluate("() => window.heard")
    for page in (one, other):
        await page.context.close()
    return [later - earlier for earlier, later in zip(sent, heard, strict=True)]


async def _long(browser: Any, stage: Stage, server: Running, rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds to open a long document, and to see a key in it."""
    document = _stored(stage, "\n\n".join(_paragraphs()))
    page = await _enter(browser, server, stage.cookie(stage.ours.token), document)
    opened = [await _reopen(page) for _ in range(rounds)]
    await page.evaluate(FRAMES)
    for _ in range(20 * rounds):
        await page.keyboard.press("x")
        await asyncio.sleep(0.1)
    await _until(page, "() => window.took.length", 20 * rounds)
    frames = await page.evaluate("() => window.took")
    await page.context.close()
    return opened, frames


async def _reopen(page: Any) -> float:
    began = time.perf_counter()
    await page.reload(wait_until="commit")
    await page.locator(FIELD).wait_for()
    before = await page.evaluate(SIZE)
    await page.locator(FIELD).press("x")
    await _until(page, SIZE, before + 1)
    return 1000 * (time.perf_counter() - began)


async def _until(page: Any, expression: str, wanted: int) -> None:
    """Waits for a number that grows."""
    deadline = time.monotonic() + PATIENCE
    while await page.evaluate(expression) < wanted:
        if time.monotonic() > deadline:
            raise Trouble("what was typed in the browser did not arrive")
        await asyncio.sleep(0.005)


def _stored(stage: Stage, markdown: str) -> str:
    """The id of a new document that says this."""
    from handlers.documents import content

    name = secrets.token_hex(8)
    stage.run(DOCUMENT, id=name, token=stage.ours.token, state=content.begin(markdown).snapshot)
    return name


def _paragraphs() -> list[str]:
    chance = random.Random(7)  # noqa: S311
    words = ["tulip", "garden", "water", "stone", "the", "of", "and", "a", "roses", "evening", "in", "long"]
    return [" ".join(chance.choices(words, k=PARAGRAPH)) for _ in range(WORDS // PARAGRAPH)]
