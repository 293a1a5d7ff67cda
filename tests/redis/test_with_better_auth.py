"""better-auth and ours on one Redis: sessions of either are taken, listed, prolonged and ended by the other."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.compat.caller import PASSWORD, Caller
from tests.compat.servers import Server
from tests.redis.conftest import Peers

DIRECTIONS = ("ours then theirs", "theirs then ours")
Swap = tuple[Caller, Server, Server]


@pytest.fixture(params=DIRECTIONS)
def swap(peers: Peers, mode: str, request: pytest.FixtureRequest) -> Swap:
    """Somebody who has signed up at the first server, and the two servers."""
    ours, theirs = peers.ours[mode], peers.theirs[mode]
    first, second = (ours, theirs) if request.param == DIRECTIONS[0] else (theirs, ours)
    caller = peers.caller(request.node.name, first)
    assert caller.sign_up().status == 200
    return caller, first, second


def who(caller: Caller, server: Server, cookie: str | None = None) -> dict[str, Any] | None:
    """What get-session says at a server."""
    caller.server = server
    answer = caller.get("/get-session", cookie=cookie or caller.cookies())
    assert answer.status == 200
    found: dict[str, Any] | None = json.loads(answer.body)
    return found


def until(what: Callable[[], object]) -> None:
    """Waits for something to become true."""
    deadline = time.monotonic() + 20
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def sign_in(caller: Caller, server: Server, remember: bool = True) -> str:
    """Another session of the same person; its cookies."""
    caller.server = server
    caller.jar.clear()
    assert (
        caller.post(
            "/sign-in/email", {"email": caller.email, "password": PASSWORD, "rememberMe": remember}
        ).status
        == 200
    )
    return caller.cookies()


def token(cookies: str) -> str:
    """The session token in a Cookie header."""
    return cookies.split("session_token=")[1].split(".")[0]


def test_a_session_is_taken_as_it_is(swap: Swap) -> None:
    caller, first, second = swap
    here = who(caller, first)
    assert here
    assert who(caller, second) == here


def test_sessions_of_both_are_listed_by_both(swap: Swap) -> None:
    caller, first, second = swap
    here, there = caller.cookies(), sign_in(caller, second, remember=False)
    lists = []
    for server in (first, second):
        caller.server = server
        lists.append(json.loads(caller.get("/list-sessions").body))
    assert {each["token"] for each in lists[0]} == {token(here), token(there)}
    assert {json.dumps(each, sort_keys=True) for each in lists[0]} == {
        json.dumps(each, sort_keys=True) for each in lists[1]
    }


def test_a_sign_out_counts_at_both(swap: Swap) -> None:  # S23
    caller, first, second = swap
    cookies = caller.cookies()
    assert who(caller, first, cookies)
    assert who(caller, second, cookies)
    assert caller.post("/sign-out", {}).status == 200
    assert who(caller, second, cookies) is None
    until(lambda: who(caller, first, cookies) is None)


def test_a_revoked_session_is_over_at_both(swap: Swap) -> None:  # S23 S40
    caller, first, second = swap
    victim = caller.cookies()
    mine = sign_in(caller, second)
    assert who(caller, first, victim)
    caller.server = second
    assert caller.post("/revoke-session", {"token": token(victim)}).status == 200
    until(lambda: who(caller, first, victim) is None)
    assert who(caller, first, mine)


@pytest.mark.parametrize("path", ["/revoke-sessions", "/revoke-other-sessions"])
def test_all_or_others_are_over_at_both(swap: Swap, path: str) -> None:  # S25
    caller, first, second = swap
    victim = caller.cookies()
    mine = sign_in(caller, second)
    assert who(caller, first, victim)
    assert who(caller, first, mine)
    caller.server = second
    assert caller.post(path, {}).status == 200
    until(lambda: who(caller, first, victim) is None)
    until(lambda: (who(caller, first, mine) is None) == (path == "/revoke-sessions"))


def test_a_changed_password_ends_all_at_both(swap: Swap) -> None:  # S23
    caller, first, second = swap
    victim = caller.cookies()
    assert who(caller, first, victim)
    sign_in(caller, second)
    body = {"currentPassword": PASSWORD, "newPassword": PASSWORD + "!", "revokeOtherSessions": True}
    assert caller.post("/change-password", body).status == 200
    assert who(caller, second)
    assert who(caller, first)
    until(lambda: who(caller, first, victim) is None)


def test_a_changed_user_is_seen_at_both(swap: Swap) -> None:
    caller, first, second = swap
    assert who(caller, first)
    caller.server = second
    assert caller.post("/update-user", {"name": "Grace"}).status == 200
    assert (who(caller, second) or {})["user"]["name"] == "Grace"
    until(lambda: (who(caller, first) or {})["user"]["name"] == "Grace")


def test_a_deleted_user_is_signed_in_nowhere(swap: Swap) -> None:  # S23
    caller, first, second = swap
    cookies = caller.cookies()
    assert who(caller, first, cookies)
    caller.server = second
    assert caller.post("/delete-user", {"password": PASSWORD}).status == 200
    assert who(caller, second, cookies) is None
    until(lambda: who(caller, first, cookies) is None)


def test_a_session_is_prolonged_at_one_for_both(swap: Swap, peers: Peers, mode: str) -> None:
    caller, first, second = swap
    age(caller, peers, mode)
    prolonged = who(caller, second)
    assert prolonged
    assert prolonged["session"]["expiresAt"] > SOON["iso"]
    until(lambda: (who(caller, first) or {})["session"]["expiresAt"] == prolonged["session"]["expiresAt"])
    kept = json.loads(peers.inside[mode].get("better-auth:" + token(caller.cookies())) or b"")
    assert kept["session"]["expiresAt"] == prolonged["session"]["expiresAt"]
    assert kept["session"]["theirs"] == [], "what nobody knows stays"


SOON: dict[str, str] = {}


def age(caller: Caller, peers: Peers, mode: str) -> None:
    """Has the session end in an hour, so that it is due; and gives it a member that nobody knows."""
    ends = time.time() + 3600
    SOON["iso"] = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(ends))
    key, inside = "better-auth:" + token(caller.cookies()), peers.inside[mode]
    value = json.loads(inside.get(key) or b"")
    value["session"] |= {"expiresAt": SOON["iso"], "theirs": []}
    inside.set(key, json.dumps(value), ex=3600)
    caller.sql(
        'UPDATE "session" SET "expiresAt" = %(ends)s WHERE "token" = %(token)s',
        ends=SOON["iso"],
        token=token(caller.cookies()),
    )


def test_our_values_have_the_members_of_theirs(peers: Peers, mode: str) -> None:
    shapes: list[dict[str, Any]] = []
    for server in (peers.ours[mode], peers.theirs[mode]):
        caller = peers.caller(f"members of {mode} by {server}", server)
        caller.sign_up()
        key = token(caller.cookies())
        value = json.loads(peers.inside[mode].get("better-auth:" + key) or b"")
        listed = peers.inside[mode].get("better-auth:active-sessions-" + value["user"]["id"]) or b""
        seconds = peers.inside[mode].ttl("better-auth:" + key)
        assert 604700 < seconds <= 604800
        shapes.append({part: {name: _kind(item) for name, item in value[part].items()} for part in value})
        shapes.append(
            {"list": [{name: _kind(item) for name, item in each.items()} for each in json.loads(listed)]}
        )
    assert shapes[:2] == shapes[2:]


def _kind(value: object) -> str:
    """The type of a member, and whether a text is a date."""
    is_date = isinstance(value, str) and len(value) == 24 and value.endswith("Z") and value[10] == "T"
    return "date" if is_date else type(value).__name__


def test_nothing_is_left_after_a_journey(peers: Peers, mode: str) -> None:
    """Every key has an end, and no list names a session that is over."""
    for key in peers.keys(mode):
        assert peers.inside[mode].ttl(key) > 0, key
        if key.startswith("better-auth:active-sessions-"):
            for entry in json.loads(peers.inside[mode].get(key) or b"[]"):
                assert peers.inside[mode].exists("better-auth:" + entry["token"])
