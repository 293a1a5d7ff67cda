"""Makes a new cluster: all of it, or nothing."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from server.postgres.account import Account
from server.postgres.binaries import major_version
from server.postgres.errors import PostgresError
from server.postgres.home import Home

NAME = "ai_editor"
SUPERUSER = "postgres"
# The role may make databases (tests do), but reads no file and runs no program of the machine.
STATEMENTS = f"""\
CREATE ROLE {NAME} LOGIN CREATEDB;
CREATE DATABASE {NAME} OWNER {NAME};
"""


def ensure_cluster(home: Home, binaries: Path, account: Account) -> None:
    """Makes the cluster if there is none; refuses one of another major version."""
    for left in home.folder.glob("data.new-*"):
        shutil.rmtree(left, ignore_errors=True)
    version = major_version(binaries)
    if (home.data / "PG_VERSION").is_file():
        _check_version(home.data, version, binaries)
        return
    if home.data.exists() and any(home.data.iterdir()):
        raise PostgresError(
            f"{home.data} holds something else than a database: move it away, or set DATA_DIR"
        )
    _make(home, binaries, account, version)


def _check_version(data: Path, version: int, binaries: Path) -> None:
    found = (data / "PG_VERSION").read_text().strip()
    if found != str(version):
        raise PostgresError(
            f"{data} was made by PostgreSQL {found}, and {binaries} is {version}: set PG_BIN to the programs of "
            f"{found}, or dump it with those and load it into a new DATA_DIR"
        )


def _make(home: Home, binaries: Path, account: Account, version: int) -> None:
    """In a new folder, renamed when it is complete; one that a killed start left is removed by a later start.

    Its name is new each time, because the initdb of a start that was killed may still be writing.
    """
    new = home.folder / f"data.new-{secrets.token_hex(8)}"
    try:
        new.mkdir(0o700)
        account.give(new)
        _run(account, home, [binaries / "initdb", *_options(version), "--pgdata", new])
        _single_user(account, home, binaries, new)
        new.rename(home.data)
    except OSError as error:
        raise PostgresError(f"{home.folder}: {error.strerror}") from None
    finally:
        _remove(new)


def _remove(folder: Path) -> None:
    """Once more while something comes up in it: what was killed a moment ago may end its last write."""
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.02)


def _options(version: int) -> list[str]:
    """The builtin provider sorts alike and knows Unicode on every system; trust, as only we reach the socket."""
    locale = ["--locale=C"]
    if version >= 17:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--username", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--no-instructions", *locale]


def _single_user(account: Account, home: Home, binaries: Path, data: Path) -> None:
    command: list[str | Path] = [binaries / "postgres", "--single", "-D", data]
    command += ["-c", "exit_on_error=true", "postgres"]
    _run(account, home, command, STATEMENTS)


def _run(account: Account, home: Home, command: list[str | Path], words: str = "") -> None:
    child = None
    try:
        with _undisturbed():
            child = account.popen(
                command,
                cwd=home.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        output, _ = child.communicate(words.encode())
    except BaseException:
        if child:
            with contextlib.suppress(ProcessLookupError):  # it has ended by now
                os.killpg(child.pid, signal.SIGKILL)  # initdb has children of its own
            child.wait()
        raise
    if child.returncode:
        said = reason(output.decode(errors="replace"))
        ended = f"it was ended by {signal.Signals(-child.returncode).name}" if child.returncode < 0 else said
        raise PostgresError(f"{command[0]} failed in {home.folder}: {ended}")


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """A stop waits meanwhile: in the middle of a start it would leave a process that nobody knows."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def reason(output: str) -> str:
    """The line of PostgreSQL's words that says most."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for mark in ("FATAL:", "PANIC:", "ERROR:", "error:"):
        for line in lines:
            if mark in line:
                return line.partition(mark)[2].strip()
    return lines[-1] if lines else "it gave no reason"
