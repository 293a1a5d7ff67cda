"""The journal alone: what it says is written is, in order, and one document that cannot be written stops no other."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, cast

import pytest
from pycrdt import Doc, Text

from server.database import Database, DatabaseError, DatabaseUnavailable, budget
from server.live import journal as journals
from server.live import store
from server.live.journal import Journal, Row


def changes(count: int) -> list[bytes]:
    """So many changes of one text."""
    doc: Doc[Any] = Doc()
    found: list[bytes] = []
    doc.observe(lambda event: found.append(event.update))
    text = doc.get("text", type=Text)
    for number in range(count):
        text.insert(0, f"{number} ")
    return found


CHANGE = changes(1)[0]


class Table:
    """Takes rows, unless it refuses: all, or those of the documents named."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, bytes]] = []
        self.poisoned: set[str] = set()
        self.missing: set[str] = set()
        self.away: Exception | None = None
        self.asked = 0
        self.left: list[float | None] = []

    async def append(
        self, _: object, ids: Sequence[str], authors: Sequence[str], updates: Sequence[bytes]
    ) -> list[store.Numbered]:
        self.asked += 1
        with budget.spend(60) as seconds:
            self.left.append(seconds)
        await asyncio.sleep(0)
        if self.away:
            raise self.away
        if self.poisoned & set(ids):
            raise DatabaseError("no such row is taken")
        found = []
        for document, author, update in zip(ids, authors, updates, strict=True):
            if document not in self.missing:
                self.rows.append((document, author, update))
                found.append(store.Numbered(document, sum(row[0] == document for row in self.rows)))
        return found[::-1]


class Page:
    """Hears what is saved."""

    def __init__(self) -> None:
        self.heard: list[int] = []

    def saved(self, count: int) -> None:
        self.heard.append(count)


class Scene:
    """A journal, its database, and what it tells."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.db = Table()
        self.rows: list[Row] = []
        self.gone: list[str] = []
        self.stalls: list[bool] = []
        monkeypatch.setattr(store, "append", self.db.append)
        monkeypatch.setattr(journals, "TICK_SECONDS", 0.001)
        monkeypatch.setattr(journals, "RETRY_SECONDS", 0.001)
        self.journal = Journal(cast("Database", None), self._told, self.stalls.append)

    def _told(self, rows: Sequence[Row], gone: Sequence[str]) -> None:
        self.rows += rows
        self.gone += gone


Held = Callable[[Callable[[Scene], Coroutine[Any, Any, None]]], None]


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch, io_loop: Any) -> Held:
    """held(work): runs it, with a journal that ends afterwards."""

    async def run(work: Callable[[Scene], Coroutine[Any, Any, None]]) -> None:
        scene = Scene(monkeypatch)
        async with asyncio.timeout(30):
            await work(scene)
            await scene.journal.stop(0)

    return lambda work: io_loop.run_sync(lambda: run(work))


def test_each_is_told_once_its_frames_are_written(held: Held) -> None:
    async def work(scene: Scene) -> None:
        ada, bob = Page(), Page()
        for number, change in enumerate(changes(200)):
            scene.journal.add("one", "ada", change, ada, number + 1)
        scene.journal.add("two", "bob", CHANGE, bob, 1)
        scene.journal.add("three", "bob", b"", bob, 1)
        for each in ("one", "two", "three", "never opened"):
            await scene.journal.written(each)
        assert (ada.heard, bob.heard) == ([200], [1, 1])
        assert [row.seq for row in scene.rows if row.id == "one"] == [1, 2, 3, 4]
        assert {row.change for row in scene.rows} == {row[2] for row in scene.db.rows}
        assert (scene.journal.size, scene.stalls) == (0, [])

    held(work)


@pytest.mark.parametrize("error", [DatabaseUnavailable("away"), DatabaseUnavailable("nobody knows")])
def test_what_is_not_taken_waits_and_keeps_its_order(held: Held, error: Exception) -> None:
    async def work(scene: Scene) -> None:
        scene.db.away, page = error, Page()
        first, second = changes(2)
        scene.journal.add("one", "ada", first, page, 1)
        while scene.db.asked < 3:
            await asyncio.sleep(0)
        scene.journal.add("one", "bob", second, page, 2)
        assert scene.journal.stalled
        assert page.heard == []
        assert not await scene.journal.flush(0.01)
        scene.db.away = None
        await scene.journal.written("one")
        assert scene.db.rows == [("one", "ada", first), ("one", "bob", second)]
        assert (page.heard, scene.stalls, scene.journal.size) == ([2], [True, False], 0)

    held(work)


def test_one_that_cannot_be_written_stops_no_other(held: Held) -> None:
    async def work(scene: Scene) -> None:
        pages = {name: Page() for name in ("a", "b", "c", "d")}
        scene.db.poisoned, scene.db.missing = {"b"}, {"d"}
        for name, page in pages.items():
            scene.journal.add(name, "ada", CHANGE, page, 1)
        for name in pages:
            await scene.journal.written(name)
        assert {name: page.heard for name, page in pages.items()} == {"a": [1], "b": [], "c": [1], "d": []}
        assert sorted(scene.gone) == ["b", "d"]
        scene.db.poisoned = set()
        scene.journal.add("b", "ada", CHANGE, pages["b"], 1)
        await scene.journal.written("b")
        assert pages["b"].heard == [1]

    held(work)


def test_a_change_that_cannot_be_merged_is_one_document_s(held: Held) -> None:
    async def work(scene: Scene) -> None:
        good, bad = Page(), Page()
        scene.journal.add("bad", "ada", CHANGE, bad, 1)
        scene.journal.add("bad", "ada", b"\xff\xff\xff", bad, 2)
        scene.journal.add("good", "ada", CHANGE, good, 1)
        await scene.journal.written("good")
        await scene.journal.written("bad")
        assert (good.heard, bad.heard, scene.gone) == ([1], [], ["bad"])

    held(work)


def test_nobody_waits_for_what_others_go_on_writing(held: Held) -> None:
    async def work(scene: Scene) -> None:
        async def write_on() -> None:
            while True:
                scene.journal.add("busy", "ada", CHANGE)
                await asyncio.sleep(0)

        writing = asyncio.create_task(write_on())
        scene.journal.add("quiet", "bob", CHANGE)
        await scene.journal.written("quiet")
        await scene.journal.written("busy")
        assert await scene.journal.flush(20)
        writing.cancel()

    held(work)


def test_it_outlives_the_time_of_the_request_it_began_in(held: Held) -> None:
    async def work(scene: Scene) -> None:
        budget.allow(0.001)
        scene.journal.add("one", "ada", CHANGE)
        await scene.journal.written("one")
        assert scene.db.left == [60]

    held(work)


def test_it_takes_so_much(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:  # S46
    async def work(scene: Scene) -> None:
        monkeypatch.setattr(journals, "MOST_BYTES", 10)
        scene.db.away = DatabaseUnavailable("away")
        full = [scene.journal.full]
        scene.journal.add("one", "ada", CHANGE)
        full.append(scene.journal.full)
        scene.db.away = None
        await scene.journal.written("one")
        assert [*full, scene.journal.full] == [False, True, False]

    held(work)
