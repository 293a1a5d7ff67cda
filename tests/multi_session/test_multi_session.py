"""Several people at one browser: who is there, who can be, and what each can do to the others."""

import pytest

from tests.client import Client
from tests.conftest import Sql
from tests.shell.html import read

pytestmark = [pytest.mark.gen_test, pytest.mark.environ(PLUGINS="multi-session")]
LIST, ACTIVE, REVOKE = (f"/multi-session/{each}" for each in ("list-device-sessions", "set-active", "revoke"))
NAME = "better-auth.session_token_multi-"


async def people(client: Client) -> list[str]:
    """Who is signed in at this browser."""
    return [each["user"]["name"] for each in (await client.api(LIST)).json]


async def present(client: Client) -> str | None:
    who = await client.session()
    return who and who["user"]["name"]


async def come_in(client: Client, *names: str) -> list[str]:
    return [(await client.sign_up(f"{each}@example.com", each)).json["token"] for each in names]


async def test_one_after_the_other_and_back(client: Client) -> None:
    ada, _, eve = await come_in(client, "ada", "bo", "eve")
    assert await people(client) == ["ada", "bo", "eve"]
    assert await present(client) == "eve"
    found = (await client.api(ACTIVE, {"sessionToken": ada})).json
    assert (found["user"]["name"], await present(client)) == ("ada", "ada")
    assert (await client.api(REVOKE, {"sessionToken": eve})).json == {"status": True}
    assert await people(client) == ["ada", "bo"]
    assert (await client.api(REVOKE, {"sessionToken": ada})).json == {"status": True}
    assert await present(client) == "bo"


async def test_signing_out_ends_all_of_the_browser_and_no_other(client: Client, sql: Sql) -> None:  # S23
    await come_in(client, "ada", "bo")
    old = dict(client.cookies)
    other = Client(client.base_url)
    await other.sign_in("ada@example.com")
    assert (await client.api("/sign-out", {})).json == {"success": True}
    assert not [name for name in client.cookies if "session_token" in name]
    client.cookies = old
    assert (await people(client), await present(client)) == ([], None)
    assert await present(other) == "ada"
    assert sql('SELECT count(*) FROM "session"') == [(1,)]


async def test_who_comes_in_again_has_one_session_here(client: Client, sql: Sql) -> None:
    await come_in(client, "ada", "bo")
    other = Client(client.base_url)
    await other.sign_in("ada@example.com")
    for _ in range(3):
        await client.sign_in("ada@example.com")
    assert await people(client) == ["bo", "ada"]
    assert await present(client) == "ada"
    assert await present(other) == "ada"
    assert sql('SELECT count(*) FROM "session"') == [(3,)]


async def test_a_wrong_password_ends_nothing(client: Client) -> None:
    await come_in(client, "ada")
    await client.sign_in("ada@example.com", "wrong password")
    assert await present(client) == "ada"


async def test_there_is_room_for_five(client: Client) -> None:
    await come_in(client, *(f"p{number}" for number in range(7)))
    assert await people(client) == [f"p{number}" for number in range(5)]
    assert await present(client) == "p6"


async def test_a_token_alone_opens_nothing_and_ends_nothing(client: Client) -> None:  # S40 S42
    [token] = await come_in(client, "ada")
    eve = Client(client.base_url)
    await eve.sign_up("eve@example.com", "eve")
    name = NAME + token.lower()
    own = next(value for key, value in eve.cookies.items() if key.startswith(NAME))
    for value in (token, f"{token}.{'A' * 43}%3D", own):
        eve.cookies[name] = value
        for path in (ACTIVE, REVOKE):
            refused = await eve.api(path, {"sessionToken": token})
            assert (refused.status, refused.json["code"]) == (401, "INVALID_SESSION_TOKEN")
        assert await people(eve) == ["eve"]
    assert await present(client) == "ada"
    assert await present(eve) == "eve"


async def test_a_session_that_has_ended_cannot_become_the_active_one(client: Client, sql: Sql) -> None:  # S23
    ada, _ = await come_in(client, "ada", "bo")
    sql('DELETE FROM "session" WHERE "token" = %s', ada)
    refused = await client.api(ACTIVE, {"sessionToken": ada})
    assert refused.status == 401
    assert NAME + ada.lower() not in client.cookies
    assert (await people(client), await present(client)) == (["bo"], "bo")


async def test_a_page_from_elsewhere_switches_nobody(client: Client) -> None:  # S31
    ada, _ = await come_in(client, "ada", "bo")
    for path in (ACTIVE, REVOKE):
        evil = await client.api(path, {"sessionToken": ada}, headers={"Origin": "https://evil.example"})
        assert evil.status == 403
    assert await people(client) == ["ada", "bo"]


@pytest.mark.environ(PLUGINS="multi-session,anonymous")
@pytest.mark.usefixtures("plugged")
async def test_with_guests_who_comes_in_again_stays(client: Client) -> None:
    await client.api("/sign-in/anonymous", {})
    await come_in(client, "ada")
    await client.sign_in("ada@example.com")
    assert (await people(client), await present(client)) == (["ada"], "ada")


@pytest.mark.environ(PLUGINS="none")
async def test_off_is_404_and_sets_no_cookie(client: Client) -> None:
    await client.sign_up()
    assert not [name for name in client.cookies if "multi" in name]
    assert (await client.api(LIST)).status == 404
    for path in (ACTIVE, REVOKE):
        assert (await client.api(path, {"sessionToken": "x"})).status == 404


async def test_the_page_to_sign_in_is_there_to_add_somebody(client: Client) -> None:
    await come_in(client, "ada")
    assert (await client.send("GET", "/login")).status == 302
    shown = await client.send("GET", "/login?add=yes")
    assert (shown.status, read(shown).boot["session"], shown.set_cookies) == (200, None, [])
    assert (await client.send("GET", "/register?add=yes")).status == 200
    assert (await client.send("GET", "/login?add=no")).status == 302


@pytest.mark.environ(PLUGINS="none", FEATURES_OFF="documents")
async def test_without_it_nobody_is_added(client: Client) -> None:
    await come_in(client, "ada")
    answer = await client.send("GET", "/login?add=yes")
    assert (answer.status, answer.headers["Location"]) == (302, "/settings/profile")
