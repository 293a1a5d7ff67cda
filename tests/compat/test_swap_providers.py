"""Providers with both servers on one database: an account that came by either is the same at the other, its tokens too."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compat.caller import Caller
from tests.compat.databases import Databases
from tests.compat.options import OPTION_SETS
from tests.compat.servers import Ours, Reference, ReferenceApp, start_ours
from tests.compat.shared import TOGETHER
from tests.compat.visit import Visit
from tests.providers.scripted import third_parties

# Where tokens are stored sealed.
OPTIONS = OPTION_SETS["social-sealed"]
ACCOUNTS = """
SELECT a."id" FROM "account" a JOIN "user" u ON u."id" = a."userId"
WHERE u."email" = %(email)s AND a."providerId" <> 'credential'
"""
Both = tuple[Ours | ReferenceApp, ReferenceApp | Ours]


@pytest.fixture(scope="module")
def servers_of_one(
    compat_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Ours, ReferenceApp]]:
    """Ours has made the database."""
    name = compat_databases.create(OPTIONS.database("swap"))
    folder: Path = tmp_path_factory.mktemp("providers") / "ours"
    with contextlib.ExitStack() as stack:
        parties = stack.enter_context(third_parties())
        ours = start_ours(compat_databases, name, OPTIONS, folder, parties, **TOGETHER)
        stack.callback(ours.stop)
        reference = Reference(
            compat_databases, "swap", [OPTIONS], migrate=False, production=True, parties=parties
        )
        stack.callback(reference.stop)
        yield ours, reference.apps[OPTIONS.name]


@pytest.fixture(params=["ours", "theirs"])
def both(request: pytest.FixtureRequest, servers_of_one: tuple[Ours, ReferenceApp]) -> Both:
    """The one where somebody begins, and the other."""
    return servers_of_one if request.param == "ours" else (servers_of_one[1], servers_of_one[0])


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


def test_a_visit_that_began_at_one_ends_at_the_other(both: Both) -> None:
    here, there = both
    caller = Caller(here, OPTIONS, f"began at {type(here).__name__}")
    visit = Visit(caller, "discord", verified=True)
    visit.start()
    caller.server = there
    assert visit.back().status == 302
    user = who(caller)
    caller.server = here
    assert who(caller) == user
