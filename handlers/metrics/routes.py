"""GET /metrics: for a scraper with METRICS_TOKEN, or without that setting for this machine alone. S45."""

from __future__ import annotations

import hmac
import ipaddress
import math
from typing import Any

from tornado.web import HTTPError

from handlers.metrics.settings import MetricsSettings
from server.database import DatabaseError
from server.http.handler import BaseHandler
from server.store import mails
from server.telemetry.metrics import CONTENT_TYPE


class MetricsPage(BaseHandler):
    """GET /metrics: 404 for everybody else, as if it were not there."""

    async def get(self) -> None:
        """The numbers of this process, and the length of the queue of mails."""
        if not self._may_look():
            raise HTTPError(404)
        metrics = self.services.metrics
        metrics.mail_queue(await self._waiting_mails())
        self.set_header("Content-Type", CONTENT_TYPE)
        self.set_header("Cache-Control", "no-store")
        self.finish(metrics.page())

    def _may_look(self) -> bool:
        token = self.services.of(MetricsSettings).token
        if token is None:
            return self._is_local()
        given = self.request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {token}".encode())

    def _is_local(self) -> bool:
        """Loopback at every hop, and asked for by a loopback name (DNS rebinding).

        A proxy on this machine makes all the world look local: what it forwards counts even where it is not trusted.
        """
        headers = self.request.headers
        if "Forwarded" in headers or "X-Real-Ip" in headers:
            return False
        hops = [hop.strip() for line in headers.get_list("X-Forwarded-For") for hop in line.split(",")]
        names = [self.request.remote_ip or "", self.request.host_name, *hops]
        return all(_is_loopback(name) for name in names)

    async def _waiting_mails(self) -> float:
        try:
            return await mails.count(self.services.db)
        except DatabaseError:
            return math.nan

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Plain text."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish("Not found\n" if status_code == 404 else "Error\n")


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name.strip("[]").partition("%")[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
