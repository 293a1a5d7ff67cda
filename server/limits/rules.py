"""How many requests one address may make of a path, and in what time: the features' rules, which are better-auth's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from msgspec import Struct

LONGEST_KEY = 300


class Limit(Struct, frozen=True):
    """At most `most` requests of a `path`, or with a `*` at its end of all that begin so.

    The count starts again after `seconds` without an allowed one.
    """

    path: str
    most: int
    seconds: int

    @property
    def milliseconds(self) -> int:
        """The window as the stores count it."""
        return self.seconds * 1000


DEFAULT = Limit("*", 100, 10)


class Rules:
    """The limit of each path below the API's base; of several that fit the longest counts."""

    def __init__(self, limits: Iterable[Limit]) -> None:
        known = {limit.path: limit for limit in limits}
        self._exact = {path: limit for path, limit in known.items() if not path.endswith("*")}
        prefixes = sorted((path for path in known if path.endswith("*")), key=len, reverse=True)
        self._prefixed = {path[:-1]: known[path] for path in prefixes}
        self._prefixes = tuple(self._prefixed)

    def find(self, path: str) -> Limit:
        """The limit of a path."""
        found = self._exact.get(path)
        if found is not None or not path.startswith(self._prefixes):
            return found or DEFAULT
        return next(limit for prefix, limit in self._prefixed.items() if path.startswith(prefix))


def path_below(base: str, path: str) -> str:
    """The path without the API's base and trailing slashes, as better-auth names it in its keys."""
    path = path.rstrip("/") or "/"
    if path == base:
        return "/"
    return path.removeprefix(base) if path.startswith(base + "/") else path


def key(address: str, path: str) -> str:
    """better-auth's key; a long one by its digest, as a client chooses the path and memory and index are finite."""
    whole = f"{address}|{path}"
    if len(whole) <= LONGEST_KEY:
        return whole
    return f"{address}|{hashlib.sha256(whole.encode('utf-8', 'surrogatepass')).hexdigest()}"
