"""Rate limits: better-auth's per address and path, and one of our own per account; the 429."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from server.config.limits import LimitSettings
from server.database import Database, DatabaseUnavailable, OutcomeUnknown
from server.limits.accounts import AccountLimits
from server.limits.database import DatabaseStore
from server.limits.memory import MemoryStore
from server.limits.redis import RedisStore
from server.limits.requests import RequestLimits
from server.limits.rules import Limit, path_below
from server.limits.shared import SharedStore

__all__ = [
    "AccountLimits",
    "DatabaseStore",
    "Limit",
    "MemoryStore",
    "RedisStore",
    "RequestLimits",
    "SharedStore",
    "counting",
    "open_store",
    "path_below",
]

Store = MemoryStore | SharedStore | DatabaseStore | RedisStore


def open_store(
    settings: LimitSettings,
    db: Database,
    shared: tuple[int, int, int] | None = None,
    redis_url: str | None = None,
) -> Store | None:
    """Where RATE_LIMIT_STORAGE has the counts kept; None without limits. `shared`: memory, number in it, workers."""
    if not settings.enabled:
        return None
    if settings.storage == "database":
        return DatabaseStore(db)
    local = MemoryStore() if shared is None else SharedStore(*shared)
    return RedisStore(redis_url or "", local) if settings.storage == "redis" else local


@contextmanager
def counting() -> Iterator[None]:
    """A count that may be lost leaves no doubt about the request: it has not been begun."""
    try:
        yield
    except OutcomeUnknown as error:
        raise DatabaseUnavailable(str(error)) from None
