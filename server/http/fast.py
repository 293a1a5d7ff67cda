"""GET /get-session, and what is as plain, without a RequestHandler: an answer that was given before, while nothing has changed.

That nothing has changed is known from the announcements of changes, or with SESSION_CACHE=off by asking the database
each time. Only the plainest request is answered here, from bytes that the ordinary handler made: the same status, headers and
body. Everything else takes the ordinary way.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from email.utils import formatdate

from msgspec import Struct
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)

from server.config.settings import API
from server.database import budget
from server.http.address import remembering
from server.limits import RequestLimits
from server.model import SignedIn
from server.protocol import wire
from server.services import Services
from server.sessions.cookies import RequestCookies
from server.sessions.lifecycle import Lookup
from server.sessions.rendered import Answer, Finished

GET_SESSION = "/get-session"
PATH = API + GET_SESSION
LONGEST_COOKIES = 2048
# How long the database may take here; the ordinary way has its own time after that.
CONFIRM_SECONDS = 0.4
# A header with which the answer would be another one, as with those that say who asks in place of a cookie.
ORIGIN = "Origin"
access_log = logging.getLogger("ai_editor.access")
Ordinary = Callable[[], HTTPMessageDelegate]
# The header lines that say who it is.
Lines = Callable[[SignedIn], bytes]


class Brief(Struct, frozen=True):
    """How a path answers all who are signed in: no content, and headers of which `lines` say who it is."""

    handler: str
    head: bytes
    lines: Lines


class Uncounted(Struct, frozen=True):
    """Who asks, where the limit has yet to be asked."""

    cookie_header: str
    address: str
    name: str


class FastSession:
    """Finds kept answers, and keeps those of the ordinary way."""

    def __init__(self, services: Services) -> None:
        self._sessions, metrics = services.sessions, services.metrics
        self._count = (
            metrics.request_from_memory if services.config.sessions.cache else metrics.request_confirmed
        )
        self._limits = services.limits if services.config.limits.enabled else None
        self._add = services.limits.adder(GET_SESSION)
        self._credentials = tuple(each.header for each in services.credentials)
        self._bypass = (ORIGIN, *self._credentials)
        self._client_address = remembering(services.config.trusted_proxies)
        self._second, self._date = 0, b""
        self._prefix = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        self._briefs: dict[str, Brief] = {}

    def find(
        self, line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders, address: str, began: float
    ) -> bytes | Answer | Uncounted | None:
        """The whole answer, one that has to wait for a word, or None where the ordinary way has to be taken."""
        if not isinstance(line, RequestStartLine) or line.path != PATH or line.method != "GET":
            return None
        cookie_header = plain_cookies(headers)
        if cookie_header is None or line.version != "HTTP/1.1" or not self._is_plain(headers):
            return None
        now = time.time()
        known = self._sessions.memory.answer(cookie_header, now) or self._unconfirmed(cookie_header, headers)
        if known is None:
            return None
        if self._limits:
            ways = headers.get_list("X-Forwarded-For")
            way = ways[0] if len(ways) == 1 else ",".join(ways)
            name = f"{address}|{way}"
            waits = self._add(name, int(1000 * began))
            if waits is None:
                waits = self._count_first(self._limits, address, way, name)
            if waits != 0:
                return None if waits else self._uncounted(known, cookie_header, headers, address, name)
        return known if isinstance(known, Answer) else self._whole(known, now)

    def stop(self) -> None:
        """Leaves all to the ordinary way: a kept answer does not say that the connection closes."""
        self.find = self._nothing  # type: ignore[assignment, method-assign]
        self.confirm = self._nothing_confirmed  # type: ignore[assignment, method-assign]
        self._briefs.clear()
        self.learn_brief = self._nothing  # type: ignore[assignment, method-assign]

    def _nothing(self, *_: object) -> None:
        return None

    async def _nothing_confirmed(self, _: Answer) -> None:
        return None

    def _count_first(self, limits: RequestLimits, peer: str, way: str, name: str) -> int | None:
        """Where `_add` has not counted the request."""
        return limits.count(self._client_address(peer, way), GET_SESSION, name)

    def _client(self, peer: str, headers: HTTPHeaders) -> str:
        return self._client_address(peer, headers.get("X-Forwarded-For", ""))

    def _uncounted(
        self, known: bytes | Answer, cookie_header: str, headers: HTTPHeaders, peer: str, name: str
    ) -> Uncounted | None:
        """Two words to wait for are left to the ordinary way."""
        if isinstance(known, Answer) or _has_body(headers):
            return None
        return Uncounted(cookie_header, self._client(peer, headers), name)

    def ask(self, asked: Uncounted, tell: Callable[[int], None]) -> None:
        """Has the request counted; tells 0 if the limit allows it."""
        assert self._limits
        self._limits.ask(asked.address, GET_SESSION, tell, asked.name)

    def whole(self, asked: Uncounted) -> bytes | None:
        """The whole answer, if nothing has changed."""
        now = time.time()
        known = self._sessions.memory.answer(asked.cookie_header, now)
        return self._whole(known, now) if known else None

    def done(self, seconds: float, handler: str = "GetSession", path: str = PATH, status: int = 200) -> None:
        """Counts an answer, and writes it down, as every other is."""
        self._count(handler, status, seconds)
        if access_log.isEnabledFor(logging.DEBUG):
            facts = {"method": "GET", "path": path, "status": status}
            access_log.debug("request", extra={**facts, "milliseconds": round(1000 * seconds, 1)})

    def brief(
        self, line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders, connection: HTTPConnection
    ) -> HTTPMessageDelegate | None:
        """What answers a path that is as plain as get-session, for somebody whom memory knows; or None."""
        if not isinstance(line, RequestStartLine) or line.path not in self._briefs:
            return None
        cookie_header, stays = plain_cookies(headers), headers.get("Connection", "keep-alive").lower()
        plain = line.method == "GET" and line.version == "HTTP/1.1" and stays == "keep-alive"
        plain = plain and not (self._credentials and self._has_credential(headers))
        now, found = time.time(), self._briefs[line.path]
        who = self._sessions.memory.who(cookie_header, now) if plain and cookie_header else None
        if who is None:
            return None
        start = b"HTTP/1.1 204 No Content\r\n"
        answer = b"%s%s%s%s\r\n" % (start, self._changing_headers(now), found.head, found.lines(who))
        return BriefMessage(self, connection, answer, (found.handler, line.path))

    def learn_brief(
        self, request: HTTPServerRequest, headers: HTTPHeaders, who: SignedIn, brief: tuple[str, Lines]
    ) -> None:
        """Keeps how a path answers with no content, where nothing in its `headers` says who it is, and who asked."""
        cookies = plain_cookies(request.headers)
        if cookies is not None and not self._has_credential(request.headers):
            self._sessions.know(who, cookies)
            self._briefs.setdefault(request.path, Brief(brief[0], keepable(headers), brief[1]))

    def learn(
        self, request: HTTPServerRequest, headers: HTTPHeaders, found: Lookup, read: RequestCookies
    ) -> None:
        """Keeps the answer with these headers for the next time the same is asked, where that is plain enough."""
        who, cookies = found.signed_in, plain_cookies(request.headers)
        if who is None or cookies is None or found.cookies or request.query or request.method != "GET":
            return
        until = self._sessions.steady_until(who, read)
        if until is None or any(name in request.headers for name in self._bypass):
            return
        session, user = wire.dumps(wire.session(who.session)), wire.dumps(wire.user(who.user))
        self._sessions.keep_answer(who, cookies, Finished(keepable(headers), session, user), until)

    def _is_plain(self, headers: HTTPHeaders) -> bool:
        """Nothing that would change the answer, or how the connection goes on."""
        for name in self._bypass:
            if name in headers:
                return False
        return "Connection" not in headers or headers["Connection"].lower() == "keep-alive"

    def _has_credential(self, headers: HTTPHeaders) -> bool:
        """Whether something may say who asks that the cookies do not."""
        return any(name in headers for name in self._credentials)

    def _unconfirmed(self, cookie_header: str, headers: HTTPHeaders) -> Answer | None:
        return None if _has_body(headers) else self._sessions.answers.unconfirmed(cookie_header)

    async def confirm(self, answer: Answer) -> bytes | None:
        """The whole answer, if the database says that it is right."""
        unchanged = await self._sessions.is_unchanged(answer.who)
        now = time.time()
        return self._whole(answer.data, now) if unchanged and now < answer.until else None

    def _whole(self, kept: bytes, now: float) -> bytes:
        return b"HTTP/1.1 200 OK\r\n%s%s" % (self._changing_headers(now), kept)

    def _changing_headers(self, now: float) -> bytes:
        second = int(now)
        if second != self._second:
            self._second, self._date = second, formatdate(second, usegmt=True).encode()
        number = next(self._numbers)
        return b"Date: %s\r\nX-Request-Id: %s%08x\r\n" % (self._date, self._prefix.encode(), number)


def plain_cookies(headers: HTTPHeaders) -> str | None:
    """The Cookie header that an answer may be kept under: one, and no longer than a few cookies of ours."""
    found = headers.get_list("Cookie")
    return found[0] if len(found) == 1 and len(found[0]) <= LONGEST_COOKIES else None


def _has_body(headers: HTTPHeaders) -> bool:
    """Which would have been read by the time that the ordinary way begins."""
    return "Content-Length" in headers or "Transfer-Encoding" in headers


def keepable(headers: HTTPHeaders) -> bytes:
    """The headers that stay the same from answer to answer; Content-Length comes last, as Tornado has it."""
    momentary = ("Date", "X-Request-Id", "Content-Length")
    lines = [f"{name}: {value}\r\n" for name, value in headers.get_all() if name not in momentary]
    return "".join(lines).encode("latin1")


def is_counted(connection: HTTPConnection | None) -> bool:
    """Whether this request has been counted against the limits on its way here."""
    return getattr(connection, "counted", False)


class BriefMessage(HTTPMessageDelegate):
    """One request whose answer is known when its head has come; its body is never read."""

    def __init__(
        self, fast: FastSession, connection: HTTPConnection, answer: bytes, counted: tuple[str, str]
    ) -> None:
        self._fast, self._connection, self._answer, self._counted = fast, connection, answer, counted
        self._began = time.perf_counter()

    def finish(self) -> None:
        """Writes it in one piece."""
        self._connection.write(self._answer)
        self._connection.finish()
        self._fast.done(time.perf_counter() - self._began, *self._counted, 204)


class FastMessage(HTTPMessageDelegate):
    """One request: answered at once, or handed on to the ordinary delegate."""

    def __init__(
        self, fast: FastSession, connection: HTTPConnection, address: str, ordinary: Ordinary
    ) -> None:
        self._fast, self._connection, self._address, self._make = fast, connection, address, ordinary
        self._ordinary: HTTPMessageDelegate | None = None
        self._answer: bytes | Answer | Uncounted | None = None
        self._confirming: asyncio.Task[None] | None = None
        self.since, self._began = time.perf_counter(), 0.0
        self.under_way = self._closed = False

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        """Decides which way it goes."""
        self._began, self._head, self.under_way = time.monotonic(), (start_line, headers), True
        self._answer = self._fast.find(start_line, headers, self._address, self._began)
        if self._answer is not None:
            return None
        self._ordinary = self._fast.brief(start_line, headers, self._connection) or self._make()
        return self._ordinary.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """get-session never reads its body."""
        return self._ordinary.data_received(chunk) if self._ordinary else None

    def finish(self) -> None:
        """Writes the answer in one piece, once it is known to be right."""
        if self._ordinary:
            self._ordinary.finish()
        elif isinstance(self._answer, Answer):
            self._confirming = asyncio.ensure_future(self._confirm(self._answer))
        elif isinstance(self._answer, Uncounted):
            self._fast.ask(self._answer, functools.partial(self._counted, self._answer))
        elif self._answer is not None:
            self._write(self._answer)

    def _write(self, answer: bytes) -> None:
        self._connection.write(answer)
        self._connection.finish()
        self._fast.done(time.monotonic() - self._began)

    async def _confirm(self, answer: Answer) -> None:
        budget.allow(CONFIRM_SECONDS)
        try:
            whole = await self._fast.confirm(answer)
        except Exception:  # whatever it is, the ordinary way meets it too, and tells
            whole = None
        self._answer_late(whole, counted=True)

    def _counted(self, asked: Uncounted, waits: int) -> None:
        if not self._closed:
            self._answer_late(None if waits else self._fast.whole(asked), counted=waits == 0)

    def _answer_late(self, whole: bytes | None, counted: bool) -> None:
        if whole is not None:
            self._write(whole)
            return
        self._connection.counted = counted  # type: ignore[attr-defined]
        self._ordinary = self._make()
        self._ordinary.headers_received(*self._head)
        self._ordinary.finish()

    def on_connection_close(self) -> None:
        """Tells whoever answers."""
        self._closed = True
        if self._ordinary:
            self._ordinary.on_connection_close()
        elif self._confirming:
            self._confirming.cancel()
