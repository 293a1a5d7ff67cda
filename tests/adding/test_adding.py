"""docs/adding-an-endpoint.md and docs/adding-a-feature.md, done to a copy of the tree as they say, which is then tested."""

import os
import sys
from pathlib import Path

import pytest

from tests.adding.pages import apply, copy, run
from tests.workers.served import ROOT

# In a folder of the feature's name, which the page leaves to its reader.
NOTES = '''"""GET and POST /api/note."""

import pytest

from tests.client import Client


@pytest.mark.gen_test
async def test_a_note_is_its_writers_alone(client: Client) -> None:
    await client.sign_up()
    assert (await client.send("POST", "/api/note", {"text": "milk"})).json == {"status": True}
    assert (await client.send("GET", "/api/note")).json == {"text": "milk"}
    other = Client(client.base_url)
    await other.sign_up("grace@example.com")
    assert (await other.send("GET", "/api/note")).json == {"text": ""}
'''
HOUSE = "tests/test_house.py"
KEPT = ("PATH", "HOME", "PG_BIN", "TMPDIR", "TEST_DATABASE_URL")


@pytest.mark.parametrize("page", ["adding-a-page", "adding-an-endpoint", "adding-a-feature"])
def test_it_is_short(page: str) -> None:
    assert len((ROOT / "docs" / f"{page}.md").read_text().splitlines()) <= 100


def test_an_endpoint_and_a_feature(tmp_path: Path) -> None:
    tree = copy(tmp_path / "tree")
    changed = [*apply("adding-an-endpoint", tree), *apply("adding-a-feature", tree)]
    (tree / "tests" / "notes").mkdir()
    (tree / "tests" / "notes" / "test_notes.py").write_text(NOTES)
    sources = [file for file in changed if file.suffix == ".py"]
    run(tree, [Path(sys.executable).parent / "ruff", "check", *sources])
    run(tree, [Path(sys.executable).parent / "ruff", "format", "--check", *sources])
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    tests = ["tests/user/test_age.py", "tests/notes", HOUSE]
    chosen = "age or notes or endpoint or sql or statements or feature"
    said = run(
        tree, [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", chosen, *tests], **kept
    )
    assert " passed" in said
