"""What is done between BEGIN and COMMIT, and what waits for its end."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import aiopg

from server.database import budget
from server.database.errors import DatabaseError, DatabaseUnavailable, NotSent, OutcomeUnknown
from server.database.executor import Statements
from server.database.statement import Result, execute
from server.model import Columns, Shape

log = logging.getLogger(__name__)

# An end of a transaction is always waited for a little.
END_SECONDS = 1.0


class Transaction(Statements):
    """One connection between BEGIN and COMMIT."""

    def __init__(self, connection: aiopg.Connection, seconds: float, columns: Columns, shape: Shape) -> None:
        self._connection, self._seconds, self.columns, self.shape = connection, seconds, columns, shape
        self._works: list[Callable[[], None]] = []
        self._undoings: list[Callable[[], Awaitable[object]]] = []
        self._later: list[Callable[[], Awaitable[object]]] = []

    async def _fetch(self, sql: str, params: dict[str, object]) -> Result:
        with budget.spend(self._seconds) as seconds:
            return await execute(self._connection, sql, params, seconds)

    def on_commit(self, work: Callable[[], None]) -> None:
        self._works.append(work)

    def on_failure(self, work: Callable[[], Awaitable[object]]) -> None:
        self._undoings.append(work)

    def afterwards(self, work: Callable[[], Awaitable[object]]) -> None:
        """Does what is no part of it once it is committed, and the connection free: whoever waits for it waits for both."""
        self._later.append(work)

    async def finish(self) -> None:
        """What was to be done afterwards, each for itself."""
        for work in self._later:
            try:
                await work()
            except Exception as error:  # what was done is done
                expected = isinstance(error, DatabaseError)
                log.log(
                    logging.WARNING if expected else logging.ERROR, "what was to follow failed: %s", error
                )

    async def failed(self) -> None:
        """After ROLLBACK, or a COMMIT without an answer: undoes what was done elsewhere, the last first."""
        for undo in reversed(self._undoings):
            try:
                await undo()
            except Exception as error:  # the reason for the failure counts
                expected = isinstance(error, DatabaseError)
                log.log(logging.INFO if expected else logging.ERROR, "after a change that failed: %s", error)

    def ended(self) -> None:
        """After COMMIT, unless it was refused; where its answer did not come, to forget too much does no harm."""
        for work in self._works:
            try:
                work()
            except Exception:  # what was done is done
                log.exception("after a change")


async def end(tx: Transaction, connection: aiopg.Connection, seconds: float) -> None:
    """COMMIT, and what waits for it: not where it is certain that nothing changed."""
    undone = False
    try:
        await _commit(connection, seconds)
    except BaseException as error:
        undone = isinstance(error, DatabaseError) and not isinstance(error, OutcomeUnknown)
        await tx.failed()
        raise
    finally:
        if not undone:
            tx.ended()


async def _commit(connection: aiopg.Connection, seconds: float) -> None:
    """Raises OutcomeUnknown where the connection is lost before the answer, or no standby has it."""
    try:
        with budget.spend(seconds) as left:
            await execute(connection, "COMMIT", {}, max(left, END_SECONDS))
    except (NotSent, OutcomeUnknown):
        raise
    except DatabaseUnavailable as error:
        if connection.closed:
            raise OutcomeUnknown(str(error)) from None
        await roll_back(connection)
        raise


async def roll_back(connection: aiopg.Connection) -> None:
    """ROLLBACK, or the end of a connection that does not answer."""
    if connection.closed:
        return
    try:
        await execute(connection, "ROLLBACK", {}, END_SECONDS)
    except DatabaseUnavailable:
        connection.close()
