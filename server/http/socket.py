"""SocketHandler: a websocket for those whom its access word lets in, for as long as their session lasts."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from tornado.websocket import (
    WebSocketClosedError,
    WebSocketHandler,
    WebSocketProtocol13,
)

from server.database import DatabaseError, DatabaseUnavailable, budget
from server.errors import APIError
from server.http.access import Access
from server.http.caller import CallerHandler
from server.http.connection import waste
from server.http.handler import as_api_error, log
from server.model import SignedIn
from server.protocol import wire

GOING_AWAY, TOO_BIG, FAILED, TRY_AGAIN_LATER = 1001, 1009, 1011, 1013
# Of our own: 1008 says that some policy was violated, and a page has to know when to ask for a sign-in.
SESSION_ENDED = 4401


class SocketHandler(WebSocketHandler, CallerHandler):
    """A feature's socket has its access word on `joined`; without one it does not exist.

    Before the upgrade come the Origin and the session. Messages are handled one after the other, and none after the
    session has ended. One that takes longer than `ping_seconds` looks like a dead peer. Nothing is compressed: a secret
    beside what a stranger words would show in the length.
    """

    MAX_MESSAGE = 1024 * 1024
    # What may wait for a peer that does not read, beside one message.
    MAX_UNSENT = 1024 * 1024
    ping_seconds = 30.0

    # joined(self, who, …): with what the word lets in, then what the path says.
    joined: Callable[..., Awaitable[None]]

    async def received(self, message: str | bytes) -> None:
        """One message."""

    def left(self) -> None:
        """The socket is closed, by whomever; once for each `joined` that has begun."""

    _over = _has_joined = False
    _who: SignedIn | None = None
    _unsent = 0

    @classmethod
    def access_to(cls, method: str) -> Access | None:
        """The word on `joined`; there is nothing but GET."""
        own = method.upper() == "GET" and cls.get is SocketHandler.get
        return getattr(getattr(cls, "joined", None), "access", None) if own else None

    @property
    def believes_cache(self) -> bool:
        """A socket is open for longer than a cookie is believed. S23."""
        return False

    async def begin(self) -> None:
        """A page from elsewhere is refused, with cookies and without. S31."""
        self.application.origins.check_socket(self.request.headers)

    def check_origin(self, origin: str) -> bool:
        """Has been asked."""
        return True

    async def get(self, *path: str, **_: str) -> None:
        """Lets the caller in, or raises; what follows is Tornado's."""
        access = self.access_to("GET")
        assert access
        let_in = await access.admit(self)
        self._who = next((each for each in let_in if isinstance(each, SignedIn)), None)
        self._join = functools.partial(access.method, self, *let_in, *path)
        await super().get()

    async def open(self, *_: str, **__: str) -> None:
        """The connection is a socket from now on, unless the peer has gone meanwhile."""
        budget.allow(None)
        if self._over or self.ws_connection is None:
            return
        self._stream, self._has_joined = self.ws_connection.stream, True
        self.application.sockets.add(self)
        self._unwatch: Callable[[], None] = lambda: None
        if self._who:
            self._unwatch = self.services.changes.watch(self._who.session, self._session_ended)
        await self._guarded(self._join)

    async def on_message(self, message: str | bytes) -> None:
        """What comes after the end is not heard, nor what came while nobody could hear of the end. S23."""
        if self._who and not self._over and self.services.changes.doubtful:
            await self._ask_again(self._who)
        if not self._over:
            await self._guarded(functools.partial(self.received, message))

    async def _ask_again(self, who: SignedIn) -> None:
        """Where the database does not say, the watch goes on asking."""
        with contextlib.suppress(DatabaseError):
            if await self.services.sessions.lasts(who.session.token) is None:
                self._session_ended(known=True)

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """A failure ends this socket alone."""
        try:
            await work()
        except Exception:
            self.log_exception(*sys.exc_info())
            self.close(FAILED, "internal error")

    def on_close(self) -> None:
        """Also called for one that leaves before it was let in."""
        self._over = True
        if not self._has_joined:
            return
        self.application.sockets.discard(self)
        self._unwatch()
        try:
            self.left()
        except Exception:
            self.log_exception(*sys.exc_info())

    def write_message(
        self, message: bytes | str | dict[str, Any], binary: bool = False
    ) -> asyncio.Future[None]:
        """Sends, and is done once the peer's side has it; a peer that lets too much wait is let go. S46."""
        if self._unsent > self.MAX_UNSENT:
            self.close(TRY_AGAIN_LATER, "reads too slowly")
        data = wire.dumps(message) if isinstance(message, dict) else message
        data = data.encode() if isinstance(data, str) else data
        sent = super().write_message(data, binary)
        self._unsent += len(data)
        sent.add_done_callback(functools.partial(self._sent, len(data)))
        return sent

    def _sent(self, size: int, sent: asyncio.Future[None]) -> None:
        """Who does not wait for it is not told that the peer has gone."""
        self._unsent -= size
        if not sent.cancelled():
            sent.exception()

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Begins the end; the peer has a few seconds to answer."""
        self._over = True
        super().close(code, reason)

    def _session_ended(self, known: bool) -> None:
        if known:
            self.close(SESSION_ENDED, "session ended")
        else:
            self.close(TRY_AGAIN_LATER, "session cannot be looked up")

    def go_away(self) -> None:
        """The server ends."""
        self.close(GOING_AWAY, "server is going away")

    def cut(self) -> None:
        """Hangs up."""
        if self._stream:
            self._stream.close()

    @property
    def ping_interval(self) -> float:
        """A peer that is gone without a word is noticed. S46."""
        return self.ping_seconds

    @property
    def max_message_size(self) -> int:
        """More is refused by its head. S46."""
        return self.MAX_MESSAGE

    def get_websocket_protocol(self) -> WebSocketProtocol13 | None:
        """Tornado's, but for how it refuses a message."""
        theirs = super().get_websocket_protocol()
        return _Protocol(self, False, theirs.params) if isinstance(theirs, WebSocketProtocol13) else None

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """A peer that has gone while something was sent is no news."""
        if isinstance(value, WebSocketClosedError):
            log.info("a peer has gone", extra={"request_id": self.request_id})
            return
        if self._has_joined and isinstance(
            value, (APIError, DatabaseUnavailable)
        ):  # the request has had its line
            log.info("refused: %s", value, extra={"request_id": self.request_id})
            return
        super().log_exception(typ, value, tb)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """As the API does."""
        self.add_cookies(self._kept)
        self.refuse(as_api_error((kwargs.get("exc_info") or (None, None, None))[1], status_code))


class _Protocol(WebSocketProtocol13):
    """Tornado hangs up on who is sending too much, which takes the close frame back; this one throws away what comes."""

    _refused = False
    _wasting: asyncio.Task[None] | None = None

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Remembers why."""
        self._refused = self._refused or code == TOO_BIG
        super().close(code, reason)

    def _abort(self) -> None:
        if not self._refused:
            super()._abort()
        elif self._wasting is None:
            self.client_terminated = True
            self._wasting = asyncio.create_task(self._waste())

    async def _waste(self) -> None:
        await waste(self.stream)
        super()._abort()
