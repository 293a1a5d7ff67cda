"""People who come and go all the while at one server."""

import itertools
import threading
from collections import Counter
from typing import Self

from tests.client import PASSWORD
from tests.workers.served import Served, until


class Load:
    """One after the other signs up, is seen, signs out, signs in again and signs out."""

    def __init__(self, served: Served, name: str) -> None:
        self._served, self._name = served, name
        self.answers: Counter[tuple[str, int]] = Counter()
        self.rounds = 0
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def go_on(self) -> None:
        """Waits until one more has come and gone, from the first step to the last."""
        goal = self.rounds + 2
        until(lambda: self.rounds >= goal or not self._thread.is_alive())

    def _run(self) -> None:
        for number in itertools.count():
            if self._ends.is_set():
                return
            self._one(f"{self._name}-{number}@example.com")
            self.rounds += 1

    def _one(self, email: str) -> None:
        who = {"email": email, "password": PASSWORD}
        for path, body in (("/sign-up/email", {**who, "name": "Ada"}), ("/sign-in/email", who)):
            cookie = self._ask(path, body)
            self._ask("/get-session", None, cookie)
            self._ask("/sign-out", {}, cookie)

    def _ask(self, path: str, body: object, cookie: str = "") -> str:
        status, found, set_cookie = self._served.call("/api/auth" + path, body, cookie)
        seen = status if found is not None else 0  # a session that is not there
        self.answers[path, seen] += 1
        return set_cookie
