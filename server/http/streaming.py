"""Bodies that are read piece by piece: a handler asks for them where it has somewhere to put them. S46.

The method of such a handler runs as soon as the head has come, so that who may call it is asked before anything is taken.
No more than a piece of the body is in memory.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

from tornado.httputil import HTTPHeaders, HTTPMessageDelegate
from tornado.web import stream_request_body

from server import errors
from server.http.api import ApiHandler
from server.http.connection import MAX_WASTE

# Who sends nothing of a body for so long is cut off, and who is not asked for the rest of it, as everybody is.
STALLED_SECONDS = 30.0
# The whole of a body that is asked for: 25 MB at a third of a megabit a second.
WHOLE_SECONDS = 600.0
log = logging.getLogger(__name__)


class Pieces:
    """The pieces of a body, each of which waits until the one before has been dealt with."""

    def __init__(self) -> None:
        self._piece = b""
        self._came, self._dealt_with = asyncio.Event(), asyncio.Event()
        self._error: errors.APIError | None = None
        self._after: Callable[[], None] | None = None
        self.over = self.is_read = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """All of them, in order; raises where the rest does not come."""
        self.is_read = True
        while not self._error:
            if self._piece:
                yield self._piece
                self._take()
            elif self.over:
                return
            else:
                self._came.clear()
                await self._came.wait()
        raise self._error

    def _take(self) -> None:
        self._piece = b""
        self._dealt_with.set()

    async def put(self, piece: bytes) -> None:
        """Hands one over, and waits until it is dealt with; it is thrown away where nobody will have it."""
        if self._error or self._after:
            return
        self._piece = piece
        self._dealt_with.clear()
        self._came.set()
        await self._dealt_with.wait()

    def fail(self, error: errors.APIError) -> None:
        """What comes is of no use any more."""
        self._error = self._error or error
        self.is_read = False
        self._take()
        self._came.set()

    def end(self) -> None:
        """Nothing more comes."""
        self.over = True
        self._came.set()
        after, self._after = self._after, None
        if after:
            after()

    def waste(self, after: Callable[[], None]) -> None:
        """Throws away what comes, and calls `after` once nothing more does."""
        self._after, self.is_read = after, False
        self._take()


@stream_request_body
class StreamedHandler(ApiHandler):
    """An endpoint whose body is `pieces`. A refusal waits for the end of the body: who is sending would not see it."""

    reads_body = False
    pieces: Pieces

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """At once where the body is over, or the server is; else later."""
        answer = partial(super().send_error, status_code, **kwargs)
        if self.pieces.over or self._given_up:
            answer()
        else:
            self.pieces.waste(answer)

    def data_received(self, chunk: bytes) -> None:
        """Nothing comes this way."""


class Streamed(HTTPMessageDelegate):
    """Measures a body, and hands it on to a StreamedHandler; cuts off who does not send it."""

    def __init__(self, delegate: Any, most: int) -> None:
        self._delegate, self._most, self._left = delegate, most, most
        self._pieces = Pieces()
        self._timer: asyncio.TimerHandle | None = None

    def headers_received(self, start_line: Any, headers: HTTPHeaders) -> Awaitable[None] | None:
        """Has the handler begin; its method does not wait for the body."""
        request = self._delegate.request
        request.connection.set_body_timeout(WHOLE_SECONDS)
        prepared: Awaitable[None] | None = self._delegate.headers_received(start_line, headers)
        self._delegate.handler.pieces = self._pieces
        request._body_future.set_result(None)  # noqa: SLF001
        self._watch()
        return prepared

    async def data_received(self, chunk: bytes) -> None:
        """Counts, and waits until it has been dealt with."""
        self._left -= len(chunk)
        if self._left < 0:
            self._pieces.fail(self._delegate.handler.too_large(self._most))
        if self._left < -MAX_WASTE:
            self._pieces.end()
        if self._pieces.is_read:
            self._stop_watching()
        await self._pieces.put(chunk)
        if self._pieces.is_read:
            self._watch()

    def _watch(self) -> None:
        self._stop_watching()
        self._timer = asyncio.get_running_loop().call_later(STALLED_SECONDS, self._cut)

    def _stop_watching(self) -> None:
        if self._timer:
            self._timer.cancel()

    def _cut(self) -> None:
        """S46."""
        log.info("cut off: nothing of a body came for %d s", STALLED_SECONDS)
        self._delegate.request.connection.stream.close()

    def finish(self) -> None:
        """The whole body has come."""
        self._stop_watching()
        self._pieces.end()

    def on_connection_close(self) -> None:
        """The rest does not come."""
        self._stop_watching()
        self._pieces.fail(errors.body_broken_off())
        self._pieces.end()
        self._delegate.on_connection_close()
