"""Finding documents: by the beginnings of words, in texts and titles, with typos in these; only what one may read."""

from urllib.parse import quote

import pytest

from handlers.documents.searching import Searching
from handlers.documents.shapes import snippet
from server.documents import words
from server.documents.indexing import index
from server.services import Services
from tests.documents.conftest import Get

TEXT = "Tulips in the café by the Größe.\nThen 東京 & 3.14 <b>startling</b> art"
FOUND = {
    "in the text": ("tuli", True),
    "every word": ("tulips startl", True),
    "one of them": ("tulips nothing", False),
    "the middle of a word": ("ulips", False),
    "without accents": ("cafe grosse", True),
    "with them": ("CAFÉ GRÖSSE", True),
    "without spaces": ("京", True),
    "a number": ("3.14", True),
    "the title": ("gard", True),
    "the middle of the title": ("arden", True),
    "a typo in the title": ("Graden", True),
    "a typo elsewhere": ("tulpis", False),
    "nothing": ("", False),
    "signs": ("&%_'\\ :* !", False),
    "operators": ("tulips' | nothing", False),
    "a NUL": ("tulips\0", True),
    "very much": ("tulips " * 100, True),
}


@pytest.mark.gen_test
async def test_what_is_found(stage: Get, app: Services) -> None:
    found = await stage()
    await index(app.db, found.document, TEXT)
    for what, (typed, is_found) in FOUND.items():
        query = quote(typed)
        for who, sees in (("owner", True), ("reader", True), ("expired", False), ("stranger", False)):
            told = (await found.done(who, "GET", f"/documents/search?q={query}"))["documents"]
            assert [each["id"] for each in told] == [found.document] * (is_found and sees), (what, who)
    await found.done("owner", "DELETE", "/documents/{d}")
    assert (await found.done("owner", "GET", "/documents/search?q=tuli"))["documents"] == []
    assert await found.refused("owner", "GET", "/documents/search") == (400, "VALIDATION_ERROR")


@pytest.mark.gen_test
async def test_without_the_extension(stage: Get, app: Services) -> None:
    found = await stage()
    await index(app.db, found.document, TEXT)
    app.of(Searching)._forgives = False
    for typed, hits in (("garden", 1), ("tulips", 1), ("Graden", 0)):
        told = (await found.done("owner", "GET", f"/documents/search?q={typed}"))["documents"]
        assert len(told) == hits, typed


@pytest.mark.gen_test
async def test_titles_come_first_and_snippets_are_no_markup(stage: Get, app: Services) -> None:
    found = await stage()
    await index(app.db, found.document, "word " * 100 + TEXT)
    other = (await found.done("owner", "POST", "/documents", {"title": "Startling"}))["id"]
    told = (await found.done("owner", "GET", "/documents/search?q=start"))["documents"]
    assert [each["id"] for each in told] == [other, found.document]
    assert told[0]["snippet"] == []
    parts = told[1]["snippet"]
    assert [part["text"] for part in parts if part["hit"]] == ["startling"]
    assert "<b>" in "".join(part["text"] for part in parts)
    art = (await found.done("owner", "GET", "/documents/search?q=art"))["documents"]
    assert [part["text"] for part in art[1]["snippet"] if part["hit"]] == ["art"]


@pytest.mark.gen_test
async def test_a_text_is_indexed_again(stage: Get, app: Services) -> None:
    found = await stage()
    before = (await found.done("owner", "GET", "/documents/{d}"))["updatedAt"]
    found.sql("""UPDATE "ai_editor_document" SET "updatedAt" = now() - interval '1 day'""")
    await index(app.db, found.document, "first\0")
    await index(app.db, found.document, "second")
    await index(app.db, "nothing", "second")
    assert (await found.done("owner", "GET", "/documents/{d}"))["updatedAt"] >= before
    for typed, hits in (("first", 0), ("second", 1)):
        assert len((await found.done("owner", "GET", f"/documents/search?q={typed}"))["documents"]) == hits


@pytest.mark.gen_test
async def test_no_text_is_too_long(stage: Get, app: Services) -> None:
    """An index holds a megabyte of words."""
    found = await stage()
    long = " ".join(f"{number:x}{'é' * 60}" for number in range(60_000))
    await index(app.db, found.document, long)
    told = (await found.done("owner", "GET", "/documents/search?q=7ee"))["documents"]
    assert len(told) == 1


def test_words() -> None:
    assert words.split("Über-Größe 東京 foo_bar") == ["uber", "grosse", "東", "京", "foo", "bar"]
    assert words.distinct("a A á b") == ["a", "b"]
    assert "".join(piece for piece, _ in words.pieces(TEXT)) == TEXT


def test_snippets() -> None:
    assert snippet("a  Café\nis ", ["caf"]) == [
        {"text": "a ", "hit": False},
        {"text": "Café", "hit": True},
        {"text": " is", "hit": False},
    ]
