"""The settings of rate limits."""

from __future__ import annotations

from typing import Literal, cast, get_args

from msgspec import Struct

from server.config.reader import Reader
from server.errors import SettingsError

Storage = Literal["memory", "database", "redis"]


class LimitSettings(Struct, frozen=True):
    """Whether requests are counted, and where."""

    enabled: bool
    storage: Storage

    @property
    def counts_alone(self) -> bool:
        """Whether this host has counts that no other sees."""
        return self.enabled and self.storage == "memory"


def read(read: Reader, production: bool, workers: int) -> LimitSettings:
    """RATE_LIMIT_*; limits are on in production, and in Redis where several workers have one."""
    redis_url = read.text("REDIS_URL")
    enabled = read.flag("RATE_LIMIT_ENABLED", production)
    by_itself = "redis" if workers > 1 and redis_url else "memory"
    storage = read.choice("RATE_LIMIT_STORAGE", get_args(Storage), by_itself)
    if storage == "redis" and not redis_url:
        raise SettingsError("RATE_LIMIT_STORAGE is 'redis'; it takes memory or database without REDIS_URL")
    return LimitSettings(enabled, cast(Storage, storage))
