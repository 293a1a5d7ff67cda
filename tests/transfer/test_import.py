"""`ai-editor user import` of our own format: what is stored, what is refused, and what is left alone."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from server.passwords.passwords import hash_bcrypt, normalize
from tests.cli.commands import Commands, Done
from tests.client import PASSWORD, Client
from tests.conftest import Sql

HASH = hash_bcrypt(normalize(PASSWORD), 4)
ADA = {"email": "ada@example.com", "name": "Ada", "email_verified": True, "password_hash": HASH}


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def bring(ai_editor: Commands, content: object, *options: str, name: str = "users.jsonl") -> Done:
    """The import of a file that holds these rows, or this text."""
    path = ai_editor.folder / name
    if isinstance(content, (str, bytes)):
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    else:
        assert isinstance(content, list)
        lines(path, *content)
    return ai_editor("user", "import", str(path), *options)


def refused(ai_editor: Commands, name: str = "users.jsonl") -> list[Any]:
    """The report's lines."""
    path = ai_editor.folder / f"{name}.refused.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.mark.feature("audit")
@pytest.mark.gen_test
async def test_a_person_comes_in_with_everything(ai_editor: Commands, client: Client, sql: Sql) -> None:
    full = ADA | {
        "id": "old-id-7", "image": "https://example.com/a.png", "created_at": "2020-02-03T04:05:06.789Z",
        "updated_at": "2021-02-03T04:05:06Z", "accounts": [{"provider_id": "google", "account_id": "1234"}],
    }  # fmt: skip
    told = """SELECT "id", "details" ->> 'imported' FROM "ai_editor_audit" WHERE "event" = 'users-imported'"""
    before = sql(told)
    done = bring(ai_editor, [full], "--json")
    assert done.code == 0, done.err
    assert (done.json["imported"], done.json["refused"]) == (1, 0)
    assert "event=users-imported by=command source=jsonl imported=1 existing=0 refused=0" in done.err
    assert [imported for id_, imported in sql(told) if (id_, imported) not in before] == ["1"]
    [user] = sql('SELECT "id", "email", "name", "emailVerified", "image", "createdAt"::text FROM "user"')
    assert user == (
        "old-id-7", "ada@example.com", "Ada", True, "https://example.com/a.png", "2020-02-03 04:05:06.789+00",
    )  # fmt: skip
    assert sql('SELECT "providerId", "accountId", "userId", "password" FROM "account" ORDER BY 1') == [
        ("credential", "old-id-7", "old-id-7", HASH),
        ("google", "1234", "old-id-7", None),
    ]
    assert (await client.sign_in()).status == 200
    assert not (ai_editor.folder / "users.jsonl.refused.jsonl").exists()


def test_addresses_are_stored_as_at_sign_up(ai_editor: Commands, sql: Sql) -> None:
    assert bring(ai_editor, [ADA | {"email": " Ada@Example.COM "}]).code == 0
    assert sql('SELECT "email" FROM "user"') == [("ada@example.com",)]


# What is refused, by the reason that the report has.
UNFIT: list[tuple[str, dict[str, object]]] = [
    ("email", {"email": ""}),
    ("email", {"email": "ada@localhost"}),
    ("email", {"email": "\"a b\"@example.com"}),
    ("email", {"email": "a" * 400 + "@example.com"}),
    ("email", {"email": 7}),
    ("name", {"name": "\u200b"}),
    ("name", {"name": "a\u0000b"}),
    ("name", {"name": "x" * 2000}),
    ("image", {"image": "data:" + "x" * 20_000}),
    ("date", {"created_at": "yesterday"}),
    ("date", {"created_at": 10**300}),
    ("unknown-hash", {"password_hash": "$6$salt$abc"}),
    ("unknown-hash", {"password_hash": "correct horse battery staple"}),
    ("unknown-hash", {"password_hash": HASH.replace("$04$", "$31$")}),
    ("unknown-hash", {"password_hash": "pbkdf2_sha256$900000000$salt$AAAA"}),
    ("account", {"accounts": [{"provider_id": "credential", "account_id": "someone"}]}),
    ("account", {"accounts": [{"provider_id": "google", "account_id": ""}]}),
    ("account", {"accounts": [{"provider_id": "../x", "account_id": "1"}]}),
    ("account", {"accounts": [{"provider_id": "google", "account_id": str(n)} for n in range(101)]}),
    ("disabled", {"disabled": True}),
    ("second-factor", {"second_factor": "true"}),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "change"), UNFIT)
def test_a_row_that_does_not_fit_is_refused_and_the_others_come_in(
    ai_editor: Commands, sql: Sql, reason: str, change: dict[str, object]
) -> None:
    done = bring(
        ai_editor, [ADA | {"email": "first@example.com"}, ADA | change, ADA | {"email": "last@example.com"}]
    )
    assert done.code == 1
    [line] = refused(ai_editor)
    assert (line["line"], line["reason"]) == (2, reason)
    assert sql('SELECT count(*) FROM "user"') == [(2,)]
    report = ai_editor.folder / "users.jsonl.refused.jsonl"
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert str(change.get("password_hash", HASH)) not in report.read_text() + done.out + done.err


def test_what_is_refused_can_be_accepted(ai_editor: Commands, sql: Sql) -> None:
    rows = [
        ADA | {"email": "a@example.com", "disabled": True},
        ADA | {"email": "b@example.com", "second_factor": True},
        ADA | {"email": "c@example.com", "password_hash": "$6$salt$abc"},
    ]
    accepted = [word for each in ("disabled", "second-factor", "unknown-hash") for word in ("--accept", each)]
    assert bring(ai_editor, rows, *accepted).code == 0
    assert sql('SELECT count(*) FROM "user"') == [(3,)]
    assert sql('SELECT count(*) FROM "account" WHERE "password" IS NOT NULL') == [(2,)]


