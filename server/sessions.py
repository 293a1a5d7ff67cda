"""The life of a session: create, look up, refresh, end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from server import clock, errors, tokens
from server.cookies import Cookies
from server.database import Database, Executor
from server.settings import Settings
from server.store import sessions as store
from server.store.sessions import Session, SignedIn
from server.store.users import User

NOT_REMEMBERED_SECONDS = 86400


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks, as it is written down in the session."""

    ip_address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a request's cookies lead to, and the Set-Cookie values that go with the answer."""

    signed_in: SignedIn | None
    cookies: tuple[str, ...] = ()


class Sessions:
    """Creates and resolves sessions by the rules of the settings, which are better-auth's."""

    def __init__(self, settings: Settings, db: Database, cookies: Cookies) -> None:
        self._settings, self._db, self._cookies = settings, db, cookies
        self.created = 0

    async def create(self, db: Executor, user: User, client: Client, remember: bool) -> Session:
        """A new session with a new token; not remembered, it ends after a day. S21 S22."""
        now = clock.now()
        seconds = self._settings.session_expires_in if remember else NOT_REMEMBERED_SECONDS
        session = Session(
            id=tokens.random_id(),
            expires_at=self._capped(now, now + timedelta(seconds=seconds)),
            token=tokens.random_id(),
            created_at=now,
            updated_at=now,
            ip_address=client.ip_address,
            user_agent=client.user_agent,
            user_id=user.id,
        )
        await store.insert(db, session)
        self.created += 1
        return session

    def _capped(self, created_at: datetime, expires_at: datetime) -> datetime:
        """Never past SESSION_MAX_LIFETIME. S24."""
        cap = self._settings.session_max_lifetime
        return expires_at if cap is None else min(expires_at, created_at + timedelta(seconds=cap))

    def _ended(self, session: Session, now: datetime) -> bool:
        return self._capped(session.created_at, session.expires_at) < now

    async def look_up(self, cookies: Mapping[str, str], refresh: bool = True, cached: bool = True) -> Lookup:
        """The session of the request's cookies; prolongs it when that is due and `refresh` allows it.

        Without `cached` the cookie cache is not believed.
        """
        leftovers = tuple(self._cookies.expire(name) for name in self._cookies.cached_parts(cookies))
        token = self._cookies.read_signed(cookies, self._cookies.session_token)
        if token is None:
            return Lookup(None, leftovers)
        signed_in = await store.find_by_token(self._db, token)
        now = clock.now()
        if signed_in is None or self._ended(signed_in.session, now):
            if signed_in is not None:
                await store.delete_by_token(self._db, token)
            return Lookup(None, tuple(self._cookies.clear_session(cookies)))
        remembered = self._cookies.read_signed(cookies, self._cookies.dont_remember) is None
        if refresh and remembered and self._refresh_due(signed_in.session, now):
            return await self._refresh(signed_in, cookies, now)
        return Lookup(signed_in, leftovers)

    def _refresh_due(self, session: Session, now: datetime) -> bool:
        settings = self._settings
        age = timedelta(seconds=settings.session_expires_in - settings.session_update_age)
        return session.expires_at - age <= now

    async def _refresh(self, signed_in: SignedIn, cookies: Mapping[str, str], now: datetime) -> Lookup:
        session = signed_in.session
        expires_at = self._capped(
            session.created_at, now + timedelta(seconds=self._settings.session_expires_in)
        )
        if not await store.update_expiry(self._db, session.token, expires_at, now):
            raise errors.failed_to_get_session()
        renewed = replace(session, expires_at=expires_at, updated_at=now)
        written = self._cookies.write_session(session.token, True, cookies)
        return Lookup(SignedIn(renewed, signed_in.user), tuple(written))

    async def end(self, cookies: Mapping[str, str]) -> list[str]:
        """Ends the session of the request's cookies; the Set-Cookie values that clear the browser. S23."""
        token = self._cookies.read_signed(cookies, self._cookies.session_token)
        if token is not None:
            await store.delete_by_token(self._db, token)
        return self._cookies.clear_session(cookies)

    def is_fresh(self, session: Session) -> bool:
        """Younger than SESSION_FRESH_AGE, 0 meaning every one is. S26."""
        fresh_age = self._settings.session_fresh_age
        return fresh_age == 0 or clock.now() - session.created_at < timedelta(seconds=fresh_age)
