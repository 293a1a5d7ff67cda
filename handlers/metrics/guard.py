"""Who may see the numbers: a scraper with METRICS_TOKEN; without it this machine, in development alone. S45."""

from __future__ import annotations

import hmac

from handlers.metrics.settings import MetricsSettings
from server import errors
from server.http.address import forwarding_header, is_loopback
from server.http.guards import guard
from server.http.handler import BaseHandler


async def _admit(handler: BaseHandler) -> tuple[()]:
    """404 for everybody else, as if there were nothing."""
    token = handler.services.of(MetricsSettings).token
    if token is None and not _is_local(handler):
        raise errors.not_found().because("/metrics is closed: METRICS_TOKEN opens it, to whoever shows it")
    if token is not None and not _has_shown(handler, token):
        raise errors.not_found().because("/metrics was asked for without the token in METRICS_TOKEN")
    return ()


operator = guard("operator", _admit)


def _has_shown(handler: BaseHandler, token: str) -> bool:
    given = handler.request.headers.get("Authorization", "")
    return hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {token}".encode())


def _is_local(handler: BaseHandler) -> bool:
    """Loopback, asked for by a loopback name (DNS rebinding), and nobody's message passed on.

    A proxy on this machine makes all the world look local, and the plainest says nothing of itself: so in production
    nobody is.
    """
    headers = handler.request.headers
    if handler.services.config.production or "Host" not in headers or forwarding_header(headers):
        return False
    if not (handler.request.uri or "").startswith("/"):  # a whole address is what proxies are asked for
        return False
    return is_loopback(handler.request.remote_ip or "") and is_loopback(handler.request.host_name)
