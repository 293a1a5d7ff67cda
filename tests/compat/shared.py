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
def shared(databases: Databases, folder: Path) -> Iterator[Shared]:
    """Ours makes the database and better-auth joins, its schema check on."""
    databases.create("shared")
    with contextlib.ExitStack() as stack:

        def start(name: str, folder: Path, **settings: str) -> Ours:
            settings = TOGETHER | settings
            ours = start_ours(databases, "shared", OPTION_SETS[name], folder, None, **settings)
            stack.callback(ours.stop)
            return ours

        names = ("plain", *CACHES)
        ours = {name: start(name, folder / name) for name in names}
        bcrypt = start("plain", folder / "bcrypt", PASSWORD_HASH="bcrypt")
        sets = [OPTION_SETS[name] for name in names]
        reference = Reference(databases, "shared", sets, migrate=False, production=True)
        stack.callback(reference.stop)
        yield Shared(reference.apps, ours, bcrypt, reference)
