"""Where sessions are: in the database, in Redis, or in both, with one interface for all who ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from typing import Protocol

from server.crypto.ids import new_id
from server.database import Database, Executor
from server.model import Session, SignedIn
from server.store import session_lists, sessions
from server.store.session_lists import SessionSummary
from server.store.sessions import Ended

Written = Mapping[str, str | None]


class SessionStore(Protocol):
    """`db` is a transaction where what is done belongs to one: it fails, or can be undone, with it.

    Whoever waits for a store that is away gets DatabaseUnavailable.
    """

    async def new_id(self, db: Executor) -> str:
        """The id of a new session."""
        ...

    async def insert(self, db: Executor, session: Session, written: Written) -> Session:
        """Adds a session and what declared columns hold; as stored."""
        ...

    async def find(self, db: Executor, token: str) -> SignedIn | None:
        """The session with this token and its user, ended or not; or None."""
        ...

    async def list_active(self, db: Executor, user_id: str, now: datetime) -> Sequence[Session]:
        """The user's sessions that have not ended."""
        ...

    async def update_columns(
        self, db: Executor, token: str, written: Written, now: datetime
    ) -> Session | None:
        """Stores declared columns of a session; as it is then, None when it is gone."""
        ...

    async def update_expiry(
        self, db: Executor, token: str, expires_at: datetime, updated_at: datetime
    ) -> bool:
        """Moves the end of a session; False when it is gone."""
        ...

    async def delete_by_tokens(self, db: Executor, tokens: list[str]) -> Ended | None:
        """Ends the sessions with these tokens; one of them, None when there was none."""
        ...

    async def delete_own(self, db: Executor, token: str, user_id: str) -> bool:
        """Ends the session with this token if it is the user's; False when it is not. S40."""
        ...

    async def delete_others(self, db: Executor, user_id: str, token: str, now: datetime) -> int:
        """Ends the user's sessions but the one with this token; the number ended."""
        ...

    async def delete_by_id(self, db: Executor, session_id: str) -> Ended | None:
        """Ends the session with this id; None when there was none."""
        ...

    async def delete_all(self, db: Executor, user_id: str | None, now: datetime) -> int:
        """Ends all sessions, of one user or of all; the number of those that had not ended before."""
        ...

    def changing(self, db: Database) -> AbstractAsyncContextManager[Executor]:
        """Around one statement that changes a user and `user_changed`: a transaction where they belong together."""
        ...

    async def user_changed(self, db: Executor, user_id: str) -> None:
        """The row of the user is another one, or gone, in `db`: sessions say what it says now, or end."""
        ...

    async def list_summaries(
        self, db: Executor, user_id: str | None, limit: int, now: datetime
    ) -> list[SessionSummary]:
        """The newest `limit` sessions that have not ended, of one user or of all."""
        ...

    async def count(self, db: Executor, user_id: str | None, now: datetime) -> int:
        """The number of sessions that have not ended, of one user or of all."""
        ...

    async def check(self) -> None:
        """At the start; raises StartError."""
        ...

    async def close(self) -> None:
        """Lets go."""
        ...


class InDatabase:
    """The `session` table."""

    async def new_id(self, db: Executor) -> str:
        return await new_id(db, "session")

    async def insert(self, db: Executor, session: Session, written: Written) -> Session:
        return await sessions.insert(db, session, written)

    async def find(self, db: Executor, token: str) -> SignedIn | None:
        return await sessions.find_by_token(db, token)

    async def list_active(self, db: Executor, user_id: str, now: datetime) -> Sequence[Session]:
        return await sessions.list_active(db, user_id, now)

    async def update_columns(
        self, db: Executor, token: str, written: Written, now: datetime
    ) -> Session | None:
        return await sessions.update_columns(db, token, written, now)

    async def update_expiry(
        self, db: Executor, token: str, expires_at: datetime, updated_at: datetime
    ) -> bool:
        return await sessions.update_expiry(db, token, expires_at, updated_at)

    async def delete_by_tokens(self, db: Executor, tokens: list[str]) -> Ended | None:
        return await sessions.delete_by_tokens(db, tokens)

    async def delete_own(self, db: Executor, token: str, user_id: str) -> bool:
        return await sessions.delete_own(db, token, user_id)

    async def delete_others(self, db: Executor, user_id: str, token: str, now: datetime) -> int:
        return await sessions.delete_others(db, user_id, token, now)

    async def delete_by_id(self, db: Executor, session_id: str) -> Ended | None:
        return await sessions.delete_by_id(db, session_id)

    async def delete_all(self, db: Executor, user_id: str | None, now: datetime) -> int:
        return await sessions.delete_all(db, user_id, now)

    def changing(self, db: Database) -> AbstractAsyncContextManager[Executor]:
        return nullcontext(db)

    async def user_changed(self, db: Executor, user_id: str) -> None:
        pass

    async def list_summaries(
        self, db: Executor, user_id: str | None, limit: int, now: datetime
    ) -> list[SessionSummary]:
        return await session_lists.list_summaries(db, user_id, limit, now)

    async def count(self, db: Executor, user_id: str | None, now: datetime) -> int:
        return await session_lists.count(db, user_id, now)

    async def check(self) -> None:
        pass

    async def close(self) -> None:
        pass
