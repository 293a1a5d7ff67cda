"""A server that was frozen, as a paused machine or one that is out of processor: its first answers are no old ones. S23."""

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.conftest import SECRET, execute
from tests.workers.served import Served, until

BODY = {"name": "Ada", "email": "ada@example.com", "password": "correct horse battery staple"}
ENDINGS = [
    'DELETE FROM "session"',
    'DELETE FROM "user"',
    """UPDATE "session" SET "expiresAt" = now() - interval '1 minute'""",
]


def connected(address: str) -> socket.socket:
    where = urlsplit(address)
    return socket.create_connection((where.hostname or "", where.port or 0), 60)


def ask(connection: socket.socket, cookie: str) -> None:
    head = ("GET /api/auth/get-session HTTP/1.1", "Host: x", f"Cookie: {cookie}", "", "")
    connection.sendall("\r\n".join(head).encode())


def hear(connection: socket.socket) -> bytes:
    """The body of one answer."""
    found = b""
    while b"\r\n\r\n" not in found:
        found += connection.recv(65536)
    head, _, body = found.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return body


@pytest.mark.parametrize("seconds", [0.5, 2.0])
def test_the_first_answers_are_no_old_ones(
    new_database: Callable[[], str], tmp_path: Path, seconds: float
) -> None:
    database = new_database()
    settings = {"DATABASE_URL": database, "BETTER_AUTH_SECRET": SECRET, "WORKERS": "1"}
    with Served(tmp_path, **settings) as served:
        for ending in ENDINGS:
            execute(database, 'DELETE FROM "user"')
            cookie = served.call("/api/auth/sign-up/email", BODY)[2]
            connections = [connected(served.address) for _ in range(16)]
            for connection in connections * 2:
                ask(connection, cookie)
                assert b"ada@example.com" in hear(connection)
            freeze_and_end(served, database, seconds, ending, connections, cookie)
            assert [hear(connection) for connection in connections] == [b"null"] * len(connections)
            for connection in connections:
                connection.close()


def freeze_and_end(
    served: Served, database: str, seconds: float, ending: str, connections: list[socket.socket], cookie: str
) -> None:
    """Requests come while it stands still; the session has been over for a while when it goes on."""
    os.kill(served.process.pid, signal.SIGSTOP)
    try:
        until(lambda: " T " in Path(f"/proc/{served.process.pid}/stat").read_text())
        for connection in connections:
            ask(connection, cookie)
        execute(database, ending)
        time.sleep(seconds)  # the length of the freeze is what this is about
    finally:
        os.kill(served.process.pid, signal.SIGCONT)
