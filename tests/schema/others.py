"""Databases that others made, by SQL, and a server process on one of them."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.cli.commands import Commands
from tests.conftest import execute

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery staple"
MADE = (ROOT / "tests" / "better_auth.sql").read_text()


def make(url: str, *changes: str, tables: str = MADE) -> None:
    """better-auth's tables, and what else was done to them."""
    for statement in (tables, *changes):
        execute(url, statement)


@dataclass
class Visitor:
    """Asks a server, and keeps its session cookie."""

    address: str
    cookie: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, body: object = None, method: str | None = None) -> tuple[int, Any]:
        """Status and JSON."""
        headers = {
            "Origin": self.address,
            "Content-Type": "application/json",
            "Cookie": self.cookie,
        } | self.headers
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                self._keep(answer.headers.get_all("Set-Cookie") or [])
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")

    def _keep(self, lines: list[str]) -> None:
        for line in lines:
            if "session_token=" in line:
                self.cookie = line.partition(";")[0]

    def api(self, path: str, body: object = None) -> tuple[int, Any]:
        """Below /api/auth."""
        return self.ask("/api/auth" + path, body)

    def sign_up(self, email: str) -> tuple[int, Any]:
        """A new person."""
        return self.api("/sign-up/email", {"email": email, "name": "Ada", "password": PASSWORD})

    def sign_in(self, email: str) -> tuple[int, Any]:
        """Somebody who is known."""
        return self.api("/sign-in/email", {"email": email, "password": PASSWORD})


@dataclass
class Served:
    """A server that runs: where it is, and what it has said so far."""

    address: str
    said: list[str]
    _stream: IO[str]

    def hears(self, words: str) -> None:
        """Reads what it says up to a line with these words."""
        while not any(words in line for line in self.said):
            line = self._stream.readline()
            assert line, "".join(self.said)
            self.said.append(line)

    def visitor(self) -> Visitor:
        """Somebody without a cookie."""
        return Visitor(self.address)


@contextmanager
def serving(ai_editor: Commands) -> Iterator[Served]:
    """A server process; all that it logs has been read when this ends."""
    process = ai_editor.start("serve")
    assert process.stderr
    said: list[str] = []
    try:
        for line in process.stderr:
            said.append(line)
            if found := re.search(r'\baddress\W+(http://[^\s"]+)', line):
                break
        else:
            raise AssertionError("".join(said))
        yield Served(found[1], said, process.stderr)
    finally:
        process.terminate()
        said += process.communicate(timeout=120)[1].splitlines(keepends=True)
        assert "Traceback" not in "".join(said), "".join(said)


def start_refused(ai_editor: Commands) -> str:
    """The one line of a server that does not start."""
    done = ai_editor("serve")
    assert done.code == 1, done.err
    assert len(done.err.splitlines()) == 1, done.err
    return done.err.removeprefix("ai-editor: ").strip()


def events(said: list[str], name: str) -> list[dict[str, Any]]:
    """What the log says of that kind of event."""
    found = [json.loads(line) for line in said if line.startswith("{")]
    return [each for each in found if each.get("event") == name]
