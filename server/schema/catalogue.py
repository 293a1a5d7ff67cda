"""What PostgreSQL's catalogue says of better-auth's tables, where new ones would go to."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import Struct

from server.database import Executor
from server.schema.neighbours import Other, list_others


class Found(Struct, frozen=True):
    """A column as it is. `filled`: a row that says nothing of it gets a value; `fixed`: none can be given.

    `counted`: the database counts its values. `written`: its type as a new column would have it; `below`: what that is
    made of, where it is a domain without NULL.
    """

    table: str
    name: str
    type: str
    length: int | None
    nullable: bool
    filled: bool
    fixed: bool
    counted: bool
    written: str
    below: str | None


class _Pair(Struct, frozen=True):
    table: str
    name: str


class _Name(Struct, frozen=True):
    name: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What a table is to this role: what it may not do, and whether rows are hidden from it.

    `lasting` is false for one that PostgreSQL empties after a crash.
    """

    table: str
    kind: str
    lasting: bool
    forbidden: str
    hidden: bool


class Key(Struct, frozen=True):
    """What may be in one row alone: the columns that it looks at, and of a constraint how PostgreSQL would write it.

    `late`: it may be looked at when a transaction ends. `partial`: it holds for a part of the rows.
    """

    table: str
    name: str
    definition: str | None
    late: bool
    partial: bool
    columns: list[str]


class Rewrite(Struct, frozen=True):
    """A rule that makes another statement of one."""

    table: str
    name: str


class Reference(Struct, frozen=True):
    """A foreign key on "userId" to something else than user.id."""

    table: str
    name: str
    to: str


class Catalogue(Struct, frozen=True):
    """Columns by table and name; the single columns that are unique; what the tables are to this role.

    `keys` are the indexes and constraints that refuse a second row, `rewrites` the rules on statements, `others` the
    tables with nearly the same names, `astray` the foreign keys that lead elsewhere.
    """

    columns: dict[str, dict[str, Found]]
    unique: frozenset[tuple[str, str]]
    kept: tuple[Kept, ...]
    keys: tuple[Key, ...]
    rewrites: tuple[Rewrite, ...]
    others: tuple[Other, ...]
    astray: tuple[Reference, ...]


async def read(db: Executor) -> Catalogue:
    """All of it; changes nothing."""
    tables: dict[str, dict[str, Found]] = {}
    for each in await _columns(db):
        tables.setdefault(each.table, {})[each.name] = each
    unique = frozenset((each.table, each.name) for each in await _unique(db))
    return Catalogue(
        tables,
        unique,
        kept=tuple(await _kept(db)),
        keys=tuple(await _keys(db)),
        rewrites=tuple(await _rewrites(db)),
        others=tuple(await list_others(db)),
        astray=tuple(await _astray(db)),
    )


async def _columns(db: Executor) -> list[Found]:
    return await db.all(
        Found,
        """
        SELECT c.relname::text AS table, a.attname::text AS name, t.typname::text AS type,
               CASE WHEN t.typname IN ('varchar', 'bpchar') AND greatest(a.atttypmod, own.typtypmod) > 4
                    THEN greatest(a.atttypmod, own.typtypmod) - 4 END AS length,
               NOT (a.attnotnull OR own.typnotnull) AS nullable,
               a.atthasdef OR a.attidentity <> '' OR own.typdefault IS NOT NULL AS filled,
               a.attgenerated <> '' OR a.attidentity = 'a' AS fixed,
               pg_get_serial_sequence(quote_ident(current_schema()) || '.' || quote_ident(c.relname), a.attname)
               IS NOT NULL AS counted,
               format_type(a.atttypid, a.atttypmod) AS written,
               CASE WHEN own.typnotnull THEN format_type(own.typbasetype, own.typtypmod) END AS below
        FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_type own ON own.oid = a.atttypid
        JOIN pg_type t ON t.oid = CASE WHEN own.typtype = 'd' THEN own.typbasetype ELSE own.oid END
        WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
              AND c.relname IN ('user', 'session', 'account', 'verification', 'rateLimit')
        ORDER BY c.relname, a.attnum
        """,
    )


async def _unique(db: Executor) -> list[_Pair]:
    """Whole columns: an index on a part of the rows, or on an expression, promises less."""
    return await db.all(
        _Pair,
        """
        SELECT c.relname::text AS table, a.attname::text AS name
        FROM pg_index i
        JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
        WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
              AND c.relname IN ('user', 'session', 'account', 'verification', 'rateLimit')
              AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
              AND i.indnkeyatts = 1
        """,
    )


