"""Runs `ai-editor` as a person or a script does: a process of its own, with an environment of its own."""

import fcntl
import json
import os
import pty
import re
import select
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.nursery import Hatched, nursery

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "server")


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)

    @property
    def refusal(self) -> str:
        """The one line of a command that refused."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("ai-editor: ")
        assert self.out == ""
        return lines[0].removeprefix("ai-editor: ")


class Commands:
    """Commands in one folder with one set of settings; none may end in a traceback."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "PG_BIN", "TMPDIR") if name in os.environ}
        ours = {"PYTHONPATH": str(ROOT), "TZ": "UTC", "BCRYPT_COST": "4", "PLUGINS": "none"}
        self.environment = {**kept, **ours, **(settings or {})}

    def but(self, **settings: str) -> "Commands":
        """The same with other settings."""
        return Commands(self.folder, {**self.environment, **settings})

    def __call__(self, *arguments: str, stdin: str | bytes = b"") -> Done:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        result = self._hatch(arguments, given)
        assert "Traceback" not in result.err, result.err
        return result

    def _hatch(self, arguments: Sequence[str], given: bytes) -> Done:
        with tempfile.TemporaryDirectory() as name:
            streams = [Path(name, stream) for stream in ("in", "out", "err")]
            for path, content in zip(streams, (given, b"", b""), strict=True):
                path.write_bytes(content)
            code = nursery().run(arguments, self.folder, self.environment, streams)
            words = self.environment.get("PYTHONIOENCODING", "utf-8")
            return Done(code, streams[1].read_text(words), streams[2].read_text(words))

    def start(self, *arguments: str) -> Hatched:
        """A command that goes on, such as `serve`."""
        return nursery().start(arguments, self.folder, self.environment)

    def on_terminal(self, *arguments: str, columns: int = 200) -> "Terminal":
        """A command that a person runs."""
        return Terminal(arguments, self, columns)


class Terminal:
    """The other side of a terminal: reads what stands there, types."""

    def __init__(self, arguments: Sequence[str], commands: Commands, columns: int) -> None:
        self._side, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.text = ""
        environment = {**commands.environment, "TERM": "xterm"}
        self._process = nursery().start_on_terminal(arguments, commands.folder, environment, theirs)
        os.close(theirs)

    def answer(self, question: str, words: str) -> None:
        """Waits for the question, then types the words and the return key."""
        self.press(question, words + "\n")

    def press(self, question: str, keys: str) -> None:
        """Waits for the question, then types just the keys."""
        while question not in self.text:
            assert self._read(), f"{question!r} was not asked: {self.text!r}"
        # The question stands before the echo is off.
        while "assword" in question and termios.tcgetattr(self._side)[3] & termios.ECHO:
            time.sleep(0.01)
        self.text = self.text.partition(question)[2]
        os.write(self._side, keys.encode())

    def _read(self) -> bool:
        if not select.select([self._side], [], [], 120)[0]:
            return False
        try:
            found = os.read(self._side, 65536).decode()
        except OSError:  # the other side is closed
            return False
        self.text += found.replace("\r\n", "\n")
        return True

    def end(self) -> Done:
        """Waits for the end; what was said after the last answer counts as output."""
        while self._read():
            pass
        code = self._process.wait(120)
        os.close(self._side)
        assert "Traceback" not in self.text, self.text
        return Done(code, self.text, "")


def columns_of(line: str) -> list[str]:
    """The cells of a table's row."""
    return re.split(r" {2,}", line.strip())
