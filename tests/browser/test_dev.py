"""`make dev` and docs/adding-a-page.md: a page is added to a copy of the tree, opened, and changed while it is open."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from drill.servers import free_port
from tests.adding.pages import apply, copy
from tests.browser.window import window
from tests.client import Client
from tests.workers.served import until

# What `make dev` does once all is installed; the server is the one of the copy.
RUN = """
import os, sys
from pathlib import Path
sys.path.insert(0, "tools")
import dev
try:
    dev.run(Path.cwd(), Path(sys.argv[1]), os.environ)
except KeyboardInterrupt:
    sys.exit(0)
"""


@contextmanager
def developing(tree: Path, port: int, database: str) -> Iterator[None]:
    """Both servers, stopped as Ctrl-C does it."""
    program = tree / "ai-editor"
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m server \"$@\"\n")
    program.chmod(0o755)
    environment = {
        **os.environ,
        "PORT": str(port),
        "DATABASE_URL": database,
        "PYTHONPATH": str(tree),
        "BCRYPT_COST": "4",
    }
    said = (tree / "said").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, program], cwd=tree, env=environment, stderr=said, start_new_session=True
    )
    try:
        until(lambda: process.poll() is not None or b"Vite before it" in (tree / "said").read_bytes())
        assert process.poll() is None, (tree / "said").read_text()
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):  # whoever did not start is asserted on
            os.killpg(process.pid, signal.SIGINT)
        process.wait()
        said.close()


@pytest.mark.gen_test
async def test_a_page_is_added_and_changed(
    browser: Browser, database_url: str, clean: None, tmp_path: Path
) -> None:
    tree, port = copy(tmp_path / "tree"), free_port()
    apply("adding-a-page", tree)
    page = tree / "web" / "src" / "features" / "user" / "pages" / "since.vue"
    with developing(tree, port, database_url):
        client = Client(f"http://localhost:{port}")
        assert (await client.send("GET", "/since", headers={"Accept": "text/html"})).status == 302
        await client.sign_up()
        async with window(browser, client.base_url) as tab:
            cookies = [
                {"name": name, "value": value, "url": tab.base_url} for name, value in client.cookies.items()
            ]
            await tab.page.context.add_cookies(cookies)  # type: ignore[arg-type]
            tab.page.set_default_timeout(80_000)  # all packages are bundled for the first page
            await tab.open("/since")
            year = datetime.now(UTC).year
            await expect(tab.page.get_by_role("heading", level=1)).to_have_text(f"Member since {year}")
            await tab.page.evaluate("window.untouched = true")
            page.write_text(page.read_text().replace("Thank you,", "Thanks a lot,"))
            await tab.page.get_by_text("Thanks a lot, Ada.").wait_for()
            assert await tab.page.evaluate("window.untouched")
            await tab.check()
    assert "Traceback" not in (tree / "said").read_text()
