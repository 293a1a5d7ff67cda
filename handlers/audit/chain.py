"""Whether the chain is whole, and all of it for an export. S37."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from msgspec import Struct

from handlers.audit import store
from handlers.audit.entries import START, Sealed, digest
from server.config.settings import Settings
from server.database import Database
from server.feature import Finding

BATCH = 1000
_BEFORE_ALL = -(2**63)
_LONG_AGO = (datetime(1, 1, 1, tzinfo=UTC), "")


class Head(Struct, frozen=True):
    """A place in the chain and the hash there; noted elsewhere, it says later whether all up to there is as it was."""

    position: int
    hash: str

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"


class Verdict(Struct, frozen=True):
    """The head of what is whole; `broken` is the first place that is wrong, and `reason` says why."""

    head: Head
    unsealed: int
    broken: int | None = None
    reason: str = ""


async def verify(db: Database, noted: Head | None) -> Verdict:
    """Reads the chain from its start; with a head that was noted, that has to be in it."""
    head, unsealed = Head(0, START), await store.count_unsealed(db)
    async for each in sealed(db, _BEFORE_ALL):
        reason = _fault(each, head, noted)
        if reason:
            return Verdict(head, unsealed, head.position + 1, reason)
        head = Head(head.position + 1, each.hash or "")
    if noted and noted.position > head.position:
        return Verdict(head, unsealed, head.position + 1, "the event is missing: one after it was noted")
    return Verdict(head, unsealed)


async def examine(settings: Settings, db: Database) -> Finding:
    """The same for `ai-editor doctor`, and of a backup."""
    found = await verify(db, None)
    if found.broken is not None:
        advice = "Somebody has changed it by hand: `ai-editor audit verify` and a backup say what is missing."
        return Finding("failure", f"the chain is broken at position {found.broken}: {found.reason}", advice)
    return Finding("ok", f"the chain of {found.head.position} events is whole")


def _fault(each: Sealed, head: Head, noted: Head | None) -> str:
    position = head.position + 1
    if each.position != position:
        return "the event is missing" if (each.position or 0) > position else "there is an event before it"
    if each.hash != digest(each, position, head.hash):
        return "the event, or its hash, is not what was written"
    if noted and noted.position == position and noted.hash != each.hash:
        return "the hash is another one than was noted"
    return ""


async def sealed(db: Database, position: int) -> AsyncIterator[Sealed]:
    """The chain after a place."""
    while found := await store.list_after(db, position, BATCH):
        for each in found:
            yield each
        position = found[-1].position or 0


async def everything(db: Database, position: int) -> AsyncIterator[Sealed]:
    """The chain after a place, then what has no place yet; what is given one meanwhile comes once, too."""
    async for each in sealed(db, position):
        yield each
        position = each.position or 0
    after = _LONG_AGO
    while found := await store.list_rest(db, position, after, BATCH):
        for each in found:
            yield each
        after = (found[-1].created_at, found[-1].id)
