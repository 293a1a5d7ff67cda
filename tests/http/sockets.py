"""A feature with sockets, as a test's own, and who connects to them."""

import asyncio
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, ClassVar

from tornado.httpclient import HTTPRequest
from tornado.httputil import HTTPHeaders
from tornado.platform.asyncio import AsyncIOLoop
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

from server.feature import Feature
from server.http.guards import public, signed_in
from server.http.handler import BaseHandler
from server.http.socket import SocketHandler
from server.model import SignedIn
from tests.client import Client
from tests.conftest import STANDARD


class Echo(SocketHandler):
    """Says who came, then what it hears."""

    live: ClassVar[list["Echo"]] = []
    heard: ClassVar[list[str | bytes]] = []

    @signed_in()
    async def joined(self, who: SignedIn, room: str) -> None:
        self.live.append(self)
        await self.write_message({"name": who.user.name, "room": room})

    async def received(self, message: str | bytes) -> None:
        self.heard.append(message)
        if message == "boom":
            raise RuntimeError("no wheel at 10.0.0.7")
        if message == "slow":
            await asyncio.sleep(0.1)
        await self.write_message(message, binary=isinstance(message, bytes))

    def left(self) -> None:
        self.live.remove(self)


class Open(SocketHandler):
    """For anybody, and hardly anything."""

    MAX_MESSAGE = 10

    @public
    async def joined(self) -> None:
        await self.write_message("hello")


class Mute(SocketHandler):
    """Does not say for whom it is."""

    async def joined(self, who: SignedIn) -> None:
        Echo.heard.append("joined")


class Flood(SocketHandler):
    """Sends more than anybody reads, and waits for nothing."""

    MAX_UNSENT = 100_000
    waiting: ClassVar[list[int]] = []

    @public
    async def joined(self) -> None:
        with suppress(WebSocketClosedError):
            while True:
                self.write_message(bytes(50_000), binary=True)
                self.waiting.append(self._unsent)

    def left(self) -> None:
        self.waiting.append(0)


class Watchful(SocketHandler):
    """Asks its peer for a sign of life often."""

    ping_seconds = 1.0
    gone: ClassVar[list[bool]] = []

    @public
    async def joined(self) -> None:
        """Nothing to say."""

    def left(self) -> None:
        self.gone.append(True)


class Slow(BaseHandler):
    """An ordinary answer that takes its time."""

    begun: ClassVar[list[bool]] = []

    @public
    async def get(self) -> None:
        self.begun.append(True)
        await asyncio.sleep(0.5)
        self.finish("whole")


SOCKETS = Feature(
    name="sockets",
    site=(
        ("/echo/([a-z]+)", Echo),
        ("/open", Open),
        ("/mute", Mute),
        ("/flood", Flood),
        ("/watchful", Watchful),
        ("/slow", Slow),
    ),
)


OPENED: list[WebSocketClientConnection | asyncio.StreamWriter] = []


@contextmanager
def plugged(io_loop: AsyncIOLoop) -> Iterator[tuple[Feature, ...]]:
    """All features with this one; what a test leaves open is closed."""
    lists: tuple[list[Any], ...] = (Echo.live, Echo.heard, Flood.waiting, Watchful.gone, Slow.begun, OPENED)
    for each in lists:
        each.clear()
    yield (SOCKETS, *STANDARD)
    io_loop.run_sync(close_all)


async def close_all() -> None:
    """Closes what a test has left open: Tornado warns of it else, in whatever test garbage is looked for."""
    for socket in OPENED:
        socket.close()
    OPENED.clear()
    await asyncio.sleep(0.05)


def headers(client: Client, more: dict[str, str]) -> dict[str, str]:
    """As the browser opens a socket; an empty value leaves one out."""
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    sent = {"Origin": client.base_url, "Cookie": cookies} | more
    return {name: value for name, value in sent.items() if value}


async def connect(
    client: Client, path: str = "/echo/hall", more: dict[str, str] | None = None, compressed: bool = False
) -> WebSocketClientConnection:
    """A socket with the browser's cookies and Origin."""
    url = client.base_url.replace("http", "ws", 1) + path
    request = HTTPRequest(url, headers=HTTPHeaders(headers(client, more or {})))
    socket = await websocket_connect(request, compression_options={} if compressed else None)
    OPENED.append(socket)
    return socket


async def join(client: Client) -> WebSocketClientConnection:
    """A socket that has been let in."""
    socket = await connect(client)
    assert await socket.read_message() is not None
    return socket


async def end(socket: WebSocketClientConnection, seconds: float = 60) -> int | None:
    """The code that it is closed with, once that is so."""
    async with asyncio.timeout(seconds):
        while await socket.read_message() is not None:
            pass
    return socket.close_code


async def until(true: Any, seconds: float = 60) -> None:
    """Waits for it."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


class Raw:
    """A peer that does nothing by itself: no close is answered, no ping."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, client: Client, path: str) -> "Raw":
        """Shakes hands."""
        port = int(client.base_url.rpartition(":")[2])
        raw = cls(*await asyncio.open_connection("127.0.0.1", port))
        OPENED.append(raw.writer)
        lines = [f"{name}: {value}" for name, value in headers(client, {}).items()]
        upgrade = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
        head = [f"GET {path} HTTP/1.1", "Host: localhost", *upgrade, key, *lines, "", ""]
        raw.writer.write("\r\n".join(head).encode())
        return raw

    async def shaken(self) -> bytes:
        """The head of the answer."""
        return await self.reader.readuntil(b"\r\n\r\n")

    def send(self, text: bytes) -> None:
        """One message, as short as that."""
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(text))
        self.writer.write(bytes([0x81, 0x80 | len(text)]) + mask + masked)

    def announce(self, length: int) -> None:
        """The head of a message."""
        self.writer.write(b"\x81\xff" + struct.pack("!Q", length) + b"mask")

    async def frame(self) -> tuple[int, bytes]:
        """The opcode and payload of what comes next, when it is short."""
        first, length = await self.reader.readexactly(2)
        return first & 15, await self.reader.readexactly(length)

    async def rest(self) -> bytes:
        """All there is until the server hangs up."""
        return await self.reader.read()
