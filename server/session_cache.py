"""Resolved sessions in memory: bounded, forgotten at the first word of a change, trusted only while words arrive."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

from server.store.sessions import SignedIn

Find = Callable[[str], Awaitable[SignedIn | None]]


def digest(token: str) -> str:
    """How a token is named in an announcement, which every user of the database can hear."""
    return hashlib.sha256(token.encode()).hexdigest()


class Kept:
    """One session in memory, and the finished answer for the Cookie header it last came with."""

    __slots__ = ("answer", "cookie_header", "until", "who")

    def __init__(self, who: SignedIn) -> None:
        self.who = who
        self.cookie_header: str | None = None
        self.answer = b""
        self.until = 0.0


class SessionCache:
    """At most `size` sessions, the least recently read go first. Not trusted at the start: see `trust`."""

    def __init__(self, size: int = 100_000) -> None:
        self._size = size
        self._kept: dict[str, Kept] = {}
        self._tokens: dict[str, str] = {}
        self._of_user: dict[str, set[str]] = {}
        self._answers: dict[str, Kept] = {}
        self._loading: dict[str, asyncio.Future[SignedIn | None]] = {}
        self._changes = 0
        self._trusted = False

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, token: str) -> SignedIn | None:
        """The session, if it is known and can be believed."""
        kept = self._kept.pop(token, None)
        if kept is None:
            return None
        self._kept[token] = kept
        return kept.who

    def answer(self, cookie_header: str, now: float) -> bytes | None:
        """The finished answer for a Cookie header, while it is right; `now` in seconds since the epoch."""
        kept = self._answers.get(cookie_header)
        return kept.answer if kept is not None and now < kept.until else None

    def keep_answer(self, who: SignedIn, cookie_header: str, answer: bytes, until: float) -> None:
        """Keeps a finished answer as long as the session it was made from, and not after `until`."""
        kept = self._kept.get(who.session.token)
        if kept is None or kept.who is not who:
            return
        if kept.cookie_header is not None:
            self._answers.pop(kept.cookie_header, None)
        kept.cookie_header, kept.answer, kept.until = cookie_header, answer, until
        self._answers[cookie_header] = kept

    async def load(self, token: str, find: Find) -> SignedIn | None:
        """The session from memory, else from `find`; callers at the same time share one search."""
        known = self.get(token)
        if known is not None:
            return known
        if not self._trusted:
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
        if found is not None and self._trusted and before == self._changes:
            self._keep(token, found)
        return found

    def _keep(self, token: str, found: SignedIn) -> None:
        self._kept[token] = Kept(found)
        self._tokens[digest(token)] = token
        self._of_user.setdefault(found.user.id, set()).add(token)
        if len(self._kept) > self._size:
            self._drop(next(iter(self._kept)))

    def _drop(self, token: str) -> None:
        kept = self._kept.pop(token, None)
        if kept is None:
            return
        del self._tokens[digest(token)]
        if kept.cookie_header is not None:
            self._answers.pop(kept.cookie_header, None)
        tokens = self._of_user[kept.who.user.id]
        tokens.discard(token)
        if not tokens:
            del self._of_user[kept.who.user.id]

    def _changed(self) -> None:
        """A search under way may hold what was; who asks from now on must not share it."""
        self._changes += 1
        self._loading.clear()

    def forget(self, token: str) -> None:
        """A session was changed or ended here."""
        self._changed()
        self._drop(token)

    def forget_digest(self, token_digest: str) -> None:
        """A session was changed or ended somewhere."""
        self._changed()
        token = self._tokens.get(token_digest)
        if token is not None:
            self._drop(token)

    def forget_user(self, user_id: str) -> None:
        """A user was changed or deleted somewhere."""
        self._changed()
        for token in list(self._of_user.get(user_id, ())):
            self._drop(token)

    def trust(self) -> None:
        """Changes are being heard from now on: starts empty."""
        self._clear()
        self._trusted = True

    def distrust(self) -> None:
        """Changes may be missed: nothing is kept until they are heard again."""
        self._trusted = False
        self._clear()

    def _clear(self) -> None:
        self._changed()
        for part in (self._kept, self._tokens, self._of_user, self._answers):
            part.clear()
