"""Files as they come: encodings, broken ends, lines without end, and an import that is killed in the middle."""

import contextlib
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from handlers.transfer.importing import BATCH
from tests.cli.commands import Commands
from tests.conftest import Sql
from tests.transfer.test_import import ADA, HASH, bring, refused

LINE = json.dumps(ADA)
CSV = f"email,name,email_verified,password_hash\r\nada@example.com,Ada,true,{HASH}\r\n"
MANY = 2000


def many(folder: Path, number: int) -> Path:
    path = folder / "many.jsonl"
    rows = (
        ADA | {"email": f"p{n}@example.com", "accounts": [{"provider_id": "google", "account_id": f"{n}"}]}
        for n in range(number)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + LINE.encode(),
        b"\n \r\n" + LINE.encode() + b"\r\n\r\n",
        b"\xef\xbb\xbf" + CSV.encode(),
        CSV.replace("\r\n", "\n").rstrip("\n").encode(),
        b"\xef\xbb\xbf \n[" + LINE.encode() + b"]",
        json.dumps([ADA], indent=4).replace("\n", "\r\n").encode(),
    ],
)
def test_marks_and_ends_of_lines_do_not_matter(ai_editor: Commands, sql: Sql, content: bytes) -> None:
    assert bring(ai_editor, content).code == 0
    assert sql('SELECT "email", "name", "emailVerified" FROM "user"') == [("ada@example.com", "Ada", True)]


def test_cells_of_several_lines_and_quotes_are_read(ai_editor: Commands, sql: Sql) -> None:
    text = 'name,email\n"Ada ""A."", of\nLondon",ada@example.com\nEve,eve@example\nBob,bob@example.com\n'
    assert bring(ai_editor, text).code == 1
    assert sql('SELECT "name" FROM "user" ORDER BY 1') == [('Ada "A.", of\nLondon',), ("Bob",)]
    assert [each["line"] for each in refused(ai_editor)] == [4]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_are_told_in_a_word(ai_editor: Commands, encoding: str) -> None:
    done = bring(ai_editor, LINE.encode(encoding))
    assert done.code == 2
    assert "save it as UTF-8" in done.refusal


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_told(ai_editor: Commands, content: bytes) -> None:
    done = bring(ai_editor, content)
    assert done.code == 2
    assert "empty" in done.refusal


def test_a_file_without_anybody_is_told(ai_editor: Commands) -> None:
    done = bring(ai_editor, b"email,name\r\n", "--from", "csv")
    assert done.code == 2
    assert "there is nobody in it" in done.err


def test_a_missing_file_and_a_folder_are_wrong_usage(ai_editor: Commands) -> None:
    for name in ("nowhere.csv", "."):
        assert ai_editor("user", "import", name).code == 2


# A line that is none, and the reason.
LINES: list[tuple[bytes, str]] = [
    (b'{"email": "b@exam', "json"),
    (b'["b@example.com"]', "json"),
    (b"7", "json"),
    (b"[" * 100_000, "json"),
    (b'{"a":' * 50_000, "json"),
    (b'{"email": "b@example.com", "name": "\xff\xfe"}', "json"),
    (b'{"email": "b@example.com", "name": "\\ud800"}', "json"),
    (b'{"email": "b@example.com", "name": "a\\u0000b"}', "name"),
    (b"\0\0\0\0", "json"),
    (b'{"email": "' + b"x" * (3 << 20) + b'"}', "length"),
]


@pytest.mark.parametrize(("line", "reason"), LINES, ids=lambda value: str(value)[:30])
def test_a_broken_line_costs_nobody_else_anything(
    ai_editor: Commands, sql: Sql, line: bytes, reason: str
) -> None:
    other = json.dumps(ADA | {"email": "other@example.com"}).encode()
    done = bring(ai_editor, b"\n".join([LINE.encode(), line, other]))
    assert done.code == 1, done.err
    assert [(each["line"], each["reason"]) for each in refused(ai_editor)] == [(2, reason)]
    assert sql('SELECT count(*) FROM "user"') == [(2,)]


