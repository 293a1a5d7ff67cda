"""Columns that the settings name, through a real start; tests/compat compares what is answered."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.commands import Commands
from tests.conftest import SECRET, execute
from tests.workers.served import Served

ADA = {"name": "Ada", "email": "ada@example.com", "password": "correct horse battery"}
USER = {
    "nickname": {"type": "string", "unique": True},
    "age": {"type": "number", "required": True},
    "plan": {"type": "string", "defaultValue": "free", "input": False},
}
SETTINGS = {
    "USER_ADDITIONAL_FIELDS": json.dumps(USER),
    "SESSION_ADDITIONAL_FIELDS": json.dumps({"team": {"type": "string"}}),
    "BETTER_AUTH_SECRET": SECRET,
    "WORKERS": "1",
}


@pytest.fixture
def url(new_whole_database: Callable[[], str]) -> str:
    return new_whole_database()


@pytest.fixture
def served(tmp_path: Path, url: str) -> Iterator[Served]:
    with Served(tmp_path, DATABASE_URL=url, **SETTINGS) as found:
        yield found


def test_a_start_adds_them_and_people_have_them(served: Served, url: str) -> None:
    assert served.call("/api/auth/sign-up/email", ADA)[0] == 400
    status, body, cookie = served.call("/api/auth/sign-up/email", ADA | {"age": 36, "nickname": "ada"})
    assert (status, body["user"]["age"], body["user"]["plan"]) == (200, 36, "free")  # type: ignore[index]
    assert served.call("/api/auth/update-session", {"team": "x"}, cookie)[0] == 200
    for wrong in ({"age": None}, {"plan": "gold"}):
        assert 400 <= served.call("/api/auth/update-user", wrong, cookie)[0] < 500
    _, found, _ = served.call("/api/auth/get-session", None, cookie)
    assert found["user"].items() >= {"nickname": "ada", "age": 36, "plan": "free"}.items()  # type: ignore[index]
    assert found["session"]["team"] == "x"  # type: ignore[index]
    taken = {**ADA, "email": "eve@example.com", "age": 30, "nickname": "ada"}
    assert served.call("/api/auth/sign-up/email", taken)[0] == 422
    assert execute(url, 'SELECT "nickname", "age", "plan" FROM "user"') == [("ada", 36, "free")]


def test_a_name_that_a_plugin_has_stops_the_start(tmp_path: Path, url: str) -> None:
    fields = {"USER_ADDITIONAL_FIELDS": '{"username": {"type": "string"}}', "PLUGINS": "username"}
    done = Commands(tmp_path, {"DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET, **fields})("db", "status")
    assert done.refusal == "two features have the column 'user.username'"
