"""WORKERS: keeps several processes on one port alive, until it is stopped."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Sequence

import click

from server.cli.worker import Fork, NotServing, Worker
from server.errors import StartError
from server.limits import shared

READY_SECONDS = 30.0
# Before another worker starts where none came to serve, or not for long: longer with each in a row.
PAUSES = (0.0, 0.2, 0.5, 1.0)
# So many that end in a row, before anybody has ever served, are a reason to give up; being slow is none.
MOST_ENDS = 3


class WorkersFailed(StartError):
    """The workers do not start; their own line has said why."""


class Place:
    """Sockets that listen, and the worker there. They outlive the worker, and so do the connections that wait."""

    def __init__(self, name: str, listening: Sequence[socket.socket]) -> None:
        self.name, self.listening = name, listening
        self.worker: Worker | None = None
        self.turn = asyncio.Lock()  # for whoever starts a worker here
        self.failures = 0

    @property
    def steady(self) -> bool:
        """Whether somebody serves here, and has for a while."""
        return self.worker is not None and self.worker.steady and not self.worker.ended

    @property
    def pause(self) -> float:
        """How long the next worker is waited for."""
        return PAUSES[min(self.failures, len(PAUSES) - 1)]


class Supervisor:
    """Keeps a worker alive at each place; SIGHUP replaces them one by one, SIGTERM and Ctrl-C end all.

    A worker has `seconds` to come to serve; then it is stopped, and another one tried. Workers are made by `fork`, if
    it is given; from the first SIGHUP on they are started, so that they are of the program as it is by then.
    """

    def __init__(
        self,
        places: Sequence[Sequence[socket.socket]],
        environment: dict[str, str],
        seconds: float = READY_SECONDS,
        fork: Fork | None = None,
    ) -> None:
        self._places = [
            Place(f"worker {number} of {len(places)}", listening)
            for number, listening in enumerate(places, 1)
        ]
        self._environment, self._seconds, self._fork = environment, seconds, fork
        self._workers: set[Worker] = set()
        self._shared = shared.make()
        self._first_serves, self._hang_up = asyncio.Event(), asyncio.Event()
        self._ready: Callable[[], None] | None = None
        self._ends = 0

    async def run(self, ready: Callable[[], None]) -> None:
        """Until it is stopped; calls `ready` when all workers serve. Raises WorkersFailed."""
        stopping, self._ready = asyncio.Event(), ready
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up.set)
        works = [stopping.wait(), self._replace_all(), *(self._keep(place) for place in self._places)]
        tasks = [asyncio.ensure_future(work) for work in works]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._let_go()
            await asyncio.gather(*(worker.stop() for worker in self._workers))

    def _let_go(self) -> None:
        """What workers do not listen on any more refuses connections, instead of letting them wait for nobody."""
        for place in self._places:
            for each in place.listening:
                each.close()

    async def _keep(self, place: Place) -> None:
        """Always a worker at the place. The first of all brings the database up, so the others wait for it."""
        if place is not self._places[0]:
            await self._first_serves.wait()
        while True:
            async with place.turn:
                worker = place.worker if place.worker and not place.worker.ended else await self._fill(place)
            await worker.process.wait()

    async def _fill(self, place: Place) -> Worker:
        """Starts workers until one serves, after ever longer pauses."""
        if place.worker:
            await self._lose(place, place.worker, f"ended with {place.worker.process.returncode}")
        while True:
            await asyncio.sleep(place.pause)
            worker = await self._start(place)
            try:
                await worker.serves(self._seconds)
            except NotServing as error:
                await self._lose(place, worker, str(error))
            else:
                place.worker = worker
                self._tell()
                return worker

    async def _lose(self, place: Place, worker: Worker, what: str) -> None:
        """Says what happened to a worker, and ends it where it goes on; raises WorkersFailed when that is hopeless."""
        place.failures = 0 if worker.steady else place.failures + 1
        self._ends += worker.ended
        if self._ends >= MOST_ENDS and not self._first_serves.is_set():
            raise WorkersFailed("the workers end as soon as they start: see above")
        when = f"in {place.pause:g} s" if place.pause else "now"
        self._say(place, worker, f"{what}; another one starts {when}")
        await self._stop(worker)

    async def _replace_all(self) -> None:
        """At each SIGHUP."""
        while True:
            await self._hang_up.wait()
            self._hang_up.clear()
            self._fork = None
            for place in self._places:
                if not await self._replace(place):
                    break

    async def _replace(self, place: Place) -> bool:
        """A new one serves before the old one goes, so that there is always somebody; without one the old one stays."""
        async with place.turn:
            new = await self._start(place)
            try:
                await new.serves(self._seconds)
            except NotServing as error:
                self._say(place, new, f"{error}; it was to replace one that goes on")
                await self._stop(new)
                return False
            old, place.worker = place.worker, new
        if old:
            await self._stop(old)
        return True

    async def _start(self, place: Place) -> Worker:
        patient = self._first_serves.is_set()
        urgent = patient and (place.worker is None or place.worker.ended)
        worker = await Worker.start(
            place.listening,
            self._shared.fileno(),
            self._environment,
            patient=patient,
            urgent=urgent,
            fork=self._fork,
        )
        self._workers.add(worker)
        return worker

    async def _stop(self, worker: Worker) -> None:
        await worker.stop()
        self._workers.discard(worker)

    def _tell(self) -> None:
        """The others start once one serves; `ready` is called once all do."""
        self._first_serves.set()
        if self._ready and all(place.worker for place in self._places):
            self._ready()
            self._ready = None

    def _say(self, place: Place, worker: Worker, what: str) -> None:
        name = f"{place.name} (process {worker.process.pid})"
        click.echo(f"ai-editor: {name} {what}", err=True)
