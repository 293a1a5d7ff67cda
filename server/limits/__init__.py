"""Rate limits: better-auth's per address and path, and one of our own per account; the 429."""

from __future__ import annotations

from typing import Literal

from server.database import Database
from server.limits.accounts import AccountLimits
from server.limits.database import DatabaseStore
from server.limits.memory import MemoryStore
from server.limits.requests import RequestLimits
from server.limits.rules import path_below

__all__ = ["AccountLimits", "DatabaseStore", "MemoryStore", "RequestLimits", "open_store", "path_below"]


def open_store(
    enabled: bool, storage: Literal["memory", "database"], db: Database
) -> MemoryStore | DatabaseStore | None:
    """Where RATE_LIMIT_STORAGE has the counts kept; None where there are no limits."""
    if not enabled:
        return None
    return DatabaseStore(db) if storage == "database" else MemoryStore()
