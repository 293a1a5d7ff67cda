"""What is too large is refused: by its head alone where that says enough, else once it has been more than it may."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from tornado.httputil import HTTPHeaders, HTTPMessageDelegate, HTTPServerRequest
from tornado.web import stream_request_body

from server import errors
from server.http.handler import BaseHandler, as_api_error

MAX_BODY = 1024 * 1024
MAX_HEADERS = 32 * 1024
# So much beyond the limit is still read and thrown away: who hangs up on somebody who is sending takes the answer back.
MAX_WASTE = 8 * MAX_BODY


def refusal_of_head(request: HTTPServerRequest) -> errors.APIError | None:
    """Why a request is refused before a byte of its body is read."""
    if sum(len(name) + len(value) + 4 for name, value in request.headers.get_all()) > MAX_HEADERS:
        return errors.headers_too_large(MAX_HEADERS)
    length = announced(request)
    waits = request.headers.get("Expect", "").lower() == "100-continue"
    if length > MAX_BODY + MAX_WASTE or (waits and length > MAX_BODY):
        return errors.payload_too_large(MAX_BODY)
    return None


def needs_measuring(request: HTTPServerRequest) -> bool:
    """Whether the body may turn out to be too long."""
    return "Transfer-Encoding" in request.headers or announced(request) > MAX_BODY


def announced(request: HTTPServerRequest) -> int:
    """The Content-Length; 0 for none, and for what is no number, which Tornado refuses."""
    length = request.headers.get("Content-Length", "0")
    return int(length) if length.isdecimal() else 0


class Measured(HTTPMessageDelegate):
    """Passes a request on; of one whose body is too long the rest is thrown away, and `refusal` answers."""

    def __init__(self, delegate: HTTPMessageDelegate, refusal: HTTPMessageDelegate) -> None:
        self._delegate, self._refusal = delegate, refusal
        self._left = MAX_BODY
        self._refused = False

    def headers_received(self, start_line: Any, headers: HTTPHeaders) -> Awaitable[None] | None:
        """Remembers the head, for the refusal."""
        self._head = (start_line, headers)
        return self._delegate.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        self._left -= len(chunk)
        if self._left >= 0:
            return self._delegate.data_received(chunk)
        return self._refuse() if self._left < -MAX_WASTE else None

    def _refuse(self) -> Awaitable[None] | None:
        if self._refused:
            return None
        self._refused = True
        return self._refusal.headers_received(*self._head)

    def finish(self) -> None:
        """The whole body has been read."""
        if self._left >= 0:
            self._delegate.finish()
        else:
            self._refuse()
            self._refusal.finish()

    def on_connection_close(self) -> None:
        """Tells whoever answers."""
        (self._refusal if self._refused else self._delegate).on_connection_close()


@stream_request_body
class TooLarge(BaseHandler):
    """Answers as soon as it is asked, whatever has been read."""

    def initialize(self, error: errors.APIError) -> None:
        """`error` is what to answer."""
        self._error = error

    async def arrive(self) -> None:
        """Refuses, whatever the method."""
        raise self._error

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """As the API does."""
        self.set_header("Cache-Control", "no-store")
        self.refuse(as_api_error((kwargs.get("exc_info") or (None, None, None))[1], status_code))

    def data_received(self, chunk: bytes) -> None:
        """Nothing of the body is kept."""
