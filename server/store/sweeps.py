"""Whose turn it is to delete what is over."""

from __future__ import annotations

from server.database import Executor

_KEY = 0x61695F7377656570  # "ai_sweep"


async def take_turn(db: Executor) -> bool:
    """Until the transaction ends; False when another process has it."""
    return bool(await db.value("""SELECT pg_try_advisory_xact_lock(%(key)s)""", key=_KEY))
