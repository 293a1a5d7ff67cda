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
        """Whether this process has counts that no other sees."""
        return self.enabled and self.storage == "memory"


def read(read: Reader, production: bool, workers: int) -> LimitSettings:
    """RATE_LIMIT_*; limits are on in production."""
    return LimitSettings(read.flag("RATE_LIMIT_ENABLED", production), _storage(read, workers))


def _storage(read: Reader, workers: int) -> Literal["memory", "database"]:
    """Several processes count together, which memory cannot do."""
    if (read.text("RATE_LIMIT_STORAGE") or "").lower() == "redis":
        raise SettingsError(
            "RATE_LIMIT_STORAGE is 'redis'; this version does not have that: it takes memory or database"
        )
    by_itself = "memory" if workers == 1 else "database"
    storage = read.choice("RATE_LIMIT_STORAGE", ("memory", "database"), by_itself)
    if storage == "memory" and workers > 1:
        raise SettingsError(
            f"RATE_LIMIT_STORAGE is 'memory', which {workers} WORKERS cannot share: it takes database"
        )
    return "database" if storage == "database" else "memory"
