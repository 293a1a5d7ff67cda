"""GET /metrics."""

from __future__ import annotations

import math
from typing import Any

from handlers.metrics.guard import operator
from server.database import DatabaseError
from server.http.handler import BaseHandler
from server.store import mails
from server.telemetry.metrics import CONTENT_TYPE


class MetricsPage(BaseHandler):
    """GET /metrics: 404 for everybody else, as if it were not there."""

    @operator
    async def get(self) -> None:
        """The numbers of all processes on this host, and the length of the queue of mails."""
        page = await self.services.metrics.page(await self._waiting_mails())
        self.set_header("Content-Type", CONTENT_TYPE)
        self.set_header("Cache-Control", "no-store")
        self.finish(page)

    async def _waiting_mails(self) -> float:
        try:
            return await mails.count(self.services.db)
        except DatabaseError:
            return math.nan

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Plain text."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish("Not found\n" if status_code == 404 else "Error\n")
