"""The browser's half has the same features by the same names as the server's, and its tests do."""

import inspect
import json
from pathlib import Path

from server.authentication import restrictions

ROOT = Path(__file__).parents[2]
FEATURES = ROOT / "web" / "src" / "features"
PAGES = json.loads((ROOT / "web" / "pages.json").read_text())
# Tests of what features share are in folders of their own.
SHARED = {"form", "session", "shell", "words"}


def folders(path: Path) -> set[str]:
    return {entry.name for entry in path.iterdir() if entry.is_dir() and any(entry.rglob("*.*"))}


def test_every_feature_of_the_app_is_one_of_the_server() -> None:
    assert folders(FEATURES) - folders(ROOT / "handlers") == set()
    assert len(folders(FEATURES)) > 5


def test_tests_of_the_app_are_named_as_what_they_test() -> None:
    assert folders(ROOT / "web" / "tests") - folders(FEATURES) - SHARED == set()


def test_every_page_and_card_is_of_a_feature() -> None:
    owners = {page["feature"] for page in PAGES}
    owners |= {card.partition("/")[0] for page in PAGES for card in page.get("cards", ())}
    assert owners - folders(FEATURES) == set()


def test_whoever_may_not_come_in_reads_why() -> None:
    """The refusals of restrictions, which stands in for features that are not there yet."""
    core = (ROOT / "web" / "src" / "words" / "core.ts").read_text()
    refusals = [
        made()
        for _, made in inspect.getmembers(restrictions, inspect.isfunction)
        if made.__module__ == restrictions.__name__ and not inspect.signature(made).parameters
    ]
    assert len(refusals) == 3
    for error in refusals:
        assert f"  {error.code}: '" in core
