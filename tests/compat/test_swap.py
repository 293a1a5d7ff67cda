"""Both servers on one database: a user, a session and a cookie made by either are taken by the other."""

from __future__ import annotations

import json

import pytest

from tests.compat.caller import PASSWORD, Caller
from tests.compat.servers import Server
from tests.compat.shared import Shared
from tests.compat.wire import Answer

DIRECTIONS = ("ours then theirs", "theirs then ours")


def both(one: Shared, direction: str) -> tuple[Server, Server]:
    """The server that begins and the one that takes over."""
    pair: tuple[Server, Server] = (one.ours["plain"], one.theirs["plain"])
    return pair if direction == DIRECTIONS[0] else (pair[1], pair[0])


@pytest.fixture(params=DIRECTIONS)
def swap(one_database: Shared, request: pytest.FixtureRequest) -> tuple[Caller, Server, Server]:
    """Somebody at the first server, and the two servers."""
    first, second = both(one_database, request.param)
    return one_database.caller(f"{request.node.name}", first), first, second


Swap = tuple[Caller, Server, Server]


def who(answer: Answer) -> str:
    """The address in a get-session answer, empty for nobody."""
    found = json.loads(answer.body)
    return str(found["user"]["email"]) if found else ""


def test_a_session_is_taken(swap: Swap) -> None:
    caller, _, second = swap
    assert caller.sign_up().status == 200
    here = caller.get("/get-session")
    caller.server = second
    there = caller.get("/get-session")
    assert who(there) == caller.email
    assert there.body == here.body
    assert not there.all("set-cookie")


def test_a_user_signs_in_at_the_other(swap: Swap) -> None:
    caller, _, second = swap
    caller.sign_up()
    caller.jar.clear()
    caller.server = second
    person = {"email": caller.email, "password": PASSWORD}
    assert caller.post("/sign-in/email", person).status == 200
    assert who(caller.get("/get-session")) == caller.email
    assert caller.post("/sign-in/email", person | {"password": "wrong password"}).status == 401


def test_an_address_is_taken_at_both(swap: Swap) -> None:
    caller, _, second = swap
    caller.sign_up()
    caller.jar.clear()
    caller.server = second
    assert caller.sign_up(caller.email.upper()).status == 422


def test_a_sign_out_counts_at_both(swap: Swap) -> None:
    caller, first, second = swap
    caller.sign_up()
    kept = caller.cookies()
    caller.server = second
    assert who(caller.get("/get-session")) == caller.email
    caller.post("/sign-out", {})
    caller.server = first
    gone = caller.get("/get-session", cookie=kept)
    assert who(gone) == ""
    assert len(gone.all("set-cookie")) == 3


def test_not_remembered_stays_so(swap: Swap) -> None:
    caller, _, second = swap
    caller.sign_up()
    caller.jar.clear()
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD, "rememberMe": False})
    caller.server = second
    caller.sql(
        'UPDATE "session" SET "expiresAt" = now() + interval \'1 hour\' WHERE "ipAddress" = %(ip)s',
        ip=caller.address,
    )
    answer = caller.get("/get-session")
    assert who(answer) == caller.email
    assert not answer.all("set-cookie")


def test_a_refresh_at_one_is_seen_at_the_other(swap: Swap) -> None:
    caller, first, second = swap
    caller.sign_up()
    caller.sql(
        'UPDATE "session" SET "expiresAt" = now() + interval \'1 hour\' WHERE "ipAddress" = %(ip)s',
        ip=caller.address,
    )
    caller.server = second
    refreshed = caller.get("/get-session")
    assert len(refreshed.all("set-cookie")) == 1
    caller.server = first
    assert caller.get("/get-session").body == refreshed.body


def test_bcrypt_takes_over_a_scrypt_user_for_good(one_database: Shared) -> None:
    """After a sign-in with PASSWORD_HASH=bcrypt the row is ours alone: better-auth fails on a hash it cannot read."""
    caller = one_database.caller("bcrypt", one_database.theirs["plain"])
    person = {"email": caller.email, "password": PASSWORD}
    caller.sign_up()
    assert ":" in stored(caller)
    caller.server = one_database.bcrypt
    assert caller.post("/sign-in/email", person, cookie=None).status == 200
    assert ":" not in stored(caller)
    assert caller.post("/sign-in/email", person, cookie=None).status == 200
    caller.server = one_database.theirs["plain"]
    assert caller.post("/sign-in/email", person, cookie=None).status == 500


def test_scrypt_takes_back_a_bcrypt_user(one_database: Shared) -> None:
    """The way back: PASSWORD_HASH=scrypt rewrites on sign-in, and better-auth reads the user again."""
    caller = one_database.caller("back", one_database.bcrypt)
    person = {"email": caller.email, "password": PASSWORD}
    caller.sign_up()
    assert ":" not in stored(caller)
    caller.server = one_database.ours["plain"]
    assert caller.post("/sign-in/email", person, cookie=None).status == 200
    caller.server = one_database.theirs["plain"]
    assert caller.post("/sign-in/email", person, cookie=None).status == 200


def stored(caller: Caller) -> str:
    statement = 'SELECT a."password" FROM "account" a JOIN "user" u ON u."id" = a."userId" WHERE u."email" = %(email)s'
    return str(caller.sql(statement, email=caller.email)[0]["password"])
