"""Rate limits: better-auth's per address and path, and one of our own per account; the 429."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from server.config.limits import LimitSettings
from server.database import Database, DatabaseUnavailable, OutcomeUnknown
from server.limits.accounts import AccountLimits
from server.limits.database import DatabaseStore
from server.limits.memory import MemoryStore
from server.limits.requests import RequestLimits
from server.limits.rules import Limit, path_below

__all__ = [
    "AccountLimits",
    "DatabaseStore",
    "Limit",
    "MemoryStore",
    "RequestLimits",
    "counting",
    "open_store",
    "path_below",
]


def open_store(settings: LimitSettings, db: Database) -> MemoryStore | DatabaseStore | None:
    """Where RATE_LIMIT_STORAGE has the counts kept; None where there are no limits."""
    if not settings.enabled:
        return None
    return DatabaseStore(db) if settings.storage == "database" else MemoryStore()


@contextmanager
def counting() -> Iterator[None]:
    """A count that may be lost leaves no doubt about the request: it has not been begun."""
    try:
        yield
    except OutcomeUnknown as error:
        raise DatabaseUnavailable(str(error)) from None
