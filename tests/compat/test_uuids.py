"""better-auth's database with uuids for ids: both servers run on it, and take each other's people and sessions."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from pathlib import Path

from tests.compat.caller import PASSWORD, Caller
from tests.compat.databases import Databases
from tests.compat.options import OPTION_SETS
from tests.compat.servers import Reference, start_ours

UUIDS = replace(
    OPTION_SETS["plain"],
    changes={"advanced": {"database": {"generateId": "uuid"}}},
    settings={"PASSWORD_HASH": "scrypt"},
)


def test_both_run_on_uuids(compat_databases: Databases, tmp_path: Path) -> None:
    compat_databases.create("uuids")
    reference = Reference(compat_databases, "uuids", [UUIDS], migrate=True, production=True)
    try:
        theirs = Caller(reference.apps["plain"], UUIDS, "theirs")
        theirs.sign_up()
        server = start_ours(compat_databases, "uuids", UUIDS, tmp_path / "ours")
        try:
            ours = Caller(server, UUIDS, "ours")
            assert ours.sign_up().status == 200
            made = json.loads(ours.get("/get-session").body)["user"]["id"]
            assert str(uuid.UUID(made)) == made
            for caller, other in ((theirs, server), (ours, reference.apps["plain"])):
                caller.server = other
                assert caller.get("/get-session").body != b"null"
                person = {"email": caller.email, "password": PASSWORD}
                assert caller.post("/sign-in/email", person, cookie=None).status == 200
        finally:
            server.stop()
    finally:
        reference.stop()
    again = Reference(compat_databases, "uuids", [UUIDS], migrate=False, production=True)
    again.stop()
    assert not any(again.missing.values()), again.missing
