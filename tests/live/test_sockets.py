"""What a socket may be told that no page says: each is a close with its code, and the others go on."""

import asyncio
import json
from typing import Any

import pytest
from pycrdt import Doc, XmlElement, XmlFragment, XmlText
from tornado.httpclient import HTTPClientError

import handlers.documents.sockets as sockets
from server.live import frames, presence, room
from server.live.frames import varbytes, varuint
from server.live.live import Live
from server.services import Services
from tests.client import Client
from tests.conftest import Sql
from tests.http.sockets import Raw, connect, end
from tests.live.conftest import NewDocument
from tests.live.typist import Typist

pytestmark = pytest.mark.feature("documents")

MEGABYTE = 1024 * 1024


def caret(client: int, state: object, clock: int = 1) -> bytes:
    """What a page says of itself."""
    text = state if isinstance(state, bytes) else json.dumps(state).encode()
    return frames.awareness(presence.write([(client, clock, text)]))


def early(number: int, size: int) -> bytes:
    """An update whose ground never comes."""
    doc: Doc[Any] = Doc(client_id=1_000 + number)
    fragment = doc.get("default", type=XmlFragment)
    fragment.children.append(XmlElement("paragraph"))
    ground = doc.get_state()
    block = fragment.children[0]
    assert isinstance(block, XmlElement)
    block.children.append(XmlText("x" * size))
    return doc.get_update(ground)


NONSENSE: dict[str, bytes | str] = {
    "nothing": b"",
    "a type that nobody has": bytes([7]),
    "a word of the server's": frames.durable(9),
    "a step that nobody has": bytes([0, 3, 0]),
    "a frame that ends early": frames.sync(frames.UPDATE, b"\x00\x00")[:-1],
    "two messages in one": frames.sync(frames.STEP_1, b"\x00") * 2,
    "text": "hello",
    "no update": frames.sync(frames.UPDATE, b"\xff" * 40),
    "an update that is cut": frames.sync(frames.UPDATE, early(1, 40)[:-9]),
    "no state vector": frames.sync(frames.STEP_1, varuint(400_000_000)),
    "a client that JavaScript cannot count": frames.sync(
        frames.UPDATE,
        b"\x01\x01" + varuint(2**54) + b"\x00" + b"\x04\x01" + varbytes(b"default") + b"\x01x\x00",
    ),
    "a caret that is no object": caret(7, [1]),
    "a caret that is no JSON": caret(7, b"{"),
    "a caret with a number that pages cannot read": caret(7, b'{"cursor": NaN}'),
    "a caret with half a character": caret(7, b'{"name": "\\ud800"}'),
    "a caret of values within values": caret(7, b"[" * 2000 + b"]" * 2000),
    "a caret of several kilobytes": caret(7, {"name": "x" * 5000}),
    "a caret of somebody whom JavaScript cannot count": caret(2**54, {}),
    "more carets than bytes": frames.awareness(varuint(2**40)),
}


@pytest.mark.gen_test
async def test_nonsense_ends_its_socket_alone(client: Client, sql: Sql, new_document: NewDocument) -> None:
    await client.sign_up()
    document = new_document("ada@example.com")
    page, reader = await Typist().ready(client, document), await Typist().ready(client, document)
    for name, message in NONSENSE.items():
        stranger = await connect(client, f"/api/documents/{document}/live?schema=1")
        stranger.write_message(message, binary=isinstance(message, bytes))
        assert await end(stranger) == 4400, name
    stranger = await connect(client, f"/api/documents/{document}/live?schema=1")
    stranger.write_message(frames.sync(frames.UPDATE, bytes(4 * MEGABYTE)), binary=True)
    assert await end(stranger) == 1009
    page.type("undisturbed")
    await reader.until(lambda: reader.text == page.text and page.saved)
    assert (page.closed, reader.closed) == (None, None)


@pytest.mark.gen_test
async def test_too_many_sockets_and_messages(
    client: Client, new_document: NewDocument, monkeypatch: pytest.MonkeyPatch
) -> None:  # S46
    await client.sign_up()
    document = new_document("ada@example.com")
    monkeypatch.setattr(sockets, "MOST_SOCKETS", 3)
    page, reader, hasty = [await Typist().ready(client, document) for _ in range(3)]
    more = await Typist().open(client, document)
    await more.until(lambda: more.closed == 4429)
    for _ in range(int(sockets.MOST_AT_ONCE) * 2):
        hasty.send(bytes([frames.QUERY_AWARENESS]))
    await hasty.until(lambda: hasty.closed == 4429)
    heavy = await Typist().ready(client, document)
    for number in range(5):
        heavy.send(frames.sync(frames.UPDATE, early(number, 3 * MEGABYTE)))
    await heavy.until(lambda: heavy.closed == 4429)
    page.type("at leisure")
    await reader.until(lambda: reader.text == page.text and page.saved)


