"""docs/frameworks: examples/react, /vue and /svelte in Chromium, behind Vite's proxy and as a page of another origin."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from drill.servers import free_port, listens
from tests.browser.conftest import WEB
from tests.browser.window import window
from tests.client import PASSWORD
from tests.compat.servers import node
from tests.conftest import Sql
from tests.workers.served import until

EXAMPLES = WEB.parent / "examples"
VITE = EXAMPLES / "node_modules" / "vite" / "bin" / "vite.js"
NAMES = ("react", "vue", "svelte")
# Stands in the bundles for where the API is, so that each is made once.
PLACE = "http://auth.invalid"
pytestmark = [pytest.mark.gen_test, pytest.mark.usefixtures("http_server")]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Their bundles."""
    folders = {name: tmp_path_factory.mktemp(name) / "dist" for name in NAMES}

    def build(name: str) -> None:
        command: list[str | Path] = [node(), VITE, "build", "--outDir", folders[name], "--logLevel", "error"]
        environment = {**os.environ, "VITE_AUTH_URL": PLACE}
        subprocess.run(command, cwd=EXAMPLES / name, env=environment, check=True, capture_output=True)

    with ThreadPoolExecutor() as threads:
        list(threads.map(build, NAMES))
    return folders


@contextmanager
def previewed(name: str, bundle: Path, server: str, api: str, folder: Path) -> Iterator[str]:
    """Vite with the bundle and the example's own proxy to the server; `api` is where the page takes the API to be."""
    shutil.copytree(bundle, folder / "dist")
    for script in (folder / "dist").glob("assets/*.js"):
        script.write_text(script.read_text().replace(PLACE, api))
    port = free_port()
    command: list[str | Path] = [
        node(),
        VITE,
        "preview",
        "--outDir",
        folder / "dist",
        "--port",
        str(port),
        "--strictPort",
    ]
    with (folder / "vite.log").open("wb") as said:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1"], cwd=EXAMPLES / name, stdout=said, stderr=said,
            env={**os.environ, "AUTH_SERVER": server},
        )  # fmt: skip
    try:
        until(lambda: listens(port))
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait()


async def enter(page: Page, way: str, password: str) -> None:
    for label, text in (("Name", "Ada"), ("E-mail", "ada@example.com"), ("Password", password)):
        await page.get_by_label(label).fill(text)
    await page.get_by_role("button", name=way).click()


@pytest.mark.environ(BETTER_AUTH_TRUSTED_ORIGINS="http://localhost:*")
@pytest.mark.parametrize("another", [False, True], ids=["proxy", "another origin"])
@pytest.mark.parametrize("name", NAMES)
async def test_people_sign_up_in_and_out(
    browser: Browser,
    base_url: str,
    built: dict[str, Path],
    sql: Sql,
    tmp_path: Path,
    name: str,
    another: bool,
) -> None:
    api = base_url if another else ""
    with previewed(name, built[name], base_url, api, tmp_path) as place:
        async with window(browser, base_url if another else place) as tab:
            page, here = tab.page, expect(tab.page.locator("body"))
            await page.goto(place)
            await enter(page, "Sign up", PASSWORD)
            await here.to_contain_text("Hello, Ada")
            await page.get_by_role("button", name="Sign out").click()
            await page.get_by_role("button", name="Sign up").wait_for()
            assert sql('SELECT count(*) FROM "session"') == [(0,)]
            await enter(page, "Sign in", "a wrong one")
            await expect(page.get_by_role("alert")).to_have_text("Invalid email or password")
            await enter(page, "Sign in", PASSWORD)
            await here.to_contain_text("Hello, Ada")
            await page.reload()
            await here.to_contain_text("Hello, Ada")
            tab.problems.clear()  # the refusal, and that another origin is asked
