"""`ai-editor serve`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import click

from server import postgres
from server.cli import forking, listening, setup
from server.cli.forking import Forker
from server.cli.supervisor import Supervisor
from server.cli.worker import Inherited
from server.config import advice, folders, network, settings
from server.config.settings import Settings
from server.database import DatabaseUnavailable, WritesRefused
from server.feature import Feature, assemble, idle_settings, plug, select
from server.http.app import Application, http_server
from server.mail import ways
from server.schema import migrate
from server.services import Services
from server.telemetry import logs, tracing
from server.version import VERSION

# So long a worker waits for its database where people wait for the worker.
PATIENCE_SECONDS = 0.5
log = logging.getLogger(__name__)


@click.command()
@click.option(
    "--worker",
    hidden=True,
    help="From the supervisor: a pipe to say ready, one to be orphaned by, the sockets.",
)
@click.pass_obj
def serve(features: tuple[Feature, ...], worker: str | None) -> None:
    """Serve the app; Ctrl-C stops it and the embedded database.

    With WORKERS over 1 as many processes serve the port; SIGHUP replaces them one by one.

    \b
    Examples:
      ai-editor serve
      PORT=3000 WORKERS=2 ai-editor serve
    """
    with setup.one_line_errors(), _stopped_quietly():
        config, chosen = _prepare(features)
        if not worker:
            _warn(config, idle_settings(features, chosen, config))
        inherited = Inherited.parse(worker) if worker else None
        if config.workers > 1:
            forker = forking.stand_by()
            if not isinstance(forker, Inherited):
                _supervise(config, forker)
                return
            inherited = forker
            config, chosen = _prepare(features)  # in the environment that its supervisor has decided on
        _serve(config, chosen, inherited.keep() if inherited else None)


def _prepare(features: tuple[Feature, ...]) -> tuple[Settings, tuple[Feature, ...]]:
    """The settings, and the features that they leave; raises for what cannot work."""
    config = setup.load()
    listening.raise_limit()
    logs.configure(config.log_level, config.log_format)
    chosen = select(features, config.features_off, config.plugins)
    _check(chosen, config)
    plug(chosen, config)
    if config.tracing.on:
        tracing.check()
    return config, chosen


def _check(features: tuple[Feature, ...], config: Settings) -> None:
    """Raises for what is missing, or cannot be written in."""
    for feature in features:
        if feature.check:
            feature.check(config)
    if not ways.sends(config):
        folders.check("DATA_DIR", config.data_dir / "outbox", 0o700)


def _warn(config: Settings, idle: Mapping[str, str]) -> None:
    for line in (*advice.lines(config, idle), *advice.at_start(config)):
        log.warning(line)
    if config.database_left_out:
        log.warning(
            "DATABASE_URL: %s left out, as they tell other programs how to pool; DB_POOL_SIZE does here",
            ", ".join(config.database_left_out),
        )


@contextmanager
def _stopped_quietly() -> Iterator[None]:
    """Before there is a loop that hears SIGTERM, it ends what is under way as Ctrl-C does, an embedded database too."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        yield


def _serve(config: Settings, features: tuple[Feature, ...], inherited: Inherited | None) -> None:
    """In this process alone, or as one of several."""
    sockets = inherited.sockets() if inherited else listening.bind(config)
    with _database(_with_port(config, sockets[0].getsockname()[1])) as ready:
        traces = config.tracing
        if traces.on:
            settings.become(traces.variables)  # the SDK reads no .env
        with tracing.running(traces.on, traces.service):
            _run(_main(ready, features, sockets, inherited, embedded=config.database_url is None))


def _supervise(config: Settings, forker: Forker | None) -> None:
    """Listens for its workers, each at a place of its own, among which the kernel shares new connections out."""
    alone = listening.bind(config)  # which a port that others share would not refuse
    numbered = replace(config, port=alone[0].getsockname()[1])
    for each in alone:
        each.close()
    places = [listening.bind(numbered, shared=True) for _ in range(config.workers)]
    with _database(_with_port(config, numbered.port)) as ready:
        asyncio.run(_supervised(ready, places, forker, embedded=config.database_url is None))


async def _supervised(
    config: Settings, places: list[list[socket.socket]], forker: Forker | None, embedded: bool
) -> None:
    fork = forker.fork if forker else None
    supervisor = Supervisor(places, settings.for_worker(config), fork=fork)
    words = ways.transport(config).words
    try:
        await supervisor.run(lambda: click.echo(_welcome(config, embedded, words), err=True))
    finally:
        if forker:
            forker.close()


