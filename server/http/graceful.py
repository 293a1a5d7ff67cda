"""An HTTP server that ends without cutting an answer off, and lives with as many descriptors as there are."""

from __future__ import annotations

import asyncio
import errno
import logging
import resource
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice, takewhile
from typing import Protocol

from tornado.httpserver import HTTPServer, _HTTPRequestContext
from tornado.httputil import HTTPConnection, HTTPMessageDelegate
from tornado.ioloop import IOLoop, PeriodicCallback
from tornado.iostream import IOStream

from server.http.connection import Connection, Stream
from server.telemetry.sparing import Sparing

# A connection that is kept may have its next request on the way, as may one that was made a moment ago.
IDLE_SECONDS = 1.5
# Who takes no byte of an answer for so long is cut off; sooner where the server ends.
STALLED_SECONDS, STALLED_AT_THE_END = 30.0, 2.0
# Who has not sent a whole head of a request for so long is not waited for: seen in a sweep, as a timer costs each request.
WAITING_SECONDS = 75.0
SWEEP_SECONDS = 5.0
# Descriptors that are not for connections: the log, mails, pictures, PostgreSQL.
RESERVED = 96
PAUSE_SECONDS = 1.0
ACCEPTED_AT_ONCE, ENDED_AT_ONCE = 128, 16
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
log = logging.getLogger(__name__)


class Message(Protocol):
    """What the application makes of each request, whether or not one has come yet."""

    under_way: bool
    # Since when it is waited for, by time.perf_counter().
    since: float


class OpenSocket(Protocol):
    """What a connection has become that was upgraded, of which Tornado's server knows nothing any more."""

    def go_away(self) -> None:
        """Says that the server ends."""

    def cut(self) -> None:
        """Hangs up."""


