"""The life of a session: create, look up, refresh, end."""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from msgspec import Struct

from server import clock, errors
from server.config.settings import Settings
from server.crypto.random import random_id
from server.database import Database, DatabaseError, DatabaseUnavailable, Executor, InvalidValue, Reads
from server.model import NOTHING, Client, Session, SignedIn, User
from server.protocol import columns
from server.sessions import cookie_cache
from server.sessions.cache import SessionCache
from server.sessions.cookies import Cookies, RequestCookies
from server.sessions.lru import Shelf, digest
from server.sessions.opening import open_sessions
from server.sessions.rendered import Finished
from server.sessions.terms import Terms
from server.sessions.watches import Watches
from server.store import restrictions
from server.store.sessions import Ended

Told = Callable[[Executor, Ended], Awaitable[None]]
log = logging.getLogger(__name__)

MOST_IN_MEMORY = 100_000


class Lookup(Struct, frozen=True):
    """What a request's cookies lead to, and the Set-Cookie values that go with the answer.

    With `failure` the session could not be read, which is not the same as nobody being signed in.
    `needs_refresh` is said only where a refresh waits for a POST.
    """

    signed_in: SignedIn | None
    cookies: tuple[str, ...] = ()
    failure: errors.APIError | None = None
    needs_refresh: bool | None = None


class _Asked(Struct, frozen=True):
    """One look at a request: its cookies, and what may come of it."""

    cookies: RequestCookies
    refresh: bool
    may_write: bool


