"""Files and pictures of documents, over HTTP."""

import hashlib
import io
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from PIL import ExifTags, Image

from server.services import Services
from tests.client import Answer
from tests.documents.conftest import Get, Stage


def picture(form: str = "PNG", size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", size, "teal").save(drawn, form, **options)
    return drawn.getvalue()


async def attach(stage: Stage, body: bytes, name: str = "notes.pdf", who: str = "owner") -> Answer:
    path = f"/api/documents/{stage.document}/attachments?name={quote(name, safe='%')}"
    return await stage[who].send("POST", path, raw=body, headers={"Content-Type": "application/pdf"})


async def attached(stage: Stage, body: bytes, name: str = "notes.pdf") -> dict[str, Any]:
    answer = await attach(stage, body, name)
    assert answer.status == 200, answer.body
    made: dict[str, Any] = answer.json
    return made


def files(app: Services, document: str) -> list[str]:
    return sorted(each.name for each in (app.config.shared_dir / "documents" / document).glob("*"))


@pytest.mark.gen_test
async def test_a_file(stage: Get, app: Services) -> None:
    found = await stage()
    body = os.urandom(300_000)
    made = await attached(found, body, "a%2Fb%5Cc%00%E2%80%AEd.PDF")
    assert made == {
        "id": made["id"],
        "name": "abcd.PDF",
        "type": "application/pdf",
        "bytes": 300_000,
        "width": None,
        "height": None,
        "url": f"/api/documents/{found.document}/attachments/{made['id']}",
    }
    assert files(app, found.document) == [hashlib.sha256(body).hexdigest()]
    answer = await found["reader"].send("GET", made["url"])
    assert answer.status == 200
    assert answer.body == body
    told = {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": "attachment; filename=\"abcd.PDF\"; filename*=UTF-8''abcd.PDF",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-cache",
        "Content-Length": "300000",
    }
    assert told.items() <= dict(answer.headers.get_all()).items()


@pytest.mark.gen_test
async def test_a_picture(stage: Get, app: Services) -> None:
    """Drawn anew: upright, without what the file said besides, and shown."""
    found = await stage()
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.ImageDescription] = "where it was taken"
    made = await attached(found, picture("JPEG", (60, 40), exif=exif), "garden.jpg")
    assert (made["name"], made["type"], made["width"], made["height"]) == (
        "garden.jpg",
        "image/webp",
        40,
        60,
    )
    answer = await found["editor"].send("GET", made["url"])
    assert answer.headers["Content-Type"] == "image/webp"
    assert "Content-Disposition" not in answer.headers
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert len(answer.body) == made["bytes"]
    with Image.open(io.BytesIO(answer.body)) as drawn:
        assert (drawn.format, drawn.size, dict(drawn.getexif())) == ("WEBP", (40, 60), {})
    assert len(files(app, found.document)) == 1


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF"])
@pytest.mark.gen_test
async def test_kinds_of_pictures(stage: Get, form: str) -> None:
    found = await stage()
    made = await attached(found, picture(form, (5200, 20)), f"a.{form.lower()}")
    assert (made["type"], made["width"], made["height"]) == ("image/webp", 2560, 10)


@pytest.mark.gen_test
async def test_what_is_no_picture(stage: Get, app: Services) -> None:
    """Half a one is refused; what a browser would draw, or read, as something else is a file."""
    found = await stage()
    for broken in (picture()[:60], b"\xff\xd8\xff" + bytes(200), b"GIF89a" + bytes(100)):
        answer = await attach(found, broken, "a.png")
        assert (answer.status, answer.json["code"]) == (415, "PICTURE_NOT_READABLE")
    assert files(app, found.document) == []
    page = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    for name, body, kind in (
        ("a.svg", page, "image/svg+xml"),
        ("a.png", page, "application/octet-stream"),
        ("a.wav", b"RIFF\0\0\0\0WAVE" + bytes(100), "audio/x-wav"),
        ("a.html", b"<script>alert(1)</script>", "text/html"),
        ("a", b"", "application/octet-stream"),
    ):
        made = await attached(found, body, name)
        assert (made["type"], made["width"]) == (kind, None)
        answer = await found["owner"].send("GET", made["url"])
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.body == body


@pytest.mark.gen_test
async def test_it_is_read_again_only_where_it_may_be(stage: Get) -> None:
    """A validator helps nobody who has no access any more."""
    found = await stage()
    made = await attached(found, b"text", "a.txt")
    tag = {"If-None-Match": (await found["reader"].send("GET", made["url"])).headers["Etag"]}
    assert tag == {"If-None-Match": f'"{hashlib.sha256(b"text").hexdigest()}"'}
    answer = await found["reader"].send("GET", made["url"], headers=tag)
    assert (answer.status, answer.body) == (304, b"")
    found.sql("""DELETE FROM "ai_editor_document_access" WHERE "userId" = %s""", found.ids["reader"])
    assert (await found["reader"].send("GET", made["url"], headers=tag)).json["code"] == "DOCUMENT_NO_ACCESS"


@pytest.mark.gen_test
async def test_names(stage: Get) -> None:
    found = await stage()
    for name in ("", "%20", "%2F%2F", "a" * 201):
        answer = await attach(found, b"x", name)
        assert answer.status == 400, name
    assert (await attached(found, b"x", "%C3%A4" * 200))["name"] == "ä" * 200
    path = f"/api/documents/{found.document}/attachments"
    assert (await found["owner"].send("POST", path, raw=b"x")).json["code"] == "VALIDATION_ERROR"


@pytest.mark.gen_test
async def test_a_file_that_is_gone(stage: Get, app: Services, caplog: pytest.LogCaptureFixture) -> None:
    found = await stage()
    made = await attached(found, b"text", "a.txt")
    folder: Path = app.config.shared_dir / "documents" / found.document
    (folder / files(app, found.document)[0]).unlink()
    assert await found.refused("owner", "GET", made["url"].removeprefix("/api")) == (
        404,
        "ATTACHMENT_NOT_FOUND",
    )
    assert any("SHARED_DIR" in record.message for record in caplog.records)
    other = made["url"].rpartition("/")[0] + "/nothing"
    assert await found.refused("owner", "GET", other.removeprefix("/api")) == (404, "ATTACHMENT_NOT_FOUND")
