"""Resolved sessions in memory: bounded, forgotten at the first word of a change, trusted only while words arrive.

That words arrive is known for a moment at a time: `lease`. Whoever was frozen, or is cut off, asks the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from server import clock
from server.database import Unsettled
from server.model import SignedIn
from server.sessions.lru import Shelf, digest
from server.sessions.rendered import Finished
from server.sessions.watches import Watches

Find = Callable[[str], Awaitable[SignedIn | None]]


class SessionCache:
    """At most `size` sessions, and no long ones. Not trusted at the start: see `trust`. What is forgotten, `watches` is told of."""

    def __init__(self, size: int, watches: Watches, unsettled: Unsettled | None = None) -> None:
        self._shelf, self.watches, self._unsettled = Shelf(size), watches, unsettled
        self._loading: dict[str, asyncio.Future[SignedIn | None]] = {}
        self._changes = 0
        self._trusted = False
        self._until = 0.0
        # Told whether a session that was asked for was here.
        self.looked_up: Callable[[bool], None] = lambda found: None

    def __len__(self) -> int:
        return len(self._shelf)

    @property
    def weight(self) -> int:
        """About how much memory is taken."""
        return self._shelf.weight

    @property
    def trusted(self) -> bool:
        """Whether changes are heard, so that what is here can be believed."""
        return self._trusted

    @property
    def fresh(self) -> bool:
        """Whether all that changed until a moment ago has been heard. S23."""
        return clock.steady() < self._until

    def lease(self, until: float) -> None:
        """What is here can be believed until then, by clock.steady."""
        self._until = max(self._until, until)

    def get(self, token: str) -> SignedIn | None:
        """The session, if it is known and can be believed."""
        return self._shelf.find(digest(token)) if self.fresh else None

    def answer(self, cookie_header: str, now: float) -> bytes | None:
        """The finished answer for a Cookie header, while it is right; `now` in seconds since the epoch."""
        return self._shelf.answer(cookie_header, now) if clock.steady() < self._until else None

    def keep_answer(self, who: SignedIn, cookie_header: str, answer: Finished, until: float) -> None:
        """Keeps a finished answer as long as the session it was made from, and not after `until`."""
        self._shelf.put_answer(who, cookie_header, answer, until)

    def who(self, cookie_header: str, now: float) -> SignedIn | None:
        """Who comes with a Cookie header, while that is right; `now` in seconds since the epoch."""
        return self._shelf.who(cookie_header, now) if self.fresh else None

    def know(self, who: SignedIn, cookie_header: str, ends: float) -> None:
        """Remembers who comes with a Cookie header, as long as the session, and not after it `ends`."""
        self._shelf.know(who, cookie_header, ends)

    async def load(self, token: str, find: Find) -> SignedIn | None:
        """The session from memory, else from `find`; callers at the same time share one search."""
        known = self.get(token)
        self.looked_up(known is not None)
        if known is not None:
            return known
        if not self._trusted or not self.fresh:
            return await find(token)
        waiting = self._loading.get(token)
        if waiting is None:
            waiting = asyncio.ensure_future(self._search(token, find))
            self._loading[token] = waiting
            waiting.add_done_callback(lambda done: self._loaded(token, done))
        return await asyncio.shield(waiting)

    def _loaded(self, token: str, done: asyncio.Future[SignedIn | None]) -> None:
        if self._loading.get(token) is done:
            del self._loading[token]

    async def _search(self, token: str, find: Find) -> SignedIn | None:
        """Keeps what was found, unless something changed meanwhile: the row may be older than the change."""
        before = self._changes
        found = await find(token)
        if found is None or not self._trusted or before != self._changes:
            return found
        self._shelf.put(digest(token), found)
        return self._shelf.find(digest(token)) or found

    def _changed(self, key: str | bytes | None = None) -> None:
        """A search under way may hold what was; who asks from now on must not share it, nor ask a replica."""
        self._changes += 1
        self._loading.clear()
        if self._unsettled is not None and key is not None:
            self._unsettled.add(key)
        elif self._unsettled is not None:
            self._unsettled.everything()

    def forget(self, token: str) -> None:
        """A session was changed or ended here."""
        self.forget_digest(digest(token))

    def forget_digest(self, token_digest: bytes) -> None:
        """A session was changed or ended somewhere."""
        self._changed(token_digest)
        self._shelf.drop(token_digest)
        self.watches.session_changed(token_digest)

    def forget_user(self, user_id: str) -> None:
        """A user was changed or deleted somewhere."""
        self._changed(user_id)
        self._shelf.drop_user(user_id)
        self.watches.user_changed(user_id)

    def trust(self) -> None:
        """Changes are being heard from now on: starts empty."""
        self._clear()
        self._trusted = True
        self.watches.listening(True)

    def distrust(self) -> None:
        """Changes may be missed: nothing is kept until they are heard again."""
        self._trusted, self._until = False, 0.0
        self._clear()
        self.watches.listening(False)

    def _clear(self) -> None:
        self._changed()
        self._shelf.clear()
