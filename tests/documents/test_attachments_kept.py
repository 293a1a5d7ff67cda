"""What becomes of files: in copies of a document, in exports, with the end of a document, and beside a backup."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from handlers.documents import clearing
from server.services import Services
from server.uploads.files import FILES_KEY
from tests.client import PASSWORD
from tests.conftest import Sql
from tests.documents.conftest import Get, Stage
from tests.documents.test_attachments import attach, attached, files, picture

HOLD = "SELECT pg_advisory_lock_shared(%s) IS NULL"
LET_GO = "SELECT pg_advisory_unlock_shared(%s)"


async def written(stage: Stage, markdown: str, document: str = "{d}") -> None:
    await stage.done("owner", "PUT", f"/documents/{document}/content", markdown)


async def said(stage: Stage, form: str, document: str = "{d}") -> str:
    path = f"/documents/{document}/content?format={form}"
    return (await stage.ask("reader" if document == "{d}" else "editor", "GET", path)).body.decode()


def old(folder: Path) -> None:
    for each in [folder, *folder.rglob("*")]:
        os.utime(each, (0, 0))


def shared(app: Services) -> Path:
    return app.config.shared_dir / "documents"


@pytest.mark.gen_test
async def test_a_text_names_them_by_no_address(stage: Get, app: Services) -> None:
    """In and out again: what is this document's is a picture or a file, and nothing else is."""
    found = await stage()
    drawn, kept = await attached(found, picture(), "a.png"), await attached(found, b"text", "notes [1].txt")
    origin, name = app.config.origin, "notes [1].txt"
    await written(
        found,
        f"![Roses]({origin}{drawn['url']})\n\n[{name.replace('[', chr(92) + '[').replace(']', chr(92) + ']')}]({kept['url']})\n\n"
        f"![Elsewhere](https://elsewhere.example/a.png)\n\n![Other](/api/documents/x/attachments/{drawn['id']})\n",
    )
    document = (await found.ask("reader", "GET", "/documents/{d}/content")).json
    first, second, third, fourth = document["content"]
    assert first["attrs"] == {
        "src": f"attachment:{drawn['id']}",
        "alt": "Roses",
        "title": None,
        "width": 60,
        "height": 40,
    }
    assert second["attrs"] == {
        "src": f"attachment:{kept['id']}",
        "name": name,
        "bytes": 4,
        "kind": "text/plain",
    }
    for each, words in ((third, "Elsewhere"), (fourth, "Other")):
        assert (each["type"], each["content"][0]["text"]) == ("paragraph", words)
    html = await said(found, "html")
    assert f'<img src="{origin}{drawn["url"]}" alt="Roses" width="60" height="40">' in html
    assert f'<a href="{origin}{kept["url"]}" download>notes [1].txt</a>' in html
    markdown = await said(found, "markdown")
    assert f"![Roses]({origin}{drawn['url']})" in markdown
    await written(found, markdown + "\nMore.\n")
    after = (await found.ask("reader", "GET", "/documents/{d}/content")).json["content"]
    assert after[:4] == document["content"]


@pytest.mark.gen_test
async def test_a_copy_has_its_own(stage: Get, app: Services) -> None:
    found = await stage()
    drawn = await attached(found, picture(), "a.png")
    await written(found, f"![Roses]({drawn['url']})\n")
    copy = (await found.done("editor", "POST", "/documents/{d}/duplicate"))["id"]
    assert files(app, copy) == files(app, found.document)
    body = (await found["editor"].send("GET", f"/api/documents/{copy}/attachments/{drawn['id']}")).body
    assert body == (await found["editor"].send("GET", drawn["url"])).body
    assert f"documents/{copy}/attachments/{drawn['id']}" in await said(found, "markdown", copy)
    assert (
        await found["owner"].send("GET", f"/api/documents/{copy}/attachments/{drawn['id']}")
    ).status == 403
    await found.done("owner", "DELETE", "/documents/{d}")
    await found.done("owner", "DELETE", "/documents/{d}?forever=true")
    assert not (shared(app) / found.document).exists()
    assert (
        await found["editor"].send("GET", f"/api/documents/{copy}/attachments/{drawn['id']}")
    ).body == body


