"""Word between processes of what is in the log, and of carets. It only hastens: who misses a word reads the log."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec
from msgspec import Struct

from server.database import Database, DatabaseError, DatabaseUnavailable, Listener, budget
from server.live.journal import Row

if TYPE_CHECKING:
    from server.redis.channel import Channel

CHANNEL = "ai_editor_document"
# What NOTIFY carries, as base64, and what of a row is left out of it: the log has it.
MOST_PACKED = 5700
RETRY_SECONDS, PROBE_SECONDS = 0.5, 1.0
# Carets are told of so often.
CARET_SECONDS = 0.1
log = logging.getLogger(__name__)
T = TypeVar("T")
Encode = Callable[[Iterable[int]], bytes]


class Pack(Struct, array_like=True):
    """What one process tells the others: rows (id, number, change or nothing), carets (id, update), and whose it asks for."""

    worker: str
    rows: list[tuple[str, int, bytes]] = []
    carets: list[tuple[str, bytes]] = []
    asked: list[str] = []


class Hearing(Protocol):
    """Who is told of it."""

    def heard(self, pack: Pack) -> None:
        """Another process says something."""

    def noticed(self, word: str) -> None:
        """The database says that an access ("a…") or a document ("m…") is not what it was."""

    def may_have_missed(self) -> None:
        """There was a time in which nothing was heard."""


class Bus:
    """`hearing` is told; begins to listen with the first `begin`.

    Where there is a Redis, processes talk through it, and by NOTIFY while it is away. What the database itself says
    always comes from there.
    """

    def __init__(self, db: Database, hearing: Hearing, redis_url: str | None = None) -> None:
        self._db, self._hearing, self._redis_url = db, hearing, redis_url
        self._redis: Channel | None = None
        self.worker = secrets.token_hex(6)
        self._rows: list[Row] = []
        self._asked: dict[str, None] = {}
        self._carets: dict[tuple[str, Encode], set[int]] = defaultdict(set)
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._reason = ""

    def begin(self) -> None:
        """Listens from now on, and sends."""
        if self._tasks:
            return
        work = [self._listen_forever, self._send_forever, self._send_carets]
        if self._redis_url:
            from server.redis.channel import Channel  # most do without

            self._redis = Channel(self._redis_url, CHANNEL, self._unpack, self._hearing.may_have_missed)
            work.append(self._redis.hear_forever)
        self._tasks = [asyncio.create_task(_at_leisure(each)) for each in work]

    async def stop(self) -> None:
        """Sends what there is, and lets go."""
        if self._tasks:
            await self._send()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._redis:
            await self._redis.close()

    def send_rows(self, rows: Sequence[Row]) -> None:
        """These are in the log now."""
        self._rows += rows
        self._wake.set()

    def ask(self, document_id: str) -> None:
        """Who is there, elsewhere?"""
        self._asked[document_id] = None
        self._wake.set()

    def send_carets(self, document_id: str, clients: Iterable[int], encode: Encode) -> None:
        """Soon, as they are by then."""
        self._carets[document_id, encode] |= set(clients)

    async def _send_carets(self) -> None:
        while True:
            await asyncio.sleep(CARET_SECONDS)
            carets, self._carets = self._carets, defaultdict(set)
            found = [
                (document_id, encode([client]))
                for (document_id, encode), clients in carets.items()
                for client in clients
            ]
            await self._publish(
                Pack(self.worker, carets=list(some)) for some in _parts(found, lambda each: len(each[1]))
            )

    async def _send_forever(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._send()

    async def _send(self) -> None:
        rows, self._rows = self._rows, []
        asked, self._asked = self._asked, {}
        told = [(row.id, row.seq, row.change if len(row.change) < MOST_PACKED // 2 else b"") for row in rows]
        packs = [Pack(self.worker, rows=list(some)) for some in _parts(told, lambda each: len(each[2]))]
        packs += [Pack(self.worker, asked=list(some)) for some in _parts(list(asked), len)]
        await self._publish(packs)

    async def _publish(self, packs: Iterable[Pack]) -> None:
        """In statements of their own: commits that announce something wait for each other."""
        for pack in packs:
            try:
                await self._say(msgspec.msgpack.encode(pack))
            except DatabaseError as error:
                log.info("other processes are not told of documents: %s", error)

    async def _say(self, packed: bytes) -> None:
        if self._redis and await self._redis.publish(packed):
            return
        await self._db.notify(CHANNEL, "b" + base64.b64encode(packed).decode())

    async def _listen_forever(self) -> None:
        while True:
            try:
                async with self._db.listen(CHANNEL) as listener:
                    self._hearing.may_have_missed()
                    self._reason = ""
                    await self._hear(listener)
            except DatabaseError as error:
                if str(error) != self._reason:
                    log.warning("documents of other processes are not heard of: %s", error)
                self._reason = str(error)
            await asyncio.sleep(RETRY_SECONDS)

    async def _hear(self, listener: Listener) -> None:
        async with _probing(listener):
            while True:
                word = await listener.get()
                if isinstance(word, str):
                    self._take_quietly(word)

    def _take_quietly(self, word: str) -> None:
        """Who fails over one hears the next."""
        try:
            self._take(word)
        except Exception:
            log.exception("a word of another process is not understood")

    def _take(self, word: str) -> None:
        """What cannot be read is somebody else's: anybody who has the database may announce."""
        if word[:1] != "b":
            self._hearing.noticed(word)
            return
        with contextlib.suppress(ValueError):
            self._unpack(base64.b64decode(word[1:]))

    def _unpack(self, packed: bytes) -> None:
        try:
            pack = msgspec.msgpack.decode(packed, type=Pack)
        except msgspec.MsgspecError:
            return
        if pack.worker != self.worker:
            self._hearing.heard(pack)


async def _at_leisure(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """It outlives the request that it began with."""
    budget.allow(None)
    await work()


@contextlib.asynccontextmanager
async def _probing(listener: Listener) -> AsyncIterator[None]:
    """A connection that is lost without a word is noticed."""

    async def probe() -> None:
        with contextlib.suppress(DatabaseUnavailable, DatabaseError):
            while True:
                await listener.probe(PROBE_SECONDS)
                await asyncio.sleep(PROBE_SECONDS)
        listener.close()

    task = asyncio.create_task(probe())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _parts(items: Sequence[T], weigh: Callable[[T], int]) -> Iterable[list[T]]:
    """As many at once as may be said at once."""
    part: list[T] = []
    weight = 0
    for item in items:
        more = weigh(item) + 64
        if part and weight + more > MOST_PACKED:
            yield part
            part, weight = [], 0
        part.append(item)
        weight += more
    if part:
        yield part
