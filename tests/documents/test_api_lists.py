"""Lists of documents, page by page; titles, folders, the trash, and what becomes of it."""

import asyncio

import pytest

from handlers.documents import sweeping
from handlers.documents.routes import documents as routes
from server.services import Services
from tests.client import PASSWORD
from tests.documents.conftest import NOBODY, Get, Stage

MANY = """
    INSERT INTO "ai_editor_document" ("id", "ownerId", "title", "schema", "updatedAt")
    SELECT 'many' || n, %s, n, 1, '2026-01-01'::timestamptz + (n / 2) * interval '1 second' FROM generate_series(1, %s) AS n
"""


async def titles(found: Stage, who: str, query: str) -> list[str]:
    return [each["title"] for each in (await found.done(who, "GET", f"/documents?{query}"))["documents"]]


async def pages(found: Stage, who: str, query: str) -> list[str]:
    """The titles of all pages, with half of the documents of one moment with the other half's."""
    shown: list[str] = []
    cursor = ""
    while True:
        page = await found.done(who, "GET", f"/documents?{query}{cursor}")
        assert len(page["documents"]) <= routes.PAGE
        shown += [each["title"] for each in page["documents"]]
        if page["next"] is None:
            return shown
        cursor = f"&before={page['next']}"


@pytest.mark.gen_test
async def test_page_after_page(stage: Get) -> None:
    found = await stage()
    found.sql(MANY, found.ids["owner"], 107)
    found.sql("""INSERT INTO "ai_editor_document_access" ("id", "documentId", "userId", "role")
        SELECT "id", "id", %s, 'reader' FROM "ai_editor_document" WHERE "id" LIKE 'many%%'""", found.ids["stranger"])  # fmt: skip
    for who, query in (
        ("owner", "list=mine"),
        ("owner", "list=recent"),
        ("stranger", "list=shared"),
        ("stranger", ""),
    ):
        shown = await pages(found, who, query)
        own = [title for title in shown if title != "Garden"]
        assert len(own) == len(set(own)) == 107, query
        assert [int(title) // 2 for title in own] == sorted(
            (int(title) // 2 for title in own), reverse=True
        ), query
    found.sql("""UPDATE "ai_editor_document" SET "deletedAt" = "updatedAt" WHERE "id" LIKE 'many%%'""")
    assert len(await pages(found, "owner", "list=trash")) == 107
    assert await pages(found, "stranger", "list=shared") == await pages(found, "stranger", "list=trash") == []
    for cursor in ("x", "1", "1.a-b", "9" * 20 + ".a"):
        refused = await found.refused("owner", "GET", f"/documents?before={cursor}")
        assert refused == (400, "CURSOR_NOT_VALID"), cursor
    assert await found.refused("owner", "GET", "/documents?list=all") == (400, "VALIDATION_ERROR")


@pytest.mark.gen_test
async def test_each_list_has_its_own(stage: Get) -> None:
    found = await stage()
    await found.done("editor", "POST", "/documents", {"title": "Eddie's", "icon": "🌱"})
    assert await titles(found, "editor", "list=mine") == ["Eddie's"]
    assert await titles(found, "editor", "list=shared") == ["Garden"]
    assert await titles(found, "editor", "") == ["Eddie's", "Garden"]
    assert await titles(found, "expired", "") == await titles(found, "stranger", "list=shared") == []
    await found.done("editor", "PATCH", "/documents/{d}", {"title": "Garden 2"})
    assert await titles(found, "editor", "list=recent") == ["Garden 2", "Eddie's"]


@pytest.mark.gen_test
async def test_titles_and_icons(stage: Get) -> None:
    found = await stage()
    made = await found.done("owner", "POST", "/documents")
    assert (made["title"], made["icon"], made["role"], made["shared"], made["folderId"]) == (
        "",
        None,
        "owner",
        False,
        None,
    )
    [(schema, snapshot)] = found.sql(
        """SELECT d."schema", s."snapshot" FROM "ai_editor_document" d
        JOIN "ai_editor_document_state" s ON s."documentId" = d."id" WHERE d."id" = %s""", made["id"]
    )  # fmt: skip
    assert (schema, b"paragraph" in bytes(snapshot)) == (1, True)
    path = f"/documents/{made['id']}"
    told = await found.done("owner", "PATCH", path, {"title": "a\nb\0c 🌱", "icon": "🌱"})
    assert (told["title"], told["icon"]) == ("a b c 🌱", "🌱")
    assert (await found.done("owner", "PATCH", path, {}))["icon"] == "🌱"
    assert (await found.done("owner", "PATCH", path, {"icon": None}))["icon"] is None
    assert (await found.done("owner", "PATCH", path, {"title": "🌱" * 200}))["title"] == "🌱" * 200
    copy = await found.done("owner", "POST", f"{path}/duplicate")
    assert copy["title"] == "🌱" * 196 + " (2)"
    for body in (
        {"title": "x" * 201},
        {"title": None},
        {"icon": "x" * 33},
        {"folderId": 1},
        {"title": ["x"]},
    ):
        assert await found.refused("owner", "PATCH", path, body) == (400, "VALIDATION_ERROR"), body


@pytest.mark.gen_test
async def test_folders(stage: Get) -> None:
    found = await stage()
    outer = await found.done("owner", "POST", "/folders", {"name": "Outer"})
    inner = await found.done("owner", "POST", "/folders", {"name": "Inner", "parentId": outer["id"]})
    await found.done("owner", "PATCH", "/documents/{d}", {"folderId": inner["id"]})
    await found.done("owner", "POST", "/documents", {"title": "Outside"})
    mine = await found.done("owner", "GET", "/documents?list=mine")
    assert mine["folders"] == [inner, outer]
    assert await titles(found, "owner", f"list=mine&folder={inner['id']}") == ["Garden"]
    assert await titles(found, "owner", f"list=mine&folder={outer['id']}") == []
    assert await titles(found, "owner", "list=mine&folder=root") == ["Outside"]
    assert await titles(found, "stranger", f"list=mine&folder={inner['id']}") == []
    # No folder lies in itself, whoever is quickest.
    for parent in (inner["id"], outer["id"]):
        refused = await found.refused("owner", "PATCH", f"/folders/{outer['id']}", {"parentId": parent})
        assert refused == (400, "FOLDER_IN_ITSELF")
    await found.done("owner", "PATCH", f"/folders/{inner['id']}", {"parentId": None})
    both = ((inner, outer), (outer, inner))
    moves = (found.ask("owner", "PATCH", f"/folders/{a['id']}", {"parentId": b["id"]}) for a, b in both)
    assert sorted(each.status for each in await asyncio.gather(*moves)) == [200, 400]
    for body in ({"name": ""}, {"name": "x" * 101}, {}):
        assert await found.refused("owner", "POST", "/folders", body) == (400, "VALIDATION_ERROR")
    for who, body in (
        ("owner", {"name": "x", "parentId": NOBODY}),
        ("editor", {"name": "x", "parentId": outer["id"]}),
    ):
        assert await found.refused(who, "POST", "/folders", body) == (404, "FOLDER_NOT_FOUND")
    refused = await found.refused("editor", "POST", "/documents", {"folderId": outer["id"]})
    assert refused == (404, "FOLDER_NOT_FOUND")


@pytest.mark.gen_test
async def test_a_folder_that_goes(stage: Get) -> None:
    found = await stage()
    outer = await found.done("owner", "POST", "/folders", {"name": "Outer"})
    inner = await found.done("owner", "POST", "/folders", {"name": "Inner", "parentId": outer["id"]})
    await found.done("owner", "PATCH", "/documents/{d}", {"folderId": inner["id"]})
    await found.done("owner", "DELETE", f"/folders/{outer['id']}")
    mine = await found.done("owner", "GET", "/documents?list=mine")
    assert (mine["documents"], mine["folders"]) == ([], [])
    [trashed] = (await found.done("owner", "GET", "/documents?list=trash"))["documents"]
    assert (trashed["id"], trashed["folderId"]) == (found.document, None)
    assert (await found.done("owner", "POST", "/documents/{d}/restore"))["deletedAt"] is None
    assert await found.refused("owner", "DELETE", f"/folders/{inner['id']}") == (404, "FOLDER_NOT_FOUND")


@pytest.mark.gen_test
async def test_the_trash(stage: Get, app: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    found = await stage()
    monkeypatch.setattr(sweeping, "BATCH", 1)
    monkeypatch.setattr(sweeping, "PAUSE_SECONDS", 0)
    old = [(await found.done("owner", "POST", "/documents", {"title": str(n)}))["id"] for n in range(3)]
    for each in (*old, found.document):
        await found.done("owner", "DELETE", f"/documents/{each}")
    assert len(await titles(found, "owner", "list=trash")) == 4
    found.sql("""UPDATE "ai_editor_document" SET "deletedAt" = now() - interval '29 days'""")
    assert await sweeping.sweep(app.db) == 0
    found.sql(
        """UPDATE "ai_editor_document" SET "deletedAt" = now() - interval '31 days' WHERE "id" = ANY (%s)""",
        old,
    )
    assert await sweeping.sweep(app.db) == 3
    assert await titles(found, "owner", "list=trash") == ["Garden"]
    assert found.sql('SELECT count(*) FROM "ai_editor_document_state"') == [(1,)]
    await found.done("owner", "POST", "/documents/{d}/restore")
    assert (await found.done("reader", "GET", "/documents/{d}"))["role"] == "reader"
    await found.done("owner", "DELETE", "/documents/{d}")
    await found.done("owner", "DELETE", "/documents/{d}?forever=true")
    assert await found.refused("owner", "GET", "/documents/{d}") == (404, "DOCUMENT_NOT_FOUND")
    assert found.sql('SELECT count(*) FROM "ai_editor_document_access"') == [(0,)]


@pytest.mark.gen_test
async def test_what_is_over_is_forgotten(stage: Get, app: Services) -> None:
    found = await stage()
    await found.done("stranger", "POST", "/documents/{d}/access/request")
    assert await sweeping.sweep(app.db) == 0
    assert found.sql('SELECT count(*) FROM "ai_editor_document_access"') == [(3,)]
    for change in ('access" SET "expiresAt"', 'request" SET "createdAt"'):
        found.sql(f"""UPDATE "ai_editor_document_{change} = now() - interval '31 days'""")
    assert await sweeping.sweep(app.db) == 0
    assert found.sql('SELECT count(*) FROM "ai_editor_document_access"') == [(0,)]
    assert found.sql('SELECT count(*) FROM "ai_editor_document_request"') == [(0,)]


@pytest.mark.gen_test
async def test_an_account_that_goes(stage: Get) -> None:
    """With its documents, but for those that were handed over before; what others have stays theirs."""
    found = await stage()
    kept = (await found.done("owner", "POST", "/documents", {"title": "Kept"}))["id"]
    found.sql("""INSERT INTO "ai_editor_document_access" ("id", "documentId", "userId", "role")
        VALUES ('kept', %s, %s, 'reader')""", kept, found.ids["reader"])  # fmt: skip
    await found.done("owner", "POST", f"/documents/{kept}/transfer", {"userId": found.ids["reader"]})
    assert (await found["owner"].api("/delete-user", {"password": PASSWORD})).status == 200
    assert await titles(found, "editor", "") == []
    assert await found.refused("editor", "GET", "/documents/{d}") == (404, "DOCUMENT_NOT_FOUND")
    assert await titles(found, "reader", "") == ["Kept"]
    assert (await found.done("reader", "GET", f"/documents/{kept}/access"))["people"] == []
