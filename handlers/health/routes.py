"""GET /health and /health/ready, for balancers and containers."""

from __future__ import annotations

from handlers.base import BaseHandler
from server import migrate, wire
from server.database import DatabaseError


class Health(BaseHandler):
    """GET /health: the process answers."""

    async def get(self) -> None:
        """Always 200."""
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.finish(wire.dumps({"status": "ok"}))


class Ready(BaseHandler):
    """GET /health/ready: the database is reached and its migrations are this version's."""

    async def get(self) -> None:
        """200, or 503 with what is missing."""
        problem = await self._problem()
        self.set_status(503 if problem else 200)
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.finish(wire.dumps({"status": problem or "ok"}))

    async def _problem(self) -> str | None:
        try:
            found = await migrate.status(self.application.db)
        except DatabaseError:
            return "database unreachable"
        return None if found.current else "migrations pending"
