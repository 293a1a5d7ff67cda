"""What documents say over HTTP: begun with Markdown, read in each form, edited, copied, exported. S40 S46."""

import asyncio
import io
import zipfile

import pytest

from handlers.documents import content
from handlers.documents.content import Converting
from handlers.documents.routes import content as routes
from server.documents import schema
from server.services import Services
from tests.client import Answer
from tests.documents.conftest import Get, Stage

GARDEN = "# Garden\n\nTulips & **roses**.\n\n- [ ] water\n"
EMPTY = {"type": "doc", "content": [{"type": "paragraph"}]}


async def put(found: Stage, who: str, text: bytes, kind: str = "text/markdown; charset=utf-8") -> Answer:
    path = f"/api/documents/{found.document}/content"
    return await found[who].send("PUT", path, headers={"Content-Type": kind}, raw=text)


async def markdown(found: Stage, who: str = "owner", path: str = "/documents/{d}") -> str:
    answer = await found.ask(who, "GET", f"{path}/content?format=markdown")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/markdown; charset=utf-8")
    return answer.body.decode()


@pytest.mark.gen_test
async def test_a_document_that_begins_with_markdown(stage: Get) -> None:
    found = await stage()
    made = await found.done("owner", "POST", "/documents", {"markdown": GARDEN})
    path = f"/documents/{made['id']}"
    assert made["title"] == "Garden"
    assert await markdown(found, path=path) == GARDEN
    said = (await found.done("owner", "GET", f"{path}/content"))["content"]
    assert [each["type"] for each in said] == ["heading", "paragraph", "taskList"]
    told = (await found.done("owner", "GET", "/documents/search?q=tulip"))["documents"]
    assert [each["id"] for each in told] == [made["id"]]
    named = await found.done(
        "owner", "POST", "/documents", {"markdown": GARDEN, "title": "Mine", "icon": "🌷"}
    )
    assert (named["title"], named["icon"]) == ("Mine", "🌷")
    empty = await found.done("owner", "GET", "/documents/{d}/content")
    assert schema.document(empty) == schema.document(EMPTY)


@pytest.mark.gen_test
async def test_a_page_of_its_own(stage: Get) -> None:
    found = await stage()
    await put(found, "owner", b"*a* <script>\n")
    answer = await found.ask("reader", "GET", "/documents/{d}/content?format=html")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "<p><em>a</em> &lt;script&gt;</p>" in answer.body.decode()


@pytest.mark.gen_test
async def test_editing(stage: Get) -> None:
    """What it makes different is a change in the log, of whoever asked; what is as it was makes none."""
    found = await stage()
    for text, rows in ((GARDEN, 1), (GARDEN, 1), (GARDEN + "\nMore.\n", 2)):
        told = await put(found, "editor", text.encode())
        assert (told.status, told.json["role"]) == (200, "editor")
        assert found.sql('SELECT count(*) FROM "ai_editor_document_update"') == [(rows,)]
        assert await markdown(found) == await markdown(found, "reader") == text
    assert found.sql('SELECT DISTINCT "userId" FROM "ai_editor_document_update"') == [(found.ids["editor"],)]


@pytest.mark.gen_test
async def test_edits_at_once_lose_nothing(stage: Get) -> None:
    found = await stage()
    await put(found, "owner", b"first\n\nlast\n")
    both = (b"first one\n\nlast\n", b"first\n\nlast one\n")
    answers = await asyncio.gather(
        *(put(found, who, text) for who, text in zip(("owner", "editor"), both, strict=True))
    )
    assert [each.status for each in answers] == [200, 200]
    assert await markdown(found) in ("first one\n\nlast one\n", "first\n\nlast one\n", "first one\n\nlast\n")


