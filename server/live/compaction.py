"""A long log becomes a snapshot: what was deleted from the text goes with it, what was written stays."""

from __future__ import annotations

import asyncio

from server.database import Database
from server.live import store
from server.live.crdt import Copy

ROWS, BYTES = 500, 256 * 1024


async def compact(db: Database, document_id: str) -> int:
    """How many rows of the log went; 0 where there was nothing to do, or somebody else did it meanwhile.

    Nothing is locked while the snapshot is made: where the log has grown since, those rows stay.
    """
    state = await store.read(db, document_id)
    if state is None or not state.updates:
        return 0
    snapshot = await asyncio.to_thread(_encode, state.changes)
    async with db.transaction() as tx:
        return await store.compact(tx, document_id, state.snapshot_seq, state.seq, snapshot) or 0


def _encode(changes: list[bytes]) -> bytes:
    return Copy(changes).encode(changes)
