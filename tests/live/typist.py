"""Somebody who writes: the y-websocket protocol as a page speaks it, over a real socket, with pycrdt for Yjs."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

from pycrdt import Doc, XmlElement, XmlFragment, XmlText
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError

from server.live import frames, presence
from server.live.checking import read_state
from tests.client import Client
from tests.http.sockets import connect


def first_state() -> bytes:
    """A new document: one empty paragraph."""
    doc: Doc[Any] = Doc()
    doc.get("default", type=XmlFragment).children.append(XmlElement("paragraph"))
    return doc.get_update()


class Typist:
    """One page. What it has written and what it has been told of stays when its socket goes."""

    def __init__(self) -> None:
        self.doc: Doc[Any] = Doc()
        self.told: dict[str, Any] = {}
        self.carets: dict[int, Any] = {}
        self.sent = self.durable = 0
        self.closed: int | None = None
        self.synced = False
        self._socket: WebSocketClientConnection | None = None
        self._applying = False
        self.doc.observe(lambda event: self._changed(event.update))

    async def open(self, client: Client, document_id: str, schema: int | str = 1) -> Typist:
        """Connects, and listens from now on."""
        self._socket = await connect(client, f"/api/documents/{document_id}/live?schema={schema}")
        self.sent = self.durable = 0
        self.closed, self.synced = None, False
        self._listening = asyncio.create_task(self._listen(self._socket))
        return self

    async def ready(self, client: Client, document_id: str) -> Typist:
        """… and has the text."""
        await self.open(client, document_id)
        await self.until(lambda: self.synced or self.closed is not None)
        return self

    async def _listen(self, socket: WebSocketClientConnection) -> None:
        self.hello()
        while isinstance(frame := await socket.read_message(), bytes):
            self.take(frame)
        self.closed = socket.close_code or 1006
        socket.close()  # also of one that was cut: Tornado warns of it otherwise

    def hello(self) -> None:
        """Asks for what is missing here."""
        self.send(frames.sync(frames.STEP_1, self.doc.get_state()))

    def own(self) -> dict[int, int]:
        """How much of the text is of this page."""
        return {
            each: end for each, end in read_state(self.doc.get_state()).items() if each == self.doc.client_id
        }

    def take(self, frame: bytes) -> None:
        """A frame of the server's."""
        kind, at = frames.read_varuint(frame, 0)
        if kind == frames.STATE:
            self.told = json.loads(frames.read_varbytes(frame, at)[0])
        elif kind == frames.DURABLE:
            self.durable = frames.read_varuint(frame, at)[0]
        else:
            self._take_theirs(*frames.read(frame))

    def _take_theirs(self, kind: int, step: int, data: bytes) -> None:
        if kind == frames.AWARENESS:
            for client, _, state in presence.read(data):
                self.carets[client] = json.loads(state)
        elif step == frames.STEP_1:
            self._write(frames.STEP_2, self.doc.get_update(data))
        else:
            self._applying = True
            self.doc.apply_update(data)
            self._applying = False
            self.synced = self.synced or step == frames.STEP_2

    def _changed(self, update: bytes) -> None:
        if not self._applying and self.closed is None and self._socket:
            self._write(frames.UPDATE, update)

    def _write(self, step: int, update: bytes) -> None:
        self.sent += 1
        self.send(frames.sync(step, update))

    def send(self, frame: bytes) -> None:
        """Any frame."""
        assert self._socket
        with contextlib.suppress(WebSocketClosedError):
            self._socket.write_message(frame, binary=True)

    @property
    def paragraph(self) -> XmlText:
        """The text of the first paragraph."""
        first = self.doc.get("default", type=XmlFragment).children[0]
        assert isinstance(first, XmlElement)
        if not len(first.children):
            first.children.append(XmlText())
        found = first.children[0]
        assert isinstance(found, XmlText)
        return found

    def type(self, text: str) -> None:
        """At the end of the first paragraph."""
        paragraph = self.paragraph
        paragraph.insert(len(str(paragraph).encode()), text)

    def point(self, state: object, clock: int = 1, client: int | None = None) -> None:
        """Says where the caret is."""
        entry = (client or self.doc.client_id, clock, json.dumps(state).encode())
        self.send(frames.awareness(presence.write([entry])))

    @property
    def text(self) -> str:
        """All of it."""
        return str(self.doc.get("default", type=XmlFragment))

    @property
    def saved(self) -> bool:
        """Whether all that was sent over this socket is acknowledged."""
        return self.durable == self.sent

    async def until(self, true: Callable[[], object], seconds: float = 30) -> None:
        """Waits for it."""
        async with asyncio.timeout(seconds):
            while not true():
                await asyncio.sleep(0.005)

    async def leave(self) -> None:
        """Closes the page."""
        assert self._socket
        self._socket.close()
        await self._listening