class GracefulServer(HTTPServer):
    """As Tornado's, which closes connections in the middle of an answer when it is to close them all."""

    def initialize(self, *args: object, most: int | None = None, **kwargs: object) -> None:
        """Takes what Tornado's takes, and how many connections it may have at most."""
        super().initialize(*args, **kwargs)  # type: ignore[arg-type]
        # Who asked last comes last.
        self._messages: dict[Connection, Message] = {}
        self._most = most or max(16, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - RESERVED)
        self._sparing = Sparing(log)
        self.conn_params.header_timeout = None
        self._sweeping = PeriodicCallback(self._sweep, 1000 * SWEEP_SECONDS)

    @property
    def sockets(self) -> set[OpenSocket]:
        """The connections that were upgraded."""
        return self.request_callback.sockets  # type: ignore[no-any-return, union-attr]

    def add_sockets(self, sockets: Iterable[socket.socket]) -> None:
        """Listens on them."""
        for each in sockets:
            self._sockets[each.fileno()] = each
            self._handlers[each.fileno()] = Accepting(each, self).stop
        self._sweeping.start()

    def stop(self) -> None:
        """Lets nobody in any more."""
        self._sweeping.stop()
        super().stop()

    def handle_stream(self, stream: IOStream, address: tuple[object, ...]) -> None:
        """Serves a connection."""
        context = _HTTPRequestContext(stream, address, self.protocol, self.trusted_downstream)
        connection = Connection(stream, self.conn_params, context)
        self._connections.add(connection)
        connection.start_serving(self)

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """A connection waits for its next request."""
        message = super().start_request(server_conn, request_conn)
        self._messages.pop(server_conn, None)  # type: ignore[call-overload]
        self._messages[server_conn] = message  # type: ignore[index, assignment]
        return message

    def on_close(self, server_conn: object) -> None:
        """Forgets the connection."""
        self._connections.discard(server_conn)
        self._messages.pop(server_conn, None)  # type: ignore[call-overload]

    def has_room(self) -> bool:
        """Whether one more connection may come, for which an idle one may have to go."""
        if len(self._connections) + len(self.sockets) < self._most:
            return True
        found = self.end_idle(1) > 0
        self.say(f"{self._most} connections are open, as many as the limit of open files allows")
        return found

    def end_idle(self, most: int = ENDED_AT_ONCE) -> int:
        """Ends those that wait the longest for a request; how many."""
        waiting = (
            each
            for each, message in self._messages.items()
            if not message.under_way and not each.stream.closed() and not each.stream.is_readable
        )
        found = list(islice(waiting, most))
        for each in found:
            each.stream.close()
            self.on_close(each)
        return len(found)

    def say(self, what: str) -> None:
        """Once a minute, as it goes on for as long as somebody likes. S46."""
        self._sparing.say(f"{what}: idle ones are ended, then nobody is let in for a moment", logging.WARNING)

    def _sweep(self) -> None:
        self._end_stalled(STALLED_SECONDS)
        self._end_waiting(time.perf_counter() - WAITING_SECONDS)

    def _end_waiting(self, since: float) -> None:
        """Hangs up on who was to ask since then, or before."""
        for each, message in list(takewhile(lambda item: item[1].since <= since, self._messages.items())):
            if not message.under_way:
                each.stream.close()

    def _end_stalled(self, seconds: float) -> None:
        """Cuts off who takes nothing of an answer. S46."""
        now = asyncio.get_running_loop().time()
        for each in list(self._messages):
            if not each.stream.closed() and each.stream.stalled(now) > seconds:
                log.info("cut off: nothing of an answer was taken for %d s", seconds)
                each.stream.close()

    async def drain(self, seconds: float) -> int:
        """Answers what is under way and ends every connection; how many answers were cut off after `seconds`.

        Requests that still come on a connection are answered, for the last time there. Sockets are told, and have as
        long to take their leave.
        """
        self.stop()
        await asyncio.sleep(0)  # those that came at the last moment begin to wait for their request
        self._say_close()
        loop = asyncio.get_running_loop()
        idle_until, until = loop.time() + min(IDLE_SECONDS, seconds / 2), loop.time() + seconds
        while (self._messages or self.sockets) and loop.time() < until:
            for each in list(self.sockets):
                each.go_away()
            if loop.time() >= idle_until:
                self._close_idle()
            self._end_stalled(STALLED_AT_THE_END)
            await asyncio.sleep(0.01)
        return await self._cut()

    def _say_close(self) -> None:
        """Every answer from now on says that its connection closes."""
        self.conn_params.no_keep_alive = True
        self.request_callback.fast.stop()  # type: ignore[union-attr]
        for each in self._messages:
            if each.stream.request:
                each.stream.request.be_the_last()

    def _close_idle(self) -> None:
        for each, message in list(self._messages.items()):
            if not message.under_way and not each.stream.closed() and not each.stream.has_begun:
                each.stream.close()

    async def _cut(self) -> int:
        """Tells those whose answer has not begun to try again, and hangs up; how many could not be told."""
        under_way = [each for each, message in self._messages.items() if message.under_way]
        told = [each for each in under_way if _is_told(each)]
        if told:
            log.warning("%d requests were answered 503, as the server ends", len(told))
        for socket_ in list(self.sockets):
            socket_.cut()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self.close_all_connections()
        return len(under_way) - len(told)


def _is_told(connection: Connection) -> bool:
    handler = connection.stream.request and connection.stream.request.handler
    return bool(handler and handler.give_up())


class Accepting:
    """Takes the connections of one listening socket, and none for a moment where there are no descriptors left."""

    def __init__(self, listening: socket.socket, server: GracefulServer) -> None:
        self._socket, self._server, self._loop = listening, server, IOLoop.current()
        self._pause: object | None = None
        self._stopped = False
        self._listen()

    def _listen(self) -> None:
        self._pause = None
        self._loop.add_handler(self._socket, self._accept, IOLoop.READ)

    def stop(self) -> None:
        """Takes those that wait, whom the end of the socket would reset, and no more."""
        if not self._pause:
            self._accept(None, 0)
        self._stopped = True
        if self._pause:
            self._loop.remove_timeout(self._pause)
        else:
            self._loop.remove_handler(self._socket)

    def _accept(self, _: object, __: int) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            if self._stopped:
                return
            try:
                if not self._server.has_room():
                    self._wait()
                    return
                connection, address = self._socket.accept()
            except BlockingIOError:
                return
            except ConnectionAbortedError:
                continue
            except OSError as error:
                if error.errno not in _EXHAUSTED:
                    raise
                self._server.end_idle()  # first: also a line of the log may need a descriptor
                self._server.say(f"no connection can be taken ({error.strerror})")
                self._wait()
                return
            with suppress(OSError):  # on a Unix socket there is nothing to turn on
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._server.handle_stream(Stream(connection), address)

    def _wait(self) -> None:
        self._loop.remove_handler(self._socket)
        self._pause = self._loop.call_later(PAUSE_SECONDS, self._listen)
