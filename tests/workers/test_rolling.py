"""A rolling restart loses no request, on connections that are kept neither."""

import http.client
import signal
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.workers.served import Served, until

ASKERS, ROUNDS = 6, 2


@pytest.fixture
def served() -> Iterator[Served]:
    with tempfile.TemporaryDirectory() as folder, Served(Path(folder)) as found:
        yield found


def ask_on(served: Served, over: threading.Event, found: Counter[str]) -> None:
    """One request after the other on a connection that is kept for as long as the server keeps it."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(served.address).port or 0, timeout=60)
    while not over.is_set():
        try:
            connection.request("GET", "/api/auth/get-session")
            answer = connection.getresponse()
            answer.read()
            found[str(answer.status)] += 1
        except (ConnectionError, http.client.HTTPException) as error:
            found[type(error).__name__] += 1
            connection.close()
    connection.close()


def test_no_request_is_lost(served: Served) -> None:
    over, found = threading.Event(), Counter[str]()
    askers = [threading.Thread(target=ask_on, args=(served, over, found)) for _ in range(ASKERS)]
    for each in askers:
        each.start()
    try:
        for _ in range(ROUNDS):
            before = served.pids()
            served.process.send_signal(signal.SIGHUP)
            until(lambda before=before: len(served.pids()) == 2 and not served.pids() & before)  # type: ignore[misc]
    finally:
        over.set()
        for each in askers:
            each.join()
    assert set(found) == {"200"}, found
