"""kill -9 while people write in a document: what was said to be saved is there, be the tab open or closed."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from functools import partial

import psycopg2

from drill import ground
from drill.ledger import Account, Ledger
from drill.outcome import Outcome
from drill.pages import Page, new_document
from drill.people import sign_up
from drill.servers import Server, Trouble, kill, serving
from drill.wire import Line
from server.live.crdt import Copy

WRITERS = 4
PAUSE = 0.05
PATIENCE = 60.0
# What is written between two blows, at least.
WORDS = 12
LOG = 'SELECT "update" FROM "ai_editor_document_update" WHERE "documentId" = %s ORDER BY "seq"'
SNAPSHOT = 'SELECT "snapshot" FROM "ai_editor_document_state" WHERE "documentId" = %s'


class Writer:
    """Writes a word now and then, and notes which of them it was told are saved; comes again whatever happens."""

    def __init__(self, name: str, page: Callable[[], Page]) -> None:
        self.name, self._new = name, page
        self.page, self.words, self.done = page(), 0, False
        self.saved: set[int] = set()
        self._open: list[tuple[int, int, int]] = []

    async def write(self) -> None:
        """Until it is done."""
        while not self.done:
            page = await self.page.come()
            if page is not self.page:  # its tab was closed meanwhile, and the new one has nothing yet
                continue
            page.type(f"{self.name}{self.words}. ")
            self._open.append((self.page.times if self.page.is_open else 0, self.page.sent, self.words))
            self.words += 1
            await asyncio.sleep(PAUSE)
            self.look()

    async def rest(self) -> None:
        """Writes no more, and stays until all is saved: a socket that goes meanwhile is opened again."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not self.page.saved:
                    await self.page.come()
                    await asyncio.sleep(PAUSE)
        except TimeoutError:
            raise Trouble(f"not all that {self.name} wrote is saved in the end") from None
        self.look()

    def look(self) -> None:
        """What the page says: of frames of this socket one by one, of what was written before when all is saved."""
        page = self.page
        saved = {
            word
            for times, frame, word in self._open
            if page.saved or (times == page.times and frame <= page.durable)
        }
        self.saved |= saved
        self._open = [each for each in self._open if each[2] not in saved]

    async def close(self) -> None:
        """The tab goes, right after "Saved": a new one has nothing but what the server has."""
        before, self.page, self._open = self.page, self._new(), []
        await before.leave()


async def strike(server: Server, writers: list[Writer], times: int, ledger: Ledger) -> float:
    """Worker, PostgreSQL, both; a moment after a key, so that its commit is on its way. When the last blow was."""
    chance, struck = random.Random(7), 0.0  # noqa: S311
    writing = [asyncio.create_task(each.write()) for each in writers]
    for number in range(times):
        await progress(writers, ledger)
        if number % 2:
            await closes(writers[number % len(writers)])
        await asyncio.sleep(chance.random() * 0.03)
        struck = blow(server, number)
        await asyncio.sleep(0)
    await progress(writers, ledger)
    for each in writers:
        each.done = True
    await asyncio.gather(*writing)
    await asyncio.gather(*(each.rest() for each in writers))
    return struck


def blow(server: Server, number: int) -> float:
    """One of three kinds, in turn."""
    victims = server.workers()
    at = time.monotonic()
    if number % 3:
        at = kill(server.postmaster())
    if number % 3 != 1 and victims:
        at = kill(victims[number % len(victims)])
    return at


async def closes(writer: Writer) -> None:
    """Its tab, at a moment when it says "Saved"."""
    await until(lambda: writer.page.saved, "nothing is saved any more")
    writer.look()
    await writer.close()


async def progress(writers: list[Writer], ledger: Ledger) -> None:
    """Somebody is told again that something is saved."""
    before = sum(len(each.saved) for each in writers)
    began = time.monotonic()
    await until(
        lambda: sum(len(each.saved) for each in writers) >= before + WORDS, "nothing is saved any more"
    )
    ledger.longest = max(ledger.longest, time.monotonic() - began)


async def until(true: Callable[[], object], otherwise: str) -> None:
    """Waits for it."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise Trouble(otherwise)
        await asyncio.sleep(0.002)


def stored(address: str, document: str) -> str:
    """The text as the database alone has it."""
    connection = psycopg2.connect(address)
    try:
        with connection.cursor() as cursor:
            cursor.execute(SNAPSHOT, [document])
            rows = cursor.fetchall()
            cursor.execute(LOG, [document])
            rows += cursor.fetchall()
    finally:
        connection.close()
    reader = Page(0, "", document)
    reader.doc.apply_update(Copy(bytes(row[0]) for row in rows).encode())
    return reader.text


def documents(times: int = 102) -> Outcome:
    """Several people in one document, two workers, and a blow every other second."""
    what = f"{times} × kill -9 of a worker, PostgreSQL or both while {WRITERS} write in a document"
    found, ledger = Outcome("documents", what), Ledger()
    with ground.folder() as folder, serving(folder, WORKERS="2") as server:
        line = Line(server.port)
        account = signed_up(ledger, line)
        document = new_document(line, account.cookie)
        line.close()
        page = partial(Page, server.port, account.cookie, document)
        writers = [Writer(name, page) for name in "abcd"[:WRITERS]]
        asyncio.run(hold(server, writers, times, ledger, found))
        prove(ledger, writers, stored(server.address, document))
    found.take(ledger)
    found.requests = sum(each.words for each in writers)
    found.notes.append(
        f"{sum(len(each.saved) for each in writers):,} of {found.requests:,} words acknowledged"
    )
    found.notes.append(f"the longest time without a word saved was {ledger.longest:.1f} s")
    return found


def signed_up(ledger: Ledger, line: Line) -> Account:
    """Whose the document is."""
    account = sign_up(ledger, line)
    if account is None:
        raise Trouble("nobody can sign up")
    return account


async def hold(server: Server, writers: list[Writer], times: int, ledger: Ledger, found: Outcome) -> None:
    """The drill, and whether all read the same afterwards."""
    struck = await strike(server, writers, times, ledger)
    found.recovery = max(0.0, time.monotonic() - struck)
    pages = [each.page for each in writers]
    await until(lambda: len({each.text for each in pages}) == 1, "the pages do not converge")
    for each in pages:
        await each.leave()


def prove(ledger: Ledger, writers: list[Writer], text: str) -> None:
    """Every word that was acknowledged is in the database."""
    there = set(text.replace("<", " ").replace(">", " ").split())
    for writer in writers:
        for number in sorted(writer.saved):
            if f"{writer.name}{number}." not in there:
                ledger.missing(f"word {number} of {writer.name}")
