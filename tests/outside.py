"""What looks at the database beside the server, and changes it."""

from collections.abc import Sequence
from typing import Any

import psycopg2

# A statement waits within libpq, where no signal ends it: without these a test that waits for a lock which the server
# in its own thread holds would do so forever.
PATIENCE = "SET lock_timeout = '30s'; SET statement_timeout = '150s'"


class Outside:
    """A connection that is kept over the tests: to make one takes longer than all that most of them do with it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection = self._connect()

    def execute(self, sql: str, params: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """Runs statements, each on its own; on a new connection where a test has ended this one."""
        try:
            return self._execute(sql, params)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            if not self._connection.closed:
                raise
            self._connection = self._connect()
            return self._execute(sql, params)

    def _connect(self) -> psycopg2.extensions.connection:
        # Whatever a test has made of the database meanwhile, the next one finds it empty.
        made = psycopg2.connect(self._url, options="-c default_transaction_read_only=off")
        made.autocommit = True
        with made.cursor() as cursor:
            cursor.execute(PATIENCE)
        return made

    def _execute(self, sql: str, params: Sequence[Any] | None) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall()) if cursor.description else []

    def close(self) -> None:
        """At the end of all tests."""
        self._connection.close()


def set_read_only(url: str, value: str) -> None:
    """Whether new connections to the database may write; from one that may, whatever it says."""
    outside = Outside(url)
    name = outside.execute("SELECT current_database()")[0][0]
    outside.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {value}')
    outside.close()
