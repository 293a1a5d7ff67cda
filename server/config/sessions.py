"""The settings of sessions; durations in seconds, named as better-auth names them."""

from __future__ import annotations

from typing import Literal, cast

from msgspec import Struct

from server.config.reader import Reader
from server.errors import SettingsError

CookieCacheForm = Literal["off", "compact", "jwt", "jwe"]
Store = Literal["database", "redis", "both"]


class SessionSettings(Struct, frozen=True):
    """How long a session lives, and what may remember it."""

    expires_in: int
    update_age: int
    fresh_age: int
    max_lifetime: int | None
    cache: bool
    cookie_cache: CookieCacheForm
    cookie_cache_max_age: int
    defer_refresh: bool
    store: Store


def read(read: Reader) -> SessionSettings:
    """SESSION_*."""
    form = read.choice("SESSION_COOKIE_CACHE", ("off", "compact", "jwt", "jwe"), "off")
    store = read.choice("SESSION_STORE", ("database", "redis", "both"), "database")
    if store != "database" and not read.text("REDIS_URL"):
        raise SettingsError(f"SESSION_STORE={store} takes the Redis that REDIS_URL names, which is not set")
    return SessionSettings(
        store=cast(Store, store),
        expires_in=read.integer("SESSION_EXPIRES_IN", 604800, 1, 34560000),
        update_age=read.integer("SESSION_UPDATE_AGE", 86400, 0, 34560000),
        fresh_age=read.integer("SESSION_FRESH_AGE", 86400, 0, 34560000),
        max_lifetime=read.integer("SESSION_MAX_LIFETIME", 0, 0, 3456000000) or None,
        cache=read.flag("SESSION_CACHE", True),
        cookie_cache=cast(CookieCacheForm, form),
        cookie_cache_max_age=read.integer("SESSION_COOKIE_CACHE_MAX_AGE", 300, 1, 34560000),
        defer_refresh=read.flag("SESSION_DEFER_REFRESH", False),
    )
