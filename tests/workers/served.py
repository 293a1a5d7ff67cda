"""`serve` as a process of its own, on the embedded database."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from drill.servers import workers
from tests.nursery import Hatched, nursery

ROOT = Path(__file__).resolve().parents[2]


def until(what: Callable[[], object], seconds: float = 60) -> None:
    """Waits for something to become true."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


class Starting:
    """A server on the embedded database, with two workers unless it is told otherwise; it may not answer yet."""

    command: tuple[str, ...] = ()  # of another program than ours

    def __init__(self, folder: Path, **settings: str) -> None:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DATA_DIR": str(folder / "data"),
            "PORT": "0",
            "WORKERS": "2",
            "BCRYPT_COST": "4",
            "LOG_LEVEL": "warning",
            "APP_ENV": "development",
            "PLUGINS": "none",
            **settings,
        }
        self.process = self._start(folder, environment)
        self.folder, self.said = folder, ""

    def _start(self, folder: Path, environment: Mapping[str, str]) -> Hatched | subprocess.Popen[str]:
        if not self.command:
            return nursery().start(["serve"], folder, environment)
        command = [sys.executable, *self.command]
        return subprocess.Popen(command, env=environment, cwd=folder, stderr=subprocess.PIPE, text=True)

    def hear(self, pattern: str) -> re.Match[str]:
        """Reads what it says up to a line with this in it."""
        assert self.process.stderr
        for line in self.process.stderr:
            self.said += line
            found = re.search(pattern, line)
            if found:
                return found
        raise AssertionError(self.said)

    def pids(self) -> set[int]:
        """The workers alive."""
        return workers(self.process.pid)

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=90)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Served(Starting):
    """A server that answers."""

    def __init__(self, folder: Path, **settings: str) -> None:
        super().__init__(folder, **settings)
        try:
            self.address = self.hear(r"http://\S+")[0]
        except BaseException:
            self.stop()
            raise

    def call(self, path: str, body: object = None, cookie: str = "") -> tuple[int, object, str]:
        """One request on a connection of its own: whichever worker the kernel chooses."""
        data = None if body is None else json.dumps(body).encode()
        headers = {
            "Content-Type": "application/json",
            "Origin": self.address,
            "Connection": "close",
            "Cookie": cookie,
        }
        request = urllib.request.Request(self.address + path, data, {k: v for k, v in headers.items() if v})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                set_cookie = (answer.headers.get("Set-Cookie") or "").partition(";")[0]
                return answer.status, json.loads(answer.read()), set_cookie
        except urllib.error.HTTPError as error:
            return error.code, None, ""
