"""Both servers on one database: what either has made, the other must take."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.compat.caller import Caller
from tests.compat.databases import Databases
from tests.compat.options import OPTION_SETS
from tests.compat.servers import Ours, Reference, ReferenceApp, Server, start_ours

# Another process's writes must be seen at once, so ours may not answer from memory.
TOGETHER = {"SESSION_CACHE": "off", "PASSWORD_HASH": "scrypt"}
FACTORS = "two-factor"
CACHES = ("cache-compact", "cache-jwt", "cache-jwe")


@dataclass(frozen=True)
class Shared:
    """Both by option set, ours writing better-auth's scrypt; `bcrypt` is ours with its own hashes."""

    theirs: dict[str, ReferenceApp]
    ours: dict[str, Ours]
    bcrypt: Ours
    reference: Reference

    def caller(self, name: str, server: Server) -> Caller:
        """Somebody who begins at one of the servers and may go over to another."""
        return Caller(server, OPTION_SETS[server.name], name)


@contextlib.contextmanager
def with_factors(databases: Databases, folder: Path) -> Iterator[Shared]:
    """Both with the plugin two-factor; ours makes the database, and better-auth finds nothing wanting in it."""
    with _together(databases, folder, "factors", (FACTORS,)) as found:
        yield found


@contextlib.contextmanager
def shared(databases: Databases, folder: Path) -> Iterator[Shared]:
    """Ours makes the database and better-auth joins, its schema check on."""
    with _together(databases, folder, "shared", ("plain", *CACHES)) as found:
        yield found


@contextlib.contextmanager
def _together(databases: Databases, folder: Path, database: str, names: tuple[str, ...]) -> Iterator[Shared]:
    place = databases.create(OPTION_SETS[names[0]].database(database))
    with contextlib.ExitStack() as stack:

        def start(name: str, folder: Path, **settings: str) -> Ours:
            settings = TOGETHER | settings
            ours = start_ours(databases, place, OPTION_SETS[name], folder, None, **settings)
            stack.callback(ours.stop)
            return ours

        ours = {name: start(name, folder / name) for name in names}
        bcrypt = start(names[0], folder / "bcrypt", PASSWORD_HASH="bcrypt")
        sets = [OPTION_SETS[name] for name in names]
        reference = Reference(databases, database, sets, migrate=False, production=True)
        stack.callback(reference.stop)
        yield Shared(reference.apps, ours, bcrypt, reference)
