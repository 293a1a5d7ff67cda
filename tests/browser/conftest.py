"""Chromium on the app: found, or said to be missing in one line, which is a failure where everything must run."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright
from tornado.platform.asyncio import AsyncIOLoop

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))

from programs import CHROMIUM

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)

PATH = CHROMIUM.find()
WEB = Path(__file__).resolve().parents[2] / "web"

if PATH is None and not os.environ.get("CI"):
    print(CHROMIUM.missing, file=sys.stderr)
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def browser_loop() -> Iterator[AsyncIOLoop]:
    """The loop that the browser is driven from, which is one for all tests."""
    loop = AsyncIOLoop(asyncio_loop=asyncio.new_event_loop(), make_current=False)
    yield loop
    loop.close(all_fds=True)


@pytest.fixture
def io_loop(browser_loop: AsyncIOLoop) -> AsyncIOLoop:
    """The same, for the server under test."""
    asyncio.set_event_loop(browser_loop.asyncio_loop)
    return browser_loop


@pytest.fixture(scope="session")
def browser(browser_loop: AsyncIOLoop) -> Iterator[Browser]:
    """A Chromium that runs for all tests; each has windows of its own in it, which know of no others."""
    if PATH is None:
        pytest.fail(f"no Chromium for the browser tests: {CHROMIUM.advice}", pytrace=False)
    playwright = browser_loop.run_sync(async_playwright().start)
    yield browser_loop.run_sync(lambda: playwright.chromium.launch(executable_path=PATH, args=FLAGS))
    browser_loop.run_sync(playwright.stop)


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The clients in one script."""
    out = tmp_path_factory.mktemp("clients") / "clients.js"
    rolldown: list[str | Path] = [WEB / "node_modules" / ".bin" / "rolldown", "tests/client_methods.js"]
    subprocess.run(
        [*rolldown, "--format", "iife", "--name", "clients", "--file", out, "--platform", "browser"],
        cwd=WEB, check=True, capture_output=True,
    )  # fmt: skip
    return out.read_text().replace("var clients =", "window.clients =", 1)
