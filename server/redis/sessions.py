"""Sessions in Redis: each change as one, whoever else is at it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from server import clock
from server.errors import StartError
from server.model import Columns, Json, Session, SignedIn
from server.redis import scripts, values
from server.redis.connection import Scripts
from server.redis.errors import RedisUnavailable
from server.redis.values import Kept

log = logging.getLogger(__name__)

# better-auth's; its redis-storage has it unless told otherwise.
PREFIX = "better-auth:"
LISTS, MARKS = "active-sessions-", "revoked-sessions-before-"
_ELSE = (b":", b"|")
DAY_SECONDS = 86400
# Somebody else is quicker now and then, not always.
TRIES = 20
_THERE, _CHANGED = 0, 1
# better-auth names a new session in the list first, and stores it after a look into the database.
PRUNE_SECONDS = 2.0


class RedisSessions:
    """`declared` are the columns that features add; `lasts` for how many seconds a session is at most made."""

    def __init__(self, url: str, declared: Columns, lasts: int) -> None:
        self._scripts, self._declared = Scripts(url), declared
        self._mark_seconds = max(lasts, DAY_SECONDS)
        self._later: set[asyncio.Task[None]] = set()

    @property
    def is_away(self) -> bool:
        """Whether Redis did not answer just now."""
        return self._scripts.is_away

    async def close(self) -> None:
        """Lets go of Redis."""
        for task in self._later:
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)
        await self._scripts.close()

    async def check(self) -> None:
        """Raises StartError for a Redis that cannot be used, and warns of one that may lose sessions."""
        try:
            facts = await self._scripts.command("INFO")
        except RedisUnavailable as error:
            log.warning("sessions cannot be reached: %s", error)
            return
        if facts.get("cluster_enabled"):
            raise StartError(
                "REDIS_URL leads to a Redis Cluster, where a session and its user's list cannot change as one:"
                " give it one Redis, with Sentinels where another has to follow"
            )
        policy = str(facts.get("maxmemory_policy", ""))
        if facts.get("maxmemory") and policy != "noeviction":
            log.warning(
                "Redis drops sessions when it is full: maxmemory-policy is %s, not noeviction", policy
            )

    async def find(self, token: str) -> Kept | None:
        """The session with this token, if it is one and was not revoked; whether it has ended is not asked."""
        if not _is_token(token):
            return None
        raw, mark = await self._scripts.run(scripts.FIND, PREFIX, token)
        return self._living(raw, mark, token)

    def _living(self, raw: bytes | None, mark: bytes | None, token: str | None = None) -> Kept | None:
        kept = values.read(raw, self._declared) if raw else None
        if kept is None or kept.who.session.user_id != kept.who.user.id:
            return None
        session = kept.who.session
        if (token is not None and session.token != token) or _milliseconds(session.created_at) < _number(
            mark
        ):
            return None
        return kept

    async def add(self, session: Session, more: Mapping[str, object], user: Json) -> Session:
        """Stores a new session; made a moment later where another server's clock has revoked all until then."""
        for _ in range(TRIES):
            done = await self._put(session, b"", values.write(session, more, user))
            if done == _THERE:
                return session
            if done > _CHANGED:
                session = replace(session, created_at=_moment(session.created_at, done))
        raise RuntimeError("a token is in use, or clocks are far apart")

    async def _put(self, session: Session, was: bytes, value: bytes) -> int:
        return int(
            await self._scripts.run(
                scripts.PUT,
                PREFIX,
                session.user_id,
                session.token,
                was,
                value,
                _milliseconds(session.created_at),
                _milliseconds(session.expires_at),
                _milliseconds(clock.now()),
            )
        )

    async def update(self, token: str, members: Callable[[Session], Mapping[str, object]]) -> SignedIn | None:
        """The session with other `members`, which are made of what it is; None where it is gone. No other change is lost."""
        for _ in range(TRIES):
            kept = await self.find(token)
            if kept is None:
                return None
            value = values.changed(kept, session=members(kept.who.session))
            now = values.read(value, self._declared)
            if now is None:
                return None
            if await self._put(now.who.session, kept.raw, value) == _THERE:
                return now.who
        return None

    async def revoke(self, tokens: Sequence[str], owner: str = "") -> list[Session]:
        """Ends the sessions with these tokens, of `owner` or of whom it may be; those that there were."""
        now = _milliseconds(clock.now())
        given = [token for token in tokens if _is_token(token)]
        gone = await self._scripts.run(scripts.REVOKE, PREFIX, owner, now, *given) if given else []
        found = [values.read(raw, self._declared) for raw in gone]
        return [each.who.session for each in found if each]

    async def revoke_all(self, user_id: str, but: str = "") -> int:
        """Ends all sessions of a user, or all `but` the one with this token; the number of those that there were."""
        now = _milliseconds(clock.now())
        return int(await self._scripts.run(scripts.REVOKE_ALL, PREFIX, user_id, now, but, self._mark_seconds))

    async def list(self, user_id: str) -> list[Kept]:
        """The user's sessions, that which ends first before the others. Those that are missing leave the list."""
        now = clock.now()
        mark, found, missing = await self._scripts.run(scripts.LIST, PREFIX, user_id, _milliseconds(now))
        if missing:
            self._do_later(self._prune(user_id, missing))
        living = [self._living(raw, mark, name.decode(errors="replace")) for name, raw in found]
        return [
            each
            for each in living
            if each and each.who.session.user_id == user_id and each.who.session.expires_at > now
        ]

    async def _prune(self, user_id: str, missing: Sequence[bytes]) -> None:
        """A while later: until then they may have come."""
        await asyncio.sleep(PRUNE_SECONDS)
        await self._scripts.run(scripts.PRUNE, PREFIX, user_id, _milliseconds(clock.now()), *missing)

    def _do_later(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(_quietly(work))
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def set_user(self, user_id: str, user: Json) -> None:
        """Has every session of the user say what the user's row says now."""
        for kept in await self.list(user_id):
            await self._set_user(kept, user)

    async def _set_user(self, kept: Kept | None, user: Json) -> None:
        for _ in range(TRIES):
            if kept is None:
                return
            value, session = values.changed(kept, user=user), kept.who.session
            ends, now = _milliseconds(session.expires_at), _milliseconds(clock.now())
            if values.says_same(value, kept):
                return
            if await self._scripts.run(scripts.REPLACE, PREFIX, session.token, kept.raw, value, ends, now):
                return
            kept = await self.find(session.token)

    async def everybody(self) -> AsyncIterator[Kept]:
        """All sessions that last, each once: a walk through the whole of Redis, for commands."""
        cursor, seen = b"0", set[bytes]()
        while True:
            cursor, keys = await self._scripts.command("SCAN", cursor, "MATCH", PREFIX + "*", "COUNT", 1000)
            for key in set(keys) - seen:
                token = token_of(key)
                kept = await self.find(token) if token else None
                if kept and kept.who.session.expires_at > clock.now():
                    yield kept
            seen.update(keys)
            if int(cursor) == 0:
                return


async def _quietly(work: Awaitable[None]) -> None:
    try:
        await work
    except RedisUnavailable:
        return


def token_of(key: bytes) -> str | None:
    """The token that a key is for, if that can be."""
    name = key[len(PREFIX) :]
    if any(mark in name for mark in _ELSE) or name.startswith((LISTS.encode(), MARKS.encode())):
        return None
    try:
        return name.decode()
    except UnicodeDecodeError:
        return None


def _is_token(token: str) -> bool:
    """Other keys have the same prefix: a cookie must not name one."""
    try:
        key = (PREFIX + token).encode()
    except UnicodeEncodeError:
        return False
    return bool(token) and token_of(key) == token


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _moment(moment: datetime, milliseconds: int) -> datetime:
    return moment + timedelta(milliseconds=milliseconds - _milliseconds(moment))


def _number(mark: bytes | None) -> float:
    try:
        return float(mark) if mark else 0.0
    except ValueError:
        return 0.0
