"""Time that a test moves: the clock of a process, and that of the database."""

from dataclasses import dataclass

from server.database import Executor


@dataclass
class Clock:
    """Milliseconds that pass when a test says so."""

    now: int = 1_000_000

    def __call__(self) -> int:
        return self.now


async def pass_time(db: Executor, milliseconds: int) -> None:
    """Makes the database's rate-limit rows older: its own clock cannot be set."""
    await db.run(
        'UPDATE "rateLimit" SET "lastRequest" = "lastRequest" - %(milliseconds)s', milliseconds=milliseconds
    )
