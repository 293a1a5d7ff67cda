"""`ai-editor session` from scripts."""

from collections.abc import Callable

import pytest

from tests.cli.commands import Commands, Done, columns_of
from tests.cli.conftest import Execute

AddSession = Callable[..., str]


@pytest.fixture
def two_people(create: Callable[..., Done], add_session: AddSession) -> list[str]:
    """Ada with two sessions and one that has ended, Grace with one; their tokens."""
    create()
    create("grace@example.com")
    return [
        add_session("ada@example.com", "a1"),
        add_session("ada@example.com", "a2"),
        add_session("ada@example.com", "over", ends="-1 second"),
        add_session("grace@example.com", "g1"),
    ]


def ids(execute: Execute) -> list[object]:
    return [row[0] for row in execute('SELECT "id" FROM "session" ORDER BY 1')]


def test_list_shows_what_has_not_ended_and_no_token(ai_editor: Commands, two_people: list[str]) -> None:
    table, document = ai_editor("session", "list"), ai_editor("session", "list", "--json")
    assert columns_of(table.out.splitlines()[0]) == ["ID", "USER", "CREATED", "ENDS", "ADDRESS", "BROWSER"]
    assert len(table.out.splitlines()) == 4
    assert document.json["total"] == 3
    assert set(document.json["sessions"][0]) == {
        "id", "userId", "email", "createdAt", "updatedAt", "expiresAt", "ipAddress", "userAgent",
    }  # fmt: skip
    assert not any(token in table.out + document.out for token in two_people)


def test_list_of_one_user(ai_editor: Commands, two_people: list[str]) -> None:
    header, *rows = ai_editor("session", "list", "Grace@example.com").out.splitlines()
    assert "USER" not in columns_of(header)
    assert [columns_of(row)[0] for row in rows] == ["g1"]
    assert columns_of(rows[0])[1:] == ["just now", "in 7 days", "192.0.2.7", "Browser/1.0"]
    assert ai_editor("session", "list", "nobody@example.com").code == 1


def test_an_empty_list(ai_editor: Commands) -> None:
    done = ai_editor("session", "list")
    assert (done.code, done.out, done.err) == (0, "", "no sessions\n")
    assert ai_editor("session", "list", "--json").json == {"sessions": [], "total": 0}


def test_revoke_one(ai_editor: Commands, two_people: list[str], execute: Execute) -> None:
    done = ai_editor("session", "revoke", "a1")
    assert done.out == "1 session ended.\n"
    assert "event=session-revoked by=command" in done.err  # S36
    assert ids(execute) == ["a2", "g1", "over"]
    again = ai_editor("session", "revoke", "a1")
    assert again.code == 1
    assert "'a1'" in again.refusal


def test_a_token_is_no_id(ai_editor: Commands, two_people: list[str], execute: Execute) -> None:
    assert ai_editor("session", "revoke", two_people[0]).code == 1
    assert len(ids(execute)) == 4


def test_revoke_all_of_a_user(ai_editor: Commands, two_people: list[str], execute: Execute) -> None:
    done = ai_editor("session", "revoke", "--user", "ada@example.com", "--yes", "--json")
    assert done.json == {"revoked": 2}
    assert "event=sessions-revoked by=command" in done.err  # S36
    assert ids(execute) == ["g1"]


def test_revoke_all_of_everybody(ai_editor: Commands, two_people: list[str], execute: Execute) -> None:
    assert ai_editor("session", "revoke", "--all").code == 2
    assert ai_editor("session", "revoke", "--all", "--yes").out == "3 sessions ended.\n"
    assert ids(execute) == []


@pytest.mark.parametrize(
    "arguments", [(), ("a1", "--all"), ("--user", "ada@example.com", "--all"), ("a1", "--user", "x")]
)
def test_revoke_wants_exactly_one_of_its_ways(
    ai_editor: Commands, two_people: list[str], execute: Execute, arguments: tuple[str, ...]
) -> None:
    assert ai_editor("session", "revoke", *arguments, "--yes").code == 2
    assert len(ids(execute)) == 4
