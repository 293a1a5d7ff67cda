"""One comparison of the whole schema: what can be used as it is, what a migration mends, and what stops the start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from server.model import COUNTED, Column, Columns, IdKind, Shape, Table
from server.schema import advice, keys, tables
from server.schema.catalogue import Catalogue, Found
from server.schema.expected import (
    COLUMNS,
    MENDED,
    NAMES,
    OF_BETTER_AUTH,
    RULES,
    TABLES,
    TYPES,
    UNIQUE,
    Expected,
    plain,
)

_KINDS: dict[str, IdKind] = {
    "text": "text", "varchar": "text", "citext": "text", "uuid": "uuid", "int4": "integer", "int8": "bigint",
}  # fmt: skip
_OTHER_NAMES = {f"{one}{end}" for one in ("user", "session", "account") for end in ("", "s")}


class Finding(Struct, frozen=True):
    """One difference, as a line that begins with table.column."""

    weight: Literal["mend", "stop"]
    text: str


class Comparison(Struct, frozen=True):
    """`shape` is how to use the tables; `mends` a migration sees to, `stops` only a person can."""

    shape: Shape
    mends: tuple[str, ...]
    stops: tuple[str, ...]


def is_better_auths(found: Catalogue) -> bool:
    """Whether the tables without which there is no better-auth are here, be it with other columns."""
    user, account = ({plain(name) for name in found.columns.get(table, {})} for table in OF_BETTER_AUTH)
    return "email" in user and "providerid" in account


def lookalike(names: list[str]) -> str | None:
    """A table that is better-auth's under another name, as ORMs have it."""
    return next((name for name in names if name.lower() in _OTHER_NAMES and name not in TABLES), None)


def compare(found: Catalogue, declared: Columns, made: bool) -> Comparison:
    """`made`: our migrations have run, so that every table has to be here. Columns that features declare are ours."""
    whole = (*tables.list_stops(found, made), *keys.list_stops(found.keys), *keys.list_astray(found.astray))
    findings = [*(Finding("stop", text) for text in whole), *_columns(found, declared), *_uniqueness(found)]
    findings += [Finding("mend", text) for text in _wanting(found, declared)]
    mends, stops = ([each.text for each in findings if each.weight == weight] for weight in ("mend", "stop"))
    return Comparison(_shape(found, declared), tuple(mends), tuple(stops))


def list_missing(found: Catalogue, declared: Columns) -> list[Column]:
    """The columns of features that are to be added to the tables that are here."""
    there = found.columns
    return [each for each in declared if each.table in there and each.name not in there[each.table]]


def list_repeatable(found: Catalogue, declared: Columns) -> list[Column]:
    """The columns of features that are to be unique in the tables that are here, and that nothing makes so."""
    wanted = [each for each in declared if each.unique and each.table in found.columns]
    return [each for each in wanted if (each.table, each.name) not in found.unique]


def _wanting(found: Catalogue, declared: Columns) -> Iterator[str]:
    missing = list_missing(found, declared)
    yield from (f"{each.table}.{each.name} is missing" for each in missing)
    repeatable = [each for each in list_repeatable(found, declared) if each not in missing]
    yield from (f"{each.table}.{each.name} is not unique" for each in repeatable)


def _columns(found: Catalogue, declared: Columns) -> Iterator[Finding]:
    for table in TABLES:
        there = found.columns.get(table)
        if there is None:
            continue
        for name, expected in COLUMNS[table].items():
            column = there.get(name)
            yield from _missing(table, name, expected, there) if column is None else _unfit(column, expected)
        ours = COLUMNS[table].keys() | {each.name for each in declared if each.table == table}
        yield from (
            _required(column)
            for column in there.values()
            if column.name not in ours and not (column.nullable or column.filled or column.fixed)
        )
    yield from _references(found)