def _with_port(config: Settings, port: int) -> Settings:
    """The public address once the port is known, and while developing what this machine is called, here and on its network."""
    names = _network(replace(config, port=port))
    if not config.base_url_given and not config.production:
        names = (f"http://127.0.0.1:{port}", f"http://localhost:{port}", *names)
    base_url = config.base_url if config.base_url_given else f"http://localhost:{port}"
    trusted = (*config.trusted_origins, *names)
    return replace(config, port=port, base_url=base_url, trusted_origins=trusted)


def _network(config: Settings) -> tuple[str, ...]:
    """Where a phone finds this machine while developing; a page that is to be https is none of this port's."""
    return () if config.production or config.secure_cookies else network.origins(config.host, config.port)


@contextmanager
def _database(config: Settings) -> Iterator[Settings]:
    if config.database_url:
        yield config
        return
    with postgres.owned(config.data_dir / "postgres") as url:
        yield replace(config, database_url=url)


def _run(main: object) -> None:
    """uvloop where there is one: sockets are a little cheaper on it."""
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    if sys.platform != "win32":
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main)  # type: ignore[arg-type]


async def _main(
    config: Settings,
    features: tuple[Feature, ...],
    sockets: list[socket.socket],
    inherited: Inherited | None,
    embedded: bool,
) -> None:
    stopped = _stop_event(inherited)
    services = assemble(features, config, inherited.shared if inherited else None)
    try:
        looked = asyncio.Event()
        if not await _unless(stopped, _bring_up(services, inherited, looked)):
            return
        seconds = PATIENCE_SECONDS if inherited and inherited.urgent else None
        async with services.running(check=looked.is_set(), seconds=seconds):
            server = http_server(Application(services, features))
            server.add_sockets(sockets)
            if inherited is None:
                click.echo(_welcome(config, embedded, services.mailer.transport.words), err=True)
            else:
                inherited.say_serves()
            await stopped.wait()
            services.stop(0.8 * config.shutdown_grace)  # and some for the answers
            if await server.drain(config.shutdown_grace):
                cut = "some requests were cut off"
                as_json = config.log_format == "json"
                click.echo(logs.announcement(cut) if as_json else f"ai-editor: {cut}", err=True)
    finally:
        await services.close()


async def _bring_up(services: Services, inherited: Inherited | None, looked: asyncio.Event) -> None:
    """Migrates, and says so; a worker whose place has been served before serves without a database, too: 503.

    So it does where its tables are locked, if people wait for it at its place.
    """
    patient, urgent = inherited is not None and inherited.patient, inherited is not None and inherited.urgent
    try:
        async with asyncio.timeout(PATIENCE_SECONDS if urgent else None) as limit:

            def begins() -> None:
                limit.reschedule(None)
                if inherited:
                    inherited.say_migrates()

            if services.config.migrates:
                await migrate.migrate(services.db, begins, served=patient)
            else:
                await migrate.require(services.db, served=patient)
            looked.set()
            with contextlib.suppress(WritesRefused):  # it says so in the log, and serves what can be read
                await services.db.check_writes()
    except (DatabaseUnavailable, TimeoutError) as error:
        if not patient:
            raise
        reason = str(error) or f"not in {PATIENCE_SECONDS:g} s"
        log.warning("the database does not answer (%s): all is answered 503 until it does", reason)


def _stop_event(inherited: Inherited | None) -> asyncio.Event:
    """Set by a signal, or the end of the supervisor."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    if inherited is not None:
        inherited.when_orphaned(stopped.set)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopped.set)
    return stopped


async def _unless(stopped: asyncio.Event, work: Coroutine[Any, Any, object]) -> bool:
    """Whether the work was done before the server was stopped; if not, it is given up."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
        return working.done()
    finally:
        working.cancel()
        stopping.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)


def _welcome(config: Settings, embedded: bool, mails: str) -> str:
    if config.log_format == "json":
        data = str(config.data_dir) if embedded else "DATABASE_URL"
        return logs.announcement(
            f"AI-Editor {VERSION} serves {config.base_url} in {config.app_env}",
            address=config.base_url, data=data, mails=mails, workers=config.workers,
        )  # fmt: skip
    lines = [
        f"AI-Editor {VERSION} ({config.app_env})",
        f"  address   {config.base_url}",
        *(f"  network   {each}" for each in _network(config)),
        f"  data      {config.data_dir}" if embedded else "  data      PostgreSQL at DATABASE_URL",
        f"  mails     {mails}",
        f"  logs      this terminal, {config.log_format}, from level {config.log_level} up"
        + (f"; PostgreSQL's in {config.data_dir / 'postgres' / 'postgres.log'}" if embedded else ""),
        *([f"  workers   {config.workers}; SIGHUP replaces them one by one"] if config.workers > 1 else []),
        "  stop      Ctrl-C",
    ]
    return "\n".join(lines)
