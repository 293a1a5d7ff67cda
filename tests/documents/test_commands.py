"""`ai-editor document` and `user hand-over`: what an administrator does with other people's documents."""

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.documents import content
from server import postgres
from tests.cli.commands import Commands
from tests.conftest import execute

PEOPLE = """
    DELETE FROM "user";
    INSERT INTO "user" ("id", "name", "email", "emailVerified")
    VALUES ('ada', 'Ada', 'ada@example.com', true), ('bob', 'Bob', 'bob@example.com', true);
    INSERT INTO "ai_editor_folder" ("id", "ownerId", "name") VALUES ('f', 'ada', 'Papers');
    INSERT INTO "ai_editor_document" ("id", "ownerId", "title", "schema", "folderId", "deletedAt")
    VALUES ('d', 'ada', 'Garden', 1, 'f', NULL), ('e', 'ada', 'Old', 1, NULL, now()), ('g', 'bob', 'Bob''s', 1, NULL, NULL);
    INSERT INTO "ai_editor_document_state" ("documentId", "snapshot") SELECT "id", 'abc' FROM "ai_editor_document";
    INSERT INTO "ai_editor_document_access" ("id", "documentId", "userId", "email", "tokenHash", "role")
    VALUES ('1', 'd', 'bob', NULL, NULL, 'editor'), ('2', 'd', NULL, 'new@example.com', 'x', 'reader'),
           ('3', 'd', NULL, NULL, 'y', 'reader')
"""


@pytest.fixture(scope="module", name="place")
def _place() -> Iterator[tuple[Commands, str]]:
    with tempfile.TemporaryDirectory() as folder, postgres.owned(Path(folder) / "data" / "postgres") as url:
        commands = Commands(Path(folder))
        assert commands("db", "migrate").code == 0
        yield commands, url


@pytest.fixture
def ai_editor(place: tuple[Commands, str]) -> Commands:
    execute(place[1], PEOPLE)
    return place[0]


def events(place: tuple[Commands, str], most: int) -> list[tuple[object, ...]]:
    """The last ones: none is ever taken away."""
    found = execute(place[1], 'SELECT "event", "actor", "subject" FROM "ai_editor_audit" ORDER BY "id"')
    return found[-most:]


def test_list_and_show(ai_editor: Commands) -> None:
    found = ai_editor("document", "list", "--user", "ada@example.com", "--json").json
    assert [
        (each["title"], each["owner"], each["members"], each["bytes"]) for each in found["documents"]
    ] == [("Garden", "ada@example.com", 2, 3)]
    assert ai_editor("document", "list", "--json").json["total"] == 2
    assert [each["id"] for each in ai_editor("document", "list", "--trash", "--json").json["documents"]] == [
        "e"
    ]
    assert "Garden" in ai_editor("document", "list", "--search", "GARD").out
    shown = ai_editor("document", "show", "d", "--json").json
    assert (shown["owner"], shown["bytes"], len(shown["links"])) == ("ada@example.com", 3, 1)
    people = {each["email"]: each["role"] for each in shown["people"]}
    assert people == {"bob@example.com": "editor", "new@example.com": "reader"}
    assert "new@example.com" in ai_editor("document", "show", "d").out
    assert ai_editor("document", "show", "x").refusal == "no document has the id 'x'"


def test_attachments(ai_editor: Commands, place: tuple[Commands, str], tmp_path: Path) -> None:
    begun = content.begin("[a](attachment:1)\n")
    execute(place[1], 'UPDATE "ai_editor_document_state" SET "snapshot" = %s', [begun.snapshot])
    file = ai_editor.folder / "data" / "shared" / "documents" / "d" / "abc"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"text")
    execute(
        place[1],
        """
        INSERT INTO "ai_editor_attachment" ("documentId", "id", "name", "type", "bytes", "digest")
        VALUES ('d', '1', 'a.txt', 'text/plain', 4, 'abc'), ('d', '2', 'gone.txt', 'text/plain', 4, 'gone')
        """,
    )
    assert ai_editor("document", "show", "d", "--json").json["attachments"] == {"files": 2, "bytes": 8}
    assert "2 files, 8 B" in ai_editor("document", "show", "d").out
    assert "/api/documents/d/attachments/1)" in ai_editor("document", "export", "d").out
    kept = tmp_path / "ada.zip"
    assert ai_editor("document", "export", "--user", "ada@example.com", "--output", str(kept)).code == 0
    with zipfile.ZipFile(kept) as archive:
        assert archive.read("Papers/Garden.files/a.txt") == b"text"
        assert archive.read("Papers/Garden.md") == b"[a](Garden.files/a.txt)\n"
        assert len(archive.namelist()) == 2
    assert ai_editor("document", "delete", "d", "--yes").code == 0
    assert not file.parent.exists()


