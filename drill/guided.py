"""Fuzzes what reads strangers' text, led by coverage: `python -m drill.guided RUNS FILE` writes what it found to FILE.

A process of its own, since atheris ends the one that it runs in.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["server.protocol", "server.sessions", "server.http.origin"]):
    from server.errors import APIError
    from server.http.origin import Origins
    from server.protocol import bodies, javascript, uri
    from server.sessions import cookies

OWN = "https://app.example"
SECONDS = 5
WORDS = (
    "better-auth.session_token", "better-auth.session_data", "//", "/\\\\", "/..", "%2f", "%00", "https:", "@", "\\\\u0000", "\\\\ud800",
    "[[[[", '{\\"a\\":', "1e999", "2024-01-01T00:00:00.000Z", "; ", "javascript:",
)  # fmt: skip


def cookie(text: str) -> None:
    """A Cookie header."""
    cookies.parse(text)


def body(text: str) -> None:
    """A body of JSON."""
    bodies.parse_json(text.encode("utf-8", "surrogatepass"))


def form(text: str) -> None:
    """A body of a form."""
    bodies.parse_form(text.encode("utf-8", "surrogatepass"))


def value(text: str) -> None:
    """JSON that is written again."""
    javascript.stringify(javascript.revive(javascript.parse(text)))


def target(text: str) -> None:
    """A path that is let through as a target stays on the origin, as it is and with parameters."""
    if not text.startswith("/") or not Origins((OWN,)).accepts_redirect(text):
        return
    for where in (text, uri.append_parameters(text, {"error": "x"})):
        parsed = uri.parse(where, OWN)
        assert parsed is not None, where
        assert parsed.origin == OWN, where


READERS: tuple[Callable[[str], None], ...] = (cookie, body, form, value, target)


class Fuzzer:
    """Each input to each reader; the least input of each failure is kept in `file`."""

    def __init__(self, file: Path) -> None:
        self._file, self._found = file, dict[str, str]()
        self._write()

    def one(self, data: bytes) -> None:
        """One input."""
        text = data.decode("utf-8", "surrogateescape")
        for reader in READERS:
            try:
                reader(text)
            except (APIError, ValueError):
                continue
            except Exception as error:
                self._keep(f"{reader.__name__}: {type(error).__name__}", text)

    def _keep(self, what: str, text: str) -> None:
        if what not in self._found or len(text) < len(self._found[what]):
            self._found[what] = text
            self._write()

    def _write(self) -> None:
        self._file.write_text(json.dumps(self._found))


def main(runs: str, file: str) -> None:
    """Does not return."""
    words = Path(file).with_suffix(".dict")
    words.write_text("".join(f'"{word}"\n' for word in WORDS))
    options: list[Any] = [
        f"-runs={runs}",
        "-max_len=300",
        f"-timeout={SECONDS}",
        f"-dict={words}",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *options], Fuzzer(Path(file)).one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
