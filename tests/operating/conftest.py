"""A server, and people at it, for the module's incidents."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.commands import Commands
from tests.client import PASSWORD
from tests.conftest import SECRET, database_in, execute
from tests.operating.page import Operator
from tests.workers.served import Served


@dataclass
class Site:
    """What runs, and who runs it."""

    served: Served
    operator: Operator
    settings: dict[str, str]

    def ask(self, path: str, body: object = None, cookie: str = "") -> tuple[int, object, str]:
        return self.served.call("/api/auth" + path, body, cookie)

    def sign_up(self, email: str = "ada@example.com") -> str:
        """The new person's cookie."""
        status, _, cookie = self.ask("/sign-up/email", {"name": "Ada", "email": email, "password": PASSWORD})
        assert status == 200
        return cookie

    def sign_in(self, password: str, email: str = "ada@example.com") -> int:
        return self.ask("/sign-in/email", {"email": email, "password": password})[0]


def settings(database: str) -> dict[str, str]:
    return {"DATABASE_URL": database, "BETTER_AUTH_SECRET": SECRET, "WORKERS": "1", "LOG_LEVEL": "error"}


@pytest.fixture(scope="module")
def running(database_server: str, _whole: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for all of them."""
    folder: Path = tmp_path_factory.mktemp("operated")
    with database_in(database_server, _whole) as database, Served(folder, **settings(database)) as served:
        operator = Operator(Commands(folder, {**settings(database), "APP_ENV": "development"}), database)
        yield Site(served, operator, settings(database))


@pytest.fixture
def site(running: Site) -> Site:
    """The same, nobody there, and no mail."""
    execute(
        running.operator.database,
        'DELETE FROM "user"; DELETE FROM "verification"; DELETE FROM "ai_editor_mail"',
    )
    for file in (running.served.folder / "data" / "outbox").glob("*.eml"):
        file.unlink()
    return running
