"""An HTTP server that ends without cutting an answer off."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Protocol

from tornado.http1connection import HTTP1ServerConnection
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPConnection, HTTPMessageDelegate

# A connection that was made a moment ago has its first request on the way; one that a browser made ahead of need
# never gets one.
FIRST_REQUEST_SECONDS = 0.25


class Message(Protocol):
    """What the application makes of each request, whether or not one has come yet."""

    under_way: bool


class OpenSocket(Protocol):
    """What a connection has become that was upgraded, of which Tornado's server knows nothing any more."""

    def go_away(self) -> None:
        """Says that the server ends."""

    def cut(self) -> None:
        """Hangs up."""


class GracefulServer(HTTPServer):
    """As Tornado's, which closes connections in the middle of an answer when it is to close them all."""

    def initialize(self, *args: object, **kwargs: object) -> None:
        """Takes what Tornado's takes."""
        super().initialize(*args, **kwargs)  # type: ignore[arg-type]
        self._messages: dict[object, Message] = {}
        self._used: set[object] = set()
        self._draining = False

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """A connection waits for its next request; when all is to end it waits no more."""
        message = super().start_request(server_conn, request_conn)
        if server_conn in self._messages:
            self._used.add(server_conn)
        self._messages[server_conn] = message  # type: ignore[assignment]
        if self._draining and server_conn in self._used:
            _close(server_conn)
        return message

    def on_close(self, server_conn: object) -> None:
        """Forgets the connection."""
        super().on_close(server_conn)
        self._messages.pop(server_conn, None)
        self._used.discard(server_conn)

    async def drain(self, seconds: float) -> int:
        """Answers what is under way and ends every connection; how many answers were cut off after `seconds`.

        Sockets are told, and have as long to take their leave. New requests on connections that had none yet are still
        answered, for a moment.
        """
        self.stop()
        self._draining = True
        self.conn_params.no_keep_alive = True
        loop = asyncio.get_running_loop()
        fresh_until, until = loop.time() + FIRST_REQUEST_SECONDS, loop.time() + seconds
        sockets: set[OpenSocket] = self.request_callback.sockets  # type: ignore[union-attr]
        while (self._messages or sockets) and loop.time() < until:
            for each in list(sockets):
                each.go_away()
            self._close_idle(fresh_too=loop.time() >= fresh_until)
            await asyncio.sleep(0.01)
        cut_off = len(self._messages)
        for each in list(sockets):
            each.cut()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self.close_all_connections()
        return cut_off

    def _close_idle(self, fresh_too: bool) -> None:
        for server_conn, message in list(self._messages.items()):
            if not message.under_way and (fresh_too or server_conn in self._used):
                _close(server_conn)


def _close(server_conn: object) -> None:
    """Ends a connection that waits; its loop notices by itself."""
    assert isinstance(server_conn, HTTP1ServerConnection)
    server_conn.stream.close()
