"""Somebody's front end on another port, with better-auth's clients for React, Vue and Svelte: told of in the log. test_frameworks.py lets it in."""

import logging
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from tests.browser.conftest import WEB
from tests.browser.window import window
from tests.client import PASSWORD
from tests.conftest import Sql

HERE = Path(__file__).resolve().parents[1] / "compat" / "frameworks.js"
PERSON = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD}
pytestmark = [pytest.mark.gen_test, pytest.mark.usefixtures("http_server")]
NAMES = pytest.mark.parametrize("name", ["react", "vue", "svelte"])
ORIGINS = "BETTER_AUTH_TRUSTED_ORIGINS"


@pytest.fixture(scope="module")
def frameworks(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The three of them in one script."""
    out = tmp_path_factory.mktemp("frameworks") / "frameworks.js"
    defined = ("--transform.define", "process.env.NODE_ENV:'production'")
    rolldown: list[str | Path] = [WEB / "node_modules" / ".bin" / "rolldown", HERE, *defined]
    subprocess.run(
        [*rolldown, "--format", "iife", "--name", "frameworks", "--file", out, "--platform", "browser"],
        cwd=WEB, check=True, capture_output=True,
    )  # fmt: skip
    return out.read_text()


class FrontEnd(RequestHandler):
    """A page with a script."""

    def initialize(self, script: str) -> None:
        """Which one."""
        self.script = script

    def get(self, name: str) -> None:
        """Either."""
        if name:
            self.set_header("Content-Type", "text/javascript; charset=utf-8")
        page = "<!doctype html><meta charset=utf-8><main></main><script src=/x.js></script>"
        self.write(self.script if name else page)


@contextmanager
def front_end(script: str) -> Iterator[str]:
    """On another port: its origin."""
    socket, port = bind_unused_port()
    server = HTTPServer(Application([("/(x.js)?", FrontEnd, {"script": script})]))
    server.add_socket(socket)
    yield f"http://localhost:{port}"
    server.stop()


async def begin(page: Page, place: str, name: str, server: str) -> None:
    """The page, and what it shows of who is there."""
    await page.goto(place)
    script = (
        "([name, server]) => { window.app = frameworks.begin(name, server, document.querySelector('main')) }"
    )
    await page.evaluate(script, [name, server])


@NAMES
async def test_another_page_is_one_line_in_the_log(
    browser: Browser,
    base_url: str,
    frameworks: str,
    caplog: pytest.LogCaptureFixture,
    sql: Sql,
    name: str,
) -> None:
    with front_end(frameworks) as place, caplog.at_level(logging.INFO, "ai_editor.refused"):
        async with window(browser, base_url) as tab:
            await begin(tab.page, place, name, base_url)
            await expect(tab.page.locator("main")).to_contain_text("error")
            said = await tab.page.evaluate("person => app.signUp(person)", PERSON)
            assert "fetch" in said
            assert any("blocked by CORS policy" in problem for problem in tab.problems)
            tab.problems.clear()
    (line,) = (record for record in caplog.records if record.name == "ai_editor.refused")
    assert f"{ORIGINS}={place} " in line.getMessage()
    assert vars(line)["code"] == "INVALID_ORIGIN"
    assert sql('SELECT count(*) FROM "user"') == [(0,)]
