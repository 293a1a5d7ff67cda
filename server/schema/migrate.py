"""Brings a database up: `status` says where it is, `migrate` runs what is missing, under an advisory lock."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from importlib import resources
from urllib.parse import quote

from msgspec import Struct, structs

from server.database import Database, DatabaseError, Locked, Transaction, WritesRefused
from server.model import Shape
from server.schema import catalogue, compare, ledger, migrations
from server.schema.catalogue import Catalogue
from server.schema.compare import Comparison
from server.schema.neighbours import Elsewhere, find_elsewhere, list_scim

LOCK_KEY = 0x61695F65646974  # "ai_edit": one migration at a time on one database
_SECONDS = 600.0
# A migration that a table's lock keeps waiting is undone and tried again, so often and after such a pause.
_TRIES, _PAUSE = 25, 1.0


class MigrationError(Exception):
    """The database cannot be used as it is; one line that says why and what to do."""


class Status(Struct, frozen=True):
    """Migrations by name; `foreign` when the database holds tables of something else and none of ours.

    `mends` and `stops` are how its tables differ from what we use: those that `migrate` sees to, and the others.
    """

    applied: tuple[str, ...]
    pending: tuple[str, ...]
    unknown: tuple[str, ...]
    adoptable: bool
    foreign: bool
    mends: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    lookalike: str | None = None
    elsewhere: Elsewhere | None = None

    @property
    def current(self) -> bool:
        """Whether this version can serve from this database now."""
        return not (
            self.pending or self.unknown or self.foreign or self.elsewhere or self.mends or self.stops
        )

    @property
    def serviceable(self) -> bool:
        """Whether a server that runs may go on: what a newer version has added is fit for the one before it."""
        return structs.replace(self, unknown=()).current


def files() -> dict[str, str]:
    """The migrations of this version, name → SQL, in order."""
    folder = resources.files(migrations)
    found = {entry.name[:-4]: entry.read_text() for entry in folder.iterdir() if entry.name.endswith(".sql")}
    return dict(sorted(found.items()))


async def status(db: Database) -> Status:
    """Reads where the database is, which `db` is told; changes nothing in it."""
    names = tuple(files())
    applied = await ledger.list_applied(db) if await ledger.exists(db) else []
    tables = await ledger.list_tables(db)
    found = await catalogue.read(db)
    core = compare.is_better_auths(found)
    compared = await _compare(db, found, bool(applied)) if core or applied else None
    return Status(
        applied=tuple(name for name in names if name in applied),
        pending=tuple(name for name in names if name not in applied),
        unknown=tuple(sorted(set(applied) - set(names))),
        adoptable=core and not applied,
        foreign=bool(tables) and not applied and not core,
        mends=compared.mends if compared else (),
        stops=compared.stops if compared else (),
        lookalike=compare.lookalike(tables),
        elsewhere=None if core or applied else await find_elsewhere(db),
    )


async def learn(db: Database) -> None:
    """Tells `db` how its tables are."""
    await _compare(db, await catalogue.read(db), made=True)


async def _compare(db: Database, found: Catalogue, made: bool) -> Comparison:
    compared = compare.compare(found, db.columns, made)
    scim = await list_scim(db)
    db.shape = replace(compared.shape, rules=compared.shape.rules | ({"scimUser"} & scim.keys()))
    closed = [name for name, readable in scim.items() if not readable]
    lines = (
        f'the role of DATABASE_URL lacks rights on "{name}", which says who may come in: run GRANT SELECT ON "{name}"'
        for name in closed
    )
    return structs.replace(compared, stops=(*compared.stops, *lines))


async def migrate(db: Database, begins: Callable[[], None] | None = None, served: bool = False) -> list[str]:
    """Runs the pending migrations, one transaction each; the names of those run. Raises MigrationError.

    `begins` is called before each one: the wait for its turn is over, the work itself may take long. Where nothing is
    pending nothing is locked or written, so that a standby will do, too. A newer database is none to start on, but for
    who has `served` from it when it was not.
    """
    if not await ledger.has_schema(db):
        raise MigrationError(
            "the database has no schema of the name that DATABASE_URL says: make it with CREATE SCHEMA, or mend the name"
        )
    found = await status(db)
    if found.serviceable and (served or found.current):
        return []
    check(found)
    if await ledger.is_read_only(db):
        raise WritesRefused("the database is read-only and has to be migrated")
    return await _run(db, found, begins)


async def require(db: Database, served: bool = False) -> None:
    """Raises MigrationError where `migrate` would have something to do; changes nothing."""
    found = await status(db)
    if found.current or (served and found.serviceable):
        return
    check(found)
    raise MigrationError(
        "the database is not up to date, and MIGRATE_ON_START is off: `ai-editor db migrate --dry-run` says what is missing,"
        " and `ai-editor db migrate` runs it"
    )


async def _run(db: Database, found: Status, begins: Callable[[], None] | None) -> list[str]:
    if found.pending and (found.adoptable or found.applied):
        await _check_accounts(db)
    if any("not unique" in line for line in found.mends):
        await _check_duplicates(db)
    done = []
    if found.mends:
        done += await _unhindered(partial(_mend, db, begins))
    for name, sql in files().items():
        done += await _unhindered(partial(_run_one, db, name, _fitted(sql, db.shape), begins))
    left = await status(db)
    if left.mends and left.mends != found.mends:  # what features add to tables that have just been made
        done += await _unhindered(partial(_mend, db, begins))
        left = await status(db)
    check(left)
    return done


async def _unhindered(work: Callable[[], Awaitable[list[str]]]) -> list[str]:
    """Does it again where others hold a table: who serves meanwhile comes first, and is not kept waiting for long."""
    for _ in range(_TRIES - 1):
        with contextlib.suppress(Locked):
            return await work()
        await asyncio.sleep(_PAUSE)
    try:
        return await work()
    except Locked as error:
        raise MigrationError(
            f"others keep a table locked, so this was undone: {error}; end what holds it, and migrate again"
        ) from error


def _fitted(sql: str, shape: Shape) -> str:
    """A migration where ids are no text: what it marks is of the same kind, and made by the database too."""
    kind = shape.ids["user"]
    if kind == "text":
        return sql.replace("text /* reference */", shape.reference)
    made = f"{kind} GENERATED BY DEFAULT AS IDENTITY"
    if kind == "uuid":
        made = "uuid DEFAULT pg_catalog.gen_random_uuid()"
    return sql.replace("text /* id */", made).replace("text /* reference */", kind)


def check(found: Status) -> None:
    """Refuses a database that is newer than this version, is not ours, or has tables that do not fit."""
    if found.unknown:
        raise MigrationError(
            f"the database is newer than this version (it has {found.unknown[-1]}): upgrade AI-Editor, or restore an"
            " older backup"
        )
    if found.elsewhere:
        there, here = found.elsewhere.schema, found.elsewhere.here
        raise MigrationError(
            f'better-auth\'s tables are in the schema "{there}", and new ones would go to "{here}": set search_path in'
            f" DATABASE_URL, as in ?search_path={quote(there)}, or to an empty schema for tables of its own"
        )
    if found.foreign:
        raise MigrationError(_foreign(found))
    if found.stops:
        more = (
            f" (and {len(found.stops) - 1} more: `ai-editor db status` lists them)" if found.stops[1:] else ""
        )
        raise MigrationError(f"the database does not fit: {found.stops[0]}{more}")


def _foreign(found: Status) -> str:
    if found.lookalike:
        return (
            f'the database has a table "{found.lookalike}": tables and columns have to have better-auth\'s own names,'
            ' as in "user" and "emailVerified"; rename them, or give DATABASE_URL a database of its own'
        )
    return "the database has tables that are neither AI-Editor's nor better-auth's: give DATABASE_URL a database of its own"


async def _check_duplicates(db: Database) -> None:
    """Looked at before anything is changed, as the accounts are."""
    found = await catalogue.list_duplicates(db)
    if found:
        raise MigrationError(f"nothing was changed, because {found[0]}: keep one, and migrate again")


async def _mend(db: Database, begins: Callable[[], None] | None) -> list[str]:
    """Brings what others made to where it can be used; what was done, or nothing where somebody was quicker."""
    sql = resources.files(__package__ or "").joinpath("mend.sql").read_text()
    async with db.transaction(_SECONDS) as tx:
        await ledger.lock(tx, LOCK_KEY)
        if not compare.compare(await catalogue.read(tx), tx.columns, made=True).mends:
            return []
        if begins:
            begins()
        try:
            await ledger.mend(tx, sql)
            found = await catalogue.read(tx)
            await ledger.add_columns(tx, compare.list_missing(found, tx.columns))
            await ledger.make_unique(tx, compare.list_repeatable(found, tx.columns))
        except Locked:
            raise
        except DatabaseError as error:
            raise MigrationError(f"the tables could not be mended, which was undone: {error}") from error
    return ["mend"]


async def _check_accounts(db: Database) -> None:
    """Looked at before anything is changed: the unique index would be refused halfway."""
    shared = await ledger.count_shared_accounts(db)
    if shared:
        raise MigrationError(
            f'{shared} of the provider accounts in the table "account" have more than one row, so nothing was changed:'
            ' keep one row of each ("providerId", "accountId"), delete the others, and migrate again'
        )


async def _run_one(db: Database, name: str, sql: str, begins: Callable[[], None] | None) -> list[str]:
    """The name of the migration, if it was run."""
    async with db.transaction(_SECONDS) as tx:
        return [name] if await _run_in(tx, name, sql, begins) else []


async def _run_in(tx: Transaction, name: str, sql: str, begins: Callable[[], None] | None) -> bool:
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
    except Locked:
        raise
    except DatabaseError as error:
        raise MigrationError(f"migration {name} failed and was undone: {error}") from error
    return True
