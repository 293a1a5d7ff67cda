"""`ai-editor serve` as a process of its own, whose words go to a file."""

import asyncio
import re
import signal
import time
from pathlib import Path

from tests.cli.commands import Commands
from tests.client import Client
from tests.nursery import Hatched, nursery


class Serving:
    """A server on the database of the tests; `log` is what it has said so far."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "log"
        self.commands = Commands(
            folder,
            {
                "DATABASE_URL": database_url,
                "BETTER_AUTH_SECRET": "a secret for tests alone, of more than thirty-two bytes",
                "APP_ENV": "development",
                "PORT": "0",
                **settings,
            },
        )
        self._process: Hatched | None = None

    @property
    def log(self) -> str:
        """Its standard error."""
        return self._file.read_text()

    async def start(self) -> Client:
        """Waits until it listens; a browser on it."""
        with self._file.open("wb") as file:
            self._process = nursery().start(["serve"], self.commands.folder, self.commands.environment, file)
        found = await self.said(r"address +(http://\S+)")
        return Client(found[1])

    async def said(self, pattern: str) -> re.Match[str]:
        """Waits until its log holds the pattern."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = re.search(pattern, self.log)
            if found:
                return found
            assert self._process is not None
            assert self._process.poll() is None, self.log
            await asyncio.sleep(0.05)
        raise AssertionError(self.log)

    async def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        """Ends it, if it runs."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(with_signal)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                return
            await asyncio.sleep(0.05)
        self._process.kill()
        self._process.wait(10)
        raise AssertionError(f"it did not stop: {self.log}")
