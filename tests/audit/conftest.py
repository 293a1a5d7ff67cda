"""What the server under test has kept."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from handlers.audit.trail import Trail
from server import clock
from server.services import Services
from tests.conftest import Sql

Rows = Callable[[], Awaitable[list[dict[str, Any]]]]
KEPT = """
    SELECT to_jsonb(a) FROM "ai_editor_audit" a
    WHERE "createdAt" >= %s AND "id" <> ALL(%s) ORDER BY "createdAt", "id"
"""


@pytest.fixture
def rows(app: Services, sql: Sql) -> Rows:
    """rows(): what was kept since the test began, what waited included."""
    since = clock.now()
    # Tests that set the clock ahead leave rows that are of later than now.
    [(before,)] = sql(
        """SELECT coalesce(array_agg("id"), '{}') FROM "ai_editor_audit" WHERE "createdAt" >= %s""", since
    )

    async def read() -> list[dict[str, Any]]:
        trail = app.of(Trail)
        while trail.waiting:
            await trail.store_some()
        return [row for (row,) in sql(KEPT, since, before)]

    return read
