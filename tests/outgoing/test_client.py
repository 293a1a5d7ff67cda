"""Asking others: servers that are good, and those that are slow, endless, cut off or no servers at all."""

import asyncio
import contextlib
import ipaddress
import json
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator

import pytest

from server.outgoing import Outgoing, OutgoingError, OutgoingSettings, Request
from server.outgoing.connections import MOST_BYTES

HERE = OutgoingSettings(allowed=(ipaddress.ip_network("127.0.0.0/8"),))
Answer = Callable[[bytes, socket.socket, threading.Event], None]


@contextlib.contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """A server that reads one request of each connection, head and body, and answers as it likes until it ends."""
    ended = threading.Event()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                lines = [*iter(lambda: self.rfile.readline().rstrip(b"\r\n"), b"")]
                length = next(
                    (
                        int(line.split(b":")[1])
                        for line in lines
                        if line.lower().startswith(b"content-length")
                    ),
                    0,
                )
                answer(b"\r\n".join([*lines, b"", self.rfile.read(length)]), self.connection, ended)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        request_queue_size = 100

    with Server(("127.0.0.1", 0), Talk) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            ended.set()
            server.shutdown()
            thread.join()


def said(body: bytes, status: str = "200 OK", media_type: str = "application/json", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{more}\r\n"
    return head.encode() + body


def always(text: bytes) -> Answer:
    def answer(asked: bytes, connection: socket.socket, ended: threading.Event) -> None:
        connection.sendall(text)

    return answer


async def ask(answer: Answer, seconds: float = 5, settings: OutgoingSettings = HERE) -> object:
    with serving(answer) as url:
        outgoing = Outgoing(settings)
        try:
            return (await outgoing.ask(Request(url), seconds)).read()
        finally:
            await outgoing.close()


@pytest.mark.gen_test
async def test_json_and_text() -> None:
    assert await ask(always(said(b'{"a": 1}'))) == {"a": 1}
    assert await ask(always(said(b"[1]", media_type="application/vnd.x+json; charset=utf-8"))) == [1]
    assert await ask(always(said(b"<p>", media_type="text/html"))) == "<p>"
    assert await ask(always(said(b"<p>"))) == "<p>"
    assert await ask(always(said(b'{"a": 1.0}', media_type="text/plain"))) == {"a": 1}


@pytest.mark.gen_test
async def test_what_is_sent() -> None:
    asked: list[bytes] = []

    def answer(request: bytes, connection: socket.socket, ended: threading.Event) -> None:
        asked.append(request)
        connection.sendall(said(b"{}"))

    with serving(answer) as url:
        outgoing = Outgoing(HERE)
        await outgoing.ask(
            Request(f"{url}/token?a=b", "POST", {"Accept": "application/json"}, form="a=b&c=%2B")
        )
        await outgoing.ask(Request(url, "POST", json={"query": "ä"}))
        await outgoing.close()
    assert asked[0].startswith(b"POST /token?a=b HTTP/1.1\r\n")
    assert b"\r\nContent-Type: application/x-www-form-urlencoded\r\n" in asked[0]
    assert asked[0].endswith(b"\r\n\r\na=b&c=%2B")
    assert json.loads(asked[1].partition(b"\r\n\r\n")[2]) == {"query": "ä"}


@pytest.mark.gen_test
async def test_a_redirect_is_an_answer() -> None:  # S43
    moved = said(b"", "302 Found", more="Location: http://127.0.0.1:1/\r\n")
    with serving(always(moved)) as url:
        outgoing = Outgoing(HERE)
        assert (await outgoing.ask(Request(url))).status == 302
        await outgoing.close()


def hang(asked: bytes, connection: socket.socket, ended: threading.Event) -> None:
    ended.wait()


def endless(asked: bytes, connection: socket.socket, ended: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    for _ in range(MOST_BYTES // 4096 + 100):
        connection.sendall(b"x" * 4096)


BAD = {
    "slow": (hang, "no answer in"),
    "endless": (endless, "more than"),
    "cut": (always(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), "ProtocolError"),
    "no HTTP": (always(b"SSH-2.0-x\r\n\r\n"), "ProtocolError"),
    "nothing": (always(b""), "ProtocolError"),
}


@pytest.mark.gen_test
@pytest.mark.parametrize("kind", BAD)
async def test_what_a_good_one_never_does(kind: str) -> None:
    answer, words = BAD[kind]
    with pytest.raises(OutgoingError, match=words):
        await ask(answer, seconds=1 if kind == "slow" else 20)


@pytest.mark.gen_test
async def test_nobody_there() -> None:
    outgoing = Outgoing(HERE)
    for url in ("http://127.0.0.1:1/", "http://nobody.invalid/", "ftp://127.0.0.1/", "http://", "no address"):
        with pytest.raises(OutgoingError):
            await outgoing.ask(Request(url))
    with pytest.raises(OutgoingError, match="control character"):
        await outgoing.ask(Request("http://127.0.0.1:1/", headers={"Authorization": "Bearer a\r\nX: y"}))
    await outgoing.close()


@pytest.mark.gen_test
async def test_nobody_inside_is_asked() -> None:  # S43
    with pytest.raises(OutgoingError, match="OUTGOING_ALLOWED_NETWORKS"):
        await ask(always(said(b"{}")), settings=OutgoingSettings())
    outgoing = Outgoing(OutgoingSettings())
    for host in ("localhost", "169.254.169.254", "[::1]", "2130706433", "0x7f.1"):
        with pytest.raises(OutgoingError):
            await outgoing.ask(Request(f"http://{host}/"))
    await outgoing.close()


@pytest.mark.gen_test
async def test_one_that_hangs_keeps_nobody_else_waiting() -> None:
    with serving(hang) as slow, serving(always(said(b'{"a": 1}'))) as quick:
        outgoing = Outgoing(HERE)
        waiting = [asyncio.create_task(outgoing.ask(Request(slow), 3600)) for _ in range(50)]
        await asyncio.sleep(0)
        for _ in range(5):
            assert (await outgoing.ask(Request(quick), 30)).read() == {"a": 1}
        assert not any(task.done() for task in waiting)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await outgoing.close()
