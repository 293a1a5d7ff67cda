"""One document, several pages: what each sees of the others, and when it is told that something is written."""

import asyncio
from collections.abc import Callable

import pytest

from server.database import DatabaseUnavailable
from server.live import live, store
from server.live.crdt import Copy
from server.services import Services
from tests.client import Client
from tests.conftest import Sql
from tests.live.conftest import NewDocument
from tests.live.typist import Typist, first_state

pytestmark = pytest.mark.feature("documents")

Share = Callable[[str, str, str], None]


async def two(client: Client, new_document: NewDocument, share: Share, role: str) -> tuple[Client, str]:
    """Ada's document, and Bob, who has this role in it."""
    other = Client(client.base_url)
    await client.sign_up()
    await other.sign_up("bob@example.com", "Bob")
    document = new_document("ada@example.com")
    share(document, "bob@example.com", role)
    return other, document


def stored(sql: Sql, document: str) -> str:
    """The text as the database alone has it."""
    [(snapshot,)] = sql('SELECT "snapshot" FROM "ai_editor_document_state" WHERE "documentId" = %s', document)
    rows = sql(
        'SELECT "update" FROM "ai_editor_document_update" WHERE "documentId" = %s ORDER BY "seq"', document
    )
    reader = Typist()
    for update in (snapshot, *(row[0] for row in rows)):
        reader.doc.apply_update(bytes(update))
    return reader.text


async def refused(client: Client, document: str, schema: int | str = 1) -> int | None:
    """The code that a page is closed with at once."""
    page = await Typist().open(client, document, schema)
    await page.until(lambda: page.closed)
    assert page.text == ""
    return page.closed


@pytest.mark.gen_test
async def test_what_one_writes_the_other_sees_and_the_database_has(
    client: Client, sql: Sql, new_document: NewDocument, share: Share
) -> None:
    other, document = await two(client, new_document, share, "editor")
    ada, bob = await Typist().ready(client, document), await Typist().ready(other, document)
    assert ada.told == {"role": "owner", "title": "A plan", "icon": None, "saving": True}
    assert bob.told["role"] == "editor"
    ada.type("It begins. ")
    await bob.until(lambda: "It begins. " in bob.text)
    bob.type("世界 😀")
    await ada.until(lambda: ada.text == bob.text)
    await ada.until(lambda: ada.saved and bob.saved)
    assert "It begins. 世界 😀" in ada.text
    assert stored(sql, document) == ada.text


@pytest.mark.gen_test
async def test_a_reader_reads(client: Client, sql: Sql, new_document: NewDocument, share: Share) -> None:
    other, document = await two(client, new_document, share, "reader")
    ada, bob = await Typist().ready(client, document), await Typist().ready(other, document)
    bob.type("I was never here. ")
    ada.type("Read this. ")
    await bob.until(lambda: "Read this. " in bob.text)
    await ada.until(lambda: ada.saved)
    assert bob.durable == 0
    assert "never" not in ada.text + stored(sql, document)
    assert sql(
        'SELECT DISTINCT u."name" FROM "ai_editor_document_update" d JOIN "user" u ON u."id" = d."userId"'
    ) == [("Ada",)]


@pytest.mark.gen_test
async def test_carets_have_the_names_that_the_server_knows(
    client: Client, new_document: NewDocument, share: Share
) -> None:
    other, document = await two(client, new_document, share, "reader")
    ada, bob = await Typist().ready(client, document), await Typist().ready(other, document)
    bob.point({"user": {"name": "Ada", "color": "#000000"}, "cursor": 7})
    await ada.until(lambda: ada.carets.get(bob.doc.client_id))
    seen = ada.carets[bob.doc.client_id]
    assert (seen["user"]["name"], seen["cursor"]) == ("Bob", 7)
    ada.point({"cursor": 9}, clock=9, client=bob.doc.client_id)
    ada.point({"cursor": 8})
    await bob.until(lambda: bob.carets.get(ada.doc.client_id))
    assert ada.carets[bob.doc.client_id]["cursor"] == 7
    late = await Typist().ready(client, document)
    await late.until(lambda: late.carets.get(bob.doc.client_id))
    await bob.leave()
    await ada.until(lambda: ada.carets[bob.doc.client_id] is None)


