"""WORKERS: several processes on one port, as one server."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Served:
    """A server with two workers on the embedded database."""

    def __init__(self, folder: Path) -> None:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DATA_DIR": str(folder / "data"),
            "PORT": "0",
            "WORKERS": "2",
            "BCRYPT_COST": "4",
            "LOG_LEVEL": "warning",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "server", "serve"],
            env=environment,
            cwd=folder,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said = ""
        self.address = self._read_address()

    def _read_address(self) -> str:
        assert self.process.stderr
        for line in self.process.stderr:
            self.said += line
            found = re.search(r"http://\S+", line)
            if found:
                return found[0]
        raise AssertionError(self.said)

    def pids(self) -> set[int]:
        """The workers alive."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {int(pid) for pid in children if b"--worker" in Path(f"/proc/{pid}/cmdline").read_bytes()}

    def call(self, path: str, body: object = None, cookie: str = "") -> tuple[int, object, str]:
        """One request on a connection of its own: whichever worker the kernel chooses."""
        data = None if body is None else json.dumps(body).encode()
        headers = {
            "Content-Type": "application/json",
            "Origin": self.address,
            "Connection": "close",
            "Cookie": cookie,
        }
        request = urllib.request.Request(self.address + path, data, {k: v for k, v in headers.items() if v})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                set_cookie = (answer.headers.get("Set-Cookie") or "").partition(";")[0]
                return answer.status, json.loads(answer.read()), set_cookie
        except urllib.error.HTTPError as error:
            return error.code, None, ""

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=40)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with tempfile.TemporaryDirectory() as folder:
        found = Served(Path(folder))
        yield found
        found.stop()


def until(what: Callable[[], object], seconds: float = 20) -> None:
    """Waits for something to become true."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def person(served: Served, email: str) -> str:
    """The cookie of a new user."""
    body = {"name": "Ada", "email": email, "password": "correct horse battery"}
    status, _, cookie = served.call("/api/auth/sign-up/email", body)
    assert status == 200
    return cookie


def test_a_session_ended_in_one_is_dead_in_all(served: Served) -> None:  # S23
    for number in range(10):
        cookie = person(served, f"ada{number}@example.com")
        for _ in range(6):  # by now both workers have it in memory
            assert served.call("/api/auth/get-session", cookie=cookie)[1] is not None
        assert served.call("/api/auth/sign-out", {}, cookie)[0] == 200
        time.sleep(0.1)
        assert [served.call("/api/auth/get-session", cookie=cookie)[1] for _ in range(6)] == [None] * 6


def test_a_dead_worker_is_replaced(served: Served) -> None:
    before = served.pids()
    assert len(before) == 2
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    until(lambda: len(served.pids()) == 2 and victim not in served.pids())
    assert served.call("/health")[0] == 200


def test_hang_up_replaces_all_while_they_serve(served: Served) -> None:
    before = served.pids()
    served.process.send_signal(signal.SIGHUP)
    answers = []
    deadline = time.monotonic() + 40
    while served.pids() & before and time.monotonic() < deadline:
        answers.append(served.call("/health")[0])
    assert set(answers) == {200}
    until(lambda: len(served.pids()) == 2)


def test_workers_end_with_their_supervisor() -> None:
    with tempfile.TemporaryDirectory() as folder:
        served = Served(Path(folder))
        pids = served.pids()
        served.process.kill()
        served.process.communicate()
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
        again = Served(Path(folder))
        assert again.call("/health")[0] == 200
        again.stop()
        assert again.process.returncode == 0
