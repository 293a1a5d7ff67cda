"""Connections as Tornado has them, but for what it answers by hanging up.

A head that is too large is answered; a peer that has only stopped sending gets its answer; and one that takes nothing
of an answer can be told from one that reads slowly.
"""

from __future__ import annotations

import asyncio
import json
import re
import select
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from tornado.http1connection import HTTP1Connection, HTTP1ServerConnection
from tornado.httputil import HTTPHeaders, HTTPInputError, HTTPMessageDelegate, HTTPServerConnectionDelegate
from tornado.ioloop import IOLoop
from tornado.iostream import IOStream, StreamClosedError, UnsatisfiableReadError
from tornado.log import gen_log

from server import errors

# So much of a head's first line, and of the rest.
MAX_HEAD = 32 * 1024
# So much beyond a limit is still read and thrown away: who hangs up on somebody who is sending takes the answer back.
MAX_WASTE = 8 * 1024 * 1024
WASTE_SECONDS = 2.0
# A peer that has gone altogether looks like one that has only stopped sending, until it is sent something.
PROBE_SECONDS = 1.0
# How long it takes a peer that has gone to say so, once it was sent something.
ECHO_SECONDS = 0.05


# So much of one line between the chunks of a body, and of all trailers.
MAX_LINE, MAX_TRAILERS = 4096, 32 * 1024
_TRAILER = re.compile(rb"[!#-'*+\-.0-9A-Z^_`a-z|~]+:[^\r\n\0]*")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?P<authority>[^/?# ]*)")


class HeadTooLarge(Exception):
    """More than Tornado reads of a head, in its first line or after that."""

    def __init__(self, error: errors.APIError, head: bytes) -> None:
        super().__init__(str(error))
        self.error, self.head = error, head


class Stream(IOStream):
    """Stays open for the answer under way where its peer sends no more."""

    request: Request | None = None
    overflowed = False
    _half_closed = _probed = _looked = False
    _taken = (0, 0.0)

    def close(self, exc_info: Any = False) -> None:
        """Of a head that is too large, all that there is is handed on, to be answered."""
        if isinstance(exc_info, UnsatisfiableReadError) and self._read_regex and not self.overflowed:
            self.overflowed = True
            self._read_from_buffer(self._read_buffer_size)
            return
        super().close(exc_info)

    def set_nodelay(self, value: bool) -> None:
        """On since the connection was taken: to turn it on and off costs each answer two calls of the system."""

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        """The end of what the peer sends is no end of the connection, unless a request is waited for."""
        try:
            size = self.socket.recv_into(buf, len(buf))
        except BlockingIOError:
            return None
        finally:
            del buf
        if size == 0 and self.request and (self.request.is_answered_later or not self.reading()):
            self.io_loop.add_callback(self._hear_no_more)
            if not self._half_closed:
                self._half_closed = True
                self.io_loop.call_later(PROBE_SECONDS, self._probe)
                if self.request.waits_long:
                    self.io_loop.add_callback(self.look)
            return None
        return size

    def _hear_no_more(self) -> None:
        """The end stays readable for ever."""
        if self._state and self._state & IOLoop.READ and not self.reading():
            self._state &= ~IOLoop.READ
            self.io_loop.update_handler(self.fileno(), self._state)

    def look(self) -> None:
        """Finds out at once whether a peer that sends no more has gone."""
        if self._half_closed and not self._looked:
            self._looked = True
            if self._is_awaited():
                self.io_loop.call_later(ECHO_SECONDS, self._is_awaited)

    def _probe(self) -> None:
        """Finds out in the long run."""
        if self._is_awaited():
            self.io_loop.call_later(PROBE_SECONDS, self._probe)

    def _is_awaited(self) -> bool:
        """Whether there is an answer under way and somebody to take it; else closes, so that nobody works for it."""
        if self.closed() or not self.request or not self.request.is_answered_later:
            return False
        if self._has_gone():
            self.close()
            return False
        if self.request.may_inform and not self._probed and not self.writing():
            self._probed = True
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def _has_gone(self) -> bool:
        return bool(self._polled(0) & (select.POLLHUP | select.POLLERR))

    @property
    def is_readable(self) -> bool:
        """Whether something has come that was not read yet."""
        return bool(self._polled(select.POLLIN))

    @property
    def has_begun(self) -> bool:
        """Whether a part of the next request is there."""
        return self._read_buffer_size > 0 or self.is_readable

    def _polled(self, events: int) -> int:
        poll = select.poll()
        poll.register(self.socket, events)
        return next((found for _, found in poll.poll(0)), 0)

    def stalled(self, now: float) -> float:
        """For how long, between the looks, the peer has taken nothing of what waits for it."""
        done = self._total_write_done_index
        if not self.writing() or self._taken[0] != done or not self._taken[1]:
            self._taken = (done, now if self.writing() else 0.0)
        return now - self._taken[1] if self._taken[1] else 0.0


class Chunks:
    """What Tornado reads of a body in chunks; extensions and trailers, which it refuses, say nothing here."""

    def __init__(self, stream: IOStream) -> None:
        self._stream, self._is_last = stream, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    async def read_until(self, delimiter: bytes, max_bytes: int) -> bytes:
        """The size of the next chunk."""
        size = (await self._line()).partition(b";")[0].rstrip(b" \t")
        self._is_last = bool(size) and not size.strip(b"0")
        return size + delimiter

    async def read_bytes(self, number: int, partial: bool = False) -> bytes:
        """What is in a chunk, or the end of it; after the last one the trailers too."""
        if not self._is_last:
            return await self._stream.read_bytes(number, partial=partial)
        left = MAX_TRAILERS
        while line := await self._line():
            left -= len(line)
            if left < 0 or not _TRAILER.fullmatch(line):
                raise HTTPInputError("trailers that are too large, or none")
        return b"\r\n"

    async def _line(self) -> bytes:
        """One line; a part of one that has no end, or half an end in it, is taken differently by others."""
        line = await self._stream.read_until_regex(rb"\r\n", max_bytes=MAX_LINE)
        found = line[:-2]
        if not line.endswith(b"\r\n") or b"\n" in found or b"\r" in found:
            raise HTTPInputError("a line between chunks that is too long, or has no end")
        return found


class Request(HTTP1Connection):
    """One request and its answer."""

    stream: Stream
    # What answers it, once that has begun; and what lets go of its body.
    handler: Any = None
    let_go: Callable[[], None] | None = None
    # It was answered as what is no HTTP, and is not closed yet.
    is_malformed = False

    @property
    def is_answered_later(self) -> bool:
        """Whether it was read, and its answer is not all sent."""
        return self._read_finished and not self._is_detached and not self._finish_future.done()

    @property
    def waits_long(self) -> bool:
        """Whether its answer takes long because of others."""
        return self.handler is not None and self.handler.asker.waits_long

    def look(self) -> None:
        """Finds out whether somebody still waits for the answer."""
        if not self._is_detached:
            self.stream.look()

    @property
    def _is_detached(self) -> bool:
        stream: IOStream | None = self.stream
        return stream is None

    @property
    def may_inform(self) -> bool:
        """Whether there may be a word before the answer."""
        line = self._request_start_line
        return line is not None and line.version == "HTTP/1.1" and self._response_start_line is None

    def be_the_last(self) -> None:
        """The answer says that the connection closes, if it says nothing yet."""
        if self._request_start_line is not None and self._response_start_line is None:
            self._disconnect_on_finish = True

    def close(self) -> None:
        """Whoever sent what is no HTTP may send on, and would lose the answer to a reset: the connection sees to that."""
        self.is_malformed = isinstance(sys.exc_info()[1], HTTPInputError) and not self._is_detached
        if not self.is_malformed:
            super().close()

    def _parse_headers(self, data: bytes) -> tuple[str, HTTPHeaders]:
        if self.stream.overflowed:
            long = len(data.partition(b"\n")[0]) > MAX_HEAD
            raise HeadTooLarge((errors.uri_too_long if long else errors.headers_too_large)(MAX_HEAD), data)
        line, headers = super()._parse_headers(data)
        if line[-1:] != "1" or " /" not in line[:9]:  # few are, and on the others no time is to be lost
            _check_framing(line, headers)
        return line, headers

    async def _read_chunked_body(self, delegate: HTTPMessageDelegate) -> None:
        stream = self.stream
        self.stream = chunks = cast(Stream, Chunks(stream))
        try:
            await super()._read_chunked_body(delegate)
        finally:
            if self.stream is chunks:
                self.stream = stream


def _check_framing(line: str, headers: HTTPHeaders) -> None:
    """Raises HTTPInputError for what a proxy before us may have understood otherwise (RFC 9112, 3.2.2 and 6.1)."""
    if line.endswith("1.0") and "Transfer-Encoding" in headers:
        raise HTTPInputError("HTTP/1.0 has no Transfer-Encoding")
    found = _ABSOLUTE.match(line.partition(" ")[2])
    if found and found["authority"].lower() != headers.get("Host", found["authority"]).lower():
        raise HTTPInputError("the target is of another host than Host says")


class Connection(HTTP1ServerConnection):
    """Request after request, until one of both sides has had enough."""

    stream: Stream

    async def _server_request_loop(self, delegate: HTTPServerConnectionDelegate) -> None:
        stream, another = self.stream, True
        try:
            while another:
                request = stream.request = Request(stream, False, self.params, self.context)
                message = delegate.start_request(self, request)
                another = False
                try:
                    another = await request.read_response(message)
                    if request.is_malformed:
                        await self._linger()
                        request.close()
                except (StreamClosedError, UnsatisfiableReadError, asyncio.CancelledError):
                    pass
                except HeadTooLarge as refused:
                    await self._refuse(refused.error, delegate.request_callback.expired(refused.head))  # type: ignore[attr-defined]
                except Exception:
                    gen_log.exception("Uncaught exception")
                    request.close()
                finally:
                    if request.let_go:
                        request.let_go()
                    request.let_go = request.handler = None
                await asyncio.sleep(0)
        finally:
            delegate.on_close(self)

    async def _refuse(self, error: errors.APIError, cookies: list[str]) -> None:
        """Answers as the API does, and takes what is still sent."""
        body = json.dumps(error.body()).encode()
        head = (
            f"HTTP/1.1 {error.status} {error.message}\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
            f"X-Content-Type-Options: nosniff\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
        ) + "".join(f"Set-Cookie: {each}\r\n" for each in cookies)
        with suppress(StreamClosedError):
            await self.stream.write(f"{head}\r\n".encode() + body)
        await self._linger()
        self.stream.close()

    async def _linger(self) -> None:
        """Nothing more is said, and what is still sent is taken."""
        with suppress(OSError):
            self.stream.socket.shutdown(socket.SHUT_WR)
        await waste(self.stream)


async def waste(stream: IOStream) -> None:
    """Reads on for a while, for the sake of the answer."""
    left = MAX_WASTE
    with suppress(StreamClosedError, TimeoutError):
        async with asyncio.timeout(WASTE_SECONDS):
            while left > 0:
                left -= len(await stream.read_bytes(65536, partial=True))
