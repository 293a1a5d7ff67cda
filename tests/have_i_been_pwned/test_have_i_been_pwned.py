"""Published passwords, through the real server and a service that is played; tests/compat compares what is answered."""

from collections.abc import Mapping

import pytest

from handlers.have_i_been_pwned import leaked
from tests.cli.commands import Commands
from tests.client import PASSWORD, Client
from tests.conftest import SECRET, Sql
from tests.providers import pwned
from tests.providers.scripted import Scripted

STOLEN, AWAY = "a password that was stolen", "a password that nobody answers for"
pytestmark = pytest.mark.environ(PLUGINS="have-i-been-pwned")


@pytest.fixture
def surroundings(scripted: Scripted) -> Mapping[str, str]:
    return scripted.environment


@pytest.mark.gen_test
async def test_a_published_password_is_refused_wherever_one_is_chosen(client: Client, sql: Sql) -> None:  # S4
    refused = await client.sign_up(password=STOLEN)
    assert (refused.status, refused.json["code"]) == (400, "PASSWORD_COMPROMISED")
    assert sql('SELECT count(*) FROM "user"') == [(0,)]
    await client.sign_up()
    body = {"currentPassword": PASSWORD, "newPassword": STOLEN}
    assert (await client.api("/change-password", body)).json["code"] == "PASSWORD_COMPROMISED"


@pytest.mark.gen_test
async def test_a_password_that_is_there_is_nobodys_business(
    client: Client, sql: Sql, scripted: Scripted
) -> None:
    await client.sign_up()
    before = scripted.asked(f"{pwned.HOST}{pwned.path(PASSWORD)}")
    assert (await client.sign_in()).status == 200
    assert scripted.asked(f"{pwned.HOST}{pwned.path(PASSWORD)}") == before > 0


@pytest.mark.parametrize(
    ("password", "status"), [(AWAY, 200), ("a password that waits forever", 200), ("password1", 400)]
)
@pytest.mark.gen_test
async def test_where_nobody_answers_the_most_used_are_refused(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    password: str,
    status: int,
) -> None:  # S4
    monkeypatch.setattr(leaked, "SECONDS", 0.5)
    assert (await client.sign_up(password=password)).status == status
    assert "compared with the most used ones alone" in caplog.text
    assert password not in caplog.text


def test_commands_ask_too(ai_editor: Commands) -> None:
    arguments = ("user", "create", "ada@example.com", "--name", "Ada", "--password-stdin")
    done = ai_editor(*arguments, stdin=STOLEN)
    assert done.refusal.startswith("The password you entered has been compromised")
    assert ai_editor(*arguments, stdin="a password that only pads").code == 0


@pytest.fixture
def ai_editor(tmp_path: object, database_url: str, clean: None, scripted: Scripted) -> Commands:
    found = {"DATABASE_URL": database_url, "BETTER_AUTH_SECRET": SECRET, "PLUGINS": "have-i-been-pwned"}
    return Commands(tmp_path, {**found, **scripted.environment})  # type: ignore[arg-type]
