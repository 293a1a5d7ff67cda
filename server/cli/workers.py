"""WORKERS: processes that serve one port, and the one that watches over them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click

from server.errors import StartError

READY_SECONDS = 30.0
STOP_SECONDS = 15.0
# A worker that dies younger than this is not started again at once, and not for ever.
YOUNG_SECONDS = 2.0
MOST_YOUNG_DEATHS = 5
Place = Sequence[socket.socket]


class WorkersFailed(StartError):
    """The workers do not start; their own line has said why."""


@dataclass(frozen=True)
class Inherited:
    """What a worker has from its supervisor, as file descriptors: two pipes and the sockets that listen."""

    ready: int
    life: int
    listening: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> Inherited:
        """From the command line."""
        ready, life, *listening = map(int, text.split(","))
        return cls(ready, life, tuple(listening))

    def __str__(self) -> str:
        """For the command line."""
        return ",".join(map(str, self.descriptors))

    @property
    def descriptors(self) -> tuple[int, ...]:
        """All of them."""
        return (self.ready, self.life, *self.listening)

    def sockets(self) -> list[socket.socket]:
        """The sockets that listen."""
        return [socket.socket(fileno=each) for each in self.listening]

    def say_ready(self) -> None:
        """Tells the supervisor that this worker serves."""
        os.write(self.ready, b"1")
        os.close(self.ready)

    def when_orphaned(self, then: Callable[[], None]) -> None:
        """Calls `then` when the supervisor is gone, however it went."""
        asyncio.get_running_loop().add_reader(self.life, then)


class Worker:
    """One serving process at its place; it stops when the pipe to its supervisor breaks."""

    def __init__(self, process: asyncio.subprocess.Process, lifeline: int, place: Place) -> None:
        self.process, self._lifeline, self.place = process, lifeline, place
        self.born = time.monotonic()

    async def stop(self) -> None:
        """Lets it finish its requests; a process that does not want to is killed."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
        self.close()

    def close(self) -> None:
        """Gives up the pipe."""
        with contextlib.suppress(OSError):
            os.close(self._lifeline)


class Supervisor:
    """Keeps a worker alive at each place; SIGHUP replaces them one by one, SIGTERM and Ctrl-C end all.

    The sockets are the supervisor's, so that connections which wait at a place outlive the worker there.
    """

    def __init__(self, places: Sequence[Place], environment: dict[str, str]) -> None:
        self._places, self._environment = places, environment
        self._workers: list[Worker] = []
        self._stopping = asyncio.Event()
        self._young_deaths = 0

    async def run(self, ready: Callable[[], None]) -> None:
        """Until it is stopped; calls `ready` when all workers serve. Raises WorkersFailed."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopping.set)
        restarts = asyncio.Event()
        loop.add_signal_handler(signal.SIGHUP, restarts.set)
        try:
            for place in self._places:
                self._workers.append(await self._start(place))
            ready()
            await self._watch(restarts)
        finally:
            await asyncio.gather(*(worker.stop() for worker in self._workers))

    async def _watch(self, restarts: asyncio.Event) -> None:
        while not self._stopping.is_set():
            exits = [asyncio.create_task(worker.process.wait()) for worker in self._workers]
            signals = [asyncio.create_task(event.wait()) for event in (self._stopping, restarts)]
            await asyncio.wait([*exits, *signals], return_when=asyncio.FIRST_COMPLETED)
            for task in (*exits, *signals):
                task.cancel()
            if self._stopping.is_set():
                return
            if restarts.is_set():
                restarts.clear()
                await self._replace_all()
            await self._replace_dead()

    async def _replace_all(self) -> None:
        """A new one serves before an old one goes, so that there is always somebody; without one the old ones stay."""
        for old in list(self._workers):
            try:
                new = await self._start(old.place)
            except WorkersFailed:
                click.echo("ai-editor: a new worker does not start: the old ones go on", err=True)
                return
            self._workers[self._workers.index(old)] = new
            await old.stop()

    async def _replace_dead(self) -> None:
        for worker in [each for each in self._workers if each.process.returncode is not None]:
            click.echo(
                f"ai-editor: a worker ended with {worker.process.returncode}; starting another", err=True
            )
            worker.close()
            await self._count_young(worker)
            self._workers[self._workers.index(worker)] = await self._start(worker.place)

    async def _count_young(self, worker: Worker) -> None:
        if time.monotonic() - worker.born > YOUNG_SECONDS:
            self._young_deaths = 0
            return
        self._young_deaths += 1
        if self._young_deaths >= MOST_YOUNG_DEATHS:
            raise WorkersFailed("the workers end as soon as they start: see above")
        await asyncio.sleep(0.2 * self._young_deaths)

    async def _start(self, place: Place) -> Worker:
        ready, said = os.pipe()
        life, lifeline = os.pipe()
        given = Inherited(said, life, tuple(each.fileno() for each in place))
        command = [sys.executable, "-m", "server", "serve", "--worker", str(given)]
        process = await asyncio.create_subprocess_exec(
            *command, env=self._environment, pass_fds=given.descriptors, start_new_session=True
        )
        os.close(said)
        os.close(life)
        worker = Worker(process, lifeline, place)
        try:
            if not await asyncio.to_thread(_first_byte, ready):
                await worker.stop()
                raise WorkersFailed(f"a worker did not start; it ended with {process.returncode}")
        finally:
            os.close(ready)
        return worker


def _first_byte(ready: int) -> bytes:
    """What a worker writes when it serves; nothing when it ended before that."""
    return os.read(ready, 1)
