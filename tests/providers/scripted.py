"""The third parties of the tests: one server on 127.0.0.1 that plays every provider, whatever its host is called.

It is a proxy, for our server, that opens the TLS of every host with a certificate of its own making; and the same over
plain HTTP for the reference, where /https/HOST/PATH stands for https://HOST/PATH.
"""

from __future__ import annotations

import collections
import contextlib
import json
import select
import socket
import tempfile
import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

from tests.providers.answering import answered
from tests.providers.asked import OURS, THEIRS, Asked
from tests.providers.authority import Authority

PIECE = b"x" * 65536


class Scripted:
    """The running server; made by `third_parties`."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder)
        self._lock = threading.Lock()
        self._seen: dict[str, list[Asked]] = collections.defaultdict(list)
        self._times: collections.Counter[tuple[str, str]] = collections.Counter()
        self.sets: dict[str, tuple[str, ...]] = {}
        self._gates: dict[str, threading.Event] = collections.defaultdict(threading.Event)
        self._end, self.ended = socket.socketpair()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Its own address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a server's environment must hold that it goes through here."""
        return {"HTTPS_PROXY": self.url, "SSL_CERT_FILE": str(self.authority.pem)}

    def seen(self, name: str, side: str | None = None) -> list[dict[str, Any]]:
        """What was asked with a script's code or tokens, in order, by one side or both: method, url, headers, body."""
        with self._lock:
            return [asked.shown() for asked in self._seen[name] if side in (None, asked.side)]

    def asked(self, place: str, side: str | None = None) -> int:
        """How often a host and path was asked for, with any script or none."""
        with self._lock:
            return sum(self._times[each, place] for each in (OURS, THEIRS) if side in (None, each))

    def publish(self, host: str, *names: str) -> None:
        """Has a host publish the keys of these names from now on: "next" is a rotation."""
        self.sets[host] = names

    def gate(self, name: str) -> threading.Event:
        """What an answer with this `gate` waits for."""
        with self._lock:
            return self._gates[name]

    def note(self, asked: Asked) -> None:
        """Keeps a request."""
        name = asked.id()
        with self._lock:
            self._times[asked.side, asked.place] += 1
            if name is not None:
                self._seen[name].append(asked)

    def stop(self) -> None:
        """Ends it, and every answer that hangs."""
        self._end.close()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.ended.close()


@contextlib.contextmanager
def third_parties() -> Iterator[Scripted]:
    """Third parties that are there for a while."""
    with tempfile.TemporaryDirectory(prefix="providers-") as folder:
        found = Scripted(Path(folder))
        try:
            yield found
        finally:
            found.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, scripted: Scripted) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scripted = scripted

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever goes away in the middle, or does not believe a certificate, is no error of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server
    tunnel = ""

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""

    def parse_request(self) -> bool:
        """Every method but CONNECT is answered alike."""
        found = super().parse_request()
        if found and self.command != "CONNECT":
            self.do_ANY()
            return False
        return found

    def do_CONNECT(self) -> None:
        """A tunnel, whose other end is here."""
        self.tunnel = self.path
        host = self.path.rpartition(":")[0]
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.rfile.close()
        self.connection = self.server.scripted.authority.context(host).wrap_socket(
            self.connection, server_side=True
        )
        self.request = self.connection
        self.rfile = cast(Any, self.connection.makefile("rb", -1))
        self.wfile = cast(Any, self.connection.makefile("wb", 0))
        self.close_connection = False

    def finish(self) -> None:
        """Closes what the tunnel was opened with; the server knows of the socket below alone."""
        super().finish()
        if self.tunnel:
            self.connection.close()

    def do_ANY(self) -> None:
        """Notes what was asked, and answers."""
        asked = self._asked()
        self.server.scripted.note(asked)
        self._answer(asked, answered(asked, self.server.scripted.sets))

    def _asked(self) -> Asked:
        if self.tunnel:
            side, host, path = OURS, self.tunnel.removesuffix(":443"), self.path
            scheme = "https"
        else:
            side, (scheme, host, path) = _plain(self.path)
        path, _, query = path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        raw = self.rfile.read(int(headers.get("content-length", 0)))
        return Asked(side, self.command, host, path, query, headers, raw, scheme)

    def _answer(self, asked: Asked, given: dict[str, Any]) -> None:
        if given.get("hang") or given.get("delay"):
            self._wait(None if given.get("hang") else float(given["delay"]))
            if self.close_connection:
                return
        if "gate" in given:
            self.server.scripted.gate(given["gate"]).wait(60)
        if given.get("huge"):
            self._endless()
            return
        body = _body(given)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        status = given.get("status", 200)
        if "redirect" in given:
            status = status if 300 <= status < 400 else 302
            headers |= {"Location": _reached(given["redirect"], asked.side)}
        self._head(status, headers | given.get("headers", {}))
        self.close_connection = self.close_connection or bool(given.get("cut"))
        self.wfile.write(body[: len(body) // 2] if given.get("cut") else body)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _endless(self) -> None:
        self._head(200, {"Content-Type": "application/json"})
        self.close_connection = True
        self.wfile.write(b'{"x":"')
        while True:
            self.wfile.write(PIECE)

    def _wait(self, seconds: float | None) -> None:
        """Until the time is over; whoever goes away, or the end of the tests, ends it at once."""
        ready, _, _ = select.select([self.connection, self.server.scripted.ended], [], [], seconds)
        self.close_connection = self.close_connection or bool(ready)


def _plain(target: str) -> tuple[str, tuple[str, str, str]]:
    """Who asks, and for what: over a proxy for an address in clear text, or by the plain form."""
    parts = urllib.parse.urlsplit(target)
    if parts.scheme:
        return OURS, (parts.scheme, parts.netloc, target.partition(parts.netloc)[2] or "/")
    scheme, _, rest = target.removeprefix("/").partition("/")
    host, _, path = rest.partition("/")
    return THEIRS, (scheme, host, f"/{path}")


def _reached(place: str, side: str) -> str:
    """Where a redirect leads; the reference stays here."""
    return f"/{place.replace('://', '/', 1)}" if side == THEIRS and "://" in place else place


def _body(given: dict[str, Any]) -> bytes:
    if "text" in given:
        return str(given["text"]).encode()
    return json.dumps(given.get("body", {})).encode()


__all__ = ["Scripted", "third_parties"]
