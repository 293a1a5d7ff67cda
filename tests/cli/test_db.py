"""`ai-editor db`: on databases that are empty, ours, better-auth's, someone else's, and of a newer version."""

import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from server.schema import migrate
from tests.cli.commands import Commands, columns_of
from tests.cli.conftest import Execute

SECRET = "a secret for tests alone, of more than thirty-two bytes"
NAMES = list(migrate.files())


@pytest.fixture
def url(running: str, execute: Execute) -> Iterator[str]:
    """An empty database of a server of one's own."""
    execute("CREATE DATABASE other")
    yield running.replace("/ai_editor?", "/other?")
    execute("DROP DATABASE other WITH (FORCE)")


@pytest.fixture
def ai_editor(folder: Path, url: str) -> Commands:
    return Commands(folder, {"DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET})


@pytest.fixture
def other(execute: Execute, url: str) -> Callable[[str], object]:
    return lambda statement: execute(statement, url=url)


def test_init_brings_an_empty_database_up_and_does_it_once(ai_editor: Commands) -> None:
    done = ai_editor("db", "init")
    assert (done.code, done.err) == (0, "")
    assert [line for line in done.out.splitlines() if line.startswith("ran")] == [
        f"ran  {name}" for name in NAMES
    ]
    again = ai_editor("db", "init")
    assert again.code == 1
    assert "initialised already" in again.refusal


def test_migrate_says_what_it_ran(ai_editor: Commands) -> None:
    assert ai_editor("db", "migrate", "--json").json == {"ran": NAMES}
    assert ai_editor("db", "migrate", "--json").json == {"ran": []}
    assert "nothing to run" in ai_editor("db", "migrate").out


def test_status_of_an_empty_and_of_a_current_database(ai_editor: Commands) -> None:
    before = ai_editor("db", "status", "--json")
    assert before.code == 1
    assert before.json == {
        "current": False, "applied": [], "pending": NAMES, "unknown": [], "adoptable": False, "foreign": False,
        "mends": [], "stops": [],
    }  # fmt: skip
    ai_editor("db", "init")
    after = ai_editor("db", "status")
    assert after.code == 0
    assert columns_of(after.out.splitlines()[1]) == [NAMES[0], "applied"]
    assert after.out.endswith("The database is up to date.\n")


def test_a_database_of_better_auth_is_adopted_with_its_rows(
    ai_editor: Commands, other: Callable[[str], object]
) -> None:
    other(migrate.files()[NAMES[0]])
    other(
        """
        INSERT INTO "user" ("id", "name", "email", "emailVerified")
        VALUES ('1', 'Ada', 'ada@example.com', true)
        """
    )
    found = ai_editor("db", "status")
    assert found.code == 1
    assert "better-auth's tables" in found.out
    assert "db migrate" in ai_editor("db", "init").refusal
    assert ai_editor("db", "migrate").code == 0
    assert ai_editor("db", "status").code == 0
    assert ai_editor("user", "show", "1", "--json").json["user"]["email"] == "ada@example.com"


def test_a_database_of_something_else_is_left_alone(
    ai_editor: Commands, other: Callable[[str], object]
) -> None:
    other("CREATE TABLE invoices (id integer)")
    for verb in ("init", "migrate"):
        done = ai_editor("db", verb)
        assert done.code == 1
        assert "neither AI-Editor's nor better-auth's" in done.refusal
    found = ai_editor("db", "status", "--json")
    assert found.code == 1
    assert found.json["foreign"] is True


def test_a_database_of_a_newer_version_is_left_alone(
    ai_editor: Commands, other: Callable[[str], object]
) -> None:
    ai_editor("db", "init")
    other("""INSERT INTO "ai_editor_migration" ("name") VALUES ('9999_from_the_future')""")
    found = ai_editor("db", "status")
    assert found.code == 1
    assert "9999_from_the_future" in found.out
    for arguments in (("db", "migrate"), ("user", "list"), ("session", "list")):
        done = ai_editor(*arguments)
        assert done.code == 1
        assert "newer than this version" in done.refusal


def test_other_commands_name_the_way_out_of_an_outdated_database(ai_editor: Commands) -> None:
    done = ai_editor("user", "list")
    assert done.code == 1
    assert "ai-editor db migrate" in done.refusal


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgres://me:hunter22@127.0.0.1:1/app", "does not answer"),
        ("postgres://me:hunter22@127.0.0.1:port/app", "DATABASE_URL takes"),
        ("mysql://me:hunter22@127.0.0.1/app", "DATABASE_URL"),
    ],
)
def test_a_wrong_address_is_one_line_without_its_password(
    ai_editor: Commands, address: str, expected: str
) -> None:
    done = ai_editor.but(DATABASE_URL=address)("db", "status")
    assert done.code == 1
    assert expected in done.refusal
    assert "hunter22" not in done.refusal


@pytest.mark.parametrize(
    "command",
    [("user", "list"), ("session", "list"), ("db", "status"), ("db", "migrate"), ("db", "backup", "b.zip")],
)
def test_no_command_makes_a_database_in_the_wrong_folder(tmp_path: Path, command: Sequence[str]) -> None:
    done = Commands(tmp_path)(*command)
    assert done.code == 1
    assert done.refusal.startswith(
        f"there is no database in {tmp_path / 'data'}: run this where the server runs"
    )
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_backup_makes_no_database(tmp_path: Path) -> None:
    (tmp_path / "notes.zip").write_text("nothing of the kind")
    done = Commands(tmp_path)("db", "restore", "notes.zip")
    assert "no backup of AI-Editor's" in done.refusal
    assert [path.name for path in tmp_path.iterdir()] == ["notes.zip"]


def test_a_dry_run_says_what_would_be_done_and_does_nothing(
    ai_editor: Commands, other: Callable[[str], object]
) -> None:
    tables = "SELECT string_agg(table_name, ' ' ORDER BY 1) FROM information_schema.tables WHERE table_schema = 'public'"
    empty = other(tables)
    before = ai_editor("db", "migrate", "--dry-run")
    assert (before.code, before.out.splitlines()[0]) == (1, f"would run   {NAMES[0]}")
    assert "Nothing was changed." in before.out
    assert ai_editor("db", "migrate", "--dry-run", "--json").json == {"would_run": NAMES, "would_mend": []}
    assert other(tables) == empty
    ai_editor("db", "init")
    after = ai_editor("db", "migrate", "--dry-run")
    assert (after.code, after.out) == (0, "The database is up to date.\n")


def test_a_dry_run_on_tables_of_better_auth(ai_editor: Commands, other: Callable[[str], object]) -> None:
    other((Path(__file__).parents[1] / "better_auth.sql").read_text())
    other('ALTER TABLE "user" DROP CONSTRAINT IF EXISTS "user_email_key"')
    found = ai_editor("db", "migrate", "--dry-run")
    assert found.code == 1
    assert f"would run   {NAMES[0]}" in found.out
    assert ai_editor("db", "status", "--json").json["applied"] == []


def test_a_start_that_is_not_to_migrate_stops(ai_editor: Commands) -> None:
    leaves = ai_editor.but(MIGRATE_ON_START="no", PORT="0", APP_ENV="development")
    refused = leaves("serve")
    assert refused.code == 1
    assert "`ai-editor db migrate --dry-run` says what is missing" in refused.err
    assert ai_editor("db", "status", "--json").json["applied"] == []
    ai_editor("db", "migrate")
    process = leaves.start("serve")
    assert process.stderr
    assert any("http://" in line for line in process.stderr)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=90)
