"""Each flow begun at one server and ended at the other, on one database, through one cookie jar."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.compat.caller import PASSWORD, Caller
from tests.compat.servers import Server
from tests.compat.shared import CACHES, Shared
from tests.compat.wire import Answer

NEW = "another horse battery"
DIRECTIONS = ("ours then theirs", "theirs then ours")


class Swap:
    """Somebody, the server where they begin and the one where they go on."""

    def __init__(self, one: Shared, direction: str, name: str, options: str = "plain") -> None:
        pair: tuple[Server, Server] = (one.ours[options], one.theirs[options])
        self.first, self.second = pair if direction == DIRECTIONS[0] else (pair[1], pair[0])
        self.caller = one.caller(name, self.first)

    def at_first(self) -> Caller:
        """The caller, talking to the first server."""
        self.caller.server = self.first
        return self.caller

    def at_second(self) -> Caller:
        """The caller, talking to the second server."""
        self.caller.server = self.second
        return self.caller


@pytest.fixture(params=DIRECTIONS)
def swap(one_database: Shared, request: pytest.FixtureRequest) -> Swap:
    return Swap(one_database, request.param, request.node.name)


@pytest.fixture(params=[(way, cache) for way in DIRECTIONS for cache in CACHES], ids=" ".join)
def cached(one_database: Shared, request: pytest.FixtureRequest) -> Swap:
    return Swap(one_database, request.param[0], request.node.name, request.param[1])


def body(answer: Answer) -> Any:
    return json.loads(answer.body)


def link(caller: Caller, to: str | None = None) -> str:
    """Path and query of the newest mail's link."""
    mail = caller.mail(to, wait=5)
    assert mail is not None
    parts = urlsplit(mail.url)
    return f"{parts.path}?{parts.query}"


def follow(caller: Caller, target: str, **how: Any) -> Answer:
    return caller.send("GET", "", target=target, **how)


def sign_in(caller: Caller, password: str = PASSWORD) -> int:
    return caller.post("/sign-in/email", {"email": caller.email, "password": password}, cookie=None).status


def test_a_reset_asked_here_is_done_there(swap: Swap) -> None:
    swap.at_first().sign_up()
    caller = swap.at_first()
    caller.post("/request-password-reset", {"email": caller.email, "redirectTo": "/reset"}, cookie=None)
    kept, target = caller.cookies(), link(caller)
    answer = follow(swap.at_second(), target, cookie=None)
    token = answer.all("location")[0].partition("token=")[2]
    done = swap.at_second().post("/reset-password", {"token": token, "newPassword": NEW}, cookie=None)
    assert body(done) == {"status": True}
    assert body(swap.at_first().get("/get-session", cookie=kept)) is None
    assert (sign_in(swap.at_first()), sign_in(swap.at_first(), NEW)) == (401, 200)
    again = swap.at_first().post("/reset-password", {"token": token, "newPassword": NEW}, cookie=None)
    assert body(again)["code"] == "INVALID_TOKEN"


def test_an_address_is_verified_at_the_other(swap: Swap) -> None:
    caller = swap.at_first()
    caller.sign_up()
    caller.post("/send-verification-email", {"email": caller.email})
    assert follow(swap.at_second(), link(swap.at_first())).status == 302
    assert body(swap.at_first().get("/get-session"))["user"]["emailVerified"] is True


def test_an_address_changes_across(swap: Swap) -> None:
    """Asked here, confirmed there, verified here."""
    caller = swap.at_first()
    new = f"new-{caller.email}"
    caller.sign_up()
    caller.sql('UPDATE "user" SET "emailVerified" = true WHERE "email" = %(email)s', email=caller.email)
    caller.post("/change-email", {"newEmail": new, "callbackURL": "/done"})
    confirmation = link(caller)
    follow(swap.at_second(), confirmation)
    verification = link(swap.at_second(), new)
    assert follow(swap.at_first(), verification).all("location") == ["/done"]
    assert body(swap.at_second().get("/get-session"))["user"]["email"] == new


def test_sessions_are_listed_and_revoked_at_the_other(swap: Swap) -> None:
    caller = swap.at_first()
    caller.sign_up()
    caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})
    listed = body(swap.at_second().get("/list-sessions"))
    assert len(listed) == 2
    assert body(swap.at_first().get("/list-sessions")) == listed
    assert body(swap.at_second().post("/revoke-other-sessions", {})) == {"status": True}
    assert len(body(swap.at_first().get("/list-sessions"))) == 1
    assert swap.at_second().post("/revoke-sessions", {}).all("set-cookie")
    assert body(swap.at_first().get("/get-session")) is None


def test_a_password_changed_here_is_asked_there(swap: Swap) -> None:
    caller = swap.at_first()
    caller.sign_up()
    wish = {"currentPassword": PASSWORD, "newPassword": NEW, "revokeOtherSessions": True}
    assert body(caller.post("/change-password", wish))["token"]
    there = swap.at_second()
    assert body(there.post("/verify-password", {"password": NEW})) == {"status": True}
    assert (sign_in(there), sign_in(there, NEW)) == (401, 200)


def test_a_user_is_updated_here_and_seen_there(swap: Swap) -> None:
    swap.at_first().sign_up()
    swap.at_first().post("/update-user", {"name": "Bo", "image": "https://example.com/a.png"})
    here, there = swap.at_first().get("/get-session"), swap.at_second().get("/get-session")
    assert body(there)["user"]["name"] == "Bo"
    assert here.body == there.body
    assert swap.at_first().get("/list-accounts").body == swap.at_second().get("/list-accounts").body


def test_a_user_deleted_here_is_gone_there(swap: Swap) -> None:
    swap.at_first().sign_up()
    kept = swap.caller.cookies()
    assert body(swap.at_first().post("/delete-user", {}))["success"] is True
    assert body(swap.at_second().get("/get-session", cookie=kept)) is None
    assert sign_in(swap.at_second()) == 401


def test_the_cookie_cache_is_taken(cached: Swap) -> None:
    """The other one answers from the cookie: it does not see what changed in the database."""
    cached.at_first().sign_up()
    caller = cached.at_second()
    assert any(name.startswith("better-auth.session_data") for name in caller.jar)
    caller.sql('UPDATE "user" SET "name" = \'Changed\' WHERE "email" = %(email)s', email=caller.email)
    answer = caller.get("/get-session")
    assert body(answer)["user"]["name"] == "Ada"
    assert not answer.all("set-cookie")
    assert cached.at_first().get("/get-session").body == answer.body
    fresh = cached.at_second().get("/get-session?disableCookieCache=true")
    assert body(fresh)["user"]["name"] == "Changed"
    assert body(cached.at_first().get("/get-session"))["user"]["name"] == "Changed"


def test_a_cache_in_pieces_is_taken(cached: Swap) -> None:
    cached.at_first().sign_up()
    cached.at_first().post("/update-user", {"image": "x" * 3600})
    assert "better-auth.session_data.1" in cached.caller.jar
    caller = cached.at_second()
    caller.sql('UPDATE "user" SET "name" = \'Changed\' WHERE "email" = %(email)s', email=caller.email)
    assert body(caller.get("/get-session"))["user"]["name"] == "Ada"
    caller.post("/sign-out", {})
    assert not [name for name in caller.jar if "session_data" in name]