def test_restore(ai_editor: Commands, place: tuple[Commands, str]) -> None:
    assert ai_editor("document", "restore", "d").refusal == "no document with the id 'd' is in the trash"
    assert ai_editor("document", "restore", "e").out == "Old is back.\n"
    assert execute(place[1], """SELECT "deletedAt" FROM "ai_editor_document" WHERE "id" = 'e'""") == [(None,)]
    assert events(place, 1) == [("document-restored", "command", "ada")]


def test_delete(ai_editor: Commands, place: tuple[Commands, str]) -> None:
    assert ai_editor("document", "delete", "d").code == 2
    for each in ("d", "e"):
        assert ai_editor("document", "delete", each, "--yes", "--json").json == {"deleted": each}
    assert execute(place[1], 'SELECT "id" FROM "ai_editor_document"') == [("g",)]
    assert events(place, 2) == [("document-deleted", "command", "ada")] * 2
    assert ai_editor("document", "delete", "d", "--yes").code == 1


def test_hand_over_and_delete_the_account(ai_editor: Commands, place: tuple[Commands, str]) -> None:
    """What is handed over outlives who had it; what somebody had access to is theirs by then."""
    done = ai_editor("user", "hand-over", "ada@example.com", "bob@example.com")
    assert done.out == "2 documents of ada@example.com belong to bob@example.com now.\n"
    assert ai_editor("user", "hand-over", "bob", "bob").refusal == "that is the same user"
    assert ai_editor("user", "delete", "ada", "--yes").code == 0
    kept = execute(place[1], 'SELECT "id", "folderId" FROM "ai_editor_document" ORDER BY "id"')
    assert kept == [("d", "f"), ("e", None), ("g", None)]
    assert execute(place[1], 'SELECT "id" FROM "ai_editor_document_access" ORDER BY "id"') == [("2",), ("3",)]


def test_export_and_compact(ai_editor: Commands, place: tuple[Commands, str], tmp_path: Path) -> None:
    begun = content.begin("# Garden\n\nTulips.\n")
    execute(place[1], 'UPDATE "ai_editor_document_state" SET "snapshot" = %s', [begun.snapshot])
    assert ai_editor("document", "export", "d").out == "# Garden\n\nTulips.\n"
    assert '"heading"' in ai_editor("document", "export", "d", "--format", "json").out
    kept = tmp_path / "ada.zip"
    assert ai_editor("document", "export", "--user", "ada@example.com", "--output", str(kept)).code == 0
    with zipfile.ZipFile(kept) as archive:
        assert archive.namelist() == ["Papers/Garden.md"]
    assert (
        ai_editor("document", "export").code
        == ai_editor("document", "export", "d", "--user", "ada").code
        == 2
    )
    assert ai_editor("document", "export", "x").refusal == "no document has the id 'x'"
    assert ai_editor("document", "export", "d", "--output", str(tmp_path / "no" / "x")).code == 1
    change = content.edited("More.\n")(begun.snapshot)
    execute(place[1], """INSERT INTO "ai_editor_document_update" ("documentId", "seq", "update") VALUES ('d', 1, %s)""", [change])  # fmt: skip
    execute(place[1], """UPDATE "ai_editor_document_state" SET "seq" = 1, "logRows" = 1, "logBytes" = 9 WHERE "documentId" = 'd'""")  # fmt: skip
    assert ai_editor("document", "compact", "d").out == "1 change became a snapshot.\n"
    assert ai_editor("document", "compact", "d", "--json").json == {"compacted": "d", "changes": 0}
    assert execute(place[1], 'SELECT count(*) FROM "ai_editor_document_update"') == [(0,)]
    assert ai_editor("document", "export", "d").out == "More.\n"
