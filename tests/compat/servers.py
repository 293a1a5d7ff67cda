"""Starts the two servers that are compared, and catches the mails that they send."""

from __future__ import annotations

import email
import email.policy
import functools
import json
import os
import queue
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from drill.servers import free_port
from tests.compat import wire
from tests.compat.databases import Databases
from tests.compat.options import Options
from tests.nursery import Hatched, nursery
from tests.providers.scripted import Scripted

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@dataclass(frozen=True)
class Mail:
    """One captured mail with its link or its code; `kind` is known for the reference only."""

    to: str
    url: str
    kind: str = ""
    code: str = ""


class Server(Protocol):
    """One side of the comparison under one option set."""

    name: str
    port: int
    database: str
    databases: Databases
    parties: Scripted | None

    def mails(self, to: str) -> list[Mail]:
        """Mails sent to one address so far, oldest first."""
        ...

    def letters(self, to: str) -> int:
        """How many mails were sent to one address so far, those that only tell among them."""
        ...

    def last_words(self) -> str:
        """What the process said before it died, empty while it lives."""
        ...


@dataclass
class ReferenceApp:
    """better-auth under one option set."""

    name: str
    port: int
    database: str
    databases: Databases
    process: subprocess.Popen[bytes] | Hatched
    parties: Scripted | None = None
    outbox: list[Mail] = field(default_factory=list)

    def mails(self, to: str) -> list[Mail]:
        """Mails sent to one address so far, oldest first."""
        return [mail for mail in self.outbox if mail.to == to]

    def letters(self, to: str) -> int:
        """How many mails were sent to one address so far."""
        return len(self.mails(to))

    def last_words(self) -> str:
        """What the process said before it died, empty while it lives."""
        return "" if self.process.poll() is None else f"better-auth ended with {self.process.returncode}"


