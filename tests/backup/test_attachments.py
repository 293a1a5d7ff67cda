"""Documents and their attachments in one backup, of one moment."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import psycopg2

from server.uploads.files import FILES_KEY
from tests.backup.test_backup import commands, until
from tests.conftest import execute

BODY = b"a picture"
DIGEST = hashlib.sha256(BODY).hexdigest()
ROWS = """
    INSERT INTO "user" ("id", "name", "email", "emailVerified") VALUES ('1', 'Ada', 'ada@example.com', true);
    INSERT INTO "ai_editor_document" ("id", "ownerId", "title", "schema") VALUES ('d', '1', 'Garden', 1);
    INSERT INTO "ai_editor_attachment" ("documentId", "id", "name", "type", "bytes", "width", "height", "digest")
    VALUES ('d', 'a', 'a.png', 'image/webp', 9, 1, 1, %s)
"""
FOUND = 'SELECT "documentId", "digest" FROM "ai_editor_attachment"'

WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def test_what_the_rows_name_comes_back(
    new_whole_database: Callable[[], str], new_database: Callable[[], str], tmp_path: Path
) -> None:
    url = new_whole_database()
    execute(url, ROWS, [DIGEST])
    one, path = commands(tmp_path / "one", url), tmp_path / "kept.zip"
    kept = one.folder / "data" / "shared" / "documents" / "d" / DIGEST
    kept.parent.mkdir(parents=True)
    kept.write_bytes(BODY)
    kept.with_name("0123.part").write_bytes(b"being written")
    assert one("db", "backup", str(path)).code == 0
    empty = new_database()
    two = commands(tmp_path / "two", empty)
    assert two("db", "restore", str(path)).code == 0
    [(document, digest)] = execute(empty, FOUND)
    folder = two.folder / "data" / "shared" / "documents"
    assert (folder / document / digest).read_bytes() == BODY
    assert [each.name for each in (folder / "d").iterdir()] == [DIGEST]
    later = folder / "e" / DIGEST
    later.parent.mkdir()
    later.write_bytes(b"of a document that comes after the backup")
    assert two("db", "restore", "--replace", "--yes", str(path)).code == 0
    assert not later.exists()


def test_nobody_deletes_files_while_one_is_made(
    new_whole_database: Callable[[], str], tmp_path: Path
) -> None:
    """From before the moment that it is of until the last file is in it."""
    url = new_whole_database()
    deleting = psycopg2.connect(url)
    with deleting.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FILES_KEY])
    path = tmp_path / "kept.zip"
    making = commands(tmp_path / "one", url).start("db", "backup", "--no-check", str(path))
    until(lambda: execute(url, WAITING) == [(1,)])
    execute(url, ROWS, [DIGEST])
    deleting.close()
    making.communicate()
    assert making.returncode == 0
    with zipfile.ZipFile(path) as archive:
        tables = json.loads(archive.read("manifest.json"))["tables"]
    assert tables["ai_editor_attachment"].startswith("1:")