@pytest.mark.gen_test
async def test_nobody_who_is_here_is_changed(ai_editor: Commands, client: Client, sql: Sql) -> None:
    await client.sign_up()
    before = sql('SELECT * FROM "user" u JOIN "account" a ON a."userId" = u."id"')
    stranger = ADA | {"name": "Eve", "password_hash": hash_bcrypt(b"another", 4), "email": "ADA@example.com",
                      "accounts": [{"provider_id": "google", "account_id": "eve"}]}  # fmt: skip
    done = bring(ai_editor, [stranger], "--json")
    assert (done.code, done.json["existing"]) == (0, 1)
    assert bring(ai_editor, [stranger], "--existing", "refuse").code == 1
    assert refused(ai_editor)[0]["reason"] == "existing"
    assert sql('SELECT * FROM "user" u JOIN "account" a ON a."userId" = u."id"') == before


def test_an_address_with_capitals_that_others_wrote_is_there(ai_editor: Commands, sql: Sql) -> None:
    assert bring(ai_editor, [ADA]).code == 0
    sql('UPDATE "user" SET "email" = %s', "Ada@Example.com")
    assert bring(ai_editor, [ADA], "--json").json["existing"] == 1


def test_what_somebody_has_is_nobody_elses(ai_editor: Commands, sql: Sql) -> None:
    linked = [{"provider_id": "google", "account_id": "1"}]
    assert bring(ai_editor, [ADA | {"id": "one", "accounts": linked}]).code == 0
    others = [
        ADA | {"email": "b@example.com", "id": "one"},
        ADA | {"email": "c@example.com", "accounts": linked},
    ]
    for option in ("--dry-run", "--json"):
        assert bring(ai_editor, others, option).code == 1
        assert [each["reason"] for each in refused(ai_editor)] == ["taken", "taken"]
    assert sql('SELECT count(*) FROM "user"') == [(1,)]


def test_of_rows_with_the_same_the_first_comes_in(ai_editor: Commands, sql: Sql) -> None:
    linked = [{"provider_id": "google", "account_id": "1"}]
    rows = [
        ADA | {"email": "bad"},
        ADA | {"id": "one", "accounts": linked},
        ADA | {"email": "ADA@example.com", "name": "Second"},
        ADA | {"email": "b@example.com", "id": "one"},
        ADA | {"email": "c@example.com", "accounts": linked},
    ]
    # In a dry run, the first time and again: the report is the same.
    reports = []
    for option in ("--dry-run", "--json", "--json"):
        assert bring(ai_editor, rows, option).code == 1
        reports.append([(each["line"], each["reason"]) for each in refused(ai_editor)])
    assert reports == [[(1, "email"), (3, "duplicate"), (4, "duplicate"), (5, "duplicate")]] * 3
    assert sql('SELECT "name" FROM "user"') == [("Ada",)]


def test_a_dry_run_stores_nothing_and_tells_the_same(ai_editor: Commands, sql: Sql) -> None:
    rows = [ADA, ADA | {"email": "nobody"}]
    dry, wet = (bring(ai_editor, rows, "--json", *option) for option in (["--dry-run"], []))
    assert sql('SELECT count(*) FROM "user"') == [(1,)]
    assert "event=" not in dry.err
    timeless = [
        {key: value for key, value in each.json.items() if not key.endswith(("econds", "econd", "Run"))}
        for each in (dry, wet)
    ]
    assert timeless[0] == timeless[1]
    assert dry.code == wet.code == 1


def test_the_database_has_a_say_and_the_others_come_in(ai_editor: Commands, sql: Sql) -> None:
    sql("""ALTER TABLE "user" ADD CONSTRAINT nobody_is_called_eve CHECK ("name" <> 'Eve')""")
    try:
        rows = [ADA | {"email": f"{n}@example.com", "name": "Eve" if n == 3 else "Ada"} for n in range(7)]
        assert bring(ai_editor, rows).code == 1
    finally:
        sql('ALTER TABLE "user" DROP CONSTRAINT nobody_is_called_eve')
    [line] = refused(ai_editor)
    assert (line["line"], line["reason"]) == (4, "database")
    assert "nobody_is_called_eve" in line["message"]
    assert sql('SELECT count(*), count(DISTINCT "userId") FROM "account"') == [(6, 6)]


def test_a_report_must_not_overwrite_what_is_read(ai_editor: Commands) -> None:
    done = bring(ai_editor, [ADA], "--report", str(ai_editor.folder / "users.jsonl"))
    assert done.code == 2
    assert "--report" in done.refusal
    done = bring(ai_editor, [ADA | {"email": ""}], "--report", str(ai_editor.folder / "nowhere" / "x"))
    assert done.code == 2
    assert "nowhere" in done.err


def test_a_person_is_told_in_words(ai_editor: Commands) -> None:
    done = bring(ai_editor, [ADA, ADA | {"email": "x"}])
    first, *others = done.out.splitlines()
    assert first.startswith("Imported 1 user from jsonl; 0 were here already, 1 refused. 2 rows in ")
    assert first.endswith(" a second.")
    assert others == [
        "  email: 1",
        f"Each refused row is a line in {ai_editor.folder}/users.jsonl.refused.jsonl.",
    ]
