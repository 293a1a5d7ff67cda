"""The shell's page, taken apart."""

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from tests.client import Answer


@dataclass
class Shell:
    """What is in the page: its title, its tags by name, and what the app boots with."""

    title: str = ""
    boot: Any = None
    tags: dict[str, list[dict[str, str | None]]] = field(default_factory=dict)

    @property
    def nonces(self) -> set[str | None]:
        """The nonces of all that runs."""
        return {tag["nonce"] for tag in self.tags["script"] if tag.get("type") != "application/json"}

    def links(self, kind: str) -> list[str]:
        """Addresses of `<link rel=kind>`."""
        return [str(tag["href"]) for tag in self.tags["link"] if tag.get("rel") == kind]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.shell = Shell()
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.shell.tags.setdefault(tag, []).append(found)
        self._open = "boot" if found.get("id") == "boot" else tag

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open == "title":
            self.shell.title += data
        elif self._open == "boot":
            self.shell.boot = json.loads(data)


def read(answer: Answer) -> Shell:
    """The shell in an answer."""
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    reader = _Reader()
    reader.feed(answer.body.decode())
    return reader.shell


def policy(answer: Answer) -> dict[str, list[str]]:
    """The Content-Security-Policy by directive."""
    parts = answer.headers["Content-Security-Policy"].split(";")
    return {words[0]: words[1:] for part in parts if (words := part.split())}


def nonce(answer: Answer) -> str:
    """The nonce that the policy lets run."""
    (found,) = re.findall(r"script-src 'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    return str(found)
