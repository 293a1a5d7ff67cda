"""A Redis of the tests' own: found, or said to be missing in one line, which is a failure where everything must run."""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import tornado.testing

from server.config.settings import Settings
from server.database import DatabaseUnavailable, Listener
from server.feature import assemble
from server.http.app import Application, http_server
from server.services import Services
from tests.client import Client
from tests.conftest import STANDARD, Sql

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))

from programs import REDIS

PATH = REDIS.find()


def collect_without(path: str | None, files: list[str]) -> list[str]:
    """Which of these files are left out where there is no Redis; none where everything must run."""
    if path or os.environ.get("CI"):
        return []
    print(REDIS.missing, file=sys.stderr)
    return files


collect_ignore_glob = collect_without(PATH, ["test_*.py"])
# For the folders beside this one.
collect_ignore_glob_without_redis = [] if PATH or os.environ.get("CI") else ["test_*.py"]


class Redis:
    """A server on a socket in a folder, which can go and come back."""

    options: tuple[str, ...] = ()

    def __init__(self, path: str, folder: Path) -> None:
        self._path, self._folder = path, folder
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it can be reached."""
        options = [
            *self.options,
            "--port",
            "0",
            "--unixsocket",
            str(self.socket),
            "--save",
            "",
            "--dir",
            str(self._folder),
        ]
        self._process = subprocess.Popen([self._path, *options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not self.socket.exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def stop(self) -> None:
        """At once."""
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = None
        self.socket.unlink(missing_ok=True)

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """It answers nobody, and nobody is told."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)


@pytest.fixture
def redis() -> Iterator[Redis]:
    """Runs at the start of the test."""
    if PATH is None:
        pytest.fail(f"no Redis for the tests: {REDIS.advice}", pytrace=False)
    with tempfile.TemporaryDirectory() as folder:
        made = Redis(PATH, Path(folder))
        made.start()
        yield made
        made.stop()


@pytest.fixture
def config(config: Settings, redis: Redis) -> Settings:
    """As elsewhere, with the address of the Redis."""
    return replace(config, redis_url=redis.url)


class Deaf:
    """A server that cannot listen to PostgreSQL itself."""

    def __init__(self, app: Services, address: str, cookies: dict[str, str]) -> None:
        self.app = app
        self.client = Client(address, cookies)

    @property
    def trusted(self) -> bool:
        """Whether it keeps sessions in memory."""
        return self.app.sessions.memory.trusted

    async def settle(self, sql: Sql) -> None:
        """Waits until it has heard all that was announced: an announcement comes after those before it."""
        word, heard = "e" + secrets.token_hex(8), asyncio.Event()
        hears = self.app.changes._relay
        assert hears
        apply = hears._apply

        def note(said: str) -> None:
            apply(said)
            if said == word:
                heard.set()

        hears._apply = note
        sql("SELECT pg_notify('ai_editor_change', %s)", word)
        await asyncio.wait_for(heard.wait(), 20)
        hears._apply = apply

    async def knows_by_heart(self) -> bool:
        """Whether the answer comes from memory: the session is there, and stays there when it is asked for."""
        await self.client.session()
        return len(self.app.sessions.memory) > 0


@asynccontextmanager
async def deaf(config: Settings, cookies: dict[str, str]) -> AsyncIterator[Deaf]:
    """One more server for a browser's `cookies`."""
    socket, port = tornado.testing.bind_unused_port()
    app = assemble(STANDARD, config)
    app.db.listen = _refuse  # type: ignore[method-assign, assignment]
    await app.changes.start()
    server = http_server(Application(app, STANDARD))
    server.add_socket(socket)
    yield Deaf(app, f"http://127.0.0.1:{port}", cookies)
    await server.drain(1)
    await app.close()


def _refuse(channel: str) -> AbstractAsyncContextManager[Listener]:
    raise DatabaseUnavailable("no LISTEN here")
