"""One schema: better-auth finds nothing wanting in our database, and we adopt one of its making."""

from __future__ import annotations

from pathlib import Path

from tests.compat.caller import PASSWORD, Caller
from tests.compat.databases import Databases
from tests.compat.options import OPTION_SETS
from tests.compat.servers import Reference, start_ours
from tests.compat.shared import Shared

TABLES = ("user", "session", "account", "verification", "rateLimit")
PLAIN = OPTION_SETS["plain"]


def test_better_auth_finds_nothing_wanting_in_ours(one_database: Shared) -> None:
    assert one_database.reference.missing
    assert not any(one_database.reference.missing.values()), one_database.reference.missing
    caller = one_database.caller("schema", one_database.theirs["plain"])
    assert caller.sign_up().status == 200


def test_we_adopt_what_better_auth_made(compat_databases: Databases, tmp_path: Path) -> None:
    compat_databases.create("adopted")
    reference = Reference(compat_databases, "adopted", [PLAIN], migrate=True, production=True)
    try:
        caller = Caller(reference.apps["plain"], PLAIN, "adopted")
        caller.sign_up()
        before = contents(compat_databases)
        ours = start_ours(compat_databases, "adopted", PLAIN, tmp_path / "ours")
        try:
            after = contents(compat_databases)
            assert {name: after[name] for name in before} == before
            caller.server = ours
            assert caller.get("/get-session").body != b"null"
            person = {"email": caller.email, "password": PASSWORD}
            assert caller.post("/sign-in/email", person, cookie=None).status == 200
            caller.server = reference.apps["plain"]
            assert caller.get("/get-session").body != b"null"
        finally:
            ours.stop()
    finally:
        reference.stop()
    again = Reference(compat_databases, "adopted", [PLAIN], migrate=False, production=True)
    again.stop()
    assert not any(again.missing.values()), again.missing


def contents(databases: Databases) -> dict[str, list[object]]:
    """Every row of better-auth's tables, as text."""
    there = databases.run("adopted", "SELECT relname FROM pg_class WHERE relkind = 'r'")
    names = {row["relname"] for row in there} & set(TABLES)
    return {
        name: [
            row["t"] for row in databases.run("adopted", f'SELECT t::text AS t FROM "{name}" t ORDER BY 1')
        ]
        for name in sorted(names)
    }
