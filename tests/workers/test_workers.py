"""WORKERS: several processes on one port, as one server."""

import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

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
            answers.append(served.call("/health")[0])
        answers.append("asked to the end")

    deadline = time.monotonic() + 100
    askers = [threading.Thread(target=ask_on) for _ in range(4)]
    for each in askers:
        each.start()
    served.process.send_signal(signal.SIGHUP)
    for each in askers:
        each.join()
    assert answers.count("asked to the end") == 4
    assert set(answers) == {200, "asked to the end"}
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