CELLS = [
    b"b@example.com",
    b"b@example.com,Bob,true,,,",
    b'"b@example.com"x,Bob,true,',
    b"b@example.com,\xff\xfe,true,",
    b"b@example.com,a\0b,true,",
]


@pytest.mark.parametrize("line", CELLS)
def test_a_broken_line_of_csv_costs_nobody_else_anything(ai_editor: Commands, sql: Sql, line: bytes) -> None:
    done = bring(ai_editor, CSV.encode() + line + b"\r\nother@example.com,Other,false,\r\n")
    assert done.code == 1
    assert [each["line"] for each in refused(ai_editor)] == [3]
    assert sql('SELECT count(*) FROM "user"') == [(2,)]


def test_a_quote_that_never_ends_is_told(ai_editor: Commands, sql: Sql) -> None:
    assert bring(ai_editor, CSV + 'b@example.com,"Bob,true,\r\n' * 3).code == 1
    assert refused(ai_editor)[0]["line"] == 3


@pytest.mark.parametrize(
    "cut", ["[{0}, {0}", '{{"users": [{1}, {{"localId": "u2", "em', "[{0}, }}]", "[{0}] and more"]
)
def test_of_a_document_that_breaks_off_comes_in_what_was_whole(
    ai_editor: Commands, sql: Sql, cut: str
) -> None:
    firebase = json.dumps({"localId": "u1", "email": "ada@example.com"})
    source = "firebase" if "users" in cut else "jsonl"
    done = bring(ai_editor, cut.format(LINE, firebase), "--from", source)
    assert done.code == 2
    assert "after row" in done.err.splitlines()[-1]
    assert sql('SELECT count(*) FROM "user"') == [(1,)]


def test_a_document_is_read_bit_by_bit(ai_editor: Commands, sql: Sql) -> None:
    """Nothing in it that is no person fills the memory."""
    done = bring(ai_editor, b"[" + LINE.encode() + b', "' + b"x" * (70 << 20) + b'"]', "--from", "jsonl")
    assert done.code == 2
    assert "of more than 64 MB that is no person" in done.err
    assert sql('SELECT count(*) FROM "user"') == [(1,)]


@contextlib.contextmanager
def held(database_url: str, email: str) -> Iterator[None]:
    """Somebody with this address signs up and has not finished: whoever else brings it waits."""
    connection = psycopg2.connect(database_url)
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO "user" ("id", "name", "email", "emailVerified") VALUES (%s, %s, %s, false)',
            ("held", "Held", email),
        )
        yield
        connection.rollback()


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_after_a_break_it_goes_on(
    ai_editor: Commands, sql: Sql, database_url: str, sign: signal.Signals
) -> None:
    many(ai_editor.folder, MANY)
    with held(database_url, f"p{BATCH * 2 + 7}@example.com"):
        running = ai_editor.start("user", "import", "many.jsonl", "--json")
        while sql('SELECT count(*) FROM "user"') != [(BATCH * 2,)]:
            assert running.poll() is None
        os.kill(running.pid, sign)
        assert running.wait(60) != 0
        assert running.stdout
        assert running.stderr
        with running.stdout, running.stderr:
            assert "Traceback" not in running.stderr.read()
    done = ai_editor("user", "import", "many.jsonl", "--json")
    assert (done.code, done.json["existing"], done.json["imported"]) == (0, BATCH * 2, MANY - BATCH * 2)
    assert sql('SELECT count(*), count(DISTINCT "email") FROM "user"') == [(MANY, MANY)]
    assert sql('SELECT "providerId", count(*) FROM "account" GROUP BY 1 ORDER BY 1') == [
        ("credential", MANY),
        ("google", MANY),
    ]


def test_a_bar_is_drawn_on_a_terminal_alone(ai_editor: Commands) -> None:
    many(ai_editor.folder, 1200)
    assert "Importing" not in ai_editor("user", "import", "many.jsonl").err
    done = ai_editor.on_terminal("user", "import", "many.jsonl").end()
    assert "Importing" in done.out
    assert "100%" in done.out
    assert "Imported 0 users from jsonl; 1200 were here already" in done.out
