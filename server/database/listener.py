"""A connection that hears what is announced, and sees whether its server still takes changes."""

from __future__ import annotations

from collections.abc import Callable

import aiopg
import psycopg2

from server import clock
from server.database.errors import DatabaseError, DatabaseUnavailable, WritesRefused, first_line
from server.database.statement import execute

_READ_ONLY = """
    SELECT current_setting('transaction_read_only') = 'on'
"""
# … or will take none of new connections: who has another host goes there before this one is ended.
_READ_ONLY_FOR_NEW = """
    SELECT current_setting('transaction_read_only') = 'on' OR EXISTS (
        SELECT FROM pg_db_role_setting
        WHERE setconfig::text ~ 'default_transaction_read_only=(on|true|yes|1)'
            AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
            AND setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = session_user))
    )
"""


class Listener:
    """`get` and `probe` raise DatabaseUnavailable once the connection is lost, or its server has become read-only.

    `doubt` is told why a sign of life did not come.
    """

    def __init__(
        self,
        connection: aiopg.Connection,
        doubt: Callable[[DatabaseError], None] = lambda error: None,
        several: bool = False,
    ) -> None:
        self._connection, self._doubt = connection, doubt
        self._look = _READ_ONLY_FOR_NEW if several else _READ_ONLY
        self._read_only: bool | None = None

    async def get(self) -> str | float:
        """The next payload; or when a `probe` began, once all that had been announced by then was given out."""
        try:
            notification = await self._connection.notifies.get()
        except psycopg2.Error as error:
            raise DatabaseUnavailable(first_line(error) or "the connection was lost") from error
        return notification if isinstance(notification, float) else str(notification.payload)

    async def probe(self, seconds: float) -> None:
        """Asks for a sign of life. PostgreSQL sends what was announced before it says that it is done."""
        asked = clock.steady()
        try:
            await self._check(seconds)
        except DatabaseError as error:
            self._doubt(error)
            raise
        self._connection._notifies.put_nowait(asked)  # noqa: SLF001

    async def _check(self, seconds: float) -> None:
        """A server that has become read-only hears no more of what others are told."""
        found = await execute(self._connection, self._look, {}, seconds)
        before, self._read_only = self._read_only, bool(found.rows[0][0])
        if self._read_only and before is False:
            raise WritesRefused("the server has become read-only")

    def close(self) -> None:
        """Ends the connection; a waiting `get` is told."""
        self._connection.close()
