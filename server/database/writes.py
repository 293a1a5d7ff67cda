"""Whether PostgreSQL takes changes: after a failover, or when its disk is full, it may answer reads alone."""

from __future__ import annotations

import logging
import time

from server.database.errors import WritesRefused

log = logging.getLogger(__name__)

# After a look that found a read-only server, all that would write is refused at once for so long.
READ_ONLY_SECONDS = 1.0


class Writes:
    """What the last look at a fresh connection said."""

    def __init__(self) -> None:
        self._refused_until = 0.0

    def check(self) -> None:
        """Raises WritesRefused shortly after PostgreSQL has."""
        if self._refused_until and time.monotonic() < self._refused_until:
            raise WritesRefused("the database is read-only")

    def refused(self) -> None:
        """A fresh connection does not write either."""
        if not self._refused_until:
            log.warning("the database is read-only: what has to write is answered 503 until it is not")
        self._refused_until = time.monotonic() + READ_ONLY_SECONDS

    def taken(self) -> None:
        """A transaction that may write has begun, or a write was done."""
        if self._refused_until:
            log.warning("the database takes changes again")
        self._refused_until = 0.0