@pytest.mark.gen_test
async def test_access_taken_away_closes_the_page_and_a_smaller_one_mutes_it(
    client: Client, sql: Sql, new_document: NewDocument, share: Share
) -> None:
    other, document = await two(client, new_document, share, "editor")
    ada, bob = await Typist().ready(client, document), await Typist().ready(other, document)
    sql("""UPDATE "ai_editor_document_access" SET "role" = 'reader'""")
    await bob.until(lambda: bob.told["role"] == "reader")
    bob.type("too late")
    sql('UPDATE "ai_editor_document" SET "title" = %s', "Another plan")
    await bob.until(lambda: bob.told["title"] == "Another plan")
    sql('DELETE FROM "ai_editor_document_access"')
    await bob.until(lambda: bob.closed == 4403)
    assert "too late" not in ada.text
    sql('UPDATE "ai_editor_document" SET "deletedAt" = now()')
    await ada.until(lambda: ada.closed == 4404)
    for who in (client, other):
        assert await refused(who, document) == 4404


@pytest.mark.gen_test
async def test_a_reader_who_may_write_from_now_on_comes_again(
    client: Client, sql: Sql, new_document: NewDocument, share: Share
) -> None:
    """What their page had sent as a reader's was not counted."""
    other, document = await two(client, new_document, share, "reader")
    bob = await Typist().ready(other, document)
    sql("""UPDATE "ai_editor_document_access" SET "role" = 'editor'""")
    await bob.until(lambda: bob.closed == 1012)
    await bob.ready(other, document)
    bob.type("at last")
    await bob.until(lambda: bob.saved)


@pytest.mark.gen_test
async def test_pages_are_told_that_nothing_is_saved_and_that_it_is_again(
    client: Client, app: Services, new_document: NewDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.sign_up()
    page = await Typist().ready(client, new_document("ada@example.com"))

    async def refuse(*_: object) -> None:
        raise DatabaseUnavailable("gone")

    with monkeypatch.context() as away:
        away.setattr(store, "append", refuse)
        page.type("kept")
        await page.until(lambda: page.told["saving"] is False)
        assert (page.told["role"], page.told["title"], page.saved) == ("owner", "A plan", False)
    await page.until(lambda: page.told["saving"] and page.saved)


@pytest.mark.gen_test
async def test_who_does_not_get_in(client: Client, sql: Sql, new_document: NewDocument, share: Share) -> None:
    other, document = await two(client, new_document, share, "reader")
    sql("""UPDATE "ai_editor_document_access" SET "expiresAt" = now() - interval '1 second'""")
    for who, path, schema, code in (
        (other, document, 1, 4403),
        (client, "nowhere", 1, 4404),
        (client, document, 0, 4409),
        (client, document, "", 4409),
    ):
        assert await refused(who, path, schema) == code


@pytest.mark.gen_test
async def test_a_session_that_ends_closes_its_page(client: Client, new_document: NewDocument) -> None:  # S23
    await client.sign_up()
    page = await Typist().ready(client, new_document("ada@example.com"))
    await client.api("/sign-out", {})
    await page.until(lambda: page.closed == 4401)


@pytest.mark.gen_test
async def test_what_was_written_away_from_the_server_comes_when_it_is_back(
    client: Client, sql: Sql, new_document: NewDocument
) -> None:
    await client.sign_up()
    document = new_document("ada@example.com")
    page = await Typist().ready(client, document)
    page.type("first ")
    await page.until(lambda: page.saved)
    await page.leave()
    page.type("second ")
    fresh = await Typist().ready(client, document)
    fresh.type("meanwhile ")
    await page.ready(client, document)
    await page.until(lambda: page.saved and fresh.saved and page.text == fresh.text)
    assert all(word in stored(sql, document) for word in ("first", "second", "meanwhile"))


@pytest.mark.gen_test
async def test_a_document_is_written_on_where_its_log_was_shortened(
    client: Client, sql: Sql, new_document: NewDocument
) -> None:
    await client.sign_up()
    copy = Copy([first_state()])
    document = new_document("ada@example.com", copy.encode())
    page = await Typist().ready(client, document)
    for number in range(5):
        page.type(f"{number} ")
        await page.until(lambda: page.saved)
    [(last, rows)] = sql('SELECT "seq", "logRows" FROM "ai_editor_document_state"')
    assert last == rows >= 5
    assert sql('SELECT array_agg("seq" ORDER BY "seq") FROM "ai_editor_document_update"') == [
        (list(range(1, last + 1)),)
    ]


@pytest.mark.gen_test
async def test_nothing_is_kept_open_for_who_is_not_let_in(
    client: Client, app: Services, new_document: NewDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LINGER_SECONDS", 0)
    other = Client(client.base_url)
    await client.sign_up()
    await other.sign_up("bob@example.com", "Bob")
    document = new_document("ada@example.com")
    assert await refused(other, document) == live.NO_ACCESS
    while app.of(live.Live).rooms:
        await asyncio.sleep(0.01)
