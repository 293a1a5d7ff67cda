"""Providers with both servers on one database: an account that came by either is the same at the other, its tokens too."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.compat.caller import Caller
from tests.compat.databases import Databases
from tests.compat.options import OPTION_SETS, Options
from tests.compat.servers import Ours, Reference, ReferenceApp, start_ours
from tests.compat.shared import TOGETHER
from tests.compat.visit import Visit
from tests.providers.scripted import third_parties

# Where tokens are stored sealed and states in the database, and where states are in a cookie: on one database.
OPTIONS, IN_COOKIE = (
    replace(OPTION_SETS[name], tables="providers") for name in ("social-sealed", "social-mail")
)
ACCOUNTS = """
SELECT a."id" FROM "account" a JOIN "user" u ON u."id" = a."userId"
WHERE u."email" = %(email)s AND a."providerId" <> 'credential'
"""
Both = tuple[Ours | ReferenceApp, ReferenceApp | Ours]
Pairs = dict[str, tuple[Ours, ReferenceApp]]


@pytest.fixture(scope="module")
def servers_of_one(compat_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pairs]:
    """By option set. Ours has made the database."""
    name = compat_databases.create(OPTIONS.database("swap"))
    folder: Path = tmp_path_factory.mktemp("providers")
    with contextlib.ExitStack() as stack:
        parties = stack.enter_context(third_parties())

        def start(options: Options) -> Ours:
            ours = start_ours(compat_databases, name, options, folder / options.name, parties, **TOGETHER)
            stack.callback(ours.stop)
            return ours

        ours = {options.name: start(options) for options in (OPTIONS, IN_COOKIE)}
        reference = Reference(
            compat_databases, "swap", [OPTIONS, IN_COOKIE], migrate=False, production=True, parties=parties
        )
        stack.callback(reference.stop)
        yield {name: (ours[name], reference.apps[name]) for name in ours}


@pytest.fixture(params=["ours", "theirs"])
def both(request: pytest.FixtureRequest, servers_of_one: Pairs) -> Both:
    """The one where somebody begins, and the other."""
    return _from(request.param, servers_of_one[OPTIONS.name])


@pytest.fixture(params=[f"{side}, {place}" for side in ("ours", "theirs") for place in ("row", "cookie")])
def begun(request: pytest.FixtureRequest, servers_of_one: Pairs) -> tuple[Caller, Visit, Both]:
    """Somebody who is about to begin at the one; the state is a row or a cookie."""
    side, _, place = request.param.partition(", ")
    options = IN_COOKIE if place == "cookie" else OPTIONS
    found = _from(side, servers_of_one[options.name])
    caller = Caller(found[0], options, request.node.name)
    return caller, Visit(caller, "discord", verified=True), found


def _from(side: str, pair: tuple[Ours, ReferenceApp]) -> Both:
    return pair if side == "ours" else (pair[1], pair[0])


def who(caller: Caller) -> str:
    found = json.loads(caller.get("/get-session").body)
    return str(found["user"]["id"])


def token(caller: Caller) -> str:
    [account] = caller.rows(ACCOUNTS, email=caller.email)
    answer = caller.post("/get-access-token", {"accountId": account["id"]})
    return str(json.loads(answer.body)["accessToken"])


def test_who_came_by_one_comes_in_at_the_other(both: Both) -> None:
    here, there = both
    caller = Caller(here, OPTIONS, f"came by {here.name} {type(here).__name__}")
    visit = Visit(caller, "discord", verified=True)
    assert visit.whole().status == 302
    user, given = who(caller), token(caller)
    caller.server = there
    assert (who(caller), token(caller)) == (user, given)
    caller.jar.clear()
    assert visit.whole().status == 302
    assert who(caller) == user
    assert len(caller.rows(ACCOUNTS, email=caller.email)) == 1


def test_what_was_linked_at_one_opens_the_other(both: Both) -> None:
    here, there = both
    caller = Caller(here, OPTIONS, f"linked at {type(here).__name__}")
    caller.sign_up()
    user = who(caller)
    visit = Visit(caller, "discord", verified=True)
    visit.start("/link-social")
    assert visit.back().status == 302
    caller.jar.clear()
    caller.server = there
    assert visit.whole().status == 302
    assert who(caller) == user


def test_a_visit_that_began_at_one_ends_at_the_other(begun: tuple[Caller, Visit, Both]) -> None:
    caller, visit, (here, there) = begun
    visit.start()
    assert (caller.cookie_name("oauth_state") in caller.jar) is (caller.options.name == IN_COOKIE.name)
    caller.server = there
    answer = visit.back()
    assert (answer.status, answer.all("location")) == (302, ["/welcome"])
    user = who(caller)
    caller.server = here
    assert who(caller) == user


def test_an_account_is_linked_there_that_was_asked_for_here(begun: tuple[Caller, Visit, Both]) -> None:
    """The session that asks for it is sealed in the state. S40."""
    caller, visit, (_, there) = begun
    caller.sign_up()
    visit.start("/link-social")
    caller.server = there
    answer = visit.back()
    assert (answer.status, answer.all("location")) == (302, ["/welcome"])
    assert len(caller.rows(ACCOUNTS, email=caller.email)) == 1
