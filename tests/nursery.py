"""A process that has imported the program and forks for each command: the same as a new one, less its start-up.

As a program: `python -m tests.nursery FD` takes jobs from the socket FD, one a message: what to run as a JSON
document, and the descriptors of its three streams and of a pipe that its number and its exit code go to.
"""

import asyncio
import contextlib
import fcntl
import functools
import gc
import importlib
import json
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[1]
NUMBER = struct.Struct("=i")
LONGEST = 128 * 1024
_SETTINGS = {"DATABASE_URL": "postgresql://nobody@localhost/nothing", "APP_ENV": "development"}
_ONE_AT_A_TIME = threading.Lock()


class Hatched:
    """A command that runs, as `subprocess.Popen` has it."""

    def __init__(self, ending: int, stdout: IO[str] | None, stderr: IO[str] | None) -> None:
        self._ending, self.stdout, self.stderr = ending, stdout, stderr
        self.pid = self._read()
        self.returncode: int | None = None

    def _read(self) -> int:
        found = os.read(self._ending, NUMBER.size)
        return int(NUMBER.unpack(found)[0]) if found else -signal.SIGKILL

    def _ends_within(self, seconds: float | None) -> bool:
        if self.returncode is None and select.select([self._ending], [], [], seconds)[0]:
            self.returncode = self._read()
            os.close(self._ending)
        return self.returncode is not None

    def poll(self) -> int | None:
        """The exit code once it has ended."""
        self._ends_within(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code; raises subprocess.TimeoutExpired."""
        if not self._ends_within(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """To what still runs."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Asks it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it."""
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it says until it ends, on both streams; raises subprocess.TimeoutExpired."""
        said = ["", ""]

        def read(number: int, stream: IO[str]) -> None:
            with stream:
                said[number] = stream.read()

        streams = enumerate((self.stdout, self.stderr))
        left = [(number, each) for number, each in streams if each and not each.closed]
        readers = [threading.Thread(target=read, args=each, daemon=True) for each in left]
        for reader in readers:
            reader.start()
        self.wait(timeout)
        for reader in readers:
            reader.join(timeout)
        return said[0], said[1]


class Nursery:
    """Such a process, started."""

    def __init__(self) -> None:
        self._jobs, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "tests.nursery", str(theirs.fileno())]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
        )
        theirs.close()

    def run(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], streams: Sequence[Path]
    ) -> int:
        """The exit code of `ai-editor` with standard input, output and error in those files."""
        modes = (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY)
        opened = [os.open(path, mode) for path, mode in zip(streams, modes, strict=True)]
        return Hatched(self._send(arguments, folder, environment, opened), None, None).wait()

    def start(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        file: IO[bytes] | None = None,
        *,
        program: str = "server.__main__",
        stdin: int | None = None,
    ) -> Hatched:
        """`ai-editor` or another program, whose words are read, or go to that file."""
        pipes = [] if file else [os.pipe(), os.pipe()]
        written = [os.dup(file.fileno()), os.dup(file.fileno())] if file else [far for _, far in pipes]
        streams = [os.open(os.devnull, os.O_RDONLY) if stdin is None else stdin, *written]
        ending = self._send(arguments, folder, environment, streams, program=program)
        stdout, stderr = [os.fdopen(near) for near, _ in pipes] or (None, None)
        return Hatched(ending, stdout, stderr)

    def start_on_terminal(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], terminal: int
    ) -> Hatched:
        """`ai-editor` that a person runs at that side of a terminal."""
        streams = [os.dup(terminal) for _ in range(3)]
        return Hatched(self._send(arguments, folder, environment, streams, terminal=True), None, None)

    def _send(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        streams: Sequence[int],
        terminal: bool = False,
        program: str = "server.__main__",
    ) -> int:
        ending, theirs = os.pipe()
        job = {
            "program": program,
            "arguments": arguments,
            "folder": str(folder),
            "environment": dict(environment),
            "terminal": terminal,
        }
        socket.send_fds(self._jobs, [json.dumps(job).encode()], [*streams, theirs])
        for each in (*streams, theirs):
            os.close(each)
        return ending

    def close(self) -> None:
        """Ends it; what it has started goes on."""
        self._jobs.close()
        self._process.wait()


@functools.cache
def _only() -> Nursery:
    return Nursery()


def nursery() -> Nursery:
    """The one of this process; it ends with it."""
    with _ONE_AT_A_TIME:
        return _only()


def main(jobs: int) -> None:
    import tornado.platform.asyncio  # noqa: F401
    import uvloop  # noqa: F401

    import handlers  # noqa: F401
    import server.__main__  # noqa: F401
    from tests import clusters

    clusters.copy()
    _warm_up()
    gc.collect()
    gc.freeze()  # what those who are forked never write to is not copied for them
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    ended, end = os.pipe()
    os.set_blocking(end, False)
    signal.set_wakeup_fd(end, warn_on_full_buffer=False)
    endings: dict[int, int] = {}
    with socket.socket(fileno=jobs) as connection:
        while True:
            ready, _, _ = select.select([jobs, ended], [], [])
            if ended in ready:
                os.read(ended, 4096)
                _tell(endings)
            elif (received := _receive(connection)) is None:
                return
            else:
                _start(endings, *received)


def _warm_up() -> None:
    """Does once what each would do anew: parse expressions, read templates and migrations, put the services together."""
    import handlers
    from server.config import settings
    from server.feature import assemble
    from server.http.app import Application
    from server.schema import migrate

    async def serve() -> None:
        services = assemble(handlers.FEATURES, settings.load(_SETTINGS, ROOT))
        Application(services, handlers.FEATURES)
        await services.close()

    migrate.files()
    asyncio.run(serve())
    asyncio.set_event_loop_policy(None)
    assert threading.active_count() == 1  # one that has another is not forked whole


def _receive(connection: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    message, descriptors, _, _ = socket.recv_fds(connection, LONGEST, 4)
    return (json.loads(message), descriptors) if message else None


def _start(endings: dict[int, int], job: dict[str, Any], descriptors: Sequence[int]) -> None:
    *streams, ending = descriptors
    child = os.fork()
    if not child:
        _become(job, streams)
    for each in streams:
        os.close(each)
    endings[child] = ending
    os.write(ending, NUMBER.pack(child))


def _tell(endings: dict[int, int]) -> None:
    """Those who wait for the commands that have ended, how."""
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            with contextlib.suppress(BrokenPipeError):  # nobody waits
                os.write(endings[found[0]], NUMBER.pack(os.waitstatus_to_exitcode(found[1])))
            os.close(endings.pop(found[0]))


def _become(job: dict[str, Any], streams: Sequence[int]) -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    random.seed()
    os.chdir(job["folder"])
    os.environ.clear()
    os.environ.update(job["environment"])
    time.tzset()
    for number, each in enumerate(streams):
        os.dup2(each, number)
    os.closerange(3, 1 << 16)
    if job["terminal"]:
        # Its keys, Ctrl-C among them, reach those alone whose controlling terminal it is.
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # The ones that are there take what they write to for a file.
    words = job["environment"].get("PYTHONIOENCODING", "utf-8")
    sys.stdout = open(1, "w", encoding=words, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding=words, errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    sys.argv[1:] = job["arguments"]
    try:
        importlib.import_module(job["program"]).main()
    except SystemExit as end:
        sys.stdout.flush()
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        os._exit(end.code if isinstance(end.code, int) else 1)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
