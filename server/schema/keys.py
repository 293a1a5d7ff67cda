"""Unique indexes and exclusion constraints that the tables cannot be used with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from server.schema.catalogue import Key
from server.schema.expected import COLUMNS, CONFLICTS, ROWS


def list_stops(found: Iterable[Key]) -> Iterator[str]:
    """Of each that refuses a second row where there has to be one, or comes too late for ON CONFLICT, what to run."""
    for key in found:
        if key.late and key.table in CONFLICTS:
            yield _late(key)
        elif not key.partial and _refuses(key):
            drop = f'DROP INDEX "{key.name}"'
            if key.definition:
                drop = f'ALTER TABLE "{key.table}" DROP CONSTRAINT "{key.name}"'
            yield f'{_where(key)} may be in one row alone by "{key.name}", and has to be in several: run {drop}'


def _late(key: Key) -> str:
    kept = (key.definition or "").removesuffix(" INITIALLY DEFERRED").removesuffix(" DEFERRABLE")
    change = f'DROP CONSTRAINT "{key.name}", ADD CONSTRAINT "{key.name}" {kept}'
    return (
        f'{_where(key)} has the deferrable constraint "{key.name}", which ON CONFLICT cannot use:'
        f' run ALTER TABLE "{key.table}" {change}'
    )


def _where(key: Key) -> str:
    return ", ".join(f"{key.table}.{name}" for name in sorted(key.columns))


def _refuses(key: Key) -> bool:
    """Whether rows that differ can be the same to it. What it says of columns that are not ours is theirs."""
    names = set(key.columns)
    if not names <= COLUMNS[key.table].keys():
        return False
    return not any(own <= names for own in ROWS[key.table])
