"""The id of a new row, of the kind that its table has."""

from __future__ import annotations

import uuid
from typing import cast

from server.crypto.random import random_id
from server.database import Executor
from server.model import COUNTED, Table
from server.store import rows


async def new_id(db: Executor, table: str) -> str:
    """Made here, but for one that the database counts; a plugin's table has ids of the kind that the user's has."""
    kind = db.shape.ids.get(cast(Table, table), db.shape.ids["user"])
    if kind in COUNTED:
        return await rows.draw(db, f'"{table}"')
    return str(uuid.uuid4()) if kind == "uuid" else random_id()


async def new_ids(db: Executor, table: Table, number: int) -> list[str]:
    """Several at once."""
    kind = db.shape.ids[table]
    if kind in COUNTED:
        return await rows.draw_many(db, f'"{table}"', number)
    return [str(uuid.uuid4()) if kind == "uuid" else random_id() for _ in range(number)]
