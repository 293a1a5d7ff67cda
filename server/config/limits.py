"""The settings of rate limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from server.config.reader import Reader
from server.errors import SettingsError


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """Whether requests are counted, and where."""

    enabled: bool
    storage: Literal["memory", "database"]

    @property
    def counts_alone(self) -> bool:
        """Whether this host has counts that no other sees."""
        return self.enabled and self.storage == "memory"


def read(read: Reader, production: bool) -> LimitSettings:
    """RATE_LIMIT_*; limits are on in production."""
    enabled = read.flag("RATE_LIMIT_ENABLED", production)
    return LimitSettings(enabled, _storage(read))


def _storage(read: Reader) -> Literal["memory", "database"]:
    if (read.text("RATE_LIMIT_STORAGE") or "").lower() == "redis":
        raise SettingsError(
            "RATE_LIMIT_STORAGE is 'redis'; this version does not have that: it takes memory or database"
        )
    storage = read.choice("RATE_LIMIT_STORAGE", ("memory", "database"), "memory")
    return "database" if storage == "database" else "memory"
