"""Attachments that are not taken: nothing of them is left, and whoever sent them reads why."""

import asyncio
import shutil
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from handlers.documents import attachments
from handlers.documents.attachments import Attachments
from server.services import Services
from tests.avatar.test_storage import no_room
from tests.documents.conftest import NOBODY, Get, Stage
from tests.documents.test_attachments import attach, files, picture

MEGABYTE = 1024 * 1024


async def until(what: Callable[[], object]) -> None:
    while not what():
        await asyncio.sleep(0.01)


async def refused(stage: Stage, body: bytes, who: str = "owner") -> tuple[int, str]:
    answer = await attach(stage, body, "a.bin", who)
    return answer.status, answer.json["code"]


@pytest.mark.gen_test
async def test_what_is_too_large(stage: Get, app: Services) -> None:
    """The largest that may be is taken; a picture may be less."""
    found = await stage()
    assert (await attach(found, bytes(25 * MEGABYTE))).json["bytes"] == 25 * MEGABYTE
    assert await refused(found, bytes(25 * MEGABYTE + 1)) == (413, "ATTACHMENT_TOO_LARGE")
    assert await refused(found, bytes(60 * MEGABYTE)) == (413, "ATTACHMENT_TOO_LARGE")
    assert await refused(found, picture() + bytes(20 * MEGABYTE)) == (413, "ATTACHMENT_TOO_LARGE")
    assert await refused(found, picture("PNG", (16384, 1))) == (413, "ATTACHMENT_TOO_LARGE")
    assert len(files(app, found.document)) == 1


@pytest.mark.gen_test
async def test_who_may_not_reads_why(stage: Get, app: Services) -> None:
    """However much they have sent; none of it was stored."""
    found = await stage()
    body = bytes(5 * MEGABYTE)
    assert await refused(found, body, "reader") == (403, "NOT_ALLOWED")
    assert await refused(found, body, "stranger") == (403, "DOCUMENT_NO_ACCESS")
    assert await refused(found, body, "signed out") == (401, "UNAUTHORIZED")
    found.document, real = NOBODY, found.document
    assert await refused(found, body) == (404, "DOCUMENT_NOT_FOUND")
    found.document = real
    await found.done("owner", "DELETE", "/documents/{d}")
    assert await refused(found, body) == (410, "DOCUMENT_IN_TRASH")
    assert not (app.config.shared_dir / "documents" / real).exists()
    assert not (app.config.shared_dir / "documents" / NOBODY).exists()


@pytest.mark.gen_test
async def test_who_loses_access_meanwhile(stage: Get, app: Services) -> None:
    """They are asked again in the transaction that adds it."""
    found = await stage()
    head, folder = _head(found, "editor", 1000), app.config.shared_dir / "documents" / found.document
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(found["owner"].base_url).port)
    writer.write(head + b"x" * 500)
    await until(folder.exists)
    assert [each.suffix for each in folder.iterdir()] == [".part"]
    found.sql('DELETE FROM "ai_editor_document_access" WHERE "userId" = %s', found.ids["editor"])
    writer.write(b"x" * 500)
    assert b"DOCUMENT_NO_ACCESS" in await reader.read()
    writer.close()
    assert files(app, found.document) == []


@pytest.mark.gen_test
async def test_an_upload_that_is_broken_off(stage: Get, app: Services) -> None:
    found = await stage()
    folder = app.config.shared_dir / "documents" / found.document
    _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(found["owner"].base_url).port)
    writer.write(_head(found, "owner", 1000) + b"x" * 500)
    await until(lambda: folder.exists() and list(folder.iterdir()))
    writer.close()
    await until(lambda: not list(folder.iterdir()))
    assert found.sql('SELECT count(*) FROM "ai_editor_attachment"') == [(0,)]


def _head(stage: Stage, who: str, size: int) -> bytes:
    cookie = "; ".join(f"{name}={value}" for name, value in stage[who].cookies.items())
    return (
        f"POST /api/documents/{stage.document}/attachments?name=a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Origin: {stage[who].base_url}\r\nCookie: {cookie}\r\nContent-Length: {size}\r\n\r\n"
    ).encode()


@pytest.mark.parametrize("body", [bytes(100_000), picture("PNG", (800, 600))], ids=["file", "picture"])
@pytest.mark.gen_test
async def test_a_full_disk(
    stage: Get, app: Services, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:  # S38
    found = await stage()
    with no_room(500):
        assert await refused(found, body) == (507, "FILE_STORAGE_FULL")
    assert files(app, found.document) == []
    assert [record.exc_info for record in caplog.records if "SHARED_DIR" in record.message] == [None]
    assert (await attach(found, body)).status == 200


@pytest.mark.gen_test
async def test_a_folder_that_is_none(stage: Get, app: Services) -> None:
    found = await stage()
    folder = app.config.shared_dir / "documents"
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("")
    assert await refused(found, b"x") == (503, "FILE_STORAGE_UNAVAILABLE")
    folder.unlink()
    assert (await attach(found, b"x")).status == 200


@pytest.mark.gen_test
async def test_a_picture_that_takes_too_long(
    stage: Get, app: Services, monkeypatch: pytest.MonkeyPatch
) -> None:  # S46
    """A progressive JPEG whose last scan comes again and again."""
    found = await stage()
    drawn = picture("JPEG", (2000, 2000), progressive=True)
    scan = drawn[drawn.rindex(b"\xff\xda") : -2]
    assert await refused(found, drawn[:-2] + scan * 60_000 + b"\xff\xd9") == (415, "PICTURE_NOT_READABLE")
    assert app.of(Attachments).studio.children == 0
    assert files(app, found.document) == []


def test_names() -> None:
    assert attachments.clean_name(" a/b\\c\x00\x9f\u202e\u2066d.txt ") == "abcd.txt"
    for name, kind in (("a.PDF", "application/pdf"), ("a.png", attachments.FILE), ("a", attachments.FILE)):
        assert attachments.type_of(name) == kind
