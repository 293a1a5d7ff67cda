"""Keeps the embedded PostgreSQL running while its owner lives: what ends unasked is started again."""

import logging
import threading
from collections.abc import Callable

from server.postgres.errors import PostgresError

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
RETRY_SECONDS = 5.0


class Keeper:
    """A thread that looks after a server: `runs` tells whether it does, `run` starts it or raises PostgresError."""

    def __init__(self, runs: Callable[[], bool], run: Callable[[], object]) -> None:
        self._runs, self._run = runs, run
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="postgres-keeper", daemon=True)

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    def stop(self) -> None:
        """Ends when no start is under way any more."""
        self._ending.set()
        self._thread.join()

    def _keep(self) -> None:
        pause = LOOK_SECONDS
        while not self._ending.wait(pause):
            pause = LOOK_SECONDS if self._runs() or self._start() else RETRY_SECONDS

    def _start(self) -> bool:
        log.error("the embedded PostgreSQL has ended; it is started again")
        try:
            self._run()
        except (PostgresError, OSError) as error:
            log.error("the embedded PostgreSQL does not start: %s", error)
            return False
        log.warning("the embedded PostgreSQL runs again")
        return True
