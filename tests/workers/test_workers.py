"""WORKERS: several processes on one port, as one server."""

import contextlib
import os
import re
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from drill.servers import command_line
from server.postgres import postmaster
from server.postgres.cluster import Cluster
from tests.workers.served import Served, until


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with tempfile.TemporaryDirectory() as folder:
        found = Served(Path(folder))
        yield found
        found.stop()


def person(served: Served, email: str) -> str:
    """The cookie of a new user."""
    body = {"name": "Ada", "email": email, "password": "correct horse battery"}
    status, _, cookie = served.call("/api/auth/sign-up/email", body)
    assert status == 200
    return cookie


def is_over(served: Served, cookie: str) -> bool:
    """Whether six answers, by whichever worker, know of no session."""
    return all(served.call("/api/auth/get-session", cookie=cookie)[1] is None for _ in range(6))


def test_a_session_ended_in_one_is_dead_in_all(served: Served) -> None:  # S23
    for number in range(10):
        cookie = person(served, f"ada{number}@example.com")
        for _ in range(6):  # by now both workers have it in memory
            assert served.call("/api/auth/get-session", cookie=cookie)[1] is not None
        assert served.call("/api/auth/sign-out", {}, cookie)[0] == 200
        until(lambda cookie=cookie: is_over(served, cookie))  # type: ignore[misc]
        assert is_over(served, cookie)


def test_what_a_worker_starts_is_left_nothing_but_its_streams(served: Served) -> None:  # S33
    # One that is just starting has yet to close what it was given to the others.
    until(lambda: all(inherited(pid) == {"0", "1", "2"} for pid in (served.process.pid, *served.pids())))


def inherited(pid: int) -> set[str]:
    """The descriptors that a process started by that one would have."""
    return {each.name for each in Path(f"/proc/{pid}/fdinfo").iterdir() if is_inheritable(each)}


def is_inheritable(descriptor: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):  # closed meanwhile
        [flags] = re.findall(r"^flags:\s*(\d+)", descriptor.read_text(), re.MULTILINE)
        return not int(flags, 8) & os.O_CLOEXEC
    return False


def test_a_dead_worker_is_replaced(served: Served) -> None:
    before = served.pids()
    assert len(before) == 2
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    until(lambda: len(served.pids()) == 2 and victim not in served.pids())
    assert served.call("/health")[0] == 200


def test_hang_up_replaces_all_while_they_serve(served: Served) -> None:
    before = served.pids()
    answers: list[int | str] = []

    def ask_on() -> None:
        while served.pids() & before and time.monotonic() < deadline:
            try:
                answers.append(served.call("/health")[0])
            except OSError as error:
                answers.append(repr(error))
        answers.append("asked to the end")

    deadline = time.monotonic() + 100
    askers = [threading.Thread(target=ask_on) for _ in range(4)]
    for each in askers:
        each.start()
    served.process.send_signal(signal.SIGHUP)
    for each in askers:
        each.join()
    assert set(answers) == {200, "asked to the end"}
    assert answers.count("asked to the end") == 4
    until(lambda: len(served.pids()) == 2)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_all_ends_with_a_killed_supervisor(workers: str) -> None:
    """A request that is under way holds nobody up. What has ended may be a process for a while, until it is reaped."""
    with tempfile.TemporaryDirectory() as folder:
        served = Served(Path(folder), WORKERS=workers)
        cookie = person(served, "held@example.com")
        data = Path(folder) / "data" / "postgres" / "data"
        pids, server = served.pids(), postmaster.read_pid(data)
        other = psycopg2.connect(address(data))
        other.cursor().execute('LOCK TABLE "session"')
        asked = socket.create_connection(("127.0.0.1", urlsplit(served.address).port or 0))
        asked.sendall(
            b"POST /api/auth/sign-out HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
            + f"Origin: {served.address}\r\nCookie: {cookie}\r\n\r\n".encode()
        )
        served.process.kill()
        assert server
        until(lambda: not any(command_line(pid) for pid in {*pids, server}))
        asked.close()
        other.close()
        served.process.communicate()
        again = Served(Path(folder))
        assert again.call("/health")[0] == 200
        again.stop()
        assert again.process.returncode == 0


def test_a_worker_whose_log_nobody_reads_ends_too(tmp_path: Path) -> None:
    """It stands still in the middle of a line."""
    served = Served(tmp_path, LOG_LEVEL="debug")
    pids = served.pids()
    assert served.process.stderr
    fill(served.process.stderr.fileno())
    until(lambda: not signs_out(served))
    served.process.kill()
    until(lambda: not any(command_line(pid) for pid in pids))
    served.process.communicate()


def fill(reading: int) -> None:
    """Leaves no room in the pipe that ends here."""
    writing = os.open(f"/proc/self/fd/{reading}", os.O_WRONLY | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"." * 4096)
    os.close(writing)


def signs_out(served: Served) -> bool:
    """Whether a sign-out, which is a line of the log, is answered."""
    with socket.create_connection(("127.0.0.1", urlsplit(served.address).port or 0), timeout=2) as asked:
        asked.sendall(
            b"POST /api/auth/sign-out HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
            + f"Origin: {served.address}\r\n\r\n".encode()
        )
        try:
            return bool(asked.recv(1))
        except TimeoutError:
            return False


def address(data: Path) -> str:
    """The embedded database's, as libpq takes it."""
    found = postmaster.read_pid_file(data)
    assert found
    return f"postgresql://ai_editor@/ai_editor?host={found.socket_folder}&port={found.port}"


def test_workers_that_are_killed_without_a_database_answer_503_until_it_is_back(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "postgres")
    try:
        with Served(tmp_path, DATABASE_URL=cluster.start()) as served:
            cluster.stop()
            before = served.pids()
            for pid in before:
                os.kill(pid, signal.SIGKILL)
            until(lambda: len(served.pids() - before) == 2)
            asked = [served.call("/health/ready")[0] for _ in range(12)]
            assert asked == [503] * 12
            assert served.process.poll() is None
            stay = served.pids()
            cluster.start()
            until(lambda: [served.call("/health/ready")[0] for _ in range(12)] == [200] * 12)
            assert served.pids() == stay
            person(served, "back@example.com")
    finally:
        cluster.stop()
