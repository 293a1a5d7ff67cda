"""What is too large is refused: by its head alone where that says enough, else once it has been more than it may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tornado.httputil import HTTPHeaders, HTTPMessageDelegate, HTTPServerRequest
from tornado.web import stream_request_body

from server import errors
from server.http.connection import MAX_HEAD, MAX_WASTE
from server.http.handler import BaseHandler, as_api_error
from server.sessions.cookies import Cookies

MAX_BODY = 1024 * 1024
# What the bodies of all requests may hold of a process, beside so much of each: a sign-in comes through all the same.
MAX_HELD, FREE = 32 * MAX_BODY, 4096
# What a piece of a body costs besides what it says.
PIECE = 64


class Held:
    """The bytes of bodies that are held. S46."""

    def __init__(self, most: int = MAX_HELD) -> None:
        self._most, self.now = most, 0

    def take(self, size: int) -> bool:
        """Holds so many more, if there is room."""
        if self.now + size > self._most:
            return False
        self.now += size
        return True

    def give_back(self, size: int) -> None:
        """Holds so many less."""
        self.now -= size


def refusal_of_head(request: HTTPServerRequest, cookies: Cookies) -> errors.APIError | None:
    """Why a request is refused, whatever it is for."""
    if len(request.uri or "") > MAX_HEAD:
        return errors.uri_too_long(MAX_HEAD)
    size = sum(len(name) + len(value) + 4 for name, value in request.headers.get_all())
    if size > MAX_HEAD and size - _cached(request.headers, cookies) > MAX_HEAD:
        return errors.headers_too_large(MAX_HEAD)
    return None


def is_too_long(request: HTTPServerRequest, most: int) -> bool:
    """Whether a request is refused before a byte of its body is read, which may have so many."""
    length = announced(request)
    waits = request.headers.get("Expect", "").lower() == "100-continue"
    return length > most + MAX_WASTE or (waits and length > most)


def _cached(headers: HTTPHeaders, cookies: Cookies) -> int:
    """What the cookie cache takes of a head: who was given more than we take now has to come in, to be rid of it."""
    return sum(sum(cookies.cached_in(line).values()) for line in headers.get_list("Cookie"))


def has_body(request: HTTPServerRequest) -> bool:
    """Whether a body follows."""
    return "Transfer-Encoding" in request.headers or announced(request) > 0


def announced(request: HTTPServerRequest) -> int:
    """The Content-Length; 0 for none, and for what is no number, which Tornado refuses."""
    length = request.headers.get("Content-Length", "0")
    return int(length) if length.isdecimal() else 0


class Measured(HTTPMessageDelegate):
    """Passes a request on; where its body is too long, or all bodies are, the rest is thrown away and `refuse` answers.

    What is held is given back with the request's end; see Connection.
    """

    def __init__(
        self,
        delegate: HTTPMessageDelegate,
        held: Held,
        refuse: Callable[[errors.APIError], HTTPMessageDelegate],
        most: int = MAX_BODY,
    ) -> None:
        self._delegate: HTTPMessageDelegate | None = delegate
        self._held, self._make_refusal = held, refuse
        self._most, self._left, self._free, self._mine = most, most, FREE, 0
        self._error: errors.APIError | None = None
        self._refusal: HTTPMessageDelegate | None = None

    def headers_received(self, start_line: Any, headers: HTTPHeaders) -> Awaitable[None] | None:
        """Remembers the head, for the refusal."""
        self._head = (start_line, headers)
        return self._delegate.headers_received(start_line, headers) if self._delegate else None

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Counts, and passes on what may be held."""
        self._left -= len(chunk)
        if self._delegate is None:
            return self._refuse() if self._left < -MAX_WASTE else None
        if self._left < 0:
            return self._give_up(errors.payload_too_large(self._most))
        if not self._may_hold(len(chunk) + PIECE):
            return self._give_up(errors.overloaded())
        return self._delegate.data_received(chunk)

    def _may_hold(self, size: int) -> bool:
        free = min(size, self._free)
        self._free -= free
        if not self._held.take(size - free):
            return False
        self._mine += size - free
        return True

    def _give_up(self, error: errors.APIError) -> Awaitable[None] | None:
        """Lets go of what has come; the answer waits for the rest, which is thrown away."""
        assert self._delegate
        self._delegate.on_connection_close()
        self._delegate, self._error = None, error
        self.let_go()
        return None

    def let_go(self) -> None:
        """Nothing is held any more."""
        self._held.give_back(self._mine)
        self._mine = 0

    def _refuse(self) -> Awaitable[None] | None:
        if self._refusal or not self._error:
            return None
        self._refusal = self._make_refusal(self._error)
        return self._refusal.headers_received(*self._head)

    def finish(self) -> None:
        """The whole body has been read."""
        if self._delegate:
            self._delegate.finish()
            return
        self._refuse()
        if self._refusal:
            self._refusal.finish()

    def on_connection_close(self) -> None:
        """Tells whoever answers."""
        self.let_go()
        answers = self._refusal or self._delegate
        if answers:
            answers.on_connection_close()


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