async def _kept(db: Executor) -> list[Kept]:
    """Of each table, our own too: what it is, and what this role may not do to it."""
    return await db.all(
        Kept,
        """
        SELECT c.relname::text AS table, c.relkind::text AS kind, c.relpersistence = 'p' AS lasting,
               concat_ws(', ',
                   CASE WHEN NOT has_table_privilege(c.oid, 'SELECT') THEN 'SELECT' END,
                   CASE WHEN NOT has_table_privilege(c.oid, 'INSERT') THEN 'INSERT' END,
                   CASE WHEN NOT has_table_privilege(c.oid, 'UPDATE') THEN 'UPDATE' END,
                   CASE WHEN NOT has_table_privilege(c.oid, 'DELETE') THEN 'DELETE' END) AS forbidden,
               row_security_active(c.oid) AS hidden
        FROM pg_class c
        WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
              AND (c.relname IN ('user', 'session', 'account', 'verification', 'rateLimit')
                   OR starts_with(c.relname::text, 'ai_editor_') AND c.relname <> 'ai_editor_migration')
              AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        ORDER BY c.relname
        """,
    )


async def _keys(db: Executor) -> list[Key]:
    """An expression is told by the columns in it."""
    return await db.all(
        Key,
        """
        SELECT c.relname::text AS table, name.relname::text AS name, pg_get_constraintdef(rule.oid) AS definition,
               NOT i.indimmediate AS late, i.indpred IS NOT NULL AS partial, (
                   SELECT array_agg(DISTINCT a.attname::text)
                   FROM pg_attribute a
                   WHERE a.attrelid = c.oid AND (
                       a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
                       OR i.indexprs IS NOT NULL AND EXISTS (
                           SELECT 1
                           FROM pg_depend d
                           WHERE d.objid = i.indexrelid AND d.refobjid = c.oid AND d.refobjsubid = a.attnum
                       )
                   )
               ) AS columns
        FROM pg_index i
        JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_class name ON name.oid = i.indexrelid
        LEFT JOIN pg_constraint rule ON rule.conindid = i.indexrelid AND rule.contype IN ('p', 'u', 'x')
        WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
              AND c.relname IN ('user', 'session', 'account', 'verification', 'rateLimit')
              AND (i.indisunique OR i.indisexclusion) AND i.indisready
        ORDER BY c.relname, name.relname
        """,
    )


async def _rewrites(db: Executor) -> list[Rewrite]:
    """Rules of tables; that of a view is the view."""
    return await db.all(
        Rewrite,
        """
        SELECT c.relname::text AS table, r.rulename::text AS name
        FROM pg_rewrite r
        JOIN pg_class c ON c.oid = r.ev_class
        WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
              AND c.relname IN ('user', 'session', 'account', 'verification', 'rateLimit')
              AND c.relkind IN ('r', 'p') AND r.ev_enabled <> 'D'
        ORDER BY c.relname, r.rulename
        """,
    )


async def _astray(db: Executor) -> list[Reference]:
    return await db.all(
        Reference,
        """
        SELECT c.relname::text AS table, k.conname::text AS name,
               concat(k.confrelid::regclass, '.', there.attname) AS to
        FROM pg_constraint k
        JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1] AND a.attname = 'userId'
        JOIN pg_attribute there ON there.attrelid = k.confrelid AND there.attnum = k.confkey[1]
        WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
              AND c.relname IN ('session', 'account') AND k.contype = 'f' AND cardinality(k.conkey) = 1
              AND k.conparentid = 0
              AND (k.confrelid <> to_regclass(quote_ident(current_schema()) || '."user"') OR there.attname <> 'id')
        ORDER BY c.relname, k.conname
        """,
    )


async def list_duplicates(db: Executor) -> list[str]:
    """Where a column that has to be unique is not: of each, one value's first and last row."""
    found = await db.all(
        _Name,
        """
        SELECT concat('user.email is the same in the users ', min(twice.first), ' and ', min(twice.last)) AS name
        FROM (SELECT min("id"::text) AS first, max("id"::text) AS last
              FROM "user" GROUP BY "email" HAVING count(*) > 1 ORDER BY 1 LIMIT 1) AS twice
        HAVING count(*) > 0
        UNION ALL
        SELECT concat('user.id ', min(twice.first), ' is in more than one row') AS name
        FROM (SELECT min("id"::text) AS first
              FROM "user" GROUP BY "id" HAVING count(*) > 1 ORDER BY 1 LIMIT 1) AS twice
        HAVING count(*) > 0
        """,
    )
    return [row.name for row in found] + await _list_shared_tokens(db)


async def _list_shared_tokens(db: Executor) -> list[str]:
    if not await db.value("""SELECT to_regclass('session') IS NOT NULL"""):
        return []
    found = await db.all(
        _Name,
        """
        SELECT concat('session.token is the same in the sessions ', min(twice.first), ' and ', min(twice.last)) AS name
        FROM (SELECT min("id"::text) AS first, max("id"::text) AS last
              FROM "session" GROUP BY "token" HAVING count(*) > 1 ORDER BY 1 LIMIT 1) AS twice
        HAVING count(*) > 0
        """,
    )
    return [row.name for row in found]
