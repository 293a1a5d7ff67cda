"""Single-use values: a token goes out by mail, and comes back once."""

from __future__ import annotations

import contextlib
import time
from datetime import datetime

from server import clock
from server.crypto.ids import new_id
from server.database import Database, DatabaseError, Executor, InvalidValue
from server.model import Verification
from server.store import verifications as store

SWEEP_SECONDS = 60.0


async def create(db: Executor, identifier: str, value: str, seconds: int) -> None:
    """Keeps `value` under `identifier` for `seconds`."""
    await create_until(db, identifier, value, clock.after(seconds))


async def create_until(db: Executor, identifier: str, value: str, end: datetime) -> None:
    """Keeps `value` under `identifier` until then."""
    row_id = await new_id(db, "verification")
    await store.insert(db, Verification(row_id, identifier, value, end, clock.now()))


async def find(db: Executor, identifier: str) -> str | None:
    """The value, if its time is not over; it stays. What cannot be stored has none."""
    try:
        found = await find_whole(db, identifier)
    except InvalidValue:
        return None
    return found.value if found else None


async def find_whole(db: Executor, identifier: str) -> Verification | None:
    """As `find`, with when its time is over; raises InvalidValue for what cannot be stored."""
    found = await store.find(db, identifier)
    return found if found and found.expires_at >= clock.now() else None


async def consume(db: Executor, identifier: str) -> str | None:
    """The value, for one caller alone, if its time is not over; it is gone. S18."""
    found = await consume_whole(db, identifier)
    return found.value if found else None


async def consume_whole(db: Executor, identifier: str) -> Verification | None:
    """As `consume`, with when its time would have been over."""
    found = await store.consume(db, identifier)
    return found if found and found.expires_at >= clock.now() else None


async def create_for_address(db: Executor, identifier: str, user_id: str, email: str, seconds: int) -> bool:
    """Keeps a user's id under `identifier`, while `email` is their address; False when it is not any more."""
    row_id = await new_id(db, "verification")
    made = Verification(row_id, identifier, user_id, clock.after(seconds), clock.now())
    return await store.insert_for_address(db, made, email)


async def void(db: Executor, kind: str, user_id: str) -> set[str]:
    """Takes away what was kept for a user under identifiers that begin with `kind`; those whose time was not over."""
    found = await store.consume_of_user(db, kind, user_id)
    now = clock.now()
    return {each.identifier for each in found if each.expires_at >= now}


class Sweeper:
    """Deletes expired values at most once a minute, as better-auth does while it looks one up."""

    def __init__(self) -> None:
        self._next = 0.0

    async def sweep(self, db: Database) -> None:
        """Sweeps when it is time."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + SWEEP_SECONDS
            with contextlib.suppress(DatabaseError):  # the next time, then
                await store.delete_expired(db, clock.now())
