"""The browser's half has the same features by the same names as the server's, and its tests do."""

import json
from pathlib import Path

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
