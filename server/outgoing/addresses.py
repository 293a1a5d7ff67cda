"""Which addresses may be asked: looked at where the connection is made, so that no name can lead elsewhere meanwhile."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore
from httpcore import AsyncNetworkBackend, AsyncNetworkStream

from server.outgoing.settings import Network

_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(Exception):
    """A name that leads to nobody who may be asked."""


def is_open(address: str, allowed: Iterable[Network]) -> bool:
    """Whether anybody on the internet could ask there, or somebody has allowed it. IPv4 within IPv6 is IPv4. S43."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or _translated(found)
        found = inner or found
    if any(found.version == network.version and found in network for network in allowed):
        return True
    return found.is_global and not found.is_multicast and not found.is_reserved


def _translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _TRANSLATED else None


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