@pytest.mark.gen_test
async def test_what_is_no_edit(stage: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    found = await stage()
    refusals = {
        "a form": (b"a=b", "application/x-www-form-urlencoded", (415, "UNSUPPORTED_MEDIA_TYPE")),
        "nothing said": (b"a", "", (415, "UNSUPPORTED_MEDIA_TYPE")),
        "too much": (b"a" * (routes.LARGEST + 1), "text/markdown", (413, "PAYLOAD_TOO_LARGE")),
        "too deep": (b">" * 5000 + b"a", "text/markdown", (422, "CONTENT_NOT_READABLE")),
    }
    for what, (text, kind, refusal) in refusals.items():
        answer = await put(found, "owner", text, kind)
        if what == "too deep" and answer.status == 200:  # it is flattened
            continue
        assert (answer.status, answer.json["code"]) == refusal, what
    long = await put(found, "owner", b"word " * 300_000)  # more than any other body may be
    assert long.status == 200, long.body
    await put(found, "owner", b"")
    monkeypatch.setattr(content, "MOST_BYTES", 100)
    answer = await put(found, "owner", b"word " * 100)
    assert (answer.status, answer.json["code"]) == (413, "DOCUMENT_TOO_LARGE")
    assert await markdown(found) == ""
    assert await found.refused("owner", "GET", "/documents/{d}/content?format=docx") == (
        400,
        "VALIDATION_ERROR",
    )


@pytest.mark.gen_test
async def test_bytes_that_are_no_text_are_text_all_the_same(stage: Get) -> None:
    found = await stage()
    for text in (b"\xff\xfe\0a", b"\0", b"", "\ud83c\udf37".encode("utf-16", "surrogatepass")):
        assert (await put(found, "owner", text)).status == 200, text
        assert (await found.ask("owner", "GET", "/documents/{d}/content")).status == 200


@pytest.mark.gen_test
async def test_as_a_file(stage: Get) -> None:
    found = await stage()
    names = {
        "Garden": "attachment; filename=\"Garden.md\"; filename*=UTF-8''Garden.md",
        '../a"b\\c\r\n; x=1 🌷': "attachment; filename=\"a b c ; x=1 _.md\"; filename*=UTF-8''a%20b%20c%20%3B%20x%3D1%20%F0%9F%8C%B7.md",
        "": "attachment; filename=\"document.md\"; filename*=UTF-8''document.md",
    }
    for title, disposition in names.items():
        await found.done("owner", "PATCH", "/documents/{d}", {"title": title})
        answer = await found.ask("reader", "GET", "/documents/{d}/content?format=markdown&download=true")
        assert answer.headers["Content-Disposition"] == disposition, title
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "Content-Disposition" not in (await found.ask("reader", "GET", "/documents/{d}/content")).headers


@pytest.mark.gen_test
async def test_as_html(stage: Get) -> None:
    """A part of a page to show, a whole one to keep; neither can do anything here."""
    found = await stage()
    await put(
        found, "owner", b"# <script>alert(1)</script>\n\n[there](/documents/x) [no](javascript:alert)\n"
    )
    shown = await found.ask("reader", "GET", "/documents/{d}/content?format=html")
    kept = await found.ask("reader", "GET", "/documents/{d}/content?format=html&download=true")
    for answer in (shown, kept):
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert b"<script" not in answer.body
        assert b'href="javascript' not in answer.body
    assert shown.body.startswith(b"<h1>&lt;script")
    assert kept.body.startswith(b"<!doctype html>")
    assert f'href="{found["owner"].base_url}/documents/x'.encode() in kept.body


@pytest.mark.gen_test
async def test_a_copy_says_the_same(stage: Get) -> None:
    found = await stage()
    await put(found, "owner", GARDEN.encode())
    copy = await found.done("reader", "POST", "/documents/{d}/duplicate")
    assert (copy["title"], copy["role"], copy["shared"]) == ("Garden (2)", "owner", False)
    await put(found, "owner", b"another")
    assert await markdown(found, "reader", f"/documents/{copy['id']}") == GARDEN
    assert await found.refused("owner", "GET", f"/documents/{copy['id']}/content") == (
        403,
        "DOCUMENT_NO_ACCESS",
    )


@pytest.mark.gen_test
async def test_export(stage: Get) -> None:
    found = await stage()
    outer = await found.done("owner", "POST", "/folders", {"name": "Out/er"})
    inner = await found.done("owner", "POST", "/folders", {"name": "..", "parentId": outer["id"]})
    for title, folder in (("A", outer), ("a", outer), ("../B", inner), ("", None)):
        body = {"title": title, "folderId": folder and folder["id"], "markdown": GARDEN}
        await found.done("owner", "POST", "/documents", body)
    gone = await found.done("owner", "POST", "/documents", {"title": "Gone"})
    await found.done("owner", "DELETE", f"/documents/{gone['id']}")
    answer = await found.ask("owner", "GET", "/documents/export")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        names = sorted(archive.namelist(), key=str.casefold)
        assert names == sorted(
            ["document.md", "Garden.md", "Out er/A.md", "Out er/a (2).md", "Out er/document/B.md"], key=str.casefold
        ) or names == sorted(
            ["document.md", "Garden.md", "Out er/a.md", "Out er/A (2).md", "Out er/document/B.md"], key=str.casefold
        )  # fmt: skip
        assert archive.read("document.md").decode() == GARDEN
    nothing = await found.ask("stranger", "GET", "/documents/export")
    with zipfile.ZipFile(io.BytesIO(nothing.body)) as archive:
        assert archive.namelist() == []


@pytest.mark.gen_test
async def test_few_at_once_are_converted(stage: Get, app: Services) -> None:
    found = await stage()
    converting = app.of(Converting)
    answers = await asyncio.gather(*(markdown(found) for _ in range(10)))
    assert answers == [""] * 10
    assert converting.line.pending == 0
