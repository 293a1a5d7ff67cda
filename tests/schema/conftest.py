"""Commands on databases that others made."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.commands import Commands
from tests.conftest import SECRET


@pytest.fixture
def on(tmp_path: Path) -> Callable[..., Commands]:
    """on(url, NAME="value"): `ai-editor` on that database."""

    def run(url: str, **settings: str) -> Commands:
        base = {"DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET, "PORT": "0", "APP_ENV": "development"}
        return Commands(tmp_path, base | {"LOG_FORMAT": "json"} | settings)

    return run
