"""Connections over httpcore, by who is asked; where each leads is looked at as it is made, so that no name can change its mind."""

from __future__ import annotations

import asyncio
import functools
import socket
import ssl
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import httpcore
from httpcore import AsyncNetworkBackend, AsyncNetworkStream

from server.outgoing import proxies
from server.outgoing.addresses import is_open
from server.outgoing.messages import OutgoingError, Reply, Request, headers_of
from server.outgoing.settings import Network, OutgoingSettings

# So many to one server at a time: who does not answer keeps nobody waiting but who asks them.
MOST_AT_ONCE = 20
MOST_BYTES = 1024 * 1024
_POOL = {"max_connections": MOST_AT_ONCE, "keepalive_expiry": 20.0}
_FAILURES = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    OSError,
    ValueError,
)


class AddressRefused(Exception):
    """A name that leads to nobody who may be asked."""


class Connections:
    """Made at the first request to somebody; without a guard they lead anywhere."""

    def __init__(self, settings: OutgoingSettings, guarded: bool) -> None:
        self._settings, self._guarded = settings, guarded
        self._pools: dict[str, httpcore.AsyncConnectionPool] = {}

    async def ask(self, request: Request) -> Reply:
        """The answer, whole; raises OutgoingError."""
        try:
            return await self._ask(request)
        except AddressRefused as error:
            raise OutgoingError(str(error)) from error
        except _FAILURES as error:
            raise OutgoingError(f"{request.place}: {type(error).__name__} {error}") from error

    async def _ask(self, request: Request) -> Reply:
        headers, body, pool = headers_of(request), request.body, self._pool(request)
        async with pool.stream(request.method, request.url, headers=headers, content=body) as answer:
            found = bytearray()
            async for part in answer.aiter_stream():
                found += part
                if len(found) > MOST_BYTES:
                    raise ValueError(f"an answer of more than {MOST_BYTES} bytes")
            pairs = (
                (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in answer.headers
            )
            return Reply(answer.status, dict(pairs), bytes(found))

    def _pool(self, request: Request) -> httpcore.AsyncConnectionPool:
        if request.place not in self._pools:
            self._pools[request.place] = self._open(request.url)
        return self._pools[request.place]

    def _open(self, url: str) -> httpcore.AsyncConnectionPool:
        settings, proxy = self._settings, proxies.find(self._settings, url)
        shared: dict[str, Any] = {"ssl_context": _trusting(settings.ca_file), **_POOL}
        if proxy is None:
            return httpcore.AsyncConnectionPool(
                network_backend=GuardedBackend(settings.allowed, self._guarded), **shared
            )
        parts = urlsplit(proxy)
        auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        backend = GuardedBackend((), guarded=False)  # the proxy is who the operator named
        return httpcore.AsyncHTTPProxy(bare, proxy_auth=auth, network_backend=backend, **shared)

    async def close(self) -> None:
        """Lets go of all."""
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            await pool.aclose()


@functools.cache
def _trusting(ca_file: str | None) -> ssl.SSLContext:
    """To read all authorities of a system takes 50 ms, so it is done once."""
    return ssl.create_default_context(cafile=ca_file)


class GuardedBackend(AsyncNetworkBackend):
    """Connects to open addresses alone, one after another until one answers."""

    def __init__(self, allowed: Sequence[Network], guarded: bool = True) -> None:
        self._allowed, self._guarded = allowed, guarded
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        """Raises AddressRefused, or httpcore's ConnectError where nobody answers."""
        problem: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in await self._resolve(host, port):
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem

    async def _resolve(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host}: {error}") from error
        addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
        if self._guarded and not all(is_open(address, self._allowed) for address in addresses):
            inside = ", ".join(addresses)
            raise AddressRefused(
                f"{host} is inside ({inside}): OUTGOING_ALLOWED_NETWORKS names what may be asked there"
            )
        return addresses

    async def sleep(self, seconds: float) -> None:
        """As the backend beneath."""
        await self._inner.sleep(seconds)
