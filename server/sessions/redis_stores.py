"""Sessions in Redis, and in Redis beside the database, where the database has the last word."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

from server import clock
from server.crypto.ids import new_id
from server.crypto.random import random_id
from server.database import Database, DatabaseUnavailable, Executor
from server.model import COUNTED, Json, Session, SignedIn
from server.redis import values
from server.redis.errors import RedisUnavailable
from server.redis.sessions import RedisSessions
from server.sessions.stores import InDatabase, Written
from server.store import columns, extended
from server.store.session_lists import SessionSummary
from server.store.sessions import Ended

# How long after a session was put back into Redis it is looked whether it was meant to go.
SECOND_LOOK_SECONDS = 1.0


async def set_user(redis: RedisSessions, db: Executor, user_id: str) -> None:
    """Sessions in Redis say what the user's row says; those of nobody end, as of somebody who was banned."""
    row = await extended.find_whole_user(db, user_id)
    if row is None or _is_banned(db, row):
        await redis.revoke_all(user_id)
    else:
        await redis.set_user(user_id, row)


def _is_banned(db: Executor, user: Json) -> bool:
    """Where no feature has taken the rule over. S23."""
    taken = any(column.name == "banned" for column in db.columns.user)
    return not taken and values.is_banned(user, clock.now())


class InRedis:
    """Redis alone: a session that is there is answered without the database."""

    def __init__(self, redis: RedisSessions, db: Database) -> None:
        self.redis, self._db = redis, db

    async def new_id(self, db: Executor) -> str:
        """No table counts these."""
        return random_id() if db.shape.ids["session"] in COUNTED else await new_id(db, "session")

    async def insert(self, db: Executor, session: Session, written: Written) -> Session:
        """Before the transaction ends; goes with it where that fails."""
        user = await extended.find_whole_user(db, session.user_id)
        if user is None:
            raise RuntimeError("a session of nobody")
        more = await columns.get_session_as_stored(db, written)
        db.on_failure(lambda: self.redis.revoke([session.token]))
        return await self.redis.add(session, more, user)

    async def find(self, db: Executor, token: str) -> SignedIn | None:
        kept = await self.redis.find(token)
        return kept.who if kept and not _is_banned(db, kept.members["user"]) else None

    async def list_active(self, db: Executor, user_id: str, now: datetime) -> Sequence[Session]:
        found = await self.redis.list(user_id)
        return [kept.who.session for kept in found if not _is_banned(db, kept.members["user"])]

    async def update_columns(
        self, db: Executor, token: str, written: Written, now: datetime
    ) -> Session | None:
        more = {"updatedAt": now, **await columns.get_session_as_stored(db, written)}
        updated = await self.redis.update(token, lambda _: more)
        return updated.session if updated else None

    async def update_expiry(
        self, db: Executor, token: str, expires_at: datetime, updated_at: datetime
    ) -> bool:
        """Never to an earlier end than another server has given it meanwhile."""

        def later(session: Session) -> Mapping[str, object]:
            return {"expiresAt": max(expires_at, session.expires_at), "updatedAt": updated_at}

        return await self.redis.update(token, later) is not None

    async def delete_by_tokens(self, db: Executor, tokens: list[str]) -> Ended | None:
        gone = await self.redis.revoke(tokens)
        return Ended(gone[0].id, gone[0].user_id) if gone else None

    async def delete_own(self, db: Executor, token: str, user_id: str) -> bool:
        return bool(await self.redis.revoke([token], user_id))

    async def delete_others(self, db: Executor, user_id: str, token: str, now: datetime) -> int:
        return await self.redis.revoke_all(user_id, token)

    async def delete_by_id(self, db: Executor, session_id: str) -> Ended | None:
        async for kept in self.redis.everybody():
            if kept.who.session.id == session_id:
                return await self.delete_by_tokens(db, [kept.who.session.token])
        return None

    async def delete_all(self, db: Executor, user_id: str | None, now: datetime) -> int:
        if user_id is not None:
            return await self.redis.revoke_all(user_id)
        found = [kept.who.session async for kept in self.redis.everybody()]
        for each in {session.user_id for session in found}:
            await self.redis.revoke_all(each)
        return len(found)

    def changing(self, db: Database) -> AbstractAsyncContextManager[Executor]:
        return db.transaction()

    async def user_changed(self, db: Executor, user_id: str) -> None:
        """While the row is locked, so that of two changes the last one stays; again where the first is not kept."""
        db.on_failure(lambda: set_user(self.redis, self._db, user_id))
        await set_user(self.redis, db, user_id)

    async def list_summaries(
        self, db: Executor, user_id: str | None, limit: int, now: datetime
    ) -> list[SessionSummary]:
        found = await self._all(user_id)
        found.sort(key=lambda who: who.session.id)
        found.sort(key=lambda who: who.session.created_at, reverse=True)
        return [_summary(who) for who in found[:limit]]

    async def _all(self, user_id: str | None) -> list[SignedIn]:
        if user_id is not None:
            return [kept.who for kept in await self.redis.list(user_id)]
        return [kept.who async for kept in self.redis.everybody()]

    async def count(self, db: Executor, user_id: str | None, now: datetime) -> int:
        return len(await self._all(user_id))

    async def check(self) -> None:
        await self.redis.check()

    async def close(self) -> None:
        await self.redis.close()


