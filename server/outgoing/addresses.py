"""Which addresses may be asked."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from server.outgoing.settings import Network

_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


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