class Sessions:
    """Creates and resolves sessions by the rules of the settings, which are better-auth's."""

    def __init__(self, settings: Settings, db: Database, cookies: Cookies, reads: Reads) -> None:
        self._settings, self._db, self._cookies, self._reads = settings, db, cookies, reads
        self.store = open_sessions(settings, db)
        self.terms = Terms(settings.sessions)
        self.watches = Watches(self.lasts)
        self.memory = SessionCache(MOST_IN_MEMORY, self.watches, reads.unsettled)
        if settings.sessions.store == "database":
            reads.heard = lambda: self.memory.trusted and self.memory.fresh
        self.answers = Shelf(MOST_IN_MEMORY)
        self._cache = cookie_cache.open_cache(settings, cookies, db.columns)
        self.made: Callable[[], None] = lambda: None  # told of each session that is made
        # Further sessions of a browser, which end with its own: what cookies name, by theirs.
        self.companions: Callable[[RequestCookies], Mapping[str, str]] = lambda _: {}
        # What Redis says of a user itself.
        self._kept_elsewhere = frozenset({"banned"} if settings.sessions.store == "redis" else ())

    async def create(
        self, db: Executor, user: User, client: Client, remember: bool, more: Mapping[str, object] = NOTHING
    ) -> Session:
        """A new session with a new token, `more` in columns without a default; not remembered, it ends after a day. S21 S22."""
        now = clock.now()
        session = Session(
            id=await self.store.new_id(db),
            expires_at=self.terms.first_end(now, remember),
            token=random_id(),
            created_at=now,
            updated_at=now,
            ip_address=client.ip_address,
            user_agent=client.user_agent,
            user_id=user.id,
        )
        declared = db.columns.session
        written = {**columns.kept(declared, more), **columns.defaults(declared)}  # in better-auth's order
        stored = await self.store.insert(db, session, written)
        self.made()
        return stored

    async def look_up(
        self, cookies: RequestCookies, refresh: bool = True, cached: bool = True, posted: bool = False
    ) -> Lookup:
        """The session of the request's cookies; prolongs it when that is due and `refresh` allows it.

        Without `cached` the cookie cache is not believed. With SESSION_DEFER_REFRESH nothing is written unless
        `posted`.
        """
        tokens = self._cookies.tokens(cookies)
        who, written = self._read_cache(cookies, tokens, cached)
        if not tokens or who is not None:
            return Lookup(who, written)
        may_write = posted or not self._settings.sessions.defer_refresh
        try:
            who = await self._find_living(tokens, cached, may_write)
        except InvalidValue:
            return Lookup(None, written, errors.failed_to_get_session(500))
        return await self._resolve(who, written, _Asked(cookies, refresh, may_write))

    async def find(self, cookies: RequestCookies) -> SignedIn | None:
        """Who the cookies lead to, by memory or the database and never by the cookie cache; nothing is written. S23."""
        try:
            return await self._find_living(self._cookies.tokens(cookies), cached=True, may_write=False)
        except InvalidValue:
            return None

    def _read_cache(
        self, cookies: RequestCookies, tokens: list[str], cached: bool
    ) -> tuple[SignedIn | None, tuple[str, ...]]:
        """The session of the cookie cache, and the Set-Cookie values that remove one that is not to be believed.

        Of several tokens it does not say which lives.
        """
        name = self._cookies.session_data
        if self._cache is None:
            left = (
                self._cookies.stored_names(cookies, name) if self._cookies.read_stored(cookies, name) else ()
            )
            return None, tuple(self._cookies.expire(each) for each in left)
        values = self._cookies.read_each_stored(cookies, name)
        if len(tokens) != 1 or not values or not cached:
            return None, ()
        now = clock.now()
        for value in values:
            who = self._cache.read(value, tokens[0], now)
            if who is not None and not self.terms.over(who.session, now):
                return who, ()
        return None, (self._cookies.expire(name),)

    async def _find_living(self, tokens: list[str], cached: bool, may_write: bool) -> SignedIn | None:
        """The first session that lives; without any, the rows of those that are over go where that is allowed.

        Raises InvalidValue where none is of a kind that the database could hold.
        """
        over, odd = [], 0
        for token in tokens:
            try:
                who = await self._find(token, cached)
            except InvalidValue:
                odd += 1
                if odd == len(tokens):
                    raise
                continue
            if who is not None and not self.terms.over(who.session, clock.now()):
                return who
            over += [token] if who is not None else []
        if may_write:
            with contextlib.suppress(DatabaseError):  # they are over all the same
                await self.delete(self._db, over)
        return None

    async def _find(self, token: str, cached: bool) -> SignedIn | None:
        """Every look-up by token comes through here: memory first, where it may be believed."""
        if cached and self._may_remember:
            return await self.memory.load(token, self._read_nearly)
        return await self.read(token)

    @property
    def _may_remember(self) -> bool:
        """Nobody announces what directories change in scim's tables: with these the database confirms each answer."""
        return "scimUser" not in self._rules

    @property
    def _rules(self) -> frozenset[str]:
        """In Redis sessions are read though nobody has seen the database yet."""
        try:
            return self._db.shape.rules - self._kept_elsewhere
        except DatabaseUnavailable:
            if self._kept_elsewhere:
                return frozenset()
            raise

    async def read(self, token: str) -> SignedIn | None:
        """A token's session as it is kept now, though its time be over."""
        return await self._read_in(self._db, token)

    async def _read_nearly(self, token: str) -> SignedIn | None:
        """As `read`, by a replica where its word is as good for memory."""
        read = functools.partial(self._read_in, token=token)
        found = await self._reads.nearly(digest(token), read, lambda who: (who.user.id,))
        return found or await self.read(token)

    async def _read_in(self, db: Executor, token: str) -> SignedIn | None:
        """A session of somebody who was banned or deactivated is none, whoever left it there. S23."""
        who = await self.store.find(db, token)
        rules = self._rules & {"banned", "scimUser"}
        if who is None or not rules:
            return who
        found = await restrictions.find(db, who.user.id)
        return None if found and (found.deactivated or (found.banned and "banned" in rules)) else who

    async def lasts(self, token: str) -> datetime | None:
        """Until when the session lasts, as the database has it; None for one that is over."""
        who = await self.read(token)
        over = who is None or self.terms.over(who.session, clock.now())
        return None if who is None or over else self.terms.end(who.session)

    async def _resolve(self, who: SignedIn | None, written: tuple[str, ...], asked: _Asked) -> Lookup:
        now = clock.now()
        if who is None:
            return Lookup(None, tuple(self._cookies.clear_session(asked.cookies)))
        if not asked.refresh or not self.is_remembered(asked.cookies):
            return Lookup(who, written)
        due = self.terms.refreshed_from(who.session) <= now
        if due and asked.may_write:
            try:
                return await self._refresh(who, written, asked.cookies, now)
            except DatabaseError as error:
                log.info("a session is not prolonged: %s", error)
        kept = self.write_cache(who, True, asked.cookies)
        return Lookup(who, (*written, *kept), needs_refresh=None if asked.may_write else due)

    def steady_until(self, who: SignedIn, cookies: RequestCookies) -> datetime | None:
        """Until when these cookies lead to the same answer, if nothing changes; None where they never do."""
        if self._cache is not None or self._settings.sessions.defer_refresh:
            return None
        session = who.session
        ends = self.terms.end(session)
        return min(ends, self.terms.refreshed_from(session)) if self.is_remembered(cookies) else ends

    def keep_answer(self, who: SignedIn, cookie_header: str, answer: Finished, until: datetime) -> None:
        """Keeps a finished answer for the next time that this Cookie header comes; see server/http/fast.py."""
        if self._settings.sessions.cache and self._may_remember:
            self.memory.keep_answer(who, cookie_header, answer, until.timestamp())
        else:
            self.answers.put(digest(who.session.token), who)
            self.answers.put_answer(who, cookie_header, answer, until.timestamp())

    def know(self, who: SignedIn, cookie_header: str) -> None:
        """Remembers whom this Cookie header leads to, where memory may be believed."""
        if self._settings.sessions.cache and self._may_remember:
            ends = self.terms.end(who.session)
            self.memory.know(who, cookie_header, ends.timestamp())

    async def is_unchanged(self, who: SignedIn) -> bool:
        """Whether the database still says the same of the session and its user."""
        return await self.read(who.session.token) == who

    async def _refresh(
        self, who: SignedIn, written: tuple[str, ...], cookies: RequestCookies, now: datetime
    ) -> Lookup:
        session = who.session
        expires_at = self.terms.next_end(session, now)
        try:
            updated = await self.store.update_expiry(self._db, session.token, expires_at, now)
        finally:
            self.memory.forget(session.token)
        if not updated:
            return Lookup(None, tuple(self._cookies.clear_session(cookies)), errors.failed_to_get_session())
        renewed = SignedIn(replace(session, expires_at=expires_at, updated_at=now), who.user)
        return Lookup(renewed, (*written, *self.write(renewed, True, cookies)))

    def is_remembered(self, cookies: RequestCookies) -> bool:
        """Whether the session outlives the browser, as its cookies say."""
        return self._cookies.read_signed(cookies, self._cookies.dont_remember) is None

    def write(self, who: SignedIn, remember: bool, cookies: RequestCookies) -> list[str]:
        """Set-Cookie values for a new, prolonged or changed session, given the request's `cookies`."""
        token = self._cookies.write_session(who.session.token, remember, cookies)
        return token + self.write_cache(who, remember, cookies)

    def write_cache(self, who: SignedIn, remember: bool, cookies: RequestCookies) -> list[str]:
        """As `write`, of the cookie cache alone."""
        return self._cache.write(who, remember, cookies) if self._cache else []

    async def update(self, session: Session, written: columns.Stored) -> Session | None:
        """Stores declared columns; the session as it is then, None where it has ended meanwhile."""
        updated = await self.store.update_columns(self._db, session.token, written, clock.now())
        self.memory.forget(session.token)
        return updated

    async def end(self, cookies: RequestCookies, told: Told) -> tuple[bool, list[str]]:
        """Ends the session of the request's cookies; whether there was one, and the Set-Cookie values that clear it. S23.

        Where there are several all of them end: the browser would go on with the next. `told` is called with one of
        them, in their own transaction.
        """
        beside, ended = self.companions(cookies), None
        tokens = list(dict.fromkeys([*self._cookies.tokens(cookies), *beside.values()]))
        if tokens:
            async with self._db.transaction() as tx:
                ended = await self.delete(tx, tokens)
                if ended:
                    await told(tx, ended)
        cleared = [*self._cookies.clear_session(cookies), *map(self._cookies.expire, beside)]
        return ended is not None, cleared

    async def delete(self, db: Executor, tokens: list[str]) -> Ended | None:
        """Ends the sessions of these tokens, all or none; one of those that there were."""
        try:
            return await self.store.delete_by_tokens(db, tokens) if tokens else None
        finally:
            for token in tokens:
                db.on_commit(functools.partial(self.memory.forget, token))

    async def revoke(self, db: Executor, token: str, user_id: str) -> bool:
        """Ends one session of the user, here at once and elsewhere when it is heard; False when it is not theirs."""
        try:
            return await self.store.delete_own(db, token, user_id)
        finally:
            db.on_commit(lambda: self.memory.forget(token))

    async def list_active(self, user_id: str) -> Sequence[Session]:
        """The user's sessions that have not ended."""
        now = clock.now()
        found = await self._reads.exactly(lambda db: self.store.list_active(db, user_id, now))
        return [each for each in found if not self.terms.over(each, now)]

    async def revoke_others(self, db: Executor, who: Session) -> None:
        """Ends the user's sessions but this one."""
        try:
            await self.store.delete_others(db, who.user_id, who.token, clock.now())
        finally:
            self._forget_user(db, who.user_id)

    async def revoke_all(self, db: Executor, user_id: str) -> int:
        """Ends all sessions of the user; how many had not ended before."""
        try:
            return await self.store.delete_all(db, user_id, clock.now())
        finally:
            self._forget_user(db, user_id)

    async def user_changed(self, db: Executor, user_id: str) -> None:
        """The user's row is another one in `db`, or gone: what is known of it elsewhere is not true any more."""
        self._forget_user(db, user_id)
        await self.store.user_changed(db, user_id)

    def _forget_user(self, db: Executor, user_id: str) -> None:
        """Memory is not right any more once `db`'s changes are committed."""
        db.on_commit(lambda: self.memory.forget_user(user_id))
