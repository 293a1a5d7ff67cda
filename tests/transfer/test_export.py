"""`ai-editor user export`: what goes out, to whom, and that it comes back as it was."""

import csv
import io
import json
import stat

import pytest

from tests.cli.commands import Commands
from tests.client import Client
from tests.conftest import Sql
from tests.transfer.test_import import ADA, HASH, bring

PEOPLE = 'SELECT "id", "email", "name", "emailVerified", "image", "createdAt", "updatedAt" FROM "user" ORDER BY "id"'
ACCOUNTS = 'SELECT "userId", "providerId", "accountId", "password" FROM "account" ORDER BY 1, 2, 3'
ROWS = [
    ADA | {"id": "a1", "image": "https://example.com/a.png", "created_at": "2020-02-03T04:05:06.789Z",
           "updated_at": "2021-02-03T04:05:06.001Z",
           "accounts": [{"provider_id": "google", "account_id": "1"}, {"provider_id": "github", "account_id": "2"}]},
    {"id": "b2", "email": "b@example.com", "name": 'B "the, first"\nof \u00e9 \U0001f600', "email_verified": False},
    {"id": "c3", "email": "c@example.com", "name": "=1+1"},
]  # fmt: skip


@pytest.mark.parametrize("form", ["jsonl", "csv"])
@pytest.mark.gen_test
async def test_what_goes_out_comes_back_as_it_was(
    ai_editor: Commands, client: Client, sql: Sql, form: str
) -> None:
    assert bring(ai_editor, ROWS).code == 0
    before = sql(PEOPLE), sql(ACCOUNTS)
    done = ai_editor("user", "export", "out", "--format", form, "--with-password-hashes")
    assert (done.code, done.out) == (0, "Exported 3 users to out.\n")
    assert "event=users-exported by=command number=3 with_hashes=True" in done.err
    path = ai_editor.folder / "out"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    sql('DELETE FROM "user"')
    assert ai_editor("user", "import", "out").code == 0
    assert (sql(PEOPLE), sql(ACCOUNTS)) == before
    assert (await client.sign_in()).status == 200


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_hashes_and_tokens_stay_unless_they_are_asked_for(ai_editor: Commands, sql: Sql, form: str) -> None:
    assert bring(ai_editor, ROWS).code == 0
    sql(
        """UPDATE "account" SET "accessToken" = 'ya29.token', "refreshToken" = 'refresh', "idToken" = 'identity' """
    )
    out = ai_editor("user", "export", "--format", form).out
    assert "password_hash" not in out
    assert not any(each in out for each in (HASH, "ya29", "refresh", "identity"))
    if form == "csv":
        [ada, *_] = csv.DictReader(io.StringIO(out))
        assert (ada["email"], ada["email_verified"]) == ("ada@example.com", "true")
    else:
        assert json.loads(out.splitlines()[0])["accounts"] == [
            {"provider_id": "github", "account_id": "2"},
            {"provider_id": "google", "account_id": "1"},
        ]


def test_who_is_shut_out_here_is_said_to_be(ai_editor: Commands, sql: Sql) -> None:  # S17
    assert bring(ai_editor, ROWS[:1]).code == 0
    for column in ("banned", "twoFactorEnabled"):
        sql(f'ALTER TABLE "user" ADD COLUMN IF NOT EXISTS "{column}" boolean')
    try:
        sql('UPDATE "user" SET "banned" = true, "twoFactorEnabled" = true')
        row = json.loads(ai_editor("user", "export").out)
    finally:
        sql('ALTER TABLE "user" DROP COLUMN "banned", DROP COLUMN "twoFactorEnabled"')
    assert (row["disabled"], row["second_factor"]) == (True, True)
    sql('DELETE FROM "user"')
    assert bring(ai_editor, [row]).code == 1


def test_more_than_one_reading_of_the_cursor_has_everybody(ai_editor: Commands, sql: Sql) -> None:
    assert bring(ai_editor, [{"id": f"n{n}", "email": f"n{n}@example.com"} for n in range(1201)]).code == 0
    found = [json.loads(line)["id"] for line in ai_editor("user", "export").out.splitlines()]
    assert sorted(found) == sorted(f"n{n}" for n in range(1201))


def test_a_place_that_cannot_be_written_is_told(ai_editor: Commands) -> None:
    done = ai_editor("user", "export", "nowhere/out")
    assert done.code == 1
    assert done.refusal == "nowhere/out cannot be written: No such file or directory"


def test_a_file_that_is_there_is_replaced_and_becomes_private(ai_editor: Commands) -> None:
    path = ai_editor.folder / "out"
    path.write_text("old")
    path.chmod(0o644)
    assert ai_editor("user", "export", "out").code == 0
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("", 0o600)
