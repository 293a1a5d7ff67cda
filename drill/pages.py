"""Pages that write: the y-websocket protocol as a browser speaks it, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from pycrdt import Doc, XmlElement, XmlFragment, XmlText
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

from drill.servers import Trouble
from drill.wire import Line
from server.live import frames

AGAIN_SECONDS = 0.02


class Page:
    """One page on one document; what it has written stays when its socket goes."""

    def __init__(self, port: int, cookie: str, document: str) -> None:
        self.port, self.cookie, self.document = port, cookie, document
        self.doc: Doc[Any] = Doc()
        self.sent = self.durable = self.times = 0
        self.synced = False
        self.heard: Callable[[], None] = lambda: None
        self.kept: Callable[[], None] = lambda: None
        self._socket: WebSocketClientConnection | None = None
        self._applying = False
        self._listening: asyncio.Task[None] | None = None
        self.doc.observe(lambda event: self._changed(event.update))

    async def come(self) -> Page:
        """Until it is let in and has the text."""
        while not self.synced:
            if self._socket is None:
                with contextlib.suppress(OSError, HTTPClientError, WebSocketClosedError):
                    await self._open()
            await asyncio.sleep(AGAIN_SECONDS)
        return self

    async def _open(self) -> None:
        url = f"ws://127.0.0.1:{self.port}/api/documents/{self.document}/live?schema=1"
        headers = {"Origin": f"http://127.0.0.1:{self.port}", "Cookie": self.cookie}
        self._socket = await websocket_connect(HTTPRequest(url, headers=headers, connect_timeout=5))
        self.sent = self.durable = 0
        self.times += 1
        self._send(frames.sync(frames.STEP_1, self.doc.get_state()))
        self._listening = asyncio.create_task(self._listen(self._socket))

    async def _listen(self, socket: WebSocketClientConnection) -> None:
        while isinstance(frame := await socket.read_message(), bytes):
            self._take(frame)
        socket.close()  # also of one that was cut: Tornado warns of it otherwise
        self._socket, self.synced = None, False

    def _take(self, frame: bytes) -> None:
        kind, at = frames.read_varuint(frame, 0)
        if kind == frames.DURABLE:
            self.durable = frames.read_varuint(frame, at)[0]
            self.kept()
        elif kind == frames.SYNC:
            self._take_sync(*frames.read(frame)[1:])

    def _take_sync(self, step: int, data: bytes) -> None:
        if step == frames.STEP_1:
            self._write(frames.STEP_2, self.doc.get_update(data))
            return
        self._applying = True
        self.doc.apply_update(data)
        self._applying = False
        self.synced = self.synced or step == frames.STEP_2
        self.heard()

    def _changed(self, update: bytes) -> None:
        if not self._applying and self._socket:
            self._write(frames.UPDATE, update)

    def _write(self, step: int, update: bytes) -> None:
        self.sent += 1
        self._send(frames.sync(step, update))

    def _send(self, frame: bytes) -> None:
        with contextlib.suppress(WebSocketClosedError):
            if self._socket:
                self._socket.write_message(frame, binary=True).add_done_callback(_forget)

    @property
    def is_open(self) -> bool:
        """Whether what is written now is sent at once."""
        return self._socket is not None

    @property
    def saved(self) -> bool:
        """Whether it says "Saved"."""
        return self.synced and self.durable == self.sent

    @property
    def paragraph(self) -> XmlText:
        """The text of the first paragraph."""
        first = self.doc.get("default", type=XmlFragment).children[0]
        if not isinstance(first, XmlElement):
            raise Trouble("the document does not begin with a paragraph")
        if not len(first.children):
            first.children.append(XmlText())
        found = first.children[0]
        if not isinstance(found, XmlText):
            raise Trouble("there is no text in the paragraph")
        return found

    def type(self, text: str) -> None:
        """Before all that is there."""
        self.paragraph.insert(0, text)

    @property
    def text(self) -> str:
        """All of it."""
        return str(self.doc.get("default", type=XmlFragment))

    async def leave(self) -> None:
        """The tab is closed."""
        if self._socket:
            self._socket.close()
        if self._listening:
            await self._listening


def _forget(sent: asyncio.Future[None]) -> None:
    """What could not be sent is sent again by and by."""
    if not sent.cancelled():
        sent.exception()


def new_document(line: Line, cookie: str) -> str:
    """One of theirs."""
    answer = line.ask("//api/documents", {"title": "Kept"}, cookie)
    if answer.status != 200:
        raise Trouble(f"a document cannot be made: {answer.status} {answer.body[:200]!r}")
    return str(answer.json["id"])
