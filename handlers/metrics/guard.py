"""Who may see the numbers: a scraper with METRICS_TOKEN, or without that setting this machine alone. S45."""

from __future__ import annotations

import hmac
import ipaddress

from handlers.metrics.settings import MetricsSettings
from server import errors
from server.http.guards import guard
from server.http.handler import BaseHandler


async def _admit(handler: BaseHandler) -> tuple[()]:
    """404 for everybody else, as if there were nothing."""
    token = handler.services.of(MetricsSettings).token
    if not (_is_local(handler) if token is None else _has_shown(handler, token)):
        raise errors.not_found()
    return ()


operator = guard("operator", _admit)


def _has_shown(handler: BaseHandler, token: str) -> bool:
    given = handler.request.headers.get("Authorization", "")
    return hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {token}".encode())


def _is_local(handler: BaseHandler) -> bool:
    """Loopback at every hop, and asked for by a loopback name (DNS rebinding).

    A proxy on this machine makes all the world look local: what it forwards counts even where it is not trusted.
    """
    headers = handler.request.headers
    if "Forwarded" in headers or "X-Real-Ip" in headers:
        return False
    hops = [hop.strip() for line in headers.get_list("X-Forwarded-For") for hop in line.split(",")]
    names = [handler.request.remote_ip or "", handler.request.host_name, *hops]
    return all(_is_loopback(name) for name in names)


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name.strip("[]").partition("%")[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
