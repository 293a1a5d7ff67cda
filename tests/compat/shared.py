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

PLAIN = OPTION_SETS["plain"]
# Another process's writes must be seen at once, so ours may not answer from memory.
TOGETHER = {"SESSION_CACHE": "off"}


@dataclass(frozen=True)
class Shared:
    """`ours` writes better-auth's scrypt, `bcrypt` is ours with its own hashes; `theirs` is better-auth."""

    theirs: ReferenceApp
    ours: Ours
    bcrypt: Ours
    reference: Reference

    def caller(self, name: str, server: Server) -> Caller:
        """Somebody who begins at one of the servers and may go over to another."""
        return Caller(server, PLAIN, name)


@contextlib.contextmanager
def shared(databases: Databases, folder: Path) -> Iterator[Shared]:
    """Ours makes the database and better-auth joins, its schema check on."""
    databases.create("shared")
    with contextlib.ExitStack() as stack:
        ours = start_ours(databases, "shared", PLAIN, folder / "scrypt", **TOGETHER, PASSWORD_HASH="scrypt")
        stack.callback(ours.stop)
        bcrypt = start_ours(databases, "shared", PLAIN, folder / "bcrypt", **TOGETHER)
        stack.callback(bcrypt.stop)
        reference = Reference(databases, "shared", [PLAIN], migrate=False, production=True)
        stack.callback(reference.stop)
        yield Shared(reference.apps["plain"], ours, bcrypt, reference)