@pytest.mark.gen_test
async def test_a_page_from_elsewhere_and_one_without_a_session(
    client: Client, new_document: NewDocument
) -> None:  # S31
    await client.sign_up()
    path = f"/api/documents/{new_document('ada@example.com')}/live?schema=1"
    for headers, status in (({"Origin": "https://evil.example"}, 403), ({"Cookie": ""}, 401)):
        with pytest.raises(HTTPClientError, match=str(status)):
            await connect(client, path, headers)


@pytest.mark.gen_test
async def test_a_full_document_takes_no_more_and_is_read_on(
    app: Services, client: Client, sql: Sql, new_document: NewDocument, monkeypatch: pytest.MonkeyPatch
) -> None:  # S46
    monkeypatch.setattr(room, "MOST_BYTES", 100_000)
    await client.sign_up()
    document = new_document("ada@example.com")
    page, reader = await Typist().ready(client, document), await Typist().ready(client, document)
    page.type("x" * 60_000)
    await page.until(lambda: page.saved)
    del page.paragraph[0:60_000]
    page.type("y" * 60_000)
    await reader.until(lambda: reader.text == page.text and page.saved)
    page.type("z" * 60_000)
    await page.until(lambda: page.closed == 4413)
    assert "z" not in reader.text
    reader.type("small")
    await reader.until(lambda: reader.saved)
    assert reader.closed is None


@pytest.mark.gen_test
async def test_what_waits_for_its_ground_counts(
    app: Services, client: Client, sql: Sql, new_document: NewDocument, monkeypatch: pytest.MonkeyPatch
) -> None:  # S46
    monkeypatch.setattr(room, "MOST_BYTES", 100_000)
    await client.sign_up()
    document = new_document("ada@example.com")
    page = await Typist().ready(client, document)
    for number in range(40):
        page.send(frames.sync(frames.UPDATE, early(number, 5000)))
    await page.until(lambda: page.closed == 4413)
    [(size,)] = sql('SELECT "logBytes" FROM "ai_editor_document_state" WHERE "documentId" = %s', document)
    assert size <= 100_000


@pytest.mark.gen_test
async def test_what_was_known_is_acknowledged_and_not_kept_again(
    client: Client, sql: Sql, new_document: NewDocument
) -> None:
    await client.sign_up()
    document = new_document("ada@example.com")
    page = await Typist().ready(client, document)
    page.type("once")
    await page.until(lambda: page.saved)
    rows = sql('SELECT "logRows" FROM "ai_editor_document_state" WHERE "documentId" = %s', document)
    before = page.durable
    for _ in range(20):
        page.sent += 1
        page.send(frames.sync(frames.UPDATE, page.doc.get_update()))
    await page.until(lambda: page.durable == before + 20)
    assert sql('SELECT "logRows" FROM "ai_editor_document_state" WHERE "documentId" = %s', document) == rows


@pytest.mark.gen_test
async def test_a_flood_of_carets_is_a_few(
    app: Services, client: Client, new_document: NewDocument
) -> None:  # S46
    await client.sign_up()
    document = new_document("ada@example.com")
    page, reader = await Typist().ready(client, document), await Typist().ready(client, document)
    flood = [(client_id, 1, b'{"cursor":1}') for client_id in range(1, 20_000)]
    page.send(frames.awareness(presence.write(flood)))
    await reader.until(lambda: reader.carets)
    page.type("after the flood")
    await reader.until(lambda: reader.text == page.text)
    assert len(reader.carets) <= presence.MOST_CLIENTS
    assert len(app.of(Live).rooms[document].presence.encode()) < 2_000


@pytest.mark.gen_test
async def test_who_does_not_read_is_let_go(
    app: Services, client: Client, new_document: NewDocument, monkeypatch: pytest.MonkeyPatch
) -> None:  # S46
    monkeypatch.setattr(sockets.LiveDocument, "MAX_UNSENT", 1_000_000)
    await client.sign_up()
    document = new_document("ada@example.com")
    page = await Typist().ready(client, document)
    page.type("x" * 200_000)
    await page.until(lambda: page.saved)
    raw = await Raw.connect(client, f"/api/documents/{document}/live?schema=1")
    await raw.shaken()
    live = app.of(Live)
    await page.until(lambda: live.members == 2)
    slow: Any = list(live.rooms[document].members)[1]
    while not slow._over:
        slow.send(frames.sync(frames.UPDATE, bytes(500_000)))
        await asyncio.sleep(0)
    raw.writer.close()
    await page.until(lambda: live.members == 1)
    page.type("and goes on")
    await page.until(lambda: page.saved)


@pytest.mark.gen_test
async def test_nothing_is_kept_of_documents_that_nobody_may_see(
    app: Services, client: Client, new_document: NewDocument
) -> None:  # S46
    other = Client(client.base_url)
    await client.sign_up()
    await other.sign_up("bob@example.com", "Bob")
    document = new_document("ada@example.com")
    page = await Typist().open(other, document)
    await page.until(lambda: page.closed == 4403)
    assert not app.of(Live).rooms
