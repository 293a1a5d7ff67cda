"""People who ask one thing after the other on connections that are kept, with bodies, while workers are replaced."""

import http.client
import json
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from tests.workers.served import Served, until

PEOPLE, ROUNDS = 6, 2
PASSWORD = "correct horse battery"
# In two pieces, or more, on the way.
LONG = "B" * 3000
# What is found where nothing was lost.
ALL_WELL = {
    f"{path} 200"
    for path in ("/sign-up/email", "/sign-in/email", "/update-user", "/get-session", "/sign-out")
}


class Person:
    """Somebody whose connections go to a port, from sign-up to sign-out and in again."""

    def __init__(self, port: int, email: str, found: Counter[str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._origin, self._email, self._found = f"http://127.0.0.1:{port}", email, found
        self._cookie = ""

    def ask(self, path: str, body: object = None) -> None:
        """One request, and what came of it."""
        headers = {"Origin": self._origin, "Cookie": self._cookie, "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        try:
            self._connection.request("GET" if body is None else "POST", f"/api/auth{path}", data, headers)
            answer = self._connection.getresponse()
            answer.read()
            self._cookie = (answer.headers["Set-Cookie"] or self._cookie).partition(";")[0]
            self._found[f"{path} {answer.status}"] += 1
        except (OSError, http.client.HTTPException) as error:
            self._found[f"{path} {type(error).__name__}"] += 1
            self._connection.close()

    def live(self, over: threading.Event) -> None:
        """Until it is over."""
        known = {"email": self._email, "password": PASSWORD}
        self.ask("/sign-up/email", {**known, "name": LONG})
        while not over.is_set():
            self.ask("/sign-in/email", known)
            for _ in range(4):
                self.ask("/update-user", {"name": LONG})
                self.ask("/get-session")
            self.ask("/sign-out", {})
        self._connection.close()


def replace_all(served: Served) -> None:
    """Two workers by two others."""
    before = served.pids()
    served.process.send_signal(signal.SIGHUP)
    until(lambda: len(served.pids()) == 2 and not served.pids() & before)


def what_people_find(served: Served, port: int, rounds: int = ROUNDS) -> Counter[str]:
    """Each path with each status, or the error of a request that was lost, while the workers are replaced."""
    found = Counter[str]()
    _hear(served)
    with crowd(port, found):
        for _ in range(rounds):
            replace_all(served)
    return found


@contextmanager
def crowd(port: int, found: Counter[str]) -> Iterator[None]:
    """People who ask for the duration."""
    over = threading.Event()
    people = [Person(port, f"{number}@example.com", found) for number in range(PEOPLE)]
    threads = [threading.Thread(target=each.live, args=(over,)) for each in people]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        over.set()
        for each in threads:
            each.join()


def _hear(served: Served) -> None:
    """Reads on: there is a line for each sign-in, and a server waits for whoever does not read them."""
    said = served.process.stderr
    assert said
    threading.Thread(target=lambda: [None for _ in said], daemon=True).start()
