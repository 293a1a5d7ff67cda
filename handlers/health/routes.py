"""GET /health and /health/ready, for balancers and containers."""

from __future__ import annotations

from server.database import DatabaseError, WritesRefused
from server.http.access import answers
from server.http.guards import public
from server.http.handler import BaseHandler
from server.protocol import schemas, wire
from server.schema import migrate

_STATUS = schemas.members({"status": schemas.STRING})


class Health(BaseHandler):
    """GET /health: the process answers."""

    @public
    @answers(_STATUS, also={503: _STATUS})
    async def get(self) -> None:
        """200, or 503 with what is missing."""
        problem = await self.problem()
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        if problem:
            self.set_status(503)
            self.set_header("Retry-After", "1")
        self.finish(wire.dumps({"status": problem or "ok"}))

    @public
    async def head(self) -> None:
        """As GET, without the body."""
        await self.get()

    async def problem(self) -> str | None:
        """Nothing: who is asked lives."""
        return None


class Ready(Health):
    """GET /health/ready: the database is reached, fits, takes changes, and has the migrations of this version or a newer one."""

    async def problem(self) -> str | None:
        """What keeps this process from serving."""
        try:
            found = await migrate.status(self.services.db)
            if found.serviceable:
                await self.services.db.check_writes()
        except WritesRefused:
            return "database read-only"
        except DatabaseError:
            return "database unreachable"
        if found.stops:
            return "database does not fit"
        return None if found.serviceable else "migrations pending"
