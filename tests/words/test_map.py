"""docs/map.md against the folders, and links in the documents against what they name."""

import configparser
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAP = (ROOT / "docs" / "map.md").read_text()
MAPPED = re.findall(r"^## `server/(\w+)/`$", MAP, re.MULTILINE)
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def named(section: str) -> set[str]:
    """The files and folders that a section of the map lists."""
    block = re.search(rf"^## `{re.escape(section)}`\n\n```\n(.*?)```", MAP, re.MULTILINE | re.DOTALL)
    assert block, section
    return {line.split()[0].rstrip("/") for line in block[1].splitlines() if line.strip()}


def present(folder: Path) -> set[str]:
    """What stands in a folder and is not made by a tool; a folder that moved may have left its caches behind."""
    made = {"__pycache__", "node_modules", "dist", "py.typed", "schema.sql"}
    entries = [
        entry for entry in folder.iterdir() if entry.name not in made and not entry.name.startswith(".")
    ]
    return {
        entry.name
        for entry in entries
        if entry.is_file() or {inside.name for inside in entry.iterdir()} - {"__pycache__"}
    }


@pytest.mark.parametrize("section", re.findall(r"^## `(.*?)`$", MAP, re.MULTILINE))
def test_what_the_map_names_is_there(section: str) -> None:
    for name in named(section):
        assert (ROOT / section.strip("/") / name).exists(), name


@pytest.mark.parametrize(
    "section", ["server/", *(f"server/{room}/" for room in MAPPED), "handlers/", "tools/"]
)
def test_what_is_there_is_on_the_map(section: str) -> None:
    missing = present(ROOT / section) - {"__init__.py"} - named(section)
    assert not missing, f"docs/map.md lacks {', '.join(missing)}: a line each in the part of {section}"


def test_every_folder_of_the_app_is_on_the_map() -> None:
    folders = {path.name for path in (ROOT / "web" / "src").iterdir() if path.is_dir()}
    assert folders <= named("web/src/")


def test_every_folder_of_tests_is_on_the_map() -> None:
    folders = {path.parent.name for path in ROOT.glob("tests/*/test_*.py")}
    assert folders <= named("tests/") | set(re.findall(r"`(\w+)`", MAP.rpartition("```")[2]))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
        assert (document.parent / target).exists(), target


def test_decisions_are_numbered_without_a_gap() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [path.name[:4] for path in files] == [f"{number:04}" for number in range(1, len(files) + 1)]
    assert all(path.read_text().startswith("# ") for path in files)


def test_every_library_has_its_reason() -> None:
    package = configparser.RawConfigParser()
    package.read(ROOT / "setup.cfg")
    required = re.findall(r"^([\w-]+)", package["options"]["install_requires"], re.MULTILINE)
    reasons = (ROOT / "docs" / "decisions" / "0009-libraries.md").read_text()
    assert [name for name in required if f"**{name}**" not in reasons] == []


def test_requirements_named_in_the_code_are_explained() -> None:
    explained = set(re.findall(r"\bS\d+\b", (ROOT / "docs" / "threats.md").read_text()))
    sources = [*ROOT.glob("server/**/*.py"), *ROOT.glob("handlers/**/*.py")]
    used = {number for path in sources for number in re.findall(r"\bS\d{1,2}\b", path.read_text())}
    assert used <= explained
