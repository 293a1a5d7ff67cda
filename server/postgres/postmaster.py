"""The running server, as its pid file and the system's process table tell."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

PAUSE = 0.01
# How long each way of stopping may take: "fast" ends transactions, "immediate" is a crash that recovery heals.
STOPS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
# Once its owner was killed, the folder is wanted again: a checkpoint on a slow disk is not waited for.
HURRIED_STOPS = ((signal.SIGINT, 0.5), (signal.SIGQUIT, 0.3), (signal.SIGKILL, 10.0))


class PidFile(Struct, frozen=True):
    """What PostgreSQL keeps in postmaster.pid."""

    pid: int
    port: str
    socket_folder: str
    status: str

    @property
    def socket(self) -> str:
        """The path of its socket."""
        return f"{self.socket_folder}/.s.PGSQL.{self.port}"


def read_pid(data: Path) -> int | None:
    """The process id in the pid file, which is its first line and may be the only one yet."""
    try:
        return int((data / "postmaster.pid").read_text(errors="surrogateescape").splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def read_pid_file(data: Path) -> PidFile | None:
    """The pid file, if there is one that is written to its end."""
    try:
        lines = (data / "postmaster.pid").read_text(errors="surrogateescape").splitlines()
        return PidFile(int(lines[0]), lines[3], lines[4], lines[7].strip())
    except (OSError, ValueError, IndexError):
        return None


def disown_pid_file(data: Path) -> None:
    """Makes a stale pid file harmless, whatever process its number belongs to by now.

    PostgreSQL takes a file that names its own parent, us, for stale. It is not removed, because its other
    lines let PostgreSQL see for itself, by their shared memory, whether a killed server's processes go on.
    """
    file = data / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError):
        _, newline, rest = file.read_bytes().partition(b"\n")
        file.write_bytes(str(os.getpid()).encode() + newline + rest)


def is_server(pid: int, data: Path) -> bool:
    """Whether that process is alive and a PostgreSQL at work in `data`; it makes that its working folder."""
    process = Path(f"/proc/{pid}")
    if process.parent.joinpath("self").exists():
        try:
            words = process.joinpath("cmdline").read_bytes()
            return b"postgres" in words and process.joinpath("cwd").samefile(data)
        except OSError:
            return False
    words = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, check=False).stdout
    return b"postgres" in words and os.fsencode(data) in words


def answers(found: PidFile | None) -> bool:
    """Whether a server is ready behind the socket that the pid file names."""
    if found is None or found.status not in ("ready", "standby"):
        return False
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        try:
            client.connect(found.socket)
        except OSError:
            return False
    return True


def stop(pid: int, alive: Callable[[], bool], hurried: bool = False) -> None:
    """Ends the server, ever less gently."""
    for kind, seconds in HURRIED_STOPS if hurried else STOPS:
        if not alive():
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, kind)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and alive():
            time.sleep(PAUSE)


def workers(data: Path) -> list[int]:
    """The ids of all of PostgreSQL's processes at work in `data`, as far as the system tells."""
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if is_server(int(entry.name), data)]


def end_leftovers(data: Path) -> None:
    """Ends the processes that outlive a killed server while a statement of theirs goes on.

    Where there is no /proc, PostgreSQL refuses to start as long as they are there.
    """
    deadline = time.monotonic() + STOPS[-1][1]
    while (pids := workers(data)) and time.monotonic() < deadline:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(PAUSE)
