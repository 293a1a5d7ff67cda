"""OAUTH_STATE_STRATEGY=cookie: a sign-in is for the browser that began it, and for one callback."""

import asyncio
from collections.abc import Mapping

import pytest

from tests.client import Client
from tests.compat.profiles import Who
from tests.conftest import Sql
from tests.providers.scripted import Scripted
from tests.providers.travel import back, code_of, start, surroundings

ADA = Who("12345", "ada@example.com")
COOKIE = "better-auth.oauth_state"
pytestmark = [pytest.mark.gen_test, pytest.mark.environ(OAUTH_STATE_STRATEGY="cookie")]


@pytest.fixture(name="surroundings")
def found(scripted: Scripted) -> Mapping[str, str]:
    return surroundings(scripted, "google")


async def test_a_cookie_that_was_kept_counts_once(client: Client, sql: Sql) -> None:  # S18
    query = await start(client, "google")
    assert sql('SELECT count(*) FROM "verification"') == [(0,)]
    kept = client.cookies[COOKIE]
    copies = [Client(client.base_url) for _ in range(4)]
    for each in copies:
        each.cookies[COOKIE] = kept
    answers = await asyncio.gather(
        *(back(each, "google", query["state"], code_of("google", ADA)) for each in copies)
    )
    places = sorted(answer.headers["Location"] for answer in answers)
    assert places == ["/failed?error=state_mismatch"] * 3 + ["/new"]
    assert sql('SELECT count(*) FROM "session"') == [(1,)]


async def test_another_browser_comes_back_in_vain(client: Client, sql: Sql) -> None:  # S43
    query = await start(client, "google")
    stranger = Client(client.base_url)
    answer = await back(stranger, "google", query["state"], code_of("google", ADA))
    assert answer.headers["Location"].endswith("/error?error=state_mismatch")
    await start(stranger, "google")
    answer = await back(stranger, "google", query["state"], code_of("google", ADA))
    assert answer.headers["Location"] == "/failed?error=state_mismatch"
    assert sql('SELECT count(*) FROM "user"') == [(0,)]
