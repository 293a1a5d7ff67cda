"""Which store SESSION_STORE names."""

from __future__ import annotations

from server.config.settings import Settings
from server.database import Database
from server.sessions.stores import InDatabase, SessionStore


def open_sessions(settings: Settings, db: Database) -> SessionStore:
    """What SESSION_STORE names."""
    if settings.sessions.store == "database":
        return InDatabase()
    from server.redis.sessions import RedisSessions  # most do without, and it takes a tenth of a second
    from server.sessions.redis_stores import InBoth, InRedis

    redis = RedisSessions(settings.redis_url or "", db.columns, settings.sessions.expires_in)
    return InRedis(redis, db) if settings.sessions.store == "redis" else InBoth(redis, db)