def _summary(who: SignedIn) -> SessionSummary:
    session = who.session
    return SessionSummary(
        session.id,
        session.user_id,
        who.user.email,
        session.created_at,
        session.updated_at,
        session.expires_at,
        session.ip_address,
        session.user_agent,
    )


class InBoth(InDatabase):
    """The database, and what it says written to Redis for a better-auth server: revocations need both.

    What only adds to Redis goes on without it: better-auth asks the database for what it does not find there.
    """

    def __init__(self, redis: RedisSessions, db: Database) -> None:
        self._redis, self._db = redis, db
        self._later: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def _in(self, db: Executor) -> AsyncIterator[Executor]:
        """Changes of both belong together."""
        if db is self._db:
            async with self._db.transaction() as tx:
                yield tx
        else:
            yield db

    async def insert(self, db: Executor, session: Session, written: Written) -> Session:
        stored = await super().insert(db, session, written)
        db.on_failure(lambda: self._redis.revoke([session.token]))
        await self._fill(db, stored.token)
        return stored

    async def _fill(self, db: Executor, token: str) -> None:
        """Writes to Redis what the row says, which nobody can end until the transaction does."""
        row = await extended.find_whole_session(db, token)
        user = await extended.find_whole_user(db, str(row["userId"])) if row else None
        who = await super().find(db, token)
        if row and user and who:
            with contextlib.suppress(RedisUnavailable):
                await self._redis.add(who.session, row, user)

    async def find(self, db: Executor, token: str) -> SignedIn | None:
        """What the database says; what Redis lacks of it, or has left, is mended meanwhile."""
        who = await super().find(db, token)
        if not self._redis.is_away:
            task = asyncio.create_task(self._mend(token, who is not None))
            self._later.add(task)
            task.add_done_callback(self._later.discard)
        return who

    async def _mend(self, token: str, is_there: bool) -> None:
        with contextlib.suppress(DatabaseUnavailable):
            known = await self._redis.find(token) is not None
            if is_there and not known:
                async with self._db.transaction() as tx:
                    await self._fill(tx, token)
                await asyncio.sleep(SECOND_LOOK_SECONDS)
                # A better-auth server ends a session in Redis first, and may have been about to.
                is_there, known = await super().find(self._db, token) is not None, True
            if known and not is_there:
                await self._redis.revoke([token])

    async def update_columns(
        self, db: Executor, token: str, written: Written, now: datetime
    ) -> Session | None:
        async with self._in(db) as tx:
            stored = await super().update_columns(tx, token, written, now)
            row = await extended.find_whole_session(tx, token) if stored else None
            if row:
                more = {name: row[name] for name in ("updatedAt", *written)}
                await self._redis.update(token, lambda _: more)
            return stored

    async def update_expiry(
        self, db: Executor, token: str, expires_at: datetime, updated_at: datetime
    ) -> bool:
        async with self._in(db) as tx:
            moved = await super().update_expiry(tx, token, expires_at, updated_at)
            if moved:
                with contextlib.suppress(RedisUnavailable):
                    ends = {"expiresAt": expires_at, "updatedAt": updated_at}
                    await self._redis.update(token, lambda _: ends)
            return moved

    async def delete_by_tokens(self, db: Executor, tokens: list[str]) -> Ended | None:
        async with self._in(db) as tx:
            ended = await super().delete_by_tokens(tx, tokens)
            await self._redis.revoke(tokens)
            return ended

    async def delete_own(self, db: Executor, token: str, user_id: str) -> bool:
        async with self._in(db) as tx:
            ended = await super().delete_own(tx, token, user_id)
            gone = await self._redis.revoke([token], user_id)
            return ended or bool(gone)

    async def delete_others(self, db: Executor, user_id: str, token: str, now: datetime) -> int:
        async with self._in(db) as tx:
            ended = await super().delete_others(tx, user_id, token, now)
            await self._redis.revoke_all(user_id, token)
            return ended

    async def delete_by_id(self, db: Executor, session_id: str) -> Ended | None:
        async with self._in(db) as tx:
            ended = await super().delete_by_id(tx, session_id)
            for kept in await self._redis.list(ended.user_id) if ended else ():
                if kept.who.session.id == session_id:
                    await self._redis.revoke([kept.who.session.token])
            return ended

    async def delete_all(self, db: Executor, user_id: str | None, now: datetime) -> int:
        async with self._in(db) as tx:
            ended = await super().delete_all(tx, user_id, now)
            found = {user_id} if user_id else {each.who.user.id async for each in self._redis.everybody()}
            for each in found:
                await self._redis.revoke_all(each)
            return ended

    def changing(self, db: Database) -> AbstractAsyncContextManager[Executor]:
        return db.transaction()

    async def user_changed(self, db: Executor, user_id: str) -> None:
        db.on_failure(lambda: set_user(self._redis, self._db, user_id))
        await set_user(self._redis, db, user_id)

    async def check(self) -> None:
        await self._redis.check()

    async def close(self) -> None:
        for task in self._later:
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)
        await self._redis.close()
