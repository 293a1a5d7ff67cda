"""HTTPS_PROXY and NO_PROXY, as curl and Python's own client read them."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from server.outgoing.settings import OutgoingSettings


def find(settings: OutgoingSettings, url: str) -> str | None:
    """The proxy to ask through; None where the server itself is asked."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if parts.scheme != "https" or any(_fits(each, host, parts.port) for each in settings.direct):
        return None
    return settings.proxy


def _fits(named: str, host: str, port: int | None) -> bool:
    """Whether a part of NO_PROXY means this host: itself, those below it, a network, or all with a star."""
    named = named.lower()
    if named == "*":
        return True
    if "/" in named:
        return _within(named, host)
    name, colon, number = named.rpartition(":")
    if colon and number.isdigit() and ":" not in name:
        named = name
        if port is not None and str(port) != number:
            return False
    named = named.lstrip("*").lstrip(".")
    return bool(named) and (host == named or host.endswith(f".{named}"))


def _within(network: str, host: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
