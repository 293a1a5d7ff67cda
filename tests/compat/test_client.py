"""The unmodified client of better-auth, from npm: it sees the same from both servers."""

from __future__ import annotations

import json
import subprocess
import time
from typing import Any

import pytest

from tests.compat import tree
from tests.compat.mask import Mask
from tests.compat.options import BASE_URL, SECRET
from tests.compat.pair import Pair
from tests.compat.servers import HERE, Server, node


def talk(server: Server) -> dict[str, Any]:
    """What the client's methods resolve to, by step."""
    wish = {
        "address": f"http://127.0.0.1:{server.port}",
        "origin": BASE_URL,
        "email": "client@example.com",
        "password": "correct horse battery",
    }
    done = subprocess.run(
        [node(), "--no-warnings", "client.mjs"],
        cwd=HERE,
        env={"COMPAT_CLIENT": json.dumps(wish), "NODE_ENV": "production"},
        capture_output=True,
        text=True,
        timeout=150,
        check=True,
    )
    return {said["step"]: said for said in map(json.loads, done.stdout.splitlines())}


@pytest.fixture(scope="module")
def ours(servers: Pair) -> dict[str, Any]:
    return talk(servers.ours["plain"])


@pytest.fixture(scope="module")
def theirs(servers: Pair) -> dict[str, Any]:
    return talk(servers.theirs["plain"])


def test_it_signs_up_in_and_out_and_reads_the_session(ours: dict[str, Any]) -> None:
    assert ours["nobody"]["data"] is None
    assert ours["sign-up"]["data"]["user"]["email"] == "client@example.com"
    assert ours["session"]["data"]["user"]["name"] == "Ada"
    assert ours["sign-out"]["data"] == {"success": True}
    assert ours["gone"]["data"] is None
    assert ours["again"]["data"]["session"]["token"] == ours["sign-in"]["data"]["token"]


def test_dates_reach_the_page_as_dates(ours: dict[str, Any]) -> None:
    dates = {
        key
        for kinds in (ours["kinds"]["session"], ours["kinds"]["user"])
        for key, kind in kinds.items()
        if kind == "Date"
    }
    assert dates == {"expiresAt", "createdAt", "updatedAt"}


def test_its_store_holds_the_session(ours: dict[str, Any]) -> None:
    assert ours["store"] == {"step": "store", "pending": False, "found": "client@example.com", "failed": None}


def test_it_sees_the_same_from_both(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    for step in ("sign-up", "sign-in"):
        assert ours[step]["data"].pop("session")["token"] == ours[step]["data"]["token"]
    for said in ours.values():
        if "message" in (said.get("error") or {}):
            assert said["error"].pop("error")["message"] == said["error"]["message"]
    for step, said in theirs.items():
        assert masked({step: ours[step]}) == masked({step: said})


def masked(said: dict[str, Any]) -> str:
    mask, at = Mask(SECRET), time.time()
    lines = [tree.parse(tree.write(json.loads(json.dumps(said), object_pairs_hook=tree.Pairs)))]
    return "\n".join(tree.write(mask.value(line, at)) for line in lines)
