"""PostgreSQL killed under load: each answer says what is true, and asking again finds out what nobody knew. S38."""

import contextlib
import functools
import itertools
import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server.postgres import postmaster
from tests.conftest import execute
from tests.workers.served import Served, until

PASSWORD = "a password of theirs"
ROUNDS, AT_ONCE = 4, 6


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """On an embedded PostgreSQL, which is started again when it is killed."""
    with Served(tmp_path, WORKERS="1", LOG_LEVEL="error") as served:
        yield served


def post(served: Served, path: str, body: object) -> tuple[int, str]:
    """Status and code of the answer, which always comes."""
    headers = {"Content-Type": "application/json", "Connection": "close"}
    request = urllib.request.Request(served.address + path, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        said = json.loads(error.read())
        return error.code, said["code"]


def sign_up(served: Served, email: str) -> tuple[int, str]:
    return post(served, "/api/auth/sign-up/email", {"email": email, "password": PASSWORD, "name": "A"})


def kill(data: Path, how: signal.Signals) -> None:
    """All of PostgreSQL at once, or as its immediate stop does."""
    pid = postmaster.read_pid(data)
    pids = postmaster.workers(data) if how == signal.SIGKILL else [pid] if pid else []
    for each in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, how)


def works(served: Served, told: dict[str, tuple[int, str]], most: int) -> bool:
    """Whether so many answers have come, and it is up."""
    return len(told) > most and served.call("/health/ready")[0] == 200


@pytest.mark.parametrize("how", [signal.SIGQUIT, signal.SIGKILL], ids=["immediate", "killed"])
def test_who_is_told_what(served: Served, tmp_path: Path, how: signal.Signals) -> None:
    data = tmp_path / "data" / "postgres" / "data"
    numbers, told = itertools.count(), dict[str, tuple[int, str]]()
    killed = 0

    def sign_up_on() -> None:
        while killed < ROUNDS:
            email = f"{next(numbers)}@example.com"
            told[email] = sign_up(served, email)
            if told[email][0] == 503:
                time.sleep(0.2)  # each is a line of log, which nobody reads before the end

    with ThreadPoolExecutor(AT_ONCE) as pool:
        asking = [pool.submit(sign_up_on) for _ in range(AT_ONCE)]
        while killed < ROUNDS:
            until(functools.partial(works, served, told, len(told) + 20))
            kill(data, how)
            killed += 1
        for each in asking:
            each.result()
    until(lambda: served.call("/health/ready")[0] == 200)
    stored = {row[0] for row in execute(url(tmp_path), 'SELECT "email" FROM "user"')}
    assert set(told.values()) <= {(200, ""), (503, "SERVICE_UNAVAILABLE"), (503, "OUTCOME_UNKNOWN")}
    assert {email for email, answer in told.items() if answer[0] == 200} <= stored
    assert not {email for email, answer in told.items() if answer[1] == "SERVICE_UNAVAILABLE"} & stored
    unknown = [email for email, answer in told.items() if answer[1] == "OUTCOME_UNKNOWN"]
    for email in unknown:
        again = (422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL") if email in stored else (200, "")
        assert sign_up(served, email) == again


def url(folder: Path) -> str:
    """The address of the embedded database."""
    found = postmaster.read_pid_file(folder / "data" / "postgres" / "data")
    assert found
    return f"postgresql://ai_editor@/ai_editor?host={found.socket_folder}&port={found.port}"
