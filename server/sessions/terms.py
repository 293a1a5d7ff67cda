"""How long a session lasts, by the rules of the settings, which are better-auth's."""

from __future__ import annotations

from datetime import datetime, timedelta

from server import clock
from server.config.sessions import SessionSettings
from server.model import Session

NOT_REMEMBERED_SECONDS = 86400


class Terms:
    """The end of a session, when use prolongs it, and how long it counts as fresh."""

    def __init__(self, settings: SessionSettings) -> None:
        self._settings = settings

    def first_end(self, now: datetime, remember: bool) -> datetime:
        """Of a session that begins; not remembered, it ends after a day. S22."""
        seconds = self._settings.expires_in if remember else NOT_REMEMBERED_SECONDS
        return self.cap(now, now + timedelta(seconds=seconds))

    def next_end(self, session: Session, now: datetime) -> datetime:
        """Of a session that is prolonged."""
        return self.cap(session.created_at, now + timedelta(seconds=self._settings.expires_in))

    def cap(self, created_at: datetime, expires_at: datetime) -> datetime:
        """Never past SESSION_MAX_LIFETIME. S24."""
        cap = self._settings.max_lifetime
        return expires_at if cap is None else min(expires_at, created_at + timedelta(seconds=cap))

    def end(self, session: Session) -> datetime:
        """When it is over."""
        return self.cap(session.created_at, session.expires_at)

    def over(self, session: Session, now: datetime) -> bool:
        """Whether it is."""
        return self.end(session) < now

    def refreshed_from(self, session: Session) -> datetime:
        """When use prolongs it the next time."""
        return session.expires_at - timedelta(seconds=self._settings.expires_in - self._settings.update_age)

    def is_fresh(self, session: Session) -> bool:
        """Younger than SESSION_FRESH_AGE, 0 meaning every one is. S26."""
        fresh_age = self._settings.fresh_age
        return fresh_age == 0 or clock.now() - session.created_at < timedelta(seconds=fresh_age)
