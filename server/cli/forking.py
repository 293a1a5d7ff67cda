"""A process that stands by with the program imported and is forked for each worker, so that none has to import it.

It is made before the supervisor has threads, a loop or sockets, which a fork must not take along.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import importlib
import io
import json
import os
import random
import select
import signal
import socket
import struct
import sys
from collections.abc import Mapping
from pathlib import Path

from server.cli.worker import Inherited, reader
from server.config import settings

# In /proc/PID/comm, as the command lines of all are the supervisor's.
NAME, WORKER_NAME = "ai-editor-fork", "ai-editor-work"
_LONGEST, _MOST_DESCRIPTORS = 1 << 17, 64
# What a start can do without, and each worker would load for itself once it is asked for.
_COMMON = ("jinja2", "joserfc.jwe", "joserfc.jws", "nacl.secret", "prometheus_client.exposition", "pycrdt")
_NUMBER = struct.Struct("=i")
_KEPT_FROM_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Forked:
    """A worker, as asyncio.subprocess.Process has it. It ends with the process that it was forked from."""

    returncode: int | None = None

    def __init__(self, pid: int, ending: asyncio.StreamReader, pipe: contextlib.AsyncExitStack) -> None:
        self.pid = pid
        self._ending = asyncio.ensure_future(self._end(ending, pipe))

    async def _end(self, ending: asyncio.StreamReader, pipe: contextlib.AsyncExitStack) -> int:
        async with pipe:
            said = await ending.read(_NUMBER.size)
        if not said:  # nobody will ever tell how it ends
            self.kill()
        self.returncode = _NUMBER.unpack(said)[0] if said else -signal.SIGKILL
        return self.returncode

    async def wait(self) -> int:
        """The exit code, once it has ended."""
        return await asyncio.shield(self._ending)

    def terminate(self) -> None:
        """Asks it to end."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it."""
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Forker:
    """That process, as the supervisor has it."""

    def __init__(self, pid: int, jobs: socket.socket) -> None:
        self._pid, self._jobs = pid, jobs

    async def fork(self, given: Inherited, environment: Mapping[str, str]) -> Forked | None:
        """A worker; None where it cannot be had in this way, as from a process that was killed."""
        async with contextlib.AsyncExitStack() as pipe:
            ending, far = os.pipe()
            said = await pipe.enter_async_context(reader(io.FileIO(ending)))
            try:
                self._ask(given, environment, far)
                (pid,) = _NUMBER.unpack(await said.readexactly(_NUMBER.size))
                return Forked(pid, said, pipe.pop_all())
            except (OSError, asyncio.IncompleteReadError):
                pass
        return None

    def _ask(self, given: Inherited, environment: Mapping[str, str], ending: int) -> None:
        job = {"environment": dict(environment), "patient": given.patient, "urgent": given.urgent}
        words = json.dumps(job).encode()
        try:
            if len(words) > _LONGEST:
                raise OSError(errno.EMSGSIZE, os.strerror(errno.EMSGSIZE))
            socket.send_fds(self._jobs, [words], [ending, *given.descriptors])
        finally:
            os.close(ending)

    def close(self) -> None:
        """Ends it, once its workers have ended."""
        self._jobs.close()
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def stand_by() -> Forker | Inherited | None:
    """In this process the Forker, in each worker that comes of it what the worker has; None where forks are not safe."""
    if sys.platform != "linux":
        return None
    for name in _COMMON:
        importlib.import_module(name)
    jobs, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    gc.freeze()  # what is never written to is not copied
    pid = os.fork()
    if pid:
        theirs.close()
        jobs.setblocking(False)
        return Forker(pid, jobs)
    jobs.close()
    return _fork_for_each(theirs)


def _fork_for_each(jobs: socket.socket) -> Inherited:
    """Until the supervisor is gone; it returns in the workers alone."""
    _be_called(NAME)
    os.setsid()
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _KEPT_FROM_SIGNALS}
    before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
    ended = _hear_endings()
    endings: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([jobs.fileno(), ended], [], [])
        if ended in ready:
            os.read(ended, 4096)
            _tell(endings)
            continue
        words, descriptors, _, _ = socket.recv_fds(jobs, _LONGEST, _MOST_DESCRIPTORS)
        if not words:
            os._exit(0)
        ending, *given = descriptors
        if (pid := _fork()) == 0:
            signal.set_wakeup_fd(-1)
            for number, handler in before.items():
                signal.signal(number, handler)
            jobs.detach()
            return _become(json.loads(words), given)
        _note(pid, ending, endings)
        for each in given:
            os.close(each)


def _hear_endings() -> int:
    """A pipe that has something to read when a child has ended."""
    ended, end = os.pipe()
    os.set_blocking(end, False)
    signal.set_wakeup_fd(end, warn_on_full_buffer=False)
    return ended


def _note(pid: int | None, ending: int, endings: dict[int, int]) -> None:
    """Tells which process it is, if there is one; how it ends is told later."""
    if pid is None:
        os.close(ending)
        return
    endings[pid] = ending
    os.write(ending, _NUMBER.pack(pid))


def _fork() -> int | None:
    try:
        return os.fork()
    except OSError:  # the supervisor hears that it is none, and starts one in its own way
        return None


def _tell(endings: dict[int, int]) -> None:
    """How the workers have ended that have."""
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            with contextlib.suppress(BrokenPipeError):
                os.write(endings[found[0]], _NUMBER.pack(os.waitstatus_to_exitcode(found[1])))
            os.close(endings.pop(found[0]))


def _become(job: dict[str, object], descriptors: list[int]) -> Inherited:
    """A worker as one that was started: with its own descriptors and environment, and nobody else's."""
    _be_called(WORKER_NAME)
    os.setsid()
    first, *others = sorted([2, *descriptors, 1 << 16])
    for each in others:
        os.closerange(first + 1, each)
        first = each
    random.seed()
    environment = job["environment"]
    assert isinstance(environment, dict)
    settings.become_worker(environment)
    words, life, shared, *listening = descriptors
    return Inherited(words, life, shared, tuple(listening), bool(job["patient"]), bool(job["urgent"]))


def _be_called(name: str) -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(name)
