"""Brings a database up: `status` says where it is, `migrate` runs what is missing, under an advisory lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources

from server.database import Database, DatabaseError, Transaction
from server.schema import ledger

LOCK_KEY = 0x61695F65646974  # "ai_edit": one migration at a time on one database
_SECONDS = 600.0


class MigrationError(Exception):
    """The database cannot be used as it is; one line that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Status:
    """Migrations by name; `foreign` when the database holds tables of something else and none of ours."""

    applied: tuple[str, ...]
    pending: tuple[str, ...]
    unknown: tuple[str, ...]
    adoptable: bool
    foreign: bool

    @property
    def current(self) -> bool:
        """Whether this version can serve from this database now."""
        return not (self.pending or self.unknown or self.foreign)


def files() -> dict[str, str]:
    """The migrations of this version, name → SQL, in order."""
    folder = resources.files("server.schema.migrations")
    found = {entry.name[:-4]: entry.read_text() for entry in folder.iterdir() if entry.name.endswith(".sql")}
    return dict(sorted(found.items()))


async def status(db: Database) -> Status:
    """Reads where the database is; changes nothing."""
    names = tuple(files())
    applied = await ledger.list_applied(db) if await ledger.exists(db) else []
    tables = await ledger.list_tables(db)
    core = await ledger.has_core_columns(db)
    return Status(
        applied=tuple(name for name in names if name in applied),
        pending=tuple(name for name in names if name not in applied),
        unknown=tuple(sorted(set(applied) - set(names))),
        adoptable=core and not applied,
        foreign=bool(tables) and not applied and not core,
    )


async def migrate(db: Database, begins: Callable[[], None] | None = None) -> list[str]:
    """Runs the pending migrations, one transaction each; the names of those run. Raises MigrationError.

    `begins` is called before each one: the wait for its turn is over, the work itself may take long.
    """
    if not await ledger.has_schema(db):
        raise MigrationError(
            "the database has no schema of the name that DATABASE_URL says: make it with CREATE SCHEMA, or mend the name"
        )
    found = await status(db)
    check(found)
    if found.pending and (found.adoptable or found.applied):
        await _check_accounts(db)
    done = []
    for name, sql in files().items():
        async with db.transaction(_SECONDS) as tx:
            if await _run_one(tx, name, sql, begins):
                done.append(name)
    return done


def check(found: Status) -> None:
    """Refuses a database that is newer than this version, or not ours."""
    if found.unknown:
        raise MigrationError(
            f"the database is newer than this version (it has {found.unknown[-1]}): upgrade AI-Editor, or restore an"
            " older backup"
        )
    if found.foreign:
        raise MigrationError(
            "the database has tables that are neither AI-Editor's nor better-auth's with text ids: give DATABASE_URL a"
            " database of its own"
        )


async def _check_accounts(db: Database) -> None:
    """Looked at before anything is changed: the unique index would be refused halfway."""
    shared = await ledger.count_shared_accounts(db)
    if shared:
        raise MigrationError(
            f'{shared} of the provider accounts in the table "account" have more than one row, so nothing was changed:'
            ' keep one row of each ("providerId", "accountId"), delete the others, and migrate again'
        )


async def _run_one(tx: Transaction, name: str, sql: str, begins: Callable[[], None] | None) -> bool:
    """Waits for a migration that runs elsewhere, then looks again before running its own."""
    await ledger.lock(tx, LOCK_KEY)
    if not await ledger.exists(tx):  # to ask for what is there needs the right to make tables, too
        await ledger.create(tx)
    if name in await ledger.list_applied(tx):
        return False
    if begins:
        begins()
    try:
        await ledger.apply(tx, name, sql)
    except DatabaseError as error:
        raise MigrationError(f"migration {name} failed and was undone: {error}") from error
    return True
