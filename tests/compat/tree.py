"""JSON text as JavaScript writes it, kept in order: parsed to pairs, written back to the byte."""

from __future__ import annotations

import json
import re
from typing import Any


class Pairs(list[tuple[str, Any]]):
    """A JSON object with its order and its doubled keys."""

    def get(self, key: str) -> Any:
        """The last member of that name, None where there is none."""
        return next((value for name, value in reversed(self) if name == key), None)

    def names(self) -> list[str]:
        """The members' names, in order."""
        return [name for name, _ in self]

    def without(self, key: str) -> Pairs:
        """The same object less one member."""
        return Pairs(pair for pair in self if pair[0] != key)


def parse(text: str) -> Any:
    """JSON text → Pairs, lists and scalars; raises ValueError where it is not what JSON.stringify writes."""
    found = json.loads(text, object_pairs_hook=Pairs)
    if write(found) != text:
        raise ValueError("JSON.stringify would have written it otherwise")
    return found


def write(value: Any) -> str:
    """Writes as JSON.stringify does: no spaces, non-ASCII as it is, lone surrogates escaped."""
    if isinstance(value, Pairs):
        return "{" + ",".join(f"{write(key)}:{write(item)}" for key, item in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(write(item) for item in value) + "]"
    text = json.dumps(value, ensure_ascii=False)
    return re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text)
