"""What is asked and what is answered, whole and in memory."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct, field

from server.protocol import javascript

_READABLE = re.compile(
    r"(?:|(?:application/(?:[\w!#$%&*.^`~-]*\+)?json|text/[^;]*)(?:;.*)?)", re.IGNORECASE | re.DOTALL
)
# What a header can carry.
_UNFIT = re.compile(r"[\x00-\x1f\x7f]")


class OutgoingError(Exception):
    """Nobody answered in time, or not as HTTP does; the words are for the log alone."""


class Request(Struct, frozen=True):
    """What is asked; `form` and `json` are a body, of which there is one at most."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    form: str | None = None
    json: object = None

    @property
    def host(self) -> str:
        """Name and port, as the address has them."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def place(self) -> str:
        """Who is asked; no path, no query and no password."""
        return f"{urlsplit(self.url).scheme}://{self.host}"

    @property
    def body(self) -> bytes | None:
        """What is sent along."""
        if self.form is not None:
            return self.form.encode()
        return None if self.json is None else json.dumps(self.json).encode()


def headers_of(request: Request) -> list[tuple[bytes, bytes]]:
    """All that is sent before the body; raises ValueError for what no header can carry."""
    found = {"Accept": "*/*", "User-Agent": "ai-editor", **request.headers}
    found["Host"], body = request.host, request.body
    if body is not None:
        kind = "json" if request.form is None else "x-www-form-urlencoded"
        found.setdefault("Content-Type", f"application/{kind}")
    if body is not None or request.method == "POST":
        found["Content-Length"] = str(len(body or b""))
    if any(_UNFIT.search(value) for value in found.values()):
        raise ValueError("a control character in a header")
    return [(name.encode(), value.encode("latin-1")) for name, value in found.items()]


class Reply(Struct, frozen=True):
    """The answer, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def good(self) -> bool:
        """Whether it is a 2xx."""
        return 200 <= self.status < 300

    def read(self) -> Any:
        """The JSON that it has, also where it says that it is text, as WeChat does; else its text."""
        text = self.body.decode("utf-8", "replace")
        if not _READABLE.fullmatch(self.headers.get("content-type", "").strip()):
            return text
        try:
            return javascript.parse(text)
        except (ValueError, RecursionError):
            return text


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def basic(name: str, password: str) -> dict[str, str]:
    """The header that carries a name and a password, each encoded already."""
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}
