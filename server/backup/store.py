"""What a backup asks of a database, over a connection of its own."""

from __future__ import annotations

import json
from typing import Any

from msgspec import Struct
from psycopg2 import extensions

from server.uploads.files import FILES_KEY

_KEY = 0x61695F6261636B75  # "ai_backu": one try of a backup at a time on one database

# As text, so that it tells the rows and not only how many they are; in a form that no setting of a server changes.
_COUNT = """
    DO $$
    DECLARE
        each name;
        told text;
        found jsonb := '{}';
    BEGIN
        PERFORM set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, MDY', true),
            set_config('IntervalStyle', 'postgres', true), set_config('bytea_output', 'hex', true),
            set_config('extra_float_digits', '1', true);
        FOR each IN
            SELECT c.relname
            FROM pg_class c
            WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
                AND c.relnamespace = current_setting('ai_editor.schema')::regnamespace
            ORDER BY c.relname
        LOOP
            EXECUTE 'SELECT count(*) || '':'' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM '
                || current_setting('ai_editor.schema') || '.' || quote_ident(each) || ' t'
            INTO told;
            found := found || jsonb_build_object(each, told);
        END LOOP;
        PERFORM set_config('ai_editor.counts', found::text, true);
    END
    $$
"""
_ABOUT = """
    SELECT current_schema(), current_setting('server_version_num')::int,
        (SELECT oid::bigint FROM pg_database WHERE datname = current_database()),
        (SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()),
        (SELECT datcollate::text FROM pg_database WHERE datname = current_database()),
        (SELECT datctype::text FROM pg_database WHERE datname = current_database()),
        (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user),
        to_regclass('ai_editor_migration') IS NOT NULL
"""
_EXTENSIONS = """
    SELECT DISTINCT e.extname::text
    FROM pg_extension e
    JOIN pg_depend m ON m.refclassid = 'pg_extension'::regclass AND m.refobjid = e.oid AND m.deptype = 'e'
    JOIN pg_depend d ON d.refclassid = m.classid AND d.refobjid = m.objid AND d.deptype = 'n'
    JOIN pg_class c ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
    WHERE c.relnamespace = current_schema()::regnamespace
"""
_OTHERS = """
    SELECT count(*)
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL
        AND coalesce(backend_type, 'client backend') = 'client backend'
"""
# What psql is told before what was dumped: all that is in the schema goes, but for what extensions have there.
EMPTY = """
    DO $$
    DECLARE
        each record;
        here oid := current_schema()::regnamespace;
    BEGIN
        FOR each IN
            SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                    WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END AS kind,
                quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name, 1 AS turn
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relnamespace = here AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND NOT EXISTS (
                SELECT 1 FROM pg_depend d
                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'i')
            )
            UNION ALL
            SELECT CASE p.prokind WHEN 'a' THEN 'AGGREGATE' WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END,
                p.oid::regprocedure::text, 2
            FROM pg_proc p
            WHERE p.pronamespace = here AND NOT EXISTS (
                SELECT 1 FROM pg_depend d
                WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
            )
            UNION ALL
            SELECT 'TYPE', t.oid::regtype::text, 3
            FROM pg_type t
            WHERE t.typnamespace = here AND t.typtype IN ('d', 'e', 'r') AND NOT EXISTS (
                SELECT 1 FROM pg_depend d
                WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
            )
            ORDER BY turn
        LOOP
            IF NOT (each.kind = 'SEQUENCE' AND to_regclass(each.name) IS NULL) THEN
                EXECUTE 'DROP ' || each.kind || ' IF EXISTS ' || each.name || ' CASCADE';
            END IF;
        END LOOP;
    END
    $$;
"""
# Nobody migrates meanwhile; `key` is a variable of psql's.
BEGIN = """
    BEGIN;
    SET LOCAL client_min_messages = error;
    SET LOCAL statement_timeout = 0;
    SELECT pg_advisory_xact_lock(:key);
"""


class About(Struct, frozen=True):
    """The database that the connection leads to; `schema` is None where it has none of the name it should have."""

    schema: str | None
    version: int
    oid: int
    encoding: str
    collate: str
    ctype: str
    may_create: bool
    migrated: bool

    @property
    def major(self) -> int:
        return self.version // 10_000


def about(db: extensions.connection) -> About:
    """Where the connection has led to."""
    return About(*_row(db, _ABOUT))


def counts(db: extensions.connection, schema: str) -> dict[str, str]:
    """Of each table in the schema how many rows it has, and a sum over what is in them."""
    _run(db, """SELECT set_config('ai_editor.schema', quote_ident(%(schema)s), true)""", schema=schema)
    _run(db, _COUNT)
    found: dict[str, str] = json.loads(_row(db, """SELECT current_setting('ai_editor.counts')""")[0])
    return found


def patient(db: extensions.connection) -> None:
    """Until its end this transaction may take its time, and be idle."""
    _run(db, """SET LOCAL statement_timeout = 0""")
    _run(db, """SET LOCAL idle_in_transaction_session_timeout = 0""")


def export_snapshot(db: extensions.connection) -> str:
    """What this transaction sees, for another process to see."""
    return str(_row(db, """SELECT pg_export_snapshot()""")[0])


def take_turn(db: extensions.connection) -> None:
    """Until the transaction ends this is the only try of a backup of this database."""
    _run(db, """SELECT pg_advisory_xact_lock(%(key)s)""", key=_KEY)


def hold_files(db: extensions.connection) -> None:
    """Until `let_files_go` nobody deletes shared files: what the rows name that are read after this is there."""
    _run(db, """SELECT pg_advisory_lock_shared(%(key)s)""", key=FILES_KEY)


def let_files_go(db: extensions.connection) -> None:
    """Files may be deleted again."""
    _run(db, """SELECT pg_advisory_unlock_shared(%(key)s)""", key=FILES_KEY)


def list_extensions(db: extensions.connection) -> list[str]:
    """Those that tables of the schema cannot do without."""
    return [str(each[0]) for each in _rows(db, _EXTENSIONS)]


def list_migrations(db: extensions.connection) -> list[str]:
    """The migrations that have run."""
    return [
        str(each[0]) for each in _rows(db, """SELECT "name" FROM "ai_editor_migration" ORDER BY "name" """)
    ]


def count_others(db: extensions.connection) -> int:
    """How many others are connected to this database."""
    return int(_row(db, _OTHERS)[0])


def _run(db: extensions.connection, sql: str, **values: object) -> None:
    with db.cursor() as cursor:
        cursor.execute(sql, values or None)


def _rows(db: extensions.connection, sql: str) -> list[tuple[Any, ...]]:
    with db.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _row(db: extensions.connection, sql: str) -> tuple[Any, ...]:
    return _rows(db, sql)[0]
