"""A person with an account who is signed in with a browser."""

import asyncio
import io
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.browser.window import Window
from tests.client import Client

EMAIL = "ada@example.com"
# Light and dark, narrow and wide, in as few windows as that takes: no page looks at both in one rule.
SCREENS = pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


def picture() -> bytes:
    """A wide PNG, which the browser has to cut to a square."""
    drawn = io.BytesIO()
    Image.new("RGB", (600, 400), (35, 121, 110)).save(drawn, "PNG")
    return drawn.getvalue()


async def enter(tab: Window, client: Client) -> None:
    """Gives the browser the client's cookies."""
    cookies = [{"name": name, "value": value, "url": tab.base_url} for name, value in client.cookies.items()]
    await tab.page.context.add_cookies(cookies)  # type: ignore[arg-type]


async def judged(tab: Window) -> list[str]:
    """Whatever axe finds on the page as it is."""
    if not await tab.page.evaluate("'axe' in window"):
        await tab.page.evaluate(AXE.read_text())
    found: dict[str, Any] = await tab.page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [
        f"{tab.page.url} {each['id']}: {json.dumps(each['nodes'][0]['html'])}" for each in found["violations"]
    ]


async def screenshot(tab: Window, name: str) -> None:
    """Keeps what the page looks like, where SCREENSHOTS says so."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        await tab.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def looked_at(tab: Window, name: str, width: int) -> list[str]:
    """Whatever axe finds on the page, of which a picture is kept, and nothing of which hangs over the edge."""
    await screenshot(tab, name)
    found = await judged(tab)
    assert await tab.page.evaluate("document.documentElement.scrollWidth") == width
    return found


async def until(tab: Window, text: str) -> None:
    """Waits until the page says so."""
    await tab.page.get_by_text(text).first.wait_for()


def forgive(tab: Window, *statuses: int) -> None:
    """Refusals that the test asked for are no problem, though the browser's console names them."""
    tab.problems = [
        each for each in tab.problems if not any(f"status of {code}" in each for code in statuses)
    ]


async def eventually(check: Any) -> None:
    """Waits until a look into the database is satisfied."""
    until = time.monotonic() + 30
    while not check():
        assert time.monotonic() < until, "it did not come to that"
        await asyncio.sleep(0.1)
