"""Two workers behind one port, one of which is killed now and then: nothing that was said to be saved is missing."""

import asyncio
import functools
import os
import signal
from collections.abc import Iterator, Sequence

import pytest

from tests.client import Client
from tests.http.sockets import close_all
from tests.live.typist import Typist
from tests.workers.served import Served

PAGES, KILLS = 4, 3


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("served"), WORKERS="2") as found:
        yield found


class Page:
    """Somebody who goes on writing whatever happens to the server, and comes again like a browser."""

    def __init__(self, client: Client, document: str, name: str) -> None:
        self.client, self.document, self.name = client, document, name
        self.typist, self.words, self.kept = Typist(), 0, 0
        self.done = False

    async def write(self) -> None:
        """A word every few milliseconds; what is acknowledged when all are is counted."""
        while not self.done:
            if self.typist.closed is not None or self.words == 0:
                await self.come()
            self.typist.type(f"{self.name}{self.words}. ")
            self.words += 1
            await asyncio.sleep(0.01)
            if self.typist.saved and self.typist.closed is None:
                self.kept = self.words

    async def come(self) -> None:
        """Until it is let in."""
        while True:
            try:
                await self.typist.ready(self.client, self.document)
                return
            except OSError:
                await asyncio.sleep(0.05)


@pytest.mark.gen_test
async def test_nothing_that_was_saved_is_lost_with_a_worker(served: Served) -> None:
    client = Client(served.address)
    await client.sign_up()
    document = (await client.send("POST", "/api/documents", {"title": "Kept"})).json["id"]
    pages = [Page(client, document, name) for name in "abcd"[:PAGES]]
    writing = [asyncio.create_task(page.write()) for page in pages]
    for number in range(KILLS):
        before = sum(page.kept for page in pages)
        await pages[0].typist.until(functools.partial(have_kept, pages, before + 40))
        victims = sorted(served.pids())
        os.kill(victims[number % len(victims)], signal.SIGKILL)
        kept = {page.name: page.kept for page in pages}
        reader = await come(client, document)
        assert all(f"{name}{last - 1}. " in reader.text for name, last in kept.items() if last)
    for page in pages:
        page.done = True
    await asyncio.gather(*writing)
    for page in pages:
        if page.typist.closed is not None:
            await page.come()
    await pages[0].typist.until(lambda: all(page.typist.saved for page in pages))
    reader = await come(client, document)
    await reader.until(lambda: all(page.typist.text == reader.text for page in pages))
    for page in pages:
        assert all(f"{page.name}{number}. " in reader.text for number in range(page.words))
    await close_all()


def have_kept(pages: Sequence[Page], words: int) -> bool:
    """Whether so many words of theirs are known to be saved."""
    return sum(page.kept for page in pages) > words


async def come(client: Client, document: str) -> Typist:
    """A page that has nothing yet."""
    page = Page(client, document, "reader")
    await page.come()
    return page.typist
