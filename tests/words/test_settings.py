"""The settings as .env.example and README.md tell them, against those that are read."""

import re
from pathlib import Path

import pytest

from handlers import FEATURES
from handlers.social.settings import variables
from server.config import reader, settings
from server.feature import plug, select

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text()
SECRET = "a secret for tests alone, of more than thirty-two bytes"
# Two or more for each of many providers, which docs/ways-to-sign-in.md has; these stand for them.
PROVIDERS = variables() - {"GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"}
OF_COMPOSE = {"POSTGRES_PASSWORD", "REPLICATION_PASSWORD", "REDIS_PASSWORD"}
NEEDS = {"READ_DATABASE_URL": {"DATABASE_URL": "postgres://user@localhost/ai_editor"}}
SET = re.findall(r"^(?:# )?([A-Z][A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> set[str]:
    """Every variable that the settings ask for."""
    asked: set[str] = set()

    class Recorder(reader.Reader):
        def text(self, name: str) -> str | None:
            asked.add(name)
            return super().text(name)

    monkeypatch.setattr(reader, "Reader", Recorder)
    plug(FEATURES, settings.load({}, tmp_path))
    return asked - PROVIDERS


def test_the_example_names_what_is_read(read: set[str]) -> None:
    assert {name for name, _ in SET} - OF_COMPOSE == read


def test_the_readme_names_what_is_read(read: set[str]) -> None:
    table = (ROOT / "README.md").read_text().partition("## Settings")[2].partition("\n## ")[0]
    named = {
        name
        for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert named == read


@pytest.mark.parametrize(("name", "value"), SET, ids=[name for name, _ in SET])
def test_each_example_is_accepted(name: str, value: str, tmp_path: Path) -> None:
    sender = {"MAIL_FROM": "AI-Editor <hello@example.com>"}
    found = {
        "BETTER_AUTH_SECRET": SECRET,
        **sender,
        **NEEDS.get(name, {}),
        **({name: value} if value else {}),
    }
    read = settings.load(found, tmp_path)
    plug(select(FEATURES, read.features_off, read.plugins), read)


def test_the_example_as_it_is_changes_nothing(tmp_path: Path) -> None:
    before = settings.load({}, tmp_path)
    (tmp_path / ".env").write_text(EXAMPLE)
    assert settings.load({}, tmp_path) == before


def test_each_provider_is_explained() -> None:
    page = (ROOT / "docs" / "ways-to-sign-in.md").read_text()
    scopes = {name for name in variables() if name.endswith("_SCOPE")}  # the same for each
    assert variables() - scopes <= set(re.findall(r"`([A-Z][A-Z_]+)`", page))
    assert "`<ID>_SCOPE`" in page
    assert "`<ID>_DISABLE_DEFAULT_SCOPE`" in page
