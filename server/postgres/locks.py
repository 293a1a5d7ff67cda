"""Who owns the cluster, and who uses it: two locks that the kernel drops when a process dies."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from server.postgres.errors import PostgresError

PAUSE = 0.02


def _open(path: Path) -> int:
    """Root leaves it to the folder's owner, who may be the next one to come."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.fchown(file, folder.st_uid, folder.st_gid)
    return file


class FileLock:
    """A flock on a file that names its holder's process id."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None
        self._process = 0

    @property
    def held(self) -> bool:
        """Whether this process holds it; a forked child does not."""
        return self._file is not None and self._process == os.getpid()

    def take(self, *, shared: bool = False, wait: float = 0) -> bool:
        """Tries to get it for `wait` seconds."""
        if self._file is None:
            self._file = _open(self.path)
        self._process = os.getpid()
        deadline = time.monotonic() + wait
        while not self._try(fcntl.LOCK_SH if shared else fcntl.LOCK_EX):
            if time.monotonic() >= deadline:
                self.release()
                return False
            time.sleep(PAUSE)
        return True

    def _try(self, kind: int) -> bool:
        assert self._file is not None
        try:
            fcntl.flock(self._file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            raise PostgresError(
                f"{self.path} cannot be locked ({error.strerror}): set DATA_DIR to a local disk"
            ) from None
        if kind == fcntl.LOCK_EX:
            with contextlib.suppress(OSError):  # on a full disk it is held without a name
                os.ftruncate(self._file, 0)
                os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)
        return True

    def release(self) -> None:
        """Lets it go; a forked child only closes its copy."""
        if self._file is not None:
            if self.held:
                fcntl.flock(self._file, fcntl.LOCK_UN)
            os.close(self._file)
            self._file = None

    def holder(self) -> str:
        """The process id written by the last one who held it alone."""
        with contextlib.suppress(OSError):
            return self.path.read_text().strip() or "unknown"
        return "unknown"

    @contextlib.contextmanager
    def shared(self, wait: float) -> Iterator[None]:
        """Holds it together with others, for the duration."""
        if not self.take(shared=True, wait=wait):
            raise PostgresError(
                f"PostgreSQL is being stopped by process {self.holder()}: try again in a moment"
            )
        try:
            yield
        finally:
            self.release()
