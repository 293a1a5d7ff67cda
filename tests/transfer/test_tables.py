"""People move into tables that others made, and out of them again."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.commands import Commands
from tests.conftest import execute
from tests.schema.others import make
from tests.schema.test_others import OTHERS
from tests.transfer.test_import import ADA, bring

GIVEN = "0e5d6a7b-1c2d-4e3f-8a9b-0c1d2e3f4a5b"
LINKED = [{"provider_id": "google", "account_id": "1"}]
ROWS = [ADA | {"id": GIVEN, "accounts": LINKED}, ADA | {"id": "not-a-uuid", "email": "b@example.com"}]
KINDS = (
    "as they are", "uuids", "numbers", "large numbers", "varchar", "short ids", "citext everywhere", "a domain", "times without a zone",
    "times of an ORM", "no references", "nothing unique", "everything nullable", "without the optional columns",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_stored_as_the_tables_have_it(
    new_database: Callable[[], str], tmp_path: Path, kind: str
) -> None:
    url = new_database()
    make(url, tables=OTHERS[kind])
    ai_editor = Commands(tmp_path, {"DATABASE_URL": url, "APP_ENV": "development"})
    assert ai_editor("db", "migrate").code == 0
    done = bring(ai_editor, ROWS, "--json")
    assert (done.code, done.json["imported"]) == (0, 2), done.err
    ids = dict(execute(url, 'SELECT "email"::text, "id"::text FROM "user"'))
    assert ids["ada@example.com"] == (GIVEN if "numbers" not in kind else "1")
    assert (
        ids["b@example.com"] == "not-a-uuid" or uuid.UUID(ids["b@example.com"])
        if "numbers" not in kind
        else True
    )
    found = execute(url, 'SELECT "providerId", count(*) FROM "account" GROUP BY 1 ORDER BY 1')
    assert found == [("credential", 2), ("google", 1)]
    assert bring(ai_editor, ROWS, "--json").json["existing"] == 2
    out = [
        json.loads(line) for line in ai_editor("user", "export", "--with-password-hashes").out.splitlines()
    ]
    assert {(each["id"], each["email"], each["password_hash"]) for each in out} == {
        (ids[email], email, ADA["password_hash"]) for email in ids
    }
    assert [each["accounts"] for each in sorted(out, key=lambda each: str(each["email"]))] == [LINKED, []]
