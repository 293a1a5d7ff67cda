"""An OpenID provider of somebody else's making, npm's oidc-provider, and how somebody signs in there."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.client import Client

FOLDER = Path(__file__).parent / "oidc"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@contextlib.contextmanager
def real_provider(redirect: str, **how: object) -> Iterator[str]:
    """Its issuer; `method` is how the client says who it is, `alg` how id tokens are signed."""
    wish = {"redirect": redirect, "method": "client_secret_post", "alg": "RS256"} | how
    program = os.environ.get("NODE") or shutil.which("node")
    assert program, "Node is needed: set NODE or put node on the PATH"
    process = subprocess.Popen(
        [program, "--no-warnings", "provider.mjs"],
        cwd=FOLDER,
        env={"OIDC": json.dumps(wish), "NODE_ENV": "test"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, "oidc-provider did not start: `npm ci` in tests/providers/oidc"
        yield json.loads(line)["issuer"]
    finally:
        process.stdin.close()
        process.wait(60)
        process.stdout.close()


async def agree(browser: Client, url: str, name: str, back: str) -> str:
    """Follows the way from the authorization address through its pages, as somebody of this name; where that ends."""
    for _ in range(12):
        if url.startswith(back):
            return url
        path = url.removeprefix(browser.base_url)
        answer = await browser.send("GET", path)
        if answer.status == 200:
            prompt = "consent" if b'value="consent"' in answer.body else "login"
            form = urlencode({"prompt": prompt, "login": name, "password": "any"})
            answer = await browser.send("POST", urlsplit(url).path, headers=FORM, raw=form.encode())
        assert answer.status in (302, 303), f"{path} was answered with {answer.status}"
        url = answer.headers["Location"]
        url = f"{browser.base_url}{url}" if url.startswith("/") else url
    raise AssertionError(f"it goes on and on: {url}")
