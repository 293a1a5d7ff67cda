"""Word between processes over a real database, and compaction by several at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pycrdt import Doc, Text
from tornado.platform.asyncio import AsyncIOLoop

from server import clock
from server.database import Database
from server.live import bus as buses
from server.live import compaction, presence, store
from server.live.bus import CHANNEL, Bus, Pack
from server.live.checking import read_state
from server.live.crdt import Copy
from server.live.journal import Journal, Row
from server.live.room import Room
from tests.live.typist import first_state
from tests.outside import Outside

FIRST = first_state()
END = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Ear:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.packs: list[Pack] = []
        self.words: list[str] = []
        self.missed = 0

    def heard(self, pack: Pack) -> None:
        self.packs.append(pack)

    def noticed(self, word: str) -> None:
        self.words.append(word)
        if word == "trouble":
            raise RuntimeError("nobody expected that")

    def may_have_missed(self) -> None:
        self.missed += 1


async def until(true: Callable[[], object]) -> None:
    """Waits for it."""
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def two(url: str) -> AsyncIterator[tuple[Bus, Ear, Bus, Ear]]:
    """Two processes that hear each other."""
    db, one, other = Database(url, 3), Ear(), Ear()
    first, second = Bus(db, one), Bus(db, other)
    first.begin()
    second.begin()
    await until(lambda: one.missed and other.missed)
    try:
        yield first, one, second, other
    finally:
        await first.stop()
        await second.stop()
        await db.close()


Held = Callable[[Callable[[], Awaitable[None]]], None]


@pytest.fixture
def held(io_loop: AsyncIOLoop, clean: None, monkeypatch: pytest.MonkeyPatch) -> Held:
    """held(work): runs it."""
    monkeypatch.setattr(buses, "RETRY_SECONDS", 0.02)
    return io_loop.run_sync


def test_what_is_written_and_where_carets_are_is_heard_elsewhere(held: Held, database_url: str) -> None:
    async def work() -> None:
        async with two(database_url) as (first, one, _, other):
            first.send_rows([Row("a", 1, b"x" * 2000), Row("a", 2, b"y" * 9000), Row("b", 1, b"z")] * 9)
            first.ask("a")
            await until(lambda: any(pack.asked for pack in other.packs))
            rows = [row for pack in other.packs for row in pack.rows]
            assert rows == [("a", 1, b"x" * 2000), ("a", 2, b""), ("b", 1, b"z")] * 9
            there = presence.Presence()
            carets = [(client, 1, b'{"cursor":"%s"}' % (b"x" * 500)) for client in range(60)]
            for each in carets:
                there.take(presence.write([each]), each[0], {"id": "ada"})
                first.send_carets("a", [each[0]], there.encode)
            heard: Any = set()
            await until(lambda: heard.update(_clients(other)) or len(heard) == 60)
            assert one.packs == []

    held(work)


def _clients(ear: Ear) -> set[int]:
    return {
        client for pack in ear.packs for _, update in pack.carets for client, _, _ in presence.read(update)
    }


def test_a_listener_that_is_cut_off_comes_back_and_says_so(
    held: Held, database_url: str, outside: Outside
) -> None:
    async def work() -> None:
        async with two(database_url) as (first, one, _, other):
            for word in ("b!!", "bAAAA", "b", "trouble", "aDOCUMENT"):
                outside.execute(f"SELECT pg_notify('{CHANNEL}', %s)", [word])
            await until(lambda: "aDOCUMENT" in one.words)
            outside.execute(END)
            await until(lambda: one.missed >= 2 and other.missed >= 2)
            first.send_rows([Row("a", 1, b"x")])
            await until(lambda: other.packs)

    held(work)


def test_a_word_heard_twice_or_too_early_changes_nothing() -> None:
    doc: Doc[Any] = Doc()
    changes: list[bytes] = []
    doc.observe(lambda event: changes.append(event.update))
    text = doc.get("text", type=Text)
    for word in "abc":
        text.insert(len(str(text)), word)
    room: Any = Room("one", Copy(), 0, Journal(None, None, None))  # type: ignore[arg-type]
    room._soon = lambda: None
    for seq in (3, 1, 1, 3, 2, 2):
        room.hear(seq, changes[seq - 1])
    assert (room.numbers.upto, room.encode()) == (3, doc.get_update())


def test_of_several_that_shorten_a_log_one_does(held: Held, database_url: str, outside: Outside) -> None:
    outside.execute(
        """INSERT INTO "user" ("id", "name", "email", "emailVerified") VALUES ('ada', 'Ada', 'a@b.c', true);
           INSERT INTO "ai_editor_document" ("id", "ownerId", "title", "schema") VALUES ('long', 'ada', 'L', 1);
           INSERT INTO "ai_editor_document_state" ("documentId", "snapshot") VALUES ('long', ''::bytea)"""
    )
    outside.execute('UPDATE "ai_editor_document_state" SET "snapshot" = %s', [FIRST])

    async def work() -> None:
        db, doc = Database(database_url, 4), Doc[Any]()
        changes: list[bytes] = []
        doc.observe(lambda event: changes.append(event.update))
        text = doc.get("text", type=Text)
        for number in range(40):
            text.insert(0, f"{number} ")
        await store.append(db, ["long"] * 30, ["ada"] * 30, changes[:30])
        later = store.append(db, ["long"] * 10, ["ada"] * 10, changes[30:])
        writing = asyncio.create_task(later)
        removed = await asyncio.gather(*(compaction.compact(db, "long") for _ in range(3)))
        await writing
        state = await store.read(db, "long")
        assert state
        assert sum(removed) == 40 - len(state.updates or ())
        assert (state.seq, state.snapshot_seq + len(state.updates or ())) == (40, 40)
        assert read_state(Copy(state.changes).state) == read_state(Copy([FIRST, doc.get_update()]).state)
        [look] = await store.look(db, ["long"], *_now())
        assert look.rows == len(state.updates or ())
        await compaction.compact(db, "long")
        assert [each.rows for each in await store.look(db, ["long"], *_now())] == [0]
        assert await compaction.compact(db, "long") == await compaction.compact(db, "nowhere") == 0
        await db.close()

    held(work)


def _now() -> tuple[Any, Any]:
    return clock.now(), clock.now()
