"""The client of an app on a phone, from npm: it sees the same from both servers, and signs people in."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.compat.pair import Pair
from tests.compat.profiles import Who
from tests.compat.servers import HERE, Server, node
from tests.compat.test_client_keys import same
from tests.providers.travel import code_of


def talk(server: Server, person: dict[str, str], who: Who) -> dict[str, Any]:
    """What each of its methods resolves to."""
    wish = {
        "address": f"http://127.0.0.1:{server.port}",
        "person": person,
        "code": code_of("google", who),
    }
    done = subprocess.run(
        [node(), "--no-warnings", "expo.mjs"],
        cwd=HERE,
        env={"COMPAT_EXPO": json.dumps(wish), "NODE_ENV": "production"},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    return {said["step"]: said for said in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("options", ["expo", "expo-cookie"])
def test_an_app(servers: Pair, options: str) -> None:
    person = {"name": "Ada", "email": f"{options}@example.com", "password": "correct horse battery"}
    who = Who(f"bo-{options}", f"bo-{options}@social.example")
    ours, theirs = (talk(each[options], person, who) for each in (servers.ours, servers.theirs))
    found = same(ours, theirs)
    assert found["session"]["data"]["user"]["email"] == person["email"]
    assert (found["gone"]["data"], found["again"]["data"]["redirect"]) == (None, False)
    assert found["visited"]["visited"] == ["myapp://home", "myapp://home"]
    assert found["who"]["data"]["user"]["email"] == who.email
    assert "better-auth.session_token" in found["kept"]["names"]
