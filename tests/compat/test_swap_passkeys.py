"""Passkeys with both servers on one database: what either has registered signs in at both, and the table is the same."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compat.caller import Caller
from tests.compat.databases import Databases
from tests.compat.options import OPTION_SETS
from tests.compat.passkeys import PASSKEYS, ask, begin, device_of, enter, out, owner, register
from tests.compat.servers import Ours, Reference, ReferenceApp, start_ours
from tests.compat.shared import TOGETHER

OPTIONS = OPTION_SETS["passkey"]
COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull, a.attnum
FROM pg_attribute a WHERE a.attrelid = '"passkey"'::regclass AND a.attnum > 0 ORDER BY a.attname
"""
RULES = """
SELECT conname, pg_get_constraintdef(oid) AS says FROM pg_constraint
WHERE conrelid = '"passkey"'::regclass AND contype <> 'n' ORDER BY conname
"""
INDEXES = """SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'passkey' ORDER BY indexname"""


@pytest.fixture(scope="module")
def both(
    compat_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Ours, ReferenceApp, Reference]]:
    """Ours has made the database, its table of passkeys too."""
    name = compat_databases.create(OPTIONS.database("swap"))
    folder: Path = tmp_path_factory.mktemp("passkeys") / "ours"
    with contextlib.ExitStack() as stack:
        ours = start_ours(compat_databases, name, OPTIONS, folder, None, **TOGETHER)
        stack.callback(ours.stop)
        reference = Reference(compat_databases, "swap", [OPTIONS], migrate=False, production=True)
        stack.callback(reference.stop)
        yield ours, reference.apps["passkey"], reference


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_what_one_has_registered_signs_in_at_both(
    both: tuple[Ours, ReferenceApp, Reference], first: str
) -> None:
    here, there = both[:2] if first == "ours" else both[1::-1]
    caller = Caller(here, OPTIONS, f"passkey first at {first}")
    device = owner(caller)
    out(caller)
    for counter, server in enumerate((there, here, there), 1):
        caller.server = server
        assert enter(caller, device.get(ask(caller), counter=counter)).status == 200
        found = json.loads(caller.get("/get-session").body)
        assert found["user"]["email"] == caller.email
        assert caller.rows(PASSKEYS, email=caller.email)[0]["counter"] == counter
    caller.server = here
    assert enter(caller, device.get(ask(caller), counter=3)).status == 400


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_what_one_has_begun_the_other_ends(both: tuple[Ours, ReferenceApp, Reference], first: str) -> None:
    here, there = both[:2] if first == "ours" else both[1::-1]
    caller = Caller(here, OPTIONS, f"passkey begun at {first}")
    caller.sign_up()
    device, options = device_of(caller), begin(caller)
    caller.server = there
    assert register(caller, device.create(options)).status == 200
    options = ask(caller)
    caller.server = here
    assert enter(caller, device.get(options)).status == 200
    listed = caller.get("/passkey/list-user-passkeys").body
    caller.server = there
    assert caller.get("/passkey/list-user-passkeys").body == listed


def test_the_table_is_as_the_plugin_makes_it(
    both: tuple[Ours, ReferenceApp, Reference], compat_databases: Databases
) -> None:
    assert not any(both[2].missing.values()), both[2].missing
    theirs = compat_databases.create(OPTIONS.database("theirs-alone"))
    Reference(compat_databases, "theirs-alone", [OPTIONS], migrate=True, production=True).stop()
    for query in (COLUMNS, RULES, INDEXES):
        assert compat_databases.run(both[0].database, query) == compat_databases.run(theirs, query)


def test_what_the_plugin_made_is_taken_over(compat_databases: Databases, tmp_path: Path) -> None:
    name = compat_databases.create(OPTIONS.database("adopted"))
    reference = Reference(compat_databases, "adopted", [OPTIONS], migrate=True, production=True)
    try:
        caller = Caller(reference.apps["passkey"], OPTIONS, "adopted passkey")
        device = owner(caller)
        out(caller)
        ours = start_ours(compat_databases, name, OPTIONS, tmp_path / "ours")
        try:
            caller.server = ours
            assert enter(caller, device.get(ask(caller))).status == 200
        finally:
            ours.stop()
    finally:
        reference.stop()
