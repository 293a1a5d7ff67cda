"""The end of a server: what is under way is answered, what waits is let go."""

import asyncio
import http.client
import json
import select
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from server import postgres
from server.http.graceful import GracefulServer
from tests.conftest import execute
from tests.workers.served import Served, until

SIGN_UP = {"name": "Ada", "email": "ada@example.com", "password": "correct horse battery"}


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where it keeps its database; a socket's path must stay short."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture
def served(folder: Path) -> Iterator[Served]:
    """One process."""
    with Served(folder, WORKERS="1") as found:
        yield found


def connected(served: Served) -> socket.socket:
    """A connection on which nothing was said yet."""
    made = socket.create_connection(("127.0.0.1", urlsplit(served.address).port or 0))
    made.settimeout(60)
    return made


def listens(served: Served) -> bool:
    try:
        connected(served).close()
    except ConnectionRefusedError:
        return False
    return True


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Whoever looks for a user has to wait."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute('LOCK TABLE "user" IN ACCESS EXCLUSIVE MODE')
        yield


WAITING = """SELECT count(*) FROM pg_locks WHERE relation = '"user"'::regclass AND NOT granted"""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_answer_under_way_arrives(folder: Path, workers: str) -> None:
    """It is waited for by the server that lets nobody in any more, its supervisor neither."""
    with Served(folder, WORKERS=workers) as served:
        _an_answer_under_way_arrives(folder, served)


def _an_answer_under_way_arrives(folder: Path, served: Served) -> None:
    with ThreadPoolExecutor() as threads, postgres.attached(folder / "data" / "postgres") as url:
        with locked(url):
            answer = threads.submit(served.call, "/api/auth/sign-up/email", SIGN_UP)
            until(lambda: execute(url, WAITING) != [(0,)])
            served.process.send_signal(signal.SIGTERM)
            until(lambda: not listens(served))
        status, body, _ = answer.result()
    assert status == 200
    assert json.dumps(body).count("ada@example.com") == 1
    assert served.process.wait(60) == 0


@pytest.mark.gen_test
async def test_a_connection_just_made_is_still_answered(
    http_server: GracefulServer, http_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first request is on the way when the server begins to end, and here takes as long as it likes."""
    monkeypatch.setattr("server.http.graceful.IDLE_SECONDS", 60.0)
    reader, writer = await asyncio.open_connection("127.0.0.1", http_port)
    while not http_server._messages:
        await asyncio.sleep(0.01)
    ending = asyncio.ensure_future(http_server.drain(80))
    await asyncio.sleep(0.1)
    assert not ending.done()
    writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    head = (await reader.read()).partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert head[0] == b"HTTP/1.1 200 OK"
    assert b"Connection: close" in head
    assert await ending == 0
    writer.close()


def test_waiting_connections_do_not_hold_it_up(served: Served) -> None:
    with connected(served) as used, connected(served) as unused:
        used.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = http.client.HTTPResponse(used)
        answer.begin()
        answer.read()
        served.process.send_signal(signal.SIGTERM)
        assert used.recv(1) == b""
        assert unused.recv(1) == b""
        assert served.process.wait(60) == 0
        assert "cut off" not in (served.process.stderr.read() if served.process.stderr else "")


def asked_on(connection: socket.socket, path: str = "/health", cookie: str = "") -> http.client.HTTPResponse:
    """The answer to one request on a connection that is kept."""
    cookies = f"Cookie: {cookie}\r\n" if cookie else ""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{cookies}\r\n".encode())
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    answer.read()
    return answer


def test_a_kept_connection_is_told_before_it_closes(served: Served) -> None:
    """With an answer from memory, too, which knew nothing of an end when it was made."""
    _, _, cookie = served.call("/api/auth/sign-up/email", SIGN_UP)
    with ExitStack() as stack:
        kept = [stack.enter_context(connected(served)) for _ in range(3)]
        for each in kept:
            for _ in range(2):
                assert asked_on(each, "/api/auth/get-session", cookie).headers["Connection"] is None
        served.process.send_signal(signal.SIGTERM)
        until(lambda: not listens(served))
        for each, path in zip(kept, ("/health", "/api/auth/get-session", "/settings/profile"), strict=True):
            answer = asked_on(each, path, cookie)
            assert (answer.status, answer.headers["Connection"]) == (200, "close")
            assert each.recv(1) == b""
    assert served.process.wait(60) == 0


def test_what_cannot_be_answered_in_time_is_told_to_come_again(folder: Path) -> None:
    with (
        Served(folder, WORKERS="1", SHUTDOWN_GRACE="1") as served,
        ThreadPoolExecutor() as threads,
        postgres.attached(folder / "data" / "postgres") as url,
        locked(url),
    ):
        answers = [threads.submit(served.call, "/api/auth/sign-up/email", SIGN_UP) for _ in range(3)]
        until(lambda: execute(url, WAITING) == [(3,)])
        served.process.send_signal(signal.SIGTERM)
        assert [each.result()[0] for each in answers] == [503] * 3
        said = served.process.communicate(timeout=60)[1]
    assert served.process.returncode == 0
    assert "cut off" not in said
    assert "Traceback" not in said


def test_who_takes_nothing_does_not_hold_it_up(folder: Path) -> None:
    with Served(folder, WORKERS="1", SHUTDOWN_GRACE="10") as served, connected(served) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asked = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 3000
        with ThreadPoolExecutor(1) as threads:
            sending = threads.submit(slow.sendall, asked)
            until(lambda: select.select([slow], [], [], 0)[0])
            time.sleep(1)
            begun = time.monotonic()
            served.process.send_signal(signal.SIGTERM)
            assert served.process.wait(60) == 0
            assert time.monotonic() - begun < 9
            with suppress(ConnectionError):
                sending.result()
