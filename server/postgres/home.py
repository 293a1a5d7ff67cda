"""The folder of the embedded PostgreSQL: what is where in it, and where its socket is."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from server.postgres.account import Account
from server.postgres.errors import PostgresError

PORT = 5432
# sun_path holds 108 bytes on Linux and 104 on macOS, the closing NUL included.
SOCKET_BYTES = 103 if os.uname().sysname == "Darwin" else 107
LOG_BYTES = 10_000_000


class Home:
    """`DATA_DIR/postgres`: `data` is PostgreSQL's own, beside it are our locks, its log and its socket."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self.lock = self.folder / "owner.lock"
        self.users = self.folder / "users.lock"

    def prepare(self) -> None:
        """Makes the folder, for its owner's eyes only."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if self.folder.stat().st_uid == os.geteuid():
                self.folder.chmod(0o700)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            advice = "make that folder yours, or set DATA_DIR to one that is"
            raise PostgresError(f"cannot write in {self.folder} ({error.strerror}): {advice}") from None

    def open_log(self, account: Account) -> int:
        """A descriptor to append to the log with; the log of before is kept once when it has grown large."""
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.old"))
        descriptor = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        account.give(self.log)
        return descriptor

    def socket_folder(self, account: Account) -> Path:
        """This folder, or a short one where a socket in it could not be addressed."""
        if _addressable(self.folder):
            return self.folder
        name = f"ai-editor-{hashlib.sha256(os.fsencode(self.folder.resolve())).hexdigest()[:16]}"
        for parent in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108
            if _addressable(parent / name):
                return _private(parent / name, account)
        raise PostgresError(f"{self.folder} is too long a path for a socket: set DATA_DIR to a shorter one")


def _addressable(folder: Path) -> bool:
    """A comma separates hosts in libpq's addresses."""
    path = os.fsencode(folder / f".s.PGSQL.{PORT}")
    return len(path) <= SOCKET_BYTES and b"," not in path


def _private(folder: Path, account: Account) -> Path:
    """Anyone may write in the temporary folder: another's folder of that name is refused, also a link to one."""
    try:
        folder.mkdir(mode=0o700)
        account.give(folder)
    except FileExistsError:
        pass
    found = folder.lstat()
    owners = {os.geteuid(), account.uid if account.uid is not None else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners or found.st_mode & 0o077:
        raise PostgresError(f"{folder} is not ours alone: remove it, or set DATA_DIR to a shorter path")
    account.give(folder)
    return folder
