"""Reads under names of their own, so that PostgreSQL keeps their plans."""

from __future__ import annotations

import functools
import hashlib
import re

_PLACEHOLDER = re.compile(r"%\((\w+)\)s|%%")


class Prepared:
    """A statement's PREPARE, and the EXECUTE that takes the same parameters.

    The name is made from the text: behind a pooler, whoever has prepared it has prepared the same.
    """

    __slots__ = ("execute", "prepare")

    def __init__(self, sql: str) -> None:
        name = "ai_editor_" + hashlib.sha256(sql.encode()).hexdigest()[:24]
        given = list(dict.fromkeys(found[1] for found in _PLACEHOLDER.finditer(sql) if found[1]))
        text = _PLACEHOLDER.sub(lambda found: f"${given.index(found[1]) + 1}" if found[1] else "%", sql)
        self.prepare = f"PREPARE {name} AS {text}"
        self.execute = f"EXECUTE {name}({', '.join(f'%({each})s' for each in given)})"


@functools.cache
def prepared(sql: str) -> Prepared | None:
    """The way to prepare a read with parameters, which may be asked again where that fails; None for all else."""
    return Prepared(sql) if sql.lstrip().startswith("SELECT") and "%(" in sql else None
