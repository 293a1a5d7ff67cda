"""One request at a time over a kept connection, and in a word what became of it."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

API = "/api/auth"
PATIENCE = 20.0


@dataclass(frozen=True)
class Answer:
    """What came back: a status, or 0 and `kind`, which says why there is none."""

    status: int
    kind: str
    body: bytes
    headers: Mapping[str, str]
    cookie: str
    sent: float
    seconds: float

    @property
    def json(self) -> Any:
        """The body's value; None where it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Line:
    """A client of one port, as a browser keeps its connection."""

    scheme = "http"

    def __init__(self, port: int, patience: float = PATIENCE) -> None:
        self.port, self.headers = port, dict[str, str]()
        self._connection = self._make(patience)

    def _make(self, patience: float) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)

    def ask(
        self, path: str, body: object = None, cookie: str = "", raw: bytes | None = None, kind: str = ""
    ) -> Answer:
        """GET, or POST where there is something to send; below /api/auth unless the path begins with two slashes."""
        headers = self.headers | {"Origin": f"{self.scheme}://127.0.0.1:{self.port}"}
        headers |= {"Cookie": cookie} if cookie else {}
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["Content-Type"] = kind or "application/json"
        where = path[1:] if path.startswith("//") else API + path
        sent = time.monotonic()
        try:
            self._connection.request("GET" if data is None else "POST", where, data, headers)
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Answer(0, _kind(error), b"", {}, "", sent, time.monotonic() - sent)
        seconds = time.monotonic() - sent
        said = response.headers
        return Answer(response.status, str(response.status), text, dict(said), _cookie(said), sent, seconds)

    def close(self) -> None:
        """The next request makes a new connection."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _kind(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return "timeout" if isinstance(error, TimeoutError) else "cut"


def _cookie(headers: http.client.HTTPMessage) -> str:
    """What a browser sends next time."""
    pairs = (line.partition(";")[0] for line in headers.get_all("Set-Cookie") or [])
    return "; ".join(pair for pair in pairs if pair.partition("=")[2])
