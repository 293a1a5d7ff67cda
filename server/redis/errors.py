"""What goes wrong with Redis, in a module that needs no library."""

from __future__ import annotations

from server.database import DatabaseUnavailable


class RedisUnavailable(DatabaseUnavailable):
    """Redis did not answer in time, or refused: where sessions are cannot be reached."""
