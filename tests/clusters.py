"""A cluster is made once and then copied: making one takes ten times as long, and tests/postgres/ is about that."""

import hashlib
import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

from server.postgres import initialize
from server.postgres.account import Account
from server.postgres.home import Home
from server.postgres.locks import FileLock

VARIABLE = "TESTS_CLUSTERS"
_make = initialize._make


def keep() -> None:
    """Chooses a folder for the one that is copied, for all processes that this one will start."""
    os.environ[VARIABLE] = tempfile.mkdtemp(prefix="clusters-")


def drop() -> None:
    """Removes it."""
    shutil.rmtree(os.environ.pop(VARIABLE))


def copy() -> None:
    """From now on this process, and what it forks, copies."""
    folder = Path(os.environ[VARIABLE])

    def copied(home: Home, binaries: Path, account: Account, version: int) -> None:
        if account.uid is not None:  # whose the files are is what matters then
            _make(home, binaries, account, version)
            return
        new = home.folder / f"data.new-{secrets.token_hex(8)}"
        subprocess.run(["cp", "-a", _kept(folder, binaries, account, version), new], check=True)
        new.rename(home.data)

    initialize._make = copied


def make() -> None:
    """From now on this process makes each, as anybody's does."""
    initialize._make = _make


def _kept(folder: Path, binaries: Path, account: Account, version: int) -> Path:
    """The one that is copied, made by whoever needs it first."""
    home = Home(folder / hashlib.sha256(bytes(binaries)).hexdigest())
    home.prepare()
    lock = FileLock(home.lock)
    assert lock.take(wait=60)
    try:
        if not home.data.exists():
            _make(home, binaries, account, version)
    finally:
        lock.release()
    return home.data