def _missing(table: str, name: str, expected: Expected, there: dict[str, Found]) -> Iterator[Finding]:
    other = next((each for each in there if plain(each) == plain(name)), None)
    if other:
        rename = f'run ALTER TABLE "{table}" RENAME COLUMN "{other}" TO "{name}"'
        yield Finding(
            "stop", f"{table}.{name} is called {other} here; columns have better-auth's own names: {rename}"
        )
    elif expected.addable:
        yield Finding("mend", f"{table}.{name} is missing")
    else:
        yield Finding("stop", f"{table}.{name} is missing: add the column as better-auth 1.7.25 has it")


def _unfit(column: Found, expected: Expected) -> Iterator[Finding]:
    where = f"{column.table}.{column.name}"
    if column.fixed and expected.kind == "id":
        yield Finding(
            "stop",
            f"{where} is always generated, and rows bring their own: {advice.give_ids(column)}",
        )
    elif column.fixed:
        yield Finding("stop", f"{where} is generated by the database: {advice.stop_generating(column)}")
    elif column.type in MENDED.get(expected.kind, ()):
        yield Finding("mend", f"{where} is {column.type}")
    elif column.type not in TYPES[expected.kind]:
        yield Finding(
            "stop",
            f"{where} is {column.type}; it takes {NAMES[expected.kind]}: {advice.convert(column, expected.kind)}",
        )
    elif expected.kind == "id" and _KINDS[column.type] in COUNTED and not column.counted:
        yield Finding(
            "stop", f"{where} is {column.type} without a sequence of its own: {advice.count(column)}"
        )
    elif column.length is not None and expected.endless:
        yield Finding("mend", f"{where} holds {column.length} characters alone")
    elif column.length is not None and column.length < expected.least:
        yield Finding(
            "stop",
            f"{where} holds {column.length} characters and needs {expected.least}:"
            f' run ALTER TABLE "{column.table}" ALTER COLUMN "{column.name}" TYPE text',
        )
    elif expected.filled and column.nullable:
        yield Finding("mend", f"{where} may be NULL")
    elif expected.blank and not column.nullable:
        yield _required(column)


def _required(column: Found) -> Finding:
    where = f"{column.table}.{column.name}"
    return Finding(
        "stop",
        f"{where} is required, and nothing here fills it: {advice.allow_null(column)}, or drop the column",
    )


def _references(found: Catalogue) -> Iterator[Finding]:
    """A reference is of the kind that it refers to."""
    user = found.columns.get("user", {}).get("id")
    for table in ("session", "account"):
        column = found.columns.get(table, {}).get("userId")
        if user and column and _group(user) != _group(column):
            yield Finding(
                "stop",
                f"{table}.userId is {column.type}, and user.id {user.type}: {advice.refer(column, user)}",
            )


def _group(column: Found) -> str:
    """Types that can be compared with each other."""
    kind = _KINDS.get(column.type, column.type)
    return "integer" if kind in COUNTED else kind


def _uniqueness(found: Catalogue) -> Iterator[Finding]:
    parted = {each.table for each in found.kept if each.kind == "p"}
    for table, name in UNIQUE:
        if name not in found.columns.get(table, {}) or (table, name) in found.unique:
            continue
        if table in parted:
            yield Finding("stop", f"{table}.{name} is not unique, and cannot be in parts: make it one table")
        else:
            yield Finding("mend", f"{table}.{name} is not unique")


def _shape(found: Catalogue, declared: Columns) -> Shape:
    def kind(table: Table) -> IdKind:
        column = found.columns.get(table, found.columns.get("user", {})).get("id")
        return _KINDS.get(column.type, "text") if column else "text"

    user, session = found.columns.get("user", {}), found.columns.get("session", {})
    taken = {each.name for each in declared.user}
    agent, own = session.get("userAgent"), user.get("id")
    return Shape(
        ids={table: kind(table) for table in TABLES},
        rules=frozenset(name for name in RULES if name in user and name not in taken),
        longest_user_agent=agent.length if agent else None,
        reference=own.written if own and own.type == "citext" else "text",
    )
