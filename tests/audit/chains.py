"""Databases with a chain in them, and what a person with rights over the table does to it."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from handlers.audit import store
from handlers.audit.entries import entry
from handlers.audit.sealing import Sealer
from server.database import Database
from server.telemetry.audit import Event
from tests.conftest import execute

LAST = 12
NewDatabase = Callable[[], str]
OFF = 'ALTER TABLE "ai_editor_audit" DISABLE TRIGGER USER'
ON = 'ALTER TABLE "ai_editor_audit" ENABLE TRIGGER USER'


def chained(url: str, events: int = LAST) -> str:
    """Seals so many events more in a database with our tables."""
    finished(_added(url, events))
    return url


def finished(work: Coroutine[Any, Any, None]) -> None:
    """In a thread: asyncio.run leaves the thread it ran in without an event loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


async def _added(url: str, events: int) -> None:
    db = Database(url, 1)
    for number in range(events):
        facts = {"user_id": f"user {number % 3}", "ip_address": "192.0.2.7", "sign_in_method": "email"}
        await store.insert(db, [entry(Event("sign-in", facts))])
    await Sealer(db).seal()
    await db.close()


def tamper(url: str, *statements: str) -> None:
    """What the table's owner can do, and nobody else: the triggers are off meanwhile."""
    for each in (OFF, *statements, ON):
        execute(url, each)
