"""better-auth's database with ids of another kind: both servers run on it, and take each other's people and sessions."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.compat.caller import PASSWORD, Caller
from tests.compat.databases import Databases
from tests.compat.options import OPTION_SETS
from tests.compat.servers import Reference, start_ours

KINDS = {"uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "serial": r"[0-9]+"}


@pytest.mark.parametrize(("kind", "form"), KINDS.items(), ids=KINDS)
def test_both_run_on_such_ids(compat_databases: Databases, tmp_path: Path, kind: str, form: str) -> None:
    options = replace(
        OPTION_SETS["plain"],
        changes={"advanced": {"database": {"generateId": kind}}},
        settings={"PASSWORD_HASH": "scrypt"},
    )
    compat_databases.create(kind)
    reference = Reference(compat_databases, kind, [options], migrate=True, production=True)
    try:
        theirs = Caller(reference.apps["plain"], options, "theirs")
        theirs.sign_up()
        server = start_ours(compat_databases, kind, options, tmp_path / "ours")
        try:
            ours = Caller(server, options, "ours")
            assert ours.sign_up().status == 200
            assert re.fullmatch(form, json.loads(ours.get("/get-session").body)["user"]["id"])
            for caller, other in ((theirs, server), (ours, reference.apps["plain"])):
                caller.server = other
                assert caller.get("/get-session").body != b"null"
                person = {"email": caller.email, "password": PASSWORD}
                assert caller.post("/sign-in/email", person, cookie=None).status == 200
            late = Caller(reference.apps["plain"], options, "late")
            assert late.sign_up().status == 200
        finally:
            server.stop()
    finally:
        reference.stop()
    again = Reference(compat_databases, kind, [options], migrate=False, production=True)
    again.stop()
    assert not any(again.missing.values()), again.missing
