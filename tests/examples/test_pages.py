"""docs/frameworks: the code on the pages is that of examples/, and that of Expo and Next does in Node what the pages say."""

import asyncio
import json
import os
import re
from pathlib import Path

import pytest

from tests.client import Client
from tests.compat.servers import node
from tests.workers.served import ROOT

EXAMPLES, HERE = ROOT / "examples", Path(__file__).parent / "node"
PAGES = sorted((ROOT / "docs" / "frameworks").glob("*.md"))
FENCE = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_code_on_the_page_is_that_of_the_example(page: Path) -> None:
    text = page.read_text()
    shown = FENCE.findall(text)
    assert shown
    assert [name for name, code in shown if (EXAMPLES / name).read_text() != code] == []
    assert len(text.splitlines()) <= 80


async def run(name: str, folder: Path, **environment: str) -> list[object]:
    """What the script of this name says, bundled with the example's own modules."""
    out = folder / f"{name}.mjs"
    kept = {"PATH": os.environ["PATH"], "NODE_ENV": "production", **environment}
    packages = EXAMPLES / "node_modules"
    commands: tuple[list[str | Path], ...] = (
        [node(), HERE / "bundle.mjs", HERE / f"{name}.ts", out, packages.parent],
        [node(), "--no-warnings", out],
    )
    for command in commands:
        ran = await asyncio.create_subprocess_exec(*command, env=kept, stdout=-1, stderr=-1)
        said, wrong = await asyncio.wait_for(ran.communicate(), 90)
        assert ran.returncode == 0, wrong.decode()
    found: list[object] = json.loads(said)
    return found


@pytest.mark.environ(PLUGINS="expo", BETTER_AUTH_TRUSTED_ORIGINS="myapp://")
@pytest.mark.gen_test
async def test_expo(client: Client, tmp_path: Path) -> None:
    said = await run("expo", tmp_path, EXPO_PUBLIC_AUTH_URL=client.base_url)
    assert said == [None, None, "ada@example.com", "ada@example.com", True, None, "Ada"]


@pytest.mark.gen_test
async def test_next(client: Client, tmp_path: Path) -> None:
    said = await run("next", tmp_path, AUTH_SERVER=client.base_url, BETTER_AUTH_URL=client.base_url)
    redirected = "NEXT_REDIRECT;replace;/members;307;"
    assert said == [
        *("http://localhost:3000/", None, "UNAUTHORIZED"),
        *("1", "Ada", redirected, "Countess", "MISSING_OR_NULL_ORIGIN"),
    ]
