"""Unique indexes and constraints that the tables cannot be used with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from server.schema import advice
from server.schema.catalogue import Key, Reference
from server.schema.expected import COLUMNS, CONFLICTS, ROWS


def list_stops(found: Iterable[Key]) -> Iterator[str]:
    """Of each that refuses a second row where there has to be one, or comes too late for ON CONFLICT, what to run."""
    for key in found:
        if key.late and key.table in CONFLICTS:
            words = f'has the deferrable constraint "{key.name}", which ON CONFLICT cannot use'
            yield f"{_where(key)} {words}: {advice.look_at_once(key)}"
        elif not key.partial and _refuses(key):
            words = f'may be in one row alone by "{key.name}", and has to be in several'
            yield f"{_where(key)} {words}: {advice.drop(key)}"


def list_astray(found: Iterable[Reference]) -> Iterator[str]:
    """References of sessions and accounts to other people than ours."""
    for each in found:
        words = f'{each.table}.userId refers to {each.to} by "{each.name}", and has to refer to user.id'
        yield f"{words}: {advice.drop_reference(each)}"


def _where(key: Key) -> str:
    return ", ".join(f"{key.table}.{name}" for name in sorted(key.columns))


def _refuses(key: Key) -> bool:
    """Whether rows that differ can be the same to it. What it says of columns that are not ours is theirs."""
    names = set(key.columns)
    if not names <= COLUMNS[key.table].keys():
        return False
    return not any(own <= names for own in ROWS[key.table])