class Reference:
    """A Node process that serves better-auth under any number of option sets.

    They share `database`, but for those with tables or columns of their own, which must have been made. Where nobody
    else has to read its hashes of passwords they may be `cheap`.
    `missing` is what better-auth finds wanting in the databases' schema, by its own words.
    """

    def __init__(
        self,
        databases: Databases,
        database: str,
        sets: Collection[Options],
        migrate: bool,
        production: bool,
        cheap: bool = False,
        parties: Scripted | None = None,
    ) -> None:
        self._parties = parties
        self.apps: dict[str, ReferenceApp] = {}
        self.missing: dict[str, list[Any]] = {}
        self._databases = databases
        self._places = {options.name: options.database(database) for options in sets}
        self._ready: queue.Queue[bool] = queue.Queue()
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop()
        there = {"COMPAT_THIRD_PARTIES": parties.url} if parties else {}
        apps = [_app(options, databases.uri(self._places[options.name])) for options in sets]
        wish = {"migrate": migrate, "cheap": cheap, "apps": apps}
        self._process = subprocess.Popen(
            [node(), "--no-warnings", "reference.mjs"],
            cwd=HERE,
            env=_clean_environment()
            | {"NODE_ENV": _mode(production), "COMPAT_REFERENCE": json.dumps(wish)}
            | there,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._words,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._ready.get(timeout=150):
            self._words.seek(0)
            raise RuntimeError(f"better-auth did not start: {self._words.read().decode()[-2000:]}")

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._note(json.loads(line))
        self._ready.put(False)

    def _note(self, event: dict[str, Any]) -> None:
        if event["event"] == "listening":
            place = event["app"], event["port"], self._places[event["app"]], self._databases
            app = ReferenceApp(*place, self._process, self._parties)
            self.apps[event["app"]] = app
        elif event["event"] == "mail":
            mail = Mail(event["to"], event.get("url", ""), event["kind"], event.get("code", ""))
            self.apps[event["app"]].outbox.append(mail)
        elif event["event"] == "schema":
            for kind, found in event["missing"].items():
                self.missing.setdefault(kind, []).extend(found)
        else:
            self._ready.put(True)

    def stop(self) -> None:
        """Ends the process, which lives as long as its standard input."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._reader.join()
        self._process.stdout.close()
        self._words.close()


def _app(options: Options, database_url: str) -> dict[str, Any]:
    """One option set as reference.mjs takes it."""
    return {
        "name": options.name,
        "databaseURL": database_url,
        "options": options.reference(),
        "plugins": options.plugins,
        "mails": options.mails,
        "redis": options.redis,
    }


def node() -> str:
    """The Node to run the reference with."""
    found = os.environ.get("NODE") or shutil.which("node")
    if not found:
        raise RuntimeError("Node is needed for the comparison: set NODE or put node on the PATH")
    return found


def _mode(production: bool) -> str:
    return "production" if production else "development"


def _clean_environment() -> dict[str, str]:
    return {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "COMPAT_LOG") if key in os.environ}


@dataclass
class Ours:
    """A process of our server under one option set."""

    name: str
    port: int
    database: str
    databases: Databases
    folder: Path
    process: subprocess.Popen[bytes] | Hatched
    parties: Scripted | None = None

    def mails(self, to: str) -> list[Mail]:
        """Mails to one address that ask for something, oldest first; not those that only tell.

        Processes on one database share its queue of mails, so any of them may have sent one.
        """
        return [mail for mail in self._outbox(to) if mail.url or mail.code]

    def letters(self, to: str) -> int:
        """How many mails were sent to one address so far, those that only tell among them."""
        return len(self._outbox(to))

    def _outbox(self, to: str) -> list[Mail]:
        ending = "eml" if "@" in to else "txt"
        read = read_mail if "@" in to else read_text
        paths = sorted(self.folder.parent.glob(f"*/outbox/[!.]*.{ending}"), key=lambda path: path.name)
        return [mail for mail in map(read, paths) if mail.to == to]

    def last_words(self) -> str:
        """What the process said before it died, empty while it lives."""
        if self.process.poll() is None:
            return ""
        return (
            f"{self.name} ended with {self.process.returncode}: {(self.folder / 'log').read_text()[-1000:]}"
        )

    def stop(self) -> None:
        """Ends the process."""
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)


@functools.cache
def read_mail(path: Path) -> Mail:
    """A mail of ours, from its file."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    part = message.get_body(("plain", "html"))
    text = part.get_content() if part else ""
    link = re.search(r"https?://[^\s\"<>]+/(?:api/auth/|delete-account\?|verify-email\?)[^\s\"<>]+", text)
    # A code stands alone on its line.
    code = re.search(r"^\s*(\d{4,10})\s*$", text, re.MULTILINE)
    return Mail(str(message["To"]), link[0] if link else "", code=code[1] if code else "")


def read_text(path: Path) -> Mail:
    """A text message of ours, from its file: the number, and the code in the words."""
    head, _, words = path.read_text().partition("\n\n")
    code = re.search(r"\b\d{4,10}\b", words)
    return Mail(head.removeprefix("To: "), "", code=code[0] if code else "")


def start_ours(
    databases: Databases,
    database: str,
    options: Options,
    folder: Path,
    parties: Scripted | None = None,
    **settings: str,
) -> Ours:
    """Starts our server and waits until it answers."""
    folder.mkdir(parents=True)
    port = free_port()
    environment = _clean_environment() | _settings(databases.uri(database), options, folder, port) | settings
    environment |= parties.environment if parties else {}
    environment |= {
        f"{table.upper()}_ADDITIONAL_FIELDS": json.dumps(each) for table, each in options.fields.items()
    }
    with (folder / "log").open("wb") as log:
        process = nursery().start(["serve"], ROOT, environment, log)
    ours = Ours(options.name, port, database, databases, folder, process, parties)
    _wait(ours)
    return ours


def _settings(database_url: str, options: Options, folder: Path, port: int) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "BETTER_AUTH_URL": options.base_url,
        "BETTER_AUTH_SECRET": options.secret,
        "BETTER_AUTH_TRUSTED_ORIGINS": ",".join(options.trusted_origins),
        "DATA_DIR": str(folder),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "APP_ENV": _mode(options.production),
        "TRUSTED_PROXIES": "127.0.0.1/32",
        "RATE_LIMIT_ENABLED": "no",
        "BCRYPT_COST": "4",
        "DB_POOL_SIZE": "2",
        "PLUGINS": "none",
        "LOG_LEVEL": "warning",
    } | options.settings


def _wait(ours: Ours) -> None:
    until = time.monotonic() + 150
    ask = wire.Request("GET", "/api/auth/ok", (("Host", "localhost"),))
    while time.monotonic() < until and ours.process.poll() is None:
        try:
            if wire.exchange(ours.port, ask, 5).status == 200:
                return
        except (OSError, ValueError):
            time.sleep(0.05)
    ours.stop()
    raise RuntimeError(f"our server did not start: {(ours.folder / 'log').read_text()[-2000:]}")