@pytest.mark.gen_test
async def test_a_zip_has_them_beside_the_text(stage: Get) -> None:
    found = await stage()
    drawn, kept = await attached(found, picture(), "a.png"), await attached(found, b"text", "a b.txt")
    await attached(found, b"other", "A B.txt")
    await written(found, f"![Roses]({drawn['url']})\n\n[notes]({kept['url']})\n")
    answer = await found["owner"].send("GET", "/api/documents/export")
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == [
            "Garden.files/A B (2).txt",
            "Garden.files/a b.txt",
            "Garden.files/a.webp",
            "Garden.md",
        ]
        assert archive.read("Garden.files/a b.txt") == b"text"
        assert archive.read("Garden.md").decode() == (
            "![Roses](Garden.files/a.webp)\n\n[notes](Garden.files/a%20b.txt)\n"
        )


@pytest.mark.gen_test
async def test_they_go_with_their_owner(stage: Get, app: Services) -> None:
    found = await stage()
    await attached(found, b"text")
    assert (await found["owner"].api("/delete-user", {"password": PASSWORD})).status == 200
    assert list(shared(app).iterdir()) == []


@pytest.mark.gen_test
async def test_what_is_left_is_swept(stage: Get, app: Services, sql: Sql) -> None:
    """Of documents that are gone, of uploads that came to nothing; what is young may be under way."""
    found = await stage()
    kept = await attached(found, b"text", "a.txt")
    folder = shared(app) / found.document
    gone, young = shared(app) / "gone", shared(app) / "young"
    for each in (gone, young):
        each.mkdir()
        (each / "x").write_bytes(b"x")
    for name in ("0123.part", "f" * 64):
        (folder / name).write_bytes(b"x")
    old(gone)
    old(folder)
    (folder / "new.part").write_bytes(b"x")
    await clearing.sweep(app)
    assert {each.name for each in shared(app).iterdir()} == {found.document, "young"}
    assert len(files(app, found.document)) == 2
    assert (await found["reader"].send("GET", kept["url"])).body == b"text"


@pytest.mark.gen_test
async def test_nothing_goes_while_a_backup_is_made(stage: Get, app: Services, sql: Sql) -> None:
    found = await stage()
    await attached(found, b"text")
    sql(HOLD, FILES_KEY)
    await found.done("owner", "DELETE", "/documents/{d}")
    await found.done("owner", "DELETE", "/documents/{d}?forever=true")
    old(shared(app))
    await clearing.sweep(app)
    assert len(files(app, found.document)) == 1
    sql(LET_GO, FILES_KEY)
    await clearing.sweep(app)
    assert list(shared(app).iterdir()) == []


@pytest.mark.gen_test
async def test_how_much_a_document_has(stage: Get, app: Services, sql: Sql) -> None:
    """Counted in the transaction that adds one; the same file twice is there once."""
    found = await stage()
    for _ in range(2):
        await attached(found, b"text")
    assert len(files(app, found.document)) == 1
    fill = """
        INSERT INTO "ai_editor_attachment" ("documentId", "id", "name", "type", "bytes", "digest")
        SELECT %s, n::text, 'x', 'x', %s, 'x' FROM generate_series(1, %s) AS n
    """
    empty = 'DELETE FROM "ai_editor_attachment" WHERE "digest" = %s'
    for size, number in ((1, 998), (500 * 1024 * 1024 - 8, 1)):
        sql(fill, found.document, size, number)
        answer = await attach(found, b"more")
        assert (answer.status, answer.json["code"]) == (413, "DOCUMENT_ATTACHMENTS_FULL")
        sql(empty, "x")
        assert (await attach(found, b"text")).status == 200
        sql(
            'DELETE FROM "ai_editor_attachment" WHERE "id" NOT IN (SELECT "id" FROM "ai_editor_attachment" LIMIT 2)'
        )
    assert len(files(app, found.document)) == 1
