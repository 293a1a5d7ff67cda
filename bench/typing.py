"""People who type, for whom hardly anything is computed while it is measured: their keys are made before."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pycrdt import Doc, XmlElement, XmlFragment, XmlText
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from bench.trouble import Trouble
from server.live import frames

# What each key leaves in the text, so that it is found again in whatever frame it comes in.
_MARK = re.compile(rb"<(\d+)\.(\d+)>")
PATIENCE = 30.0


@dataclass(frozen=True)
class Place:
    """Where a document is open."""

    url: str
    origin: str = ""
    cookie: str = ""

    @property
    def document(self) -> str:
        """Which one, whichever process has it."""
        return self.url.partition("://")[2].partition("/")[2]


@dataclass
class Times:
    """Milliseconds, from a key to what became of it."""

    heard: list[float] = field(default_factory=list)
    saved: list[float] = field(default_factory=list)


class Typist:
    """One socket, which answers nothing but what it must; `number` marks its keys."""

    def __init__(self, number: int, keys: int) -> None:
        self.number, self.updates = number, make_keys(number, keys)
        self.sent: list[float] = []
        self.durable: dict[int, float] = {}
        self.heard: dict[tuple[int, int], float] = {}
        self.synced = False
        self._socket: WebSocketClientConnection | None = None

    async def open(self, place: Place) -> None:
        """Until the text is there."""
        headers = {"Origin": place.origin, "Cookie": place.cookie}
        request = HTTPRequest(place.url, headers={name: value for name, value in headers.items() if value})
        self._socket = await websocket_connect(request)
        self._listening = asyncio.create_task(self._listen(self._socket))
        await self._socket.write_message(frames.sync(frames.STEP_1, b"\x00"), binary=True)
        await until(lambda: self.synced)

    async def _listen(self, socket: WebSocketClientConnection) -> None:
        while isinstance(frame := await socket.read_message(), bytes):
            now = time.perf_counter()
            if frame[0] == frames.DURABLE:
                self.durable[frames.read_varuint(frame, 1)[0]] = now
            elif frame[:2] == bytes((frames.SYNC, frames.STEP_2)):
                self.synced = True
            for mark in _MARK.finditer(frame):
                self.heard.setdefault((int(mark[1]), int(mark[2])), now)

    async def type(self, pause: float, since: float) -> None:
        """All keys, at their times."""
        for number, update in enumerate(self.updates):
            await asyncio.sleep(since + number * pause - time.perf_counter())
            self.sent.append(time.perf_counter())
            if self._socket is None:
                raise Trouble("nobody is there to be typed to")
            self._socket.write_message(frames.sync(frames.UPDATE, update), binary=True)

    async def close(self) -> None:
        """Goes."""
        if self._socket:
            self._socket.close()
            await self._listening

    def to_saved(self) -> list[float]:
        """Milliseconds to the word that each key is saved."""
        said = sorted(self.durable.items())
        return [
            1000 * (next(at for count, at in said if count > number) - sent)
            for number, sent in enumerate(self.sent)
        ]


def make_keys(number: int, count: int) -> list[bytes]:
    """So many updates of somebody's own."""
    doc: Doc[Any] = Doc()
    found: list[bytes] = []
    doc.observe(lambda event: found.append(event.update))
    top, block, text = doc.get("default", type=XmlFragment), XmlElement("paragraph"), XmlText()
    for each in range(count):
        with doc.transaction():
            if not each:
                top.children.append(block)
                block.children.append(text)
            text.insert(0, f"<{number}.{each}>")
    return found


async def crowd(
    places: Sequence[Place], keys: int, pause: float, ear: Place | None = None, saved: bool = True
) -> Times:
    """A typist in each place, and one who only hears, in the first one's document: what each key took that is typed there."""
    typists = [Typist(number, keys) for number in range(len(places))]
    listener = Typist(len(places), 0)
    for typist, place in zip(typists, places, strict=True):
        await typist.open(place)
    await listener.open(ear or places[0])
    since = time.perf_counter() + 0.2
    await asyncio.gather(*(each.type(pause, since + pause * each.number / len(typists)) for each in typists))
    near = sum(place.document == (ear or places[0]).document for place in places)
    await until(lambda: len(listener.heard) >= near * keys)
    if saved:
        await until(lambda: all(max(each.durable, default=0) == keys for each in typists))
    for each in (*typists, listener):
        await each.close()
    sent = {(each.number, number): at for each in typists for number, at in enumerate(each.sent)}
    heard = [1000 * (listener.heard[key] - at) for key, at in sent.items() if key in listener.heard]
    return Times(heard, [took for each in typists for took in each.to_saved()] if saved else [])


async def until(true: Any) -> None:
    """Waits for it."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise Trouble("what people typed did not arrive")
        await asyncio.sleep(0.005)
