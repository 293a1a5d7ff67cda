"""`ai-editor audit`, and what other commands write down. S36."""

from pathlib import Path

import pytest

from tests.audit.chains import NewDatabase, chained
from tests.cli.commands import Commands, columns_of
from tests.conftest import SECRET, execute


@pytest.fixture
def url(new_whole_database: NewDatabase) -> str:
    return chained(new_whole_database(), 3)


@pytest.fixture
def ai_editor(url: str, tmp_path: Path) -> Commands:
    return Commands(tmp_path, {"DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET})


def create(ai_editor: Commands) -> str:
    done = ai_editor(
        "user",
        "create",
        "ada@example.com",
        "--name",
        "Ada",
        "--password-stdin",
        "--json",
        stdin="correct horse\n",
    )
    return str(done.json["user"]["id"])


def test_commands_are_written_down(ai_editor: Commands) -> None:
    ada = create(ai_editor)
    ai_editor("user", "set-password", ada, "--password-stdin", stdin="another horse\n")
    ai_editor("session", "revoke", "--user", ada, "--yes")
    ai_editor("session", "revoke", "--all", "--yes")
    ai_editor("user", "delete", ada, "--yes")
    document = ai_editor("audit", "list", "--json").json
    assert document["total"] == 8
    told = [(each["event"], each["actor"], each["subject"]) for each in document["events"][:5]]
    assert told == [
        ("user-deleted", "command", ada),
        ("sessions-revoked", "command", "everybody"),
        ("sessions-revoked", "command", ada),
        ("password-set", "command", ada),
        ("user-created", "command", ada),
    ]
    assert len(ai_editor("audit", "list", "--user", ada, "--json").json["events"]) == 4


def test_a_session_is_ended(ai_editor: Commands, url: str) -> None:
    ada = create(ai_editor)
    execute(
        url,
        """INSERT INTO "session" ("id", "expiresAt", "token", "updatedAt", "userId")
        VALUES ('a1', now() + interval '1 day', 'a token', now(), %s)""",
        [ada],
    )
    assert ai_editor("session", "revoke", "a1").code == 0
    assert ai_editor("session", "revoke", "a1").code == 1
    newest, *_ = ai_editor("audit", "list", "--event", "session-revoked", "--json").json["events"]
    assert (newest["sessionId"], newest["subject"]) == ("a1", ada)
    assert ai_editor("audit", "list", "--event", "session-revoked", "--json").json["total"] == 1


def test_a_list_for_people(ai_editor: Commands) -> None:
    done = ai_editor("audit", "list", "--limit", "2")
    header, *rows = done.out.splitlines()
    assert columns_of(header) == ["TIME", "EVENT", "RESULT", "WHO", "ON WHOM", "ADDRESS", "BROWSER"]
    assert [columns_of(row)[1:] for row in rows] == [
        ["sign-in", "success", "user 2", "user 2", "192.0.2.7"],
        ["sign-in", "success", "user 1", "user 1", "192.0.2.7"],
    ]
    assert done.err == "2 of 3 events; --limit shows more\n"


def test_only_what_is_asked_for(ai_editor: Commands) -> None:
    create(ai_editor)

    def names(*arguments: str) -> list[str]:
        return [each["event"] for each in ai_editor("audit", "list", "--json", *arguments).json["events"]]

    assert names("--user", "ada@example.com") == ["user-created"]
    assert names("--user", "Ada@Example.com") == ["user-created"]
    assert names("--user", "user 1") == ["sign-in"]
    assert names("--event", "user-created") == ["user-created"]
    assert names("--since", "2999-01-01") == []
    assert len(names("--since", "2020-01-01T00:00:00Z", "--event", "sign-in")) == 3
    assert ai_editor("audit", "list", "--since", "2999-01-01").err == "no events\n"
    assert "deleted user's" in ai_editor("audit", "list", "--user", "nobody@example.com").refusal
    assert ai_editor("audit", "list", "--since", "yesterday").code == 2


def test_it_can_be_off(ai_editor: Commands) -> None:
    create(ai_editor.but(FEATURES_OFF="audit"))
    assert ai_editor("audit", "list", "--json").json["total"] == 3
