"""`ai-editor two-factor reset`: the way back for who has lost everything."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from server import postgres
from tests.cli.commands import Commands

ADA = "ada@example.com"


@pytest.fixture(scope="module", name="place")
def _place() -> Iterator[tuple[Commands, str]]:
    with tempfile.TemporaryDirectory() as folder, postgres.owned(Path(folder) / "data" / "postgres") as url:
        commands = Commands(Path(folder), {"PLUGINS": "two-factor"})
        assert commands("db", "migrate").code == 0
        assert (
            commands(
                "user", "create", ADA, "--name", "Ada", "--password-stdin", stdin="correct horse battery"
            ).code
            == 0
        )
        yield commands, url


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


def enrol(url: str) -> None:
    """Somebody with an authenticator, a browser that is trusted, and a sign-in that waits."""
    ask(
        url,
        """
        UPDATE "user" SET "twoFactorEnabled" = true;
        INSERT INTO "twoFactor" ("id", "secret", "backupCodes", "userId") SELECT 'f', 'x', 'x', "id" FROM "user";
        INSERT INTO "verification" ("id", "identifier", "value", "expiresAt")
        SELECT k, k || '-x', "id", now() + interval '1 day' FROM "user", unnest(ARRAY['trust-device', '2fa']) AS k
        """,
    )


def test_nothing_is_left_of_it(place: tuple[Commands, str]) -> None:
    commands, url = place
    enrol(url)
    done = commands("two-factor", "reset", ADA, "--yes")
    assert (done.code, done.out) == (0, f"{ADA} signs in without a second factor now.\n")
    assert "event=two-factor-reset by=command" in done.err  # S36
    assert ask(url, 'SELECT "twoFactorEnabled" FROM "user"') == [(False,)]
    assert (
        ask(url, 'SELECT count(*) FROM "twoFactor"')
        == ask(url, 'SELECT count(*) FROM "verification"')
        == [(0,)]
    )
    told = ask(url, """SELECT DISTINCT "actor" FROM "ai_editor_audit" WHERE "event" = 'two-factor-reset'""")
    assert told == [("command",)]


def test_it_is_asked_first(place: tuple[Commands, str]) -> None:
    commands, url = place
    enrol(url)
    refused = commands("two-factor", "reset", ADA)
    assert (refused.code, refused.refusal) == (2, "there is no terminal to ask on: say --yes to go on")
    assert commands("two-factor", "reset", "nobody@example.com", "--yes").code == 1
    assert ask(url, 'SELECT "twoFactorEnabled" FROM "user"') == [(True,)]
    said = json.loads(commands("two-factor", "reset", ADA, "--yes", "--json").out)
    assert ask(url, 'SELECT "id" FROM "user"') == [(said["reset"],)]


def test_where_the_plugin_is_off_nobody_is_let_in(place: tuple[Commands, str]) -> None:
    commands, _ = place
    refused = commands.but(PLUGINS="none")("two-factor", "reset", ADA, "--yes")
    assert (refused.code, refused.refusal) == (1, "the plugin two-factor is off: name it in PLUGINS")
