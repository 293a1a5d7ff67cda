"""The end of a server: what is under way is answered, what waits is let go."""

import http.client
import json
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.workers.served import Served

SIGN_UP = {"name": "Ada", "email": "ada@example.com", "password": "correct horse battery"}


@pytest.fixture
def served() -> Iterator[Served]:
    """One process in which a password takes its time."""
    with tempfile.TemporaryDirectory() as folder:
        found = Served(Path(folder), WORKERS="1", BCRYPT_COST="13")
        yield found
        found.stop()


def connected(served: Served) -> socket.socket:
    """A connection on which nothing was said yet."""
    made = socket.create_connection(("127.0.0.1", urlsplit(served.address).port or 0))
    made.settimeout(20)
    return made


def test_an_answer_under_way_arrives(served: Served) -> None:
    with ThreadPoolExecutor() as threads:
        answer = threads.submit(served.call, "/api/auth/sign-up/email", SIGN_UP)
        time.sleep(0.2)
        served.process.send_signal(signal.SIGTERM)
        status, body, _ = answer.result()
    assert status == 200
    assert json.dumps(body).count("ada@example.com") == 1
    assert served.process.wait(10) == 0


def test_a_connection_just_made_is_still_answered(served: Served) -> None:
    with connected(served) as fresh:
        time.sleep(0.1)  # it is accepted by now
        served.process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        fresh.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = http.client.HTTPResponse(fresh)
        answer.begin()
        assert answer.status == 200
        assert answer.headers["Connection"] == "close"


def test_waiting_connections_do_not_hold_it_up(served: Served) -> None:
    with connected(served) as used, connected(served) as unused:
        used.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = http.client.HTTPResponse(used)
        answer.begin()
        answer.read()
        served.process.send_signal(signal.SIGTERM)
        assert used.recv(1) == b""
        assert unused.recv(1) == b""
        assert served.process.wait(10) == 0
        assert "cut off" not in (served.process.stderr.read() if served.process.stderr else "")
