"""Runs checks one by one: each has its time, and what goes wrong in one is what it has found."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Iterator

from msgspec import Struct

from server import postgres
from server.config.settings import Settings
from server.database import Database, DatabaseError
from server.errors import StartError
from server.feature import Check, Finding

BUDGET_SECONDS = 5.0
# For what does not hear that its time is over, as a name that is being looked up.
GRACE_SECONDS = 1.0
EXPECTED = (DatabaseError, StartError, postgres.PostgresError, OSError)


class Result(Struct, frozen=True):
    """What a check of that name has found; `stuck`: a thread of it is still at work."""

    name: str
    finding: Finding
    stuck: bool = False


def examine(checks: Iterable[Check], settings: Settings) -> Iterator[Result]:
    """The results, as they come."""
    for check in checks:
        found: list[Finding] = []
        thread = threading.Thread(target=_run, args=(check, settings, found), daemon=True)
        thread.start()
        thread.join(BUDGET_SECONDS + GRACE_SECONDS)
        yield Result(check.name, found[0] if found else late(check), not found)


def late(check: Check) -> Finding:
    """What took too long is a failure where something does not answer, and no more than a note where much is read."""
    words = f"not found out within {BUDGET_SECONDS:g} s"
    if check.rows:
        return Finding("note", words, "There is much to read: ask for it by the command that is about it.")
    return Finding(
        "failure", words, "Something that is asked does not answer: see whether it can be reached."
    )


def _run(check: Check, settings: Settings, found: list[Finding]) -> None:
    """In a thread with a loop of its own, which nothing that stands still can keep the others from."""
    try:
        found.append(asyncio.run(_ask(check, settings)))
    except EXPECTED as error:
        words = str(error) or type(error).__name__
        found.append(Finding("failure", words, "Mend what this says, and ask again."))
    except Exception as error:
        found.append(
            Finding("failure", f"{type(error).__name__}: {error}", "This is a fault of the check itself.")
        )


async def _ask(check: Check, settings: Settings) -> Finding:
    db = Database(settings.database_url or "", 1)
    try:
        async with asyncio.timeout(BUDGET_SECONDS):
            return await check.run(settings, db)
    except TimeoutError:
        return late(check)
    finally:
        await db.close()
