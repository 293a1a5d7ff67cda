"""Commands on the database of the server under test."""

from pathlib import Path

import pytest

from tests.cli.commands import Commands


@pytest.fixture
def ai_editor(database_url: str, clean: None, tmp_path: Path) -> Commands:
    """`ai-editor` as a process, on the database that `client` and `sql` are on, which is empty."""
    return Commands(tmp_path, {"DATABASE_URL": database_url, "APP_ENV": "development"})
