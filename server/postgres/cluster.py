"""Owning, sharing and leaving the embedded PostgreSQL."""

import contextlib
import logging
import time
from collections.abc import Iterator
from pathlib import Path

from server.postgres.errors import PostgresError
from server.postgres.guard import Guard
from server.postgres.home import Home
from server.postgres.keeper import Keeper
from server.postgres.locks import PAUSE, FileLock
from server.postgres.server import Server

ATTACH_SECONDS = 60.0
log = logging.getLogger(__name__)


class Cluster:
    """One embedded PostgreSQL, owned by one process at a time; `data_dir` is the folder of all that is its."""

    def __init__(self, data_dir: Path) -> None:
        self.home = Home(data_dir)
        self._owner = FileLock(self.home.lock)
        self._users = FileLock(self.home.users)
        self._server = Server(self.home)
        self._guard: Guard | None = None

    def start(self, wait: float = 0) -> str:
        """Becomes the owner, starts the server or takes over a running one; returns its libpq address."""
        if not self._own() and not self._wait(wait):
            holder = self._owner.holder()
            raise PostgresError(
                f"{self.home.folder} is in use by process {holder}: stop that one, or set DATA_DIR"
            )
        return self._run()

    def _wait(self, seconds: float) -> bool:
        """Whether it becomes the owner yet; says whom it waits for before it does."""
        if not seconds:
            return False
        holder = self._owner.holder()
        folder = self.home.folder
        log.warning(
            "the embedded PostgreSQL in %s is in use: waits %g s for process %s", folder, seconds, holder
        )
        return self._own(seconds)

    def stop(self, hurried: bool = False) -> None:
        """Stops the server and gives it up; does nothing in a process that is not its owner."""
        if not self._owner.held:
            return
        try:
            self._users.take()  # who comes now waits until it is down
            self._server.stop(hurried)
        finally:
            self._dismiss()
            self._users.release()
            self._owner.release()

    def keeper(self) -> Keeper:
        """Who looks after the server of its owner."""
        return Keeper(self._server.runs, self._server.run)

    @contextlib.contextmanager
    def used(self) -> Iterator[str]:
        """Uses the running server, or one of its own for the duration; the last user to leave stops it."""
        self.home.prepare()
        try:
            with FileLock(self.home.users).shared(ATTACH_SECONDS):
                yield self._join()
        finally:
            self.leave()

    def _own(self, wait: float = 0) -> bool:
        self.home.prepare()
        with self._said():
            return self._owner.take(wait=wait)

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        """Names the folder in which something cannot be written."""
        try:
            yield
        except OSError as error:
            words = error.strerror or str(error)
            raise PostgresError(
                f"{self.home.folder} cannot be used ({words}): make room there, or set DATA_DIR"
            ) from None

    def _run(self) -> str:
        with self._said():
            try:
                address = self._server.run()
                self._guard = self._guard or Guard.start(self.home.folder)
            except BaseException:
                self.stop()
                raise
            return address

    def _dismiss(self) -> None:
        if self._guard:
            self._guard.dismiss()
        self._guard = None

    def _join(self) -> str:
        deadline = time.monotonic() + ATTACH_SECONDS
        while not self._own():
            address = self._server.address()
            if address:
                return address
            if time.monotonic() > deadline:
                holder = self._owner.holder()
                raise PostgresError(
                    f"process {holder} owns {self.home.folder} but PostgreSQL does not answer there"
                )
            time.sleep(PAUSE)
        return self._run()

    def leave(self, wait: float = 0, hurried: bool = False) -> None:
        """Stops the server if nobody owns or uses it; one who uses it still will do so."""
        while self._own(wait):
            if self._users.take():
                self.stop(hurried)
                return
            self._server.abandon()
            self._dismiss()
            self._owner.release()
            # The other may have left after our look and before our letting go, and seen that we own it.
            if not self._users.take():
                return
            self._users.release()


@contextlib.contextmanager
def owned(data_dir: Path, wait: float = 5.0) -> Iterator[str]:
    """Keeps the server running for the duration, as its owner; waits for the end of a short command that has it now."""
    cluster = Cluster(data_dir)
    address = cluster.start(wait)
    keeper = cluster.keeper()
    keeper.start()
    try:
        yield address
    finally:
        keeper.stop()
        cluster.stop()


def exists(data_dir: Path) -> bool:
    """Whether there is one, whole: it gets its name when it is."""
    return Home(data_dir).data.exists()


@contextlib.contextmanager
def attached(data_dir: Path) -> Iterator[str]:
    """The running server's address; where none runs, one runs for the duration."""
    with Cluster(data_dir).used() as address:
        yield address
