"""Who is to know that a session is over: what stays open, as sockets do, and asks nothing meanwhile."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from server import clock
from server.database import DatabaseError
from server.model import Session
from server.sessions.lru import digest

log = logging.getLogger(__name__)

# While no change is heard, each session is asked for so often.
DEAF_SECONDS = 10.0
RETRY_SECONDS = 1.0
# Nobody may rely on a session for longer while the database does not say whether there still is one.
UNKNOWN_SECONDS = 60.0
# Called once: True says that the session is over, False that nobody can tell.
Ended = Callable[[bool], None]


class _Watched:
    __slots__ = ("doubted", "listeners", "timer", "token", "user_id")

    def __init__(self, session: Session) -> None:
        self.token, self.user_id = session.token, session.user_id
        self.listeners: dict[object, Ended] = {}
        self.timer: asyncio.TimerHandle | None = None
        self.doubted: float | None = None  # since when


class Watches:
    """A word of a change only raises a doubt: `lasts` says until when the session with a token does, None for over."""

    def __init__(self, lasts: Callable[[str], Awaitable[datetime | None]]) -> None:
        self._lasts = lasts
        self._watched: dict[bytes, _Watched] = {}
        self._due: dict[bytes, None] = {}
        self._wake = asyncio.Event()
        self._deaf = True
        self._task: asyncio.Task[None] | None = None

    def watch(self, session: Session, ended: Ended) -> Callable[[], None]:
        """Calls `ended` once, unless what this answers is called before. A change may have come since it was looked up."""
        key, mark = digest(session.token), object()
        watched = self._watched.setdefault(key, _Watched(session))
        watched.listeners[mark] = ended
        self._doubt(key, watched)
        if self._task is None:
            self._task = asyncio.create_task(self._ask_forever())
        return functools.partial(self._leave, key, watched, mark)

    async def stop(self) -> None:
        """Asks no more."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def session_changed(self, key: bytes) -> None:
        """A session was changed or ended; `key` is its token's digest."""
        if key in self._watched:
            self._doubt(key, self._watched[key])

    def user_changed(self, user_id: str) -> None:
        """A user was changed or deleted."""
        for key, watched in self._watched.items():
            if watched.user_id == user_id:
                self._doubt(key, watched)

    def listening(self, hears: bool) -> None:
        """Whether changes are heard from now on; some may have been missed until now, or may be."""
        self._deaf = not hears
        self._doubt_all()
        self._wake.set()

    def _doubt_all(self) -> None:
        for key, watched in self._watched.items():
            self._doubt(key, watched)

    def _doubt(self, key: bytes, watched: _Watched) -> None:
        if watched.doubted is None:
            watched.doubted = asyncio.get_running_loop().time()
        self._due[key] = None
        self._wake.set()

    def _leave(self, key: bytes, watched: _Watched, mark: object) -> None:
        watched.listeners.pop(mark, None)
        if not watched.listeners and self._watched.get(key) is watched:
            self._forget(key)

    def _forget(self, key: bytes) -> _Watched:
        watched = self._watched.pop(key)
        self._due.pop(key, None)
        if watched.timer:
            watched.timer.cancel()
        return watched

    def _end(self, key: bytes, known: bool) -> None:
        for ended in self._forget(key).listeners.values():
            asyncio.get_running_loop().call_soon(ended, known)

    async def _ask_forever(self) -> None:
        while True:
            await self._wait()
            while self._due:
                key, _ = (
                    self._due.popitem()
                )  # who was named last: one that ends does not wait for a round of all
                if not await self._ask(key):
                    await asyncio.sleep(RETRY_SECONDS)

    async def _wait(self) -> None:
        """For a doubt, or while nothing is heard for the next round."""
        try:
            async with asyncio.timeout(DEAF_SECONDS if self._deaf else None):
                await self._wake.wait()
        except TimeoutError:
            self._doubt_all()
        self._wake.clear()

    async def _ask(self, key: bytes) -> bool:
        """Whether there was an answer."""
        watched = self._watched[key]
        try:
            until = await self._lasts(watched.token)
        except Exception as error:  # a round that ends would leave all of them open
            expected = isinstance(error, DatabaseError)
            log.log(logging.INFO if expected else logging.ERROR, "a session cannot be asked for: %s", error)
            if self._watched.get(key) is watched:
                self._due[key] = None
            self._give_up()
            return False
        if self._watched.get(key) is watched:
            self._heard(key, watched, until)
        return True

    def _heard(self, key: bytes, watched: _Watched, until: datetime | None) -> None:
        if until is None:
            self._end(key, known=True)
            return
        if key not in self._due:
            watched.doubted = None
        if watched.timer:
            watched.timer.cancel()
        # A moment later, because it lasts up to that millisecond.
        seconds = (until - clock.now()).total_seconds() + 0.01
        watched.timer = asyncio.get_running_loop().call_later(seconds, self.session_changed, key)

    def _give_up(self) -> None:
        """Ends those that have been in doubt for too long."""
        latest = asyncio.get_running_loop().time() - UNKNOWN_SECONDS
        for key in list(self._due):
            doubted = self._watched[key].doubted
            if doubted is not None and doubted < latest:
                self._end(key, known=False)
