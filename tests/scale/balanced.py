"""What any balancer has to do with the files of deploy/: it stands before an application and a server that is not there."""

import json
import socketserver
import ssl
import threading
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from socket import create_connection
from typing import cast

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from scale.front import Front
from server.http.sizes import MAX_BODY

# What a client may say of where it comes from, and what is passed on of it.
LIES = {
    "X-Forwarded-For": "203.0.113.7, 127.0.0.1",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": "evil.example",
    "Forwarded": "for=203.0.113.7",
    "X-Real-IP": "203.0.113.7",
    "X-Forwarded-Method": "DELETE",
    "X-Forwarded-Uri": "/evil",
    "X-Original-Method": "DELETE",
    "X-Original-URL": "https://evil.example/",
    "X-Original-URI": "/evil",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "tracestate": "evil=1",
}
GONE = set(map(str.lower, LIES)) - {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip"}


def ask(
    front: Front,
    path: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[HTTPResponse, bytes]:
    """One request on a connection of its own."""
    connection = HTTPSConnection("127.0.0.1", front.port, timeout=60, context=front.trust)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    found = answer, answer.read()
    connection.close()
    return found


def told(body: bytes) -> dict[str, str]:
    """The headers that came to the application, each of them once."""
    headers = [(name.lower(), value) for name, value in json.loads(body)["headers"]]
    assert len(headers) == len(dict(headers)), headers
    return dict(headers)


class Breaking(socketserver.StreamRequestHandler):
    """Answers some paths on a connection that is kept; the others it takes, counts, and hangs up on: as one that is killed."""

    def handle(self) -> None:
        while line := self.rfile.readline():
            length = 0
            while (header := self.rfile.readline()).strip():
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            self.rfile.read(length)
            method, path, _ = line.decode().split()
            server = cast(Breaker, self.server)
            if path not in ("/health", "/health/ready"):
                server.taken.append(method)
                return
            server.answered[path] += 1
            status = "200 OK" if server.ready or path == "/health" else "503 No"
            self.wfile.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())


class Breaker(socketserver.ThreadingTCPServer):
    """One that was sent what is in `taken`, and has answered so often; it may say that it is not ready."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Breaking)
        self.taken: list[str] = []
        self.answered = Counter[str]()
        self.ready = True


@contextmanager
def breakers() -> Iterator[tuple[Breaker, Breaker]]:
    """Two of them."""
    with Breaker() as one, Breaker() as other:
        threads = [threading.Thread(target=each.serve_forever, args=(0.01,)) for each in (one, other)]
        for thread in threads:
            thread.start()
        try:
            yield one, other
        finally:
            one.shutdown()
            other.shutdown()


@dataclass
class Broken:
    """A balancer before two that are killed by whatever they take."""

    front: Front
    servers: tuple[Breaker, Breaker]

    def sent(self, method: str, body: bytes | None = None, **headers: str) -> list[int]:
        """How often one request was sent to each, on a connection that was used before."""
        for _ in range(4):
            assert ask(self.front, "/health")[0].status == 200
        for server in self.servers:
            server.taken.clear()
        answer, _ = ask(self.front, "/", method, body, headers)
        assert answer.status in (502, 503)
        return sorted(server.taken.count(method) for server in self.servers)


class Balanced:
    """The tests, for each balancer that has the fixture `front`."""

    def test_a_client_does_not_say_where_it_comes_from(self, front: Front) -> None:  # S13
        answer, body = ask(front, "/", headers=LIES)
        assert answer.status == 200
        found = told(body)
        assert found["x-forwarded-for"] == "127.0.0.1"
        assert found["x-forwarded-proto"] == "https"
        assert found["x-forwarded-host"] == f"127.0.0.1:{front.port}"
        assert found["host"] == f"127.0.0.1:{front.port}"
        assert found.get("x-real-ip", "127.0.0.1") == "127.0.0.1"
        assert not GONE & set(found)

    def test_who_is_not_there_is_not_missed(self, front: Front) -> None:
        answers = [
            ask(front, "/", method, b"x" if method == "POST" else None)[0] for method in ("GET", "POST") * 10
        ]
        assert {each.status for each in answers} == {200}

    @pytest.mark.parametrize("body", [b"{}", b"", None], ids=["body", "empty", "none"])
    @pytest.mark.parametrize("method", ["POST", "PATCH"])
    def test_a_change_is_sent_once(self, broken: Broken, method: str, body: bytes | None) -> None:  # S38
        assert broken.sent(method, body) == [0, 1]
        assert broken.sent(method, body, **{"Idempotency-Key": "1", "X-Idempotency-Key": "1"}) == [0, 1]

    def test_bodies_are_as_large_as_ours_may_be(self, front: Front) -> None:  # S46
        answer, body = ask(front, "/", "POST", b"x" * MAX_BODY)
        assert (answer.status, len(json.loads(body)["body"])) == (200, MAX_BODY)
        assert ask(front, "/", "POST", b"x" * (MAX_BODY + 1))[0].status == 413

    @pytest.mark.parametrize("path", ["", "/x/content", "/x/attachments?name=a"])
    def test_texts_and_files_of_documents_may_be_larger(self, front: Front, path: str) -> None:
        """A server of ours says what is too large."""
        answer, body = ask(front, f"/api/documents{path}", "POST", b"x" * (26 * MAX_BODY))
        assert (answer.status, len(json.loads(body)["body"])) == (200, 26 * MAX_BODY)

    def test_compression_is_left_to_us(self, front: Front) -> None:
        asked = {"Accept-Encoding": "gzip, br", "X-Padding": "a" * 8000}
        answer, body = ask(front, "/", headers=asked)
        assert answer.getheader("Content-Encoding") is None
        assert told(body)["accept-encoding"] == "gzip, br"
        answer, body = ask(front, "/compressed", headers=asked)
        assert answer.getheader("Content-Encoding") == "gzip"
        assert b"hello" in zlib.decompress(body, wbits=31)

    def test_browsers_are_sent_to_https(self, front: Front) -> None:
        connection = HTTPConnection("127.0.0.1", front.plain_port, timeout=60)
        connection.request("GET", "/login?next=%2Fa", headers={"Host": "auth.example.com"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status in (301, 308)
        assert (answer.getheader("Location") or "").startswith("https://auth.example.com")
        assert (answer.getheader("Location") or "").endswith("/login?next=%2Fa")

    def test_http_2_is_spoken(self, front: Front) -> None:
        trust = front.trust
        trust.set_alpn_protocols(["h2", "http/1.1"])
        with (
            create_connection(("127.0.0.1", front.port), 60) as plain,
            trust.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
        ):
            assert secured.selected_alpn_protocol() == "h2"

    @pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
    def test_old_tls_is_not(self, front: Front) -> None:
        trust = front.trust
        trust.maximum_version = ssl.TLSVersion.TLSv1_1
        trust.set_ciphers("ALL:@SECLEVEL=0")
        with create_connection(("127.0.0.1", front.port), 60) as plain, pytest.raises(ssl.SSLError):
            trust.wrap_socket(plain, server_hostname="127.0.0.1")

    @pytest.mark.gen_test
    async def test_sockets_are_passed_on(self, front: Front) -> None:
        url = f"wss://127.0.0.1:{front.port}/app/socket"
        socket = await websocket_connect(HTTPRequest(url, ssl_options=front.trust))
        await socket.write_message("hello")
        assert str(await socket.read_message()).startswith("hello from")
        socket.close()

    def test_numbers_are_not_told(self, front: Front) -> None:
        assert ask(front, "/metrics")[0].status in (404, 418)
