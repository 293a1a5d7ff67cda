"""The client: one request, one answer in memory; redirects are answers like others, and never followed."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import httpcore

from server.outgoing import proxies
from server.outgoing.addresses import AddressRefused, GuardedBackend
from server.outgoing.settings import OutgoingSettings
from server.protocol import javascript

SECONDS = 10.0
MOST_BYTES = 1024 * 1024
# So many to one server at a time: who does not answer keeps nobody waiting but who asks them.
MOST_AT_ONCE = 20
_READABLE = re.compile(
    r"(?:|(?:application/(?:[\w!#$%&*.^`~-]*\+)?json|text/[^;]*)(?:;.*)?)", re.IGNORECASE | re.DOTALL
)
# What a header can carry.
_UNFIT = re.compile(r"[\x00-\x1f\x7f]")


_FAILURES = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    OSError,
    ValueError,
)


class OutgoingError(Exception):
    """Nobody answered in time, or not as HTTP does; the words are for the log alone."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked; `form` and `json` are a body, of which there is one at most."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    form: str | None = None
    json: object = None


@dataclass(frozen=True, slots=True)
class Reply:
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


_POOL = {"max_connections": MOST_AT_ONCE, "keepalive_expiry": 20.0}


class Outgoing:
    """Connections by who is asked, made at the first request; raises OutgoingError for whatever goes wrong."""

    def __init__(self, settings: OutgoingSettings) -> None:
        self._settings = settings
        self._pools: dict[str, httpcore.AsyncConnectionPool] = {}
        self._tls: ssl.SSLContext | None = None

    async def ask(self, request: Request, seconds: float = SECONDS) -> Reply:
        """The answer, read to its end within `seconds` and a mebibyte."""
        try:
            async with asyncio.timeout(seconds):
                return await self._ask(request)
        except TimeoutError as error:
            raise OutgoingError(f"{_place(request.url)}: no answer in {seconds:g} s") from error
        except AddressRefused as error:
            raise OutgoingError(str(error)) from error
        except _FAILURES as error:
            raise OutgoingError(f"{_place(request.url)}: {type(error).__name__} {error}") from error

    async def _ask(self, request: Request) -> Reply:
        headers, body = _headers(request), _body(request)
        pool = self._pool(request.url)
        async with pool.stream(request.method, request.url, headers=headers, content=body) as answer:
            found = bytearray()
            async for part in answer.aiter_stream():
                found += part
                if len(found) > MOST_BYTES:
                    raise ValueError(f"an answer of more than {MOST_BYTES} bytes")
            named = {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers
            }
            return Reply(answer.status, named, bytes(found))

    def _pool(self, url: str) -> httpcore.AsyncConnectionPool:
        place = _place(url)
        if place not in self._pools:
            self._pools[place] = self._open(url)
        return self._pools[place]

    def _open(self, url: str) -> httpcore.AsyncConnectionPool:
        settings, proxy = self._settings, proxies.find(self._settings, url)
        if self._tls is None:
            self._tls = ssl.create_default_context(cafile=settings.ca_file)
        shared: dict[str, Any] = {"ssl_context": self._tls, **_POOL}
        if proxy is None:
            return httpcore.AsyncConnectionPool(network_backend=GuardedBackend(settings.allowed), **shared)
        parts = urlsplit(proxy)
        auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        backend = GuardedBackend((), guarded=False)  # the proxy is who the operator named
        return httpcore.AsyncHTTPProxy(bare, proxy_auth=auth, network_backend=backend, **shared)

    async def close(self) -> None:
        """Lets go of the connections."""
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            await pool.aclose()


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def basic(name: str, password: str) -> dict[str, str]:
    """The header that carries a name and a password, each encoded already."""
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _headers(request: Request) -> list[tuple[bytes, bytes]]:
    found = {"Accept": "*/*", "User-Agent": "ai-editor", **request.headers}
    found["Host"], body = urlsplit(request.url).netloc, _body(request)
    if body is not None:
        kind = "json" if request.form is None else "x-www-form-urlencoded"
        found.setdefault("Content-Type", f"application/{kind}")
    if body is not None or request.method == "POST":
        found["Content-Length"] = str(len(body or b""))
    if any(_UNFIT.search(value) for value in found.values()):
        raise ValueError("a control character in a header")
    return [(name.encode(), value.encode("latin-1")) for name, value in found.items()]


def _body(request: Request) -> bytes | None:
    if request.form is not None:
        return request.form.encode()
    return None if request.json is None else json.dumps(request.json).encode()
