"""What stands in the database beside our tables: nearly the same names, another schema, the scim plugin."""

from __future__ import annotations

from msgspec import Struct

from server.database import Executor


class Other(Struct, frozen=True):
    """A table whose name is better-auth's in other letters, as ORMs have it."""

    table: str
    columns: list[str]


class Elsewhere(Struct, frozen=True):
    """A schema that holds better-auth's tables, and the one where new tables would go to."""

    schema: str
    here: str


async def list_others(db: Executor) -> list[Other]:
    """Those that the comparison has to name."""
    return await db.all(
        Other,
        """
        SELECT c.relname::text AS table, array_agg(a.attname::text) AS columns
        FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
              AND c.relkind IN ('r', 'p', 'v', 'f')
              AND c.relname NOT IN ('user', 'session', 'account', 'verification', 'rateLimit')
              AND lower(replace(c.relname::text, '_', '')) IN (
                  'user', 'session', 'account', 'verification', 'ratelimit',
                  'users', 'sessions', 'accounts', 'verifications', 'ratelimits')
        GROUP BY c.relname
        ORDER BY c.relname
        """,
    )


async def find_elsewhere(db: Executor) -> Elsewhere | None:
    """A schema with better-auth's tables that new ones would not go to, unless settings chose another by its name.

    "public" is chosen by nobody: it is the default, which some tools write down. A schema on the search path behind an
    empty one is what statements without a schema's name would find.
    """
    return await db.one(
        Elsewhere,
        """
        SELECT n.nspname::text AS schema, current_schema()::text AS here
        FROM pg_namespace n
        WHERE n.nspname <> current_schema() AND NOT starts_with(n.nspname::text, 'pg_')
              AND n.nspname <> 'information_schema'
              AND (n.nspname = ANY (current_schemas(false)) OR current_schema() = 'public'
                   OR (SELECT source FROM pg_settings WHERE name = 'search_path') = 'default')
              AND (SELECT count(DISTINCT c.relname)
                   FROM pg_class c
                   JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
                   WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'f') AND (
                       c.relname = 'user' AND a.attname = 'email'
                       OR c.relname = 'account' AND a.attname IN ('providerId', 'provider_id', 'providerid'))) = 2
        ORDER BY array_position(current_schemas(false), n.nspname), n.nspname
        LIMIT 1
        """,
    )


class _Readable(Struct, frozen=True):
    name: str
    readable: bool


async def list_scim(db: Executor) -> dict[str, bool]:
    """The tables of better-auth's scim plugin that say who may come in, and whether this role may read them."""
    found = await db.all(
        _Readable,
        """
        SELECT name, has_table_privilege(to_regclass(quote_ident(name)), 'SELECT') AS readable
        FROM unnest(ARRAY['scimUser', 'scimSubject', 'scimConnectionBinding']) AS name
        WHERE to_regclass(quote_ident(name)) IS NOT NULL
        """,
    )
    return {each.name: each.readable for each in found}
