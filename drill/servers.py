"""`serve` as processes of their own, which may be killed."""

from __future__ import annotations

import contextlib
import os
import resource
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from drill.wire import Line
from server.cli.forking import NAME, WORKER_NAME

ROOT = Path(__file__).parent.parent
SECRET = secrets.token_hex(32)
START_SECONDS = 60.0


class Trouble(Exception):
    """A drill could not be held; the message says why."""


class Server:
    """One `serve`, on the embedded PostgreSQL of `folder` unless the settings name another."""

    def __init__(self, folder: Path, descriptors: int = 0, /, **settings: str) -> None:
        self.folder, self.port = folder, free_port()
        self._descriptors = descriptors
        self._facts = {
            "APP_ENV": "development",
            "BETTER_AUTH_SECRET": SECRET,
            "BETTER_AUTH_URL": f"http://127.0.0.1:{self.port}",
            "DATA_DIR": str(folder / "data"),
            "PORT": str(self.port),
            "BCRYPT_COST": "4",
            "LOG_LEVEL": "warning",
            "RATE_LIMIT_ENABLED": "no",
            "HTTPS_PROXY": "http://127.0.0.1:9",  # where nobody listens: no third party is asked
            **settings,
        }
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / f"serve-{self.port}.log"
        self.process = self._launch()

    def _launch(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "server", "serve"]
        with self.log.open("ab") as out:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=self._limit if self._descriptors else None,  # noqa: PLW1509
            )

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return {**kept, "PYTHONPATH": str(ROOT), **self._facts}

    def _limit(self) -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (self._descriptors, self._descriptors))

    def wait(self) -> Server:
        """Until it answers."""
        until = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > until:
                raise Trouble(f"serve does not start: {self.log.read_text(errors='replace')[-800:]}")
            time.sleep(0.05)
        return self

    def again(self) -> Server:
        """Starts it once more, where it was."""
        self.process.wait()
        self.process = self._launch()
        return self.wait()

    def is_ready(self) -> bool:
        """Whether it answers, and its database does."""
        line = Line(self.port, 5)
        answer = line.ask("//health/ready")
        line.close()
        return answer.status == 200

    def workers(self) -> list[int]:
        """The process ids of its workers."""
        return sorted(workers(self.process.pid))

    def is_whole(self) -> bool:
        """Whether as many of them are there as WORKERS says; the first that is answers alone for a while."""
        wanted = int(self._facts.get("WORKERS", "1"))
        return wanted == 1 or len(self.workers()) == wanted

    def postmaster(self) -> int:
        """The process id of its embedded PostgreSQL."""
        return int((self.folder / "data/postgres/data/postmaster.pid").read_text().split()[0])

    @property
    def address(self) -> str:
        """The embedded database, for a look from outside."""
        home = self.folder / "data/postgres"
        lines = (home / "data/postmaster.pid").read_text().splitlines()
        return f"postgresql://ai_editor@/ai_editor?host={lines[4]}&port={lines[3]}"

    def memory(self) -> int:
        """Resident bytes of its process."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def send(self, number: signal.Signals) -> float:
        """A signal; when it was sent."""
        self.process.send_signal(number)
        return time.monotonic()

    def stop(self) -> float:
        """Ends it; the seconds that took, by force after 20."""
        begun = time.monotonic()
        if self.process.poll() is None:
            self.send(signal.SIGCONT)
            self.send(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self._end_by_force()
        return time.monotonic() - begun

    def _end_by_force(self) -> None:
        """With all that it has started."""
        left = self.workers()
        if (self.folder / "data/postgres/data/postmaster.pid").exists():
            left.append(self.postmaster())
        for pid in (self.process.pid, *left):
            kill(pid)
        self.process.wait()


@contextmanager
def serving(folder: Path, descriptors: int = 0, /, **settings: str) -> Iterator[Server]:
    """A server that answers, until the end of the block."""
    server = Server(folder, descriptors, **settings)
    try:
        yield server.wait()
    finally:
        server.stop()


def kill(pid: int, number: signal.Signals = signal.SIGKILL) -> float:
    """Sends the signal, to one that may be gone already; when."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
    return time.monotonic()


def alive(pid: int) -> bool:
    """Whether there is such a process, and it is no corpse."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def workers(supervisor: int) -> set[int]:
    """The workers alive: those that were started, and those that a child of the supervisor's has forked."""
    of_its_own = children(supervisor)
    forked = {each for child in of_its_own if name(child) == NAME for each in children(child)}
    return {each for each in forked if name(each) == WORKER_NAME} | {
        each for each in of_its_own if b"--worker" in command_line(each)
    }


def children(pid: int) -> set[int]:
    """The processes that a process has started; none where it has ended.

    By what each says of its parent: the kernel's list of children may leave one out while others come and go.
    """
    found = (int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit())
    return {each for each in found if _parent(each) == pid}


def _parent(pid: int) -> int | None:
    fields = _said(pid, "stat").rpartition(b")")[2].split()
    return int(fields[1]) if fields else None


def name(pid: int) -> str:
    """What a process calls itself; nothing where it has ended."""
    return _said(pid, "comm").decode().strip()


def command_line(pid: int) -> bytes:
    """What a process was started as; nothing where it has ended."""
    return _said(pid, "cmdline")


def _said(pid: int, what: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except OSError:
        return b""


def free_port() -> int:
    """A port that nobody has, and that no connection is given meanwhile: those get one of the upper half."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def listens(port: int) -> bool:
    """Whether somebody lets connections in there."""
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
