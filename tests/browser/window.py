"""A browser window on the app, which notes whatever goes wrong in it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Error, Page, Request

VIOLATIONS = """
  window.violations = []
  addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective + event.blockedURI))
"""

# The pages' worker would fetch the whole app in each window: who wants it asks for it.
USUAL = {"locale": "en-GB", "reduced_motion": "reduce", "service_workers": "block"}
BLOCKED = "Service Worker registration blocked by Playwright"


@dataclass
class Window:
    """One tab; `problems` are errors in its console, broken policies and requests that leave the origin."""

    page: Page
    base_url: str
    problems: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Begins to note."""
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.problems.append(f"exception: {error}"))
        self.page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and message.text != BLOCKED:
            self.problems.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.base_url + "/", "data:", "blob:")):
            self.problems.append(f"request: {request.url}")

    async def open(self, path: str) -> None:
        """Goes to a page and waits until the app shows it."""
        await self.page.goto(self.base_url + path)
        await self.shown()

    async def shown(self) -> None:
        """Waits until the app shows a page."""
        await self.page.get_by_role("heading", level=1).wait_for()
        await self.page.evaluate("document.fonts.ready")

    async def check(self) -> None:
        """Fails with what has gone wrong so far."""
        broken = await self.page.evaluate("window.violations")
        found = [*self.problems, *broken]
        assert found == []

    async def at(self, path: str) -> None:
        """Waits until the address is this one."""
        await self.page.wait_for_url(self.base_url + path)

    async def fill(self, **fields: str) -> None:
        """Fills fields by their labels."""
        for label, text in fields.items():
            await self.page.get_by_label(label.replace("_", "-"), exact=True).fill(text)

    async def becomes(self, expression: str, arg: Any = None) -> None:
        """Waits until it is true in the page; Playwright's own waiting evaluates text there, which the policy forbids."""
        async with asyncio.timeout(30):
            while not await self._is(expression, arg):
                await asyncio.sleep(0.05)

    async def _is(self, expression: str, arg: Any) -> bool:
        try:
            return bool(await self.page.evaluate(expression, arg))
        except Error as error:
            if "context was destroyed" in error.message:  # by the next page
                return False
            raise

    async def press(self, name: str) -> None:
        """Presses the button in the main part of the page."""
        await self.page.get_by_role("main").get_by_role("button", name=name, exact=True).click()

    async def heading(self) -> str:
        """What the page says it is."""
        return (await self.page.get_by_role("heading", level=1).inner_text()).strip()


@asynccontextmanager
async def window(browser: Browser, base_url: str, **options: Any) -> AsyncIterator[Window]:
    """A window at that address, with cookies and files of its own; `options` are Playwright's for a context."""
    context = await browser.new_context(**{**USUAL, **options})
    try:
        context.set_default_timeout(30_000)
        await context.add_init_script(VIOLATIONS)
        found = Window(await context.new_page(), base_url)
        found.listen()
        yield found
    finally:
        await context.close()
