"""The database: whether it answers, its version, its tables and indexes, its clock, rows that are over, connections."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

from handlers.doctor import store
from server import clock
from server.authentication import sweeping
from server.config.settings import Settings
from server.database import Database, Replicas
from server.database.replicas import NO_STANDBY
from server.feature import Check, Finding
from server.schema import ledger, migrate

# When the PostgreSQL project ends each; of newer ones nothing is known yet.
ENDS = {
    13: date(2025, 11, 13), 14: date(2026, 11, 12), 15: date(2027, 11, 11), 16: date(2028, 11, 9),
    17: date(2029, 11, 8), 18: date(2030, 11, 14),
}  # fmt: skip
OLDEST = min(ENDS)
APART_SECONDS = 2.0
LOOKS, LOOK_SECONDS = 10, 0.2
# A sweep may have been missed; many rows that nobody sweeps are another thing.
MANY = 1000
LATE = sweeping.KEPT + timedelta(hours=6)
_INDEX = re.compile(
    r'\bCREATE (?:UNIQUE )?INDEX (?:IF NOT EXISTS )?"(\w+)" ON "(\w+)" (?:USING gin )?\(((?:"\w+"(?:, )?)+)\)([^;]*);'
)


async def database(settings: Settings, db: Database) -> Finding:
    """Whether it answers and takes changes, and how old it is."""
    found = await store.about(db)
    major, what = found.version // 10_000, f"PostgreSQL {found.spoken.split()[0]}"
    if found.waiting:
        advice = "Give DATABASE_URL the server that takes changes, or end default_transaction_read_only."
        return Finding("failure", f"{what} is read-only", advice)
    ends = ENDS.get(major)
    if major < OLDEST or (ends and ends < clock.now().date()):
        words = f"{what} is out of support: holes in it are mended no more"
        return Finding(
            "warning", words, "Upgrade it: `ai-editor db backup`, then `db restore` into a newer one."
        )
    return Finding("ok", f"{what} answers, and takes changes")


async def schema(settings: Settings, db: Database) -> Finding:
    """The comparison of the start."""
    if not await ledger.has_schema(db):
        words = "the database has no schema of the name that DATABASE_URL says"
        return Finding("failure", words, "Make it with CREATE SCHEMA, or mend the name.")
    return _compared(await migrate.status(db))


def _compared(found: migrate.Status) -> Finding:
    try:
        migrate.check(found)
    except migrate.MigrationError as error:
        return Finding("failure", str(error), "`ai-editor db status` tells all of it.")
    if found.pending or found.mends:
        missing = (*found.pending, *found.mends)
        words = f"{len(missing)} changes are missing, of which the next is {missing[0]}"
        return Finding("warning", words, "`ai-editor db migrate`, or a start, makes them.")
    return Finding("ok", f"{len(found.applied)} migrations have run, and the tables fit")


async def indexes(settings: Settings, db: Database) -> Finding:
    """Those that migrations made, by whatever name, and those that PostgreSQL does not use."""
    found = await store.list_indexes(db)
    broken = [each.name for each in found if not each.valid]
    if broken:
        words = f'the index "{broken[0]}" is invalid: it is kept up, and never used'
        return Finding("warning", words, f'Run REINDEX INDEX CONCURRENTLY "{broken[0]}".')
    missing = await _missing(db, found)
    if missing:
        words = ", ".join(f'"{name}"' for name, _ in missing)
        return Finding(
            "warning", f"missing: {words}; what looks there reads all rows", f"Run {missing[0][1]}"
        )
    return Finding("ok", "all are there, and valid")


async def _missing(db: Database, found: list[store.Index]) -> list[tuple[str, str]]:
    """Name and statement of each."""
    applied = await ledger.list_applied(db) if await ledger.exists(db) else []
    return [(name, statement) for name, statement, like in expected(applied) if not any(map(like, found))]


def expected(applied: list[str]) -> Iterator[tuple[str, str, Callable[[store.Index], bool]]]:
    """Name and statement of each index that the migrations so far made, and whether another does the same."""
    for name, sql in migrate.files().items():
        for found in _INDEX.finditer(sql) if name in applied else ():
            statement = " ".join(found[0].split())
            yield (
                found[1],
                statement,
                partial(_like, found[2], re.findall(r'"(\w+)"', found[3]), bool(found[4].strip())),
            )


def _like(table: str, columns: list[str], is_partial: bool, has: store.Index) -> bool:
    return has.of == table and has.columns[: len(columns)] == columns and has.partial == is_partial


async def database_clock(settings: Settings, db: Database) -> Finding:
    """By whose clock sessions end, beside ours; the way there takes part of the difference."""
    before = clock.now()
    theirs = await store.now(db)
    after = clock.now()
    apart = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0)
    if apart > APART_SECONDS:
        sign = "behind" if theirs < before else "ahead of"
        words = f"the database's clock is {apart:.0f} s {sign} this machine's"
        return Finding("warning", words, "Have both set by NTP: sessions and links end by these clocks.")
    return Finding("ok", "the database's clock is this machine's")


async def rows(settings: Settings, db: Database) -> Finding:
    """Rows that are over for so long that nothing seems to sweep them."""
    moment = clock.now() - LATE
    found = await store.count_expired(db, moment, int(moment.timestamp() * 1000))
    words = f"over and still there: {found.sessions} sessions, {found.verifications} verifications, {found.limits} limits"
    if max(found.sessions, found.verifications, found.limits) > MANY:
        return Finding(
            "warning", words, "A server sweeps them while it runs: see its log for why it did not."
        )
    return Finding("ok", words)


async def connections(settings: Settings, db: Database) -> Finding:
    """Whether all workers can have what they may ask for: a pool each, and one that listens."""
    found = await store.about(db)
    wanted, there = settings.workers * (settings.db_pool_size + 1), found.connections - found.reserved
    words = f"{settings.workers} workers may open {wanted} connections, of {there}; {found.used} are in use"
    if wanted > there:
        return Finding(
            "warning", words, "Lower DB_POOL_SIZE or WORKERS, raise max_connections, or use pgbouncer."
        )
    return Finding("ok", words)


async def replicas(settings: Settings, db: Database) -> Finding:
    """Whether reads may go to each of READ_DATABASE_URL, of which one may be the primary."""
    among = Replicas(db, settings.read_database_urls, 1)
    try:
        for _ in range(LOOKS):
            await among.look()
            if all(each.usable for each in among.each):
                break
            await asyncio.sleep(LOOK_SECONDS)
        return _of_replicas({each.name: each.reason for each in among.each})
    finally:
        await among.close()


def _of_replicas(reasons: dict[str, str]) -> Finding:
    usable = [name for name, reason in reasons.items() if not reason]
    left_out = [f"{name}: {reason}" for name, reason in reasons.items() if reason]
    words = f"{len(usable)} of {len(reasons)} can be read from" if reasons else "none is set"
    if not left_out or (usable and all(each.endswith(NO_STANDBY) for each in left_out)):
        return Finding("ok", words)
    advice = "Have them stream from the server of DATABASE_URL; until they do, that one answers."
    return Finding("warning", f"{words}; {'; '.join(left_out)}", advice)


FIRST = Check("database", database)
CHECKS = (
    Check("clock", database_clock),
    Check("schema", schema),
    Check("connections", connections),
    Check("replicas", replicas),
)
# Of a database whose tables are ours.
IN_TABLES = (Check("indexes", indexes), Check("rows", rows))
