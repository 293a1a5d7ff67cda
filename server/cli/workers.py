"""WORKERS: processes that serve one port, and the one that watches over them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable

import click

from server.feature import StartError

READY_SECONDS = 30.0
STOP_SECONDS = 15.0
# A worker that dies younger than this is not started again at once, and not for ever.
YOUNG_SECONDS = 2.0
MOST_YOUNG_DEATHS = 5


class WorkersFailed(StartError):
    """The workers do not start; their own line has said why."""


class Worker:
    """One serving process; it stops when the pipe to its supervisor breaks."""

    def __init__(self, process: asyncio.subprocess.Process, lifeline: int) -> None:
        self.process, self._lifeline = process, lifeline
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
    """Keeps `count` workers alive; SIGHUP replaces them one by one, SIGTERM and Ctrl-C end all."""

    def __init__(self, count: int, environment: dict[str, str]) -> None:
        self._count, self._environment = count, environment
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
            for _ in range(self._count):
                self._workers.append(await self._start())
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
        """A new one serves before an old one goes, so that there is always somebody."""
        for old in list(self._workers):
            new = await self._start()
            self._workers[self._workers.index(old)] = new
            await old.stop()

    async def _replace_dead(self) -> None:
        for worker in [each for each in self._workers if each.process.returncode is not None]:
            click.echo(
                f"ai-editor: a worker ended with {worker.process.returncode}; starting another", err=True
            )
            worker.close()
            await self._count_young(worker)
            self._workers[self._workers.index(worker)] = await self._start()

    async def _count_young(self, worker: Worker) -> None:
        if time.monotonic() - worker.born > YOUNG_SECONDS:
            self._young_deaths = 0
            return
        self._young_deaths += 1
        if self._young_deaths >= MOST_YOUNG_DEATHS:
            raise WorkersFailed("the workers end as soon as they start: see above")
        await asyncio.sleep(0.2 * self._young_deaths)

    async def _start(self) -> Worker:
        ready, said = os.pipe()
        life, lifeline = os.pipe()
        command = [sys.executable, "-m", "server", "serve", "--worker", f"{said},{life}"]
        process = await asyncio.create_subprocess_exec(
            *command, env=self._environment, pass_fds=(said, life), start_new_session=True
        )
        os.close(said)
        os.close(life)
        worker = Worker(process, lifeline)
        try:
            if not await asyncio.to_thread(_first_byte, ready):
                await worker.stop()
                raise WorkersFailed("a worker did not start: see above")
        finally:
            os.close(ready)
        return worker


def _first_byte(ready: int) -> bytes:
    """What a worker writes when it serves; nothing when it ended before that."""
    return os.read(ready, 1)


def say_ready(pipe: int) -> None:
    """Tells the supervisor that this worker serves."""
    os.write(pipe, b"1")
    os.close(pipe)


def when_orphaned(pipe: int, then: Callable[[], None]) -> None:
    """Calls `then` when the supervisor is gone, however it went."""
    asyncio.get_running_loop().add_reader(pipe, then)
