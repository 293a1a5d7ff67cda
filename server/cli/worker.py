"""A worker of `serve`: the process as its supervisor has it, and the supervisor as the process has it."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

# A worker that serves may finish its requests; one that does not serve yet has none.
STOP_SECONDS = 15.0
GIVE_UP_SECONDS = 1.0
# Nobody stops a worker without a supervisor, and its port is wanted again.
ORPHAN_SECONDS = 1.0
# A worker that serves for longer than this did not end because of how it was started.
YOUNG_SECONDS = 2.0
_MIGRATES, _SERVES = b"m", b"s"


class Inherited(Struct, frozen=True):
    """What a worker has from its supervisor, as file descriptors: two pipes, what workers share, and the sockets that listen."""

    words: int
    life: int
    shared: int
    listening: tuple[int, ...]
    # Others have served from this database: while it is away, it is waited for with an answer.
    patient: bool = False
    # Nobody serves there meanwhile: connections wait for it.
    urgent: bool = False

    @classmethod
    def parse(cls, text: str) -> Inherited:
        """From the command line."""
        words, life, patient, urgent, shared, *listening = map(int, text.split(","))
        return cls(words, life, shared, tuple(listening), bool(patient), bool(urgent))

    def keep(self) -> Inherited:
        """From now on no process that this one starts gets them; uvloop closes nothing for those. S33."""
        for each in self.descriptors:
            os.set_inheritable(each, False)
        return self

    def __str__(self) -> str:
        """For the command line."""
        flags = (int(self.patient), int(self.urgent))
        return ",".join(map(str, (self.words, self.life, *flags, self.shared, *self.listening)))

    @property
    def descriptors(self) -> tuple[int, ...]:
        """All of them."""
        return (self.words, self.life, self.shared, *self.listening)

    def sockets(self) -> list[socket.socket]:
        """The sockets that listen."""
        return [socket.socket(fileno=each) for each in self.listening]

    def say_migrates(self) -> None:
        """Tells the supervisor that this worker changes the database, which takes what it takes."""
        os.write(self.words, _MIGRATES)

    def say_serves(self) -> None:
        """Tells the supervisor that this worker serves."""
        os.write(self.words, _SERVES)
        os.close(self.words)

    def when_orphaned(self, then: Callable[[], None]) -> None:
        """Calls `then` when the supervisor is gone, however it went; the process is gone soon after, whatever it does.

        Seen by a thread: the loop may stand still, as where nobody reads the log any more.
        """
        loop = asyncio.get_running_loop()

        def watch() -> None:
            os.read(self.life, 1)
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(then)
            time.sleep(ORPHAN_SECONDS)
            os._exit(1)

        threading.Thread(target=watch, name="orphan-watch", daemon=True).start()


class NotServing(Exception):
    """A worker ended before it came to serve, or does not come to serve in time: words to go after its name."""


class Process(Protocol):
    """What asyncio.subprocess.Process tells of one, and does with it."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    async def wait(self) -> int: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


Fork = Callable[[Inherited, Mapping[str, str]], Awaitable[Process | None]]


class Worker:
    """One process; it stops when the pipe to its supervisor breaks."""

    def __init__(self, process: Process, words: int, lifeline: int) -> None:
        self.process, self._words, self._lifeline = process, io.FileIO(words), io.FileIO(lifeline, "w")
        self._serving_since: float | None = None

    @classmethod
    async def start(
        cls,
        listening: Sequence[socket.socket],
        shared: int,
        environment: dict[str, str],
        patient: bool = False,
        urgent: bool = False,
        fork: Fork | None = None,
    ) -> Worker:
        """A process that will serve these sockets; it shares that memory with the others.

        It is forked where that can be done, else started anew.
        """
        words, said = os.pipe()
        life, lifeline = os.pipe()
        given = Inherited(said, life, shared, tuple(each.fileno() for each in listening), patient, urgent)
        try:
            process = await fork(given, environment) if fork else None
            process = process or await _started(given, environment)
        finally:
            os.close(said)
            os.close(life)
        return cls(process, words, lifeline)

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self.process.returncode is not None

    @property
    def steady(self) -> bool:
        """Whether it has served for a while, and maybe does still."""
        return self._serving_since is not None and time.monotonic() - self._serving_since > YOUNG_SECONDS

    async def serves(self, seconds: float) -> None:
        """Waits until it says that it serves; raises NotServing. A migration has limits of its own."""
        try:
            async with asyncio.timeout(seconds) as limit, reader(self._words) as words:
                while (word := await words.read(1)) == _MIGRATES:
                    limit.reschedule(None)
        except TimeoutError:
            raise NotServing(f"does not serve after {seconds:g} s") from None
        if not word:
            await self.process.wait()
            raise NotServing(f"ended with {self.process.returncode} before it served")
        self._serving_since = time.monotonic()

    async def stop(self) -> None:
        """Lets it finish its requests; a process that does not want to end is killed."""
        seconds = GIVE_UP_SECONDS if self._serving_since is None else STOP_SECONDS
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        try:
            async with asyncio.timeout(seconds):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
        self._words.close()
        self._lifeline.close()


def _where() -> list[str]:
    """The program, by its name; only where `python -m` was called is what lies in the working folder importable."""
    program = ["-m", (__package__ or "").rpartition(".")[0]]
    by_name = sys.modules["__main__"].__spec__ is not None and not sys.flags.safe_path
    return program if by_name else ["-P", *program]


async def _started(given: Inherited, environment: Mapping[str, str]) -> Process:
    command = [sys.executable, *_where(), "serve", "--worker", str(given)]
    return await asyncio.create_subprocess_exec(
        *command, env=environment, pass_fds=given.descriptors, start_new_session=True
    )


@contextlib.asynccontextmanager
async def reader(pipe: io.FileIO) -> AsyncIterator[asyncio.StreamReader]:
    """What comes out of a pipe, which is closed in the end."""
    stream = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), pipe)
    try:
        yield stream
    finally:
        transport.close()
