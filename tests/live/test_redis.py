"""Two processes that talk through Redis, and what they do while it is away."""

import asyncio
import functools

import pytest

from server.live.live import Live
from server.services import Services
from tests.client import Client
from tests.conftest import Sql
from tests.live.conftest import NewDocument
from tests.live.typist import Typist
from tests.relay.conftest import Redis, redis

pytestmark = pytest.mark.feature("documents")

__all__ = ["redis"]


class Reader:
    """A page at another process, as far as a room knows."""

    user_id, may_write = "reader", False
    shown: dict[str, str] = {}  # noqa: RUF012

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def has(self, word: str) -> bool:
        """Whether somebody has written this."""
        return word.encode() in b"".join(self.frames)

    def send(self, frame: bytes) -> None:
        self.frames.append(frame)

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        self.frames.append(b"closed")

    def stalled(self) -> None:
        """Nothing."""

    def saved(self, count: int) -> None:
        """Never."""

    def allowed(self, *_: object) -> None:
        """Whatever."""


@pytest.mark.gen_test
async def test_words_go_through_redis_and_past_it_while_it_is_away(
    client: Client,
    app: Services,
    redis: Redis,
    sql: Sql,
    new_document: NewDocument,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    notify = app.db.notify

    async def note(channel: str, payload: str) -> None:
        said.append(payload)
        await notify(channel, payload)

    monkeypatch.setattr(app.db, "notify", note)
    await client.sign_up()
    document = new_document("ada@example.com")
    app.of(Live).bus._redis_url = redis.url
    other = Live(app.db, redis.url)
    async with other.running():
        page, reader = await Typist().ready(client, document), Reader()
        room = await other.open(document)
        other.enter(room, reader, other.notices)
        for word, away in (("through", False), ("past", True), ("again", False)):
            if word != "through":
                (redis.stop if away else redis.start)()
            said.clear()
            page.type(word)
            await page.until(functools.partial(reader.has, word))
            assert bool(said) is away
        clock = 0
        while b'"Ada"' not in room.presence.encode():  # a caret is said again and again, as a page does
            page.point({"cursor": clock}, clock=(clock := clock + 1))
            await asyncio.sleep(0.05)
        assert room.numbers.upto == 4
        assert not room.numbers.gap
        sql('DELETE FROM "ai_editor_document"')
        await page.until(lambda: b"closed" in reader.frames and page.closed == 4404)
