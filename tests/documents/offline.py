"""A server that is stopped and started, and one that has another build: what a browser keeps is tried against both."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext

from handlers.shell import bundle, kept, routes
from server.feature import Feature
from server.http.app import Application
from server.http.app import http_server as make_server
from server.http.graceful import GracefulServer
from server.services import Services
from tests.browser.conftest import FLAGS, PATH
from tests.browser.window import USUAL, VIOLATIONS, Window
from tests.client import Client

SCRIPT = re.compile(r"/assets/(?:main-)?([\w-]{8})\.js")
WORKING = """async () => {
  await navigator.serviceWorker?.ready
  return navigator.serviceWorker?.controller && (await caches.match('/offline')) !== undefined
}"""
LEFT = """async () => ({
  caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  databases: (await indexedDB.databases()).map(({ name }) => name).filter((name) => name.split(':').length > 2),
  storage: Object.keys(localStorage).filter((key) => key.startsWith('draft:')),
})"""


@dataclass
class Mains:
    """The plug of the server under test."""

    app: Services
    features: tuple[Feature, ...]
    base_url: str
    running: list[GracefulServer] = field(default_factory=list)

    async def off(self) -> None:
        """As a server that has died: nobody takes connections, and those that were are cut."""
        while self.running:
            server = self.running.pop()
            server.stop()
            for each in list(server.sockets):
                each.cut()
            await server.close_all_connections()

    def on(self) -> None:
        """The same server, started again."""
        port = urlsplit(self.base_url).port or 0
        ear = socket.create_server(("127.0.0.1", port))
        ear.setblocking(False)
        server = make_server(Application(self.app, self.features))
        server.add_socket(ear)
        self.running.append(server)


def rebuild(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another build of the same app, as far as names go: no script is called what it was called before."""
    before = bundle.files()
    names = {match[1] for path in before if (match := SCRIPT.fullmatch(path))}

    def renamed(text: str) -> str:
        return re.sub(r"([\w-]{8})\.js\b", lambda found: other(found[1]) + ".js", text)

    def other(name: str) -> str:
        return name[:-1] + ("0" if name[-1] != "0" else "1") if name in names else name

    def built(path: str, file: bundle.File) -> bundle.File:
        if not path.endswith(".js"):
            return file
        text = renamed(file.bodies[""].decode())
        text = re.sub(r'"digest":"\w+"|digest:`\w+`|digest:"\w+"', 'digest:"another"', text)
        return bundle.file_of("text/javascript", text.encode())

    files = {renamed(path): built(path, file) for path, file in before.items()}
    entry = bundle.entry

    def entered(*args: Any, **options: Any) -> bundle.Entry:
        found = entry(*args, **options)
        preloads = tuple(renamed(each) for each in found.preloads)
        return bundle.Entry(renamed(found.script), found.styles, preloads)

    monkeypatch.setattr(bundle, "files", lambda: files)
    monkeypatch.setattr(bundle, "entry", entered)
    forget()


def forget() -> None:
    """Pages that were made of the build before are made anew."""
    kept._kept.cache_clear()
    routes._shell_for_nobody.cache_clear()


@asynccontextmanager
async def device(browser: Browser, folder: Path, base_url: str, **options: Any) -> AsyncIterator[Window]:
    """A browser whose files outlive it, with one tab."""
    wanted: dict[str, Any] = {**USUAL, "service_workers": "allow", **options}
    context = await browser.browser_type.launch_persistent_context(
        folder, executable_path=PATH, args=FLAGS, **wanted
    )
    try:
        context.set_default_timeout(30_000)
        await context.add_init_script(VIOLATIONS)
        yield Window(context.pages[0], base_url)
    finally:
        await context.close()


async def another(tab: Window) -> Window:
    """A new tab beside this one."""
    return Window(await tab.page.context.new_page(), tab.base_url)


async def stay(context: BrowserContext, client: Client, base_url: str) -> None:
    """Gives the browser the client's cookies, for longer than it runs."""
    until = 4_000_000_000
    cookies: Iterable[Any] = [
        {"name": name, "value": value, "url": base_url, "expires": until}
        for name, value in client.cookies.items()
    ]
    await context.add_cookies(list(cookies))


async def prepared(tab: Window) -> None:
    """Waits until the page would open without a server."""
    await tab.becomes(WORKING)


async def left(tab: Window) -> Any:
    """What the device has of anybody."""
    return await tab.page.evaluate(LEFT)
