"""What a table as a whole has to be: there, under its name, a table, for good, and open to this role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from server.model import Table
from server.schema.catalogue import Catalogue, Kept, Rewrite
from server.schema.expected import MARKS, TABLES, plain
from server.schema.neighbours import Other


def list_stops(found: Catalogue, made: bool) -> Iterator[str]:
    """What is otherwise, and what to run. `made`: our migrations have run, so that every table has to be here."""
    renamed = dict(_renamed(found))
    yield from renamed.values()
    for table in TABLES:
        if made and table not in found.columns and table not in renamed:
            yield f'"{table}" is not there any more: restore the table from a backup'
    yield from _rewritten(found.rewrites)
    # A table that lasts cannot refer to one that does not: the users come first.
    for each in sorted(found.kept, key=lambda each: each.table != "user"):
        yield from _unfit(each)


def _renamed(found: Catalogue) -> Iterator[tuple[str, str]]:
    for other in found.others:
        table = next(each for each in TABLES if plain(each) == plain(other.table).removesuffix("s"))
        if table not in found.columns and _is(other, table):
            words = f'"{table}" is called "{other.table}" here; tables have better-auth\'s own names'
            yield table, f'{words}: run ALTER TABLE "{other.table}" RENAME TO "{table}"'


def _is(other: Other, table: Table) -> bool:
    return MARKS[table] <= {plain(name) for name in other.columns}


def _rewritten(rules: Iterable[Rewrite]) -> Iterator[str]:
    for rule in rules:
        words = f'the rule "{rule.name}" makes other statements of those on "{rule.table}"'
        yield f'{words}: run DROP RULE "{rule.name}" ON "{rule.table}", and use a trigger'


def _unfit(each: Kept) -> Iterator[str]:
    if each.kind not in "rp":
        yield f'"{each.table}" is no table but a view: make it a table'
    elif each.forbidden:
        words = f'the role of DATABASE_URL lacks rights on "{each.table}"'
        yield f'{words}: run GRANT {each.forbidden} ON "{each.table}"'
    elif each.hidden:
        yield f'row level security hides rows of "{each.table}": give the role BYPASSRLS'
    elif not each.lasting and each.table != "rateLimit":
        words = f'"{each.table}" is empty after a crash, being UNLOGGED'
        yield f'{words}: run ALTER TABLE "{each.table}" SET LOGGED'
