"""Whether a backup holds what it should: restored into a database of its own, which goes again, and compared."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg2

from server import postgres
from server.backup import store
from server.backup.archive import Archive
from server.backup.errors import BackupError
from server.backup.load import load
from server.backup.source import Source, connected
from server.config.settings import Settings
from server.database import Database
from server.feature import Check
from server.schema import migrate

# One for each database, under a lock: what a killed command has left is dropped by the next.
PREFIX = "ai_editor_check_"
ADVICE = (
    "--check-apart tries the backup in an embedded PostgreSQL of its own, --no-check leaves that out; or have the"
    " database's owner run ALTER ROLE … CREATEDB"
)


def beside(source: Source, backup: Archive, settings: Settings, checks: Sequence[Check]) -> list[str]:
    """Tries it on the server that it comes from; what was found to be right."""
    with _scratch(source) as dsn:
        return _compare(source, dsn, backup, settings, checks)


def apart(backup: Archive, settings: Settings, checks: Sequence[Check]) -> list[str]:
    """Tries it on an embedded server that is started for it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres.owned(Path(folder) / "postgres") as url,
        connected(url) as there,
    ):
        if there.about.major < backup.manifest.postgres // 10_000:
            raise BackupError(
                f"the embedded PostgreSQL is {there.about.major}, older than the database: try the backup beside it"
            )
        return _compare(there, there.dsn, backup, settings, checks)


@contextmanager
def _scratch(source: Source) -> Iterator[str]:
    about, name = source.about, f"{PREFIX}{source.about.oid}"
    if not about.may_create:
        raise BackupError(f"the backup cannot be tried: the role may not create databases; {ADVICE}")
    where = f"--maintenance-db={source.shown(source.dsn)}"
    drop = ("dropdb", "--if-exists", *(["--force"] if about.major >= 13 else []), where, name)
    store.take_turn(source.db)
    store.patient(source.db)
    source.run(*drop)
    kind = (f"--encoding={about.encoding}", f"--lc-collate={about.collate}", f"--lc-ctype={about.ctype}")
    try:  # a Ctrl-C may come as soon as it is there
        refused = source.run("createdb", "--template=template0", *kind, where, name)
        if refused:
            raise BackupError(f"the backup cannot be tried ({refused}); {ADVICE}")
        yield source.beside(name)
    finally:
        source.run(*drop)
        source.db.rollback()


def _compare(
    source: Source, dsn: str, backup: Archive, settings: Settings, checks: Sequence[Check]
) -> list[str]:
    schema = backup.manifest.schema
    existing = "public" if schema == "public" else None
    load(source, dsn, backup.dump, existing)
    found, kept = _counted(dsn, schema), backup.manifest.tables
    if found != kept:
        names = sorted(name for name in found.keys() | kept.keys() if found.get(name) != kept.get(name))
        raise BackupError(
            f"the backup is not what the database holds: {', '.join(names)} came back otherwise"
        )
    number = len(found)
    return [
        f"{number} tables with {backup.manifest.rows} rows came back as they are",
        *asyncio.run(_ask(replace(settings, database_url=dsn), schema, checks)),
    ]


def _counted(dsn: str, schema: str) -> dict[str, str]:
    db = psycopg2.connect(dsn)
    try:
        return store.counts(db, schema)
    finally:
        db.close()


async def _ask(settings: Settings, schema: str, checks: Sequence[Check]) -> list[str]:
    """What features say of their rows there."""
    path = '"' + schema.replace('"', '""') + '"'
    db = Database(psycopg2.extensions.make_dsn(settings.database_url, options=f"-csearch_path={path}"), 1)
    try:
        status = await migrate.status(db)
        if status.pending:  # the tables that they look at may come with what is missing
            return []
        found = [(check.name, await check.run(settings, db)) for check in checks]
    finally:
        await db.close()
    bad = [f"{name}: {each.words}" for name, each in found if each.bad]
    if bad:
        raise BackupError(
            f"the backup came back, and says the same as the database, which is wrong: {bad[0]}"
        )
    return [f"{name}: {each.words}" for name, each in found]
