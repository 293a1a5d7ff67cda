"""POST /revoke-session, /revoke-sessions, /revoke-other-sessions and /update-session."""

import pytest

from tests.client import Client


async def two_sessions(client: Client) -> Client:
    """`client` signed up and signed in, and the same user in another browser."""
    await client.sign_up()
    other = Client(client.base_url)
    await other.sign_in()
    return other


@pytest.mark.gen_test
async def test_one_session_dies_at_once(client: Client) -> None:  # S23
    other = await two_sessions(client)
    token = (await other.session())["session"]["token"]
    answer = await client.api("/revoke-session", {"token": token})
    assert (answer.json, answer.set_cookies) == ({"status": True}, [])
    assert await other.session() is None
    assert await client.session() is not None


@pytest.mark.gen_test
async def test_ones_own_session_takes_the_cookies_along(client: Client) -> None:
    token = (await client.sign_up()).json["token"]
    await client.api("/revoke-session", {"token": token})
    assert client.cookies == {}


@pytest.mark.gen_test
async def test_somebody_elses_session_lives_on(client: Client) -> None:  # S40
    eve = Client(client.base_url)
    await eve.sign_up("eve@example.com")
    token = (await client.sign_up()).json["token"]
    assert (await eve.api("/revoke-session", {"token": token})).json == {"status": True}
    assert await client.session() is not None


@pytest.mark.gen_test
async def test_all_sessions(client: Client) -> None:  # S25
    other = await two_sessions(client)
    assert (await client.api("/revoke-sessions", {})).json == {"status": True}
    assert client.cookies == {}
    assert await other.session() is None


@pytest.mark.gen_test
async def test_other_sessions(client: Client) -> None:  # S25
    other = await two_sessions(client)
    assert (await client.api("/revoke-other-sessions", {})).json == {"status": True}
    assert await other.session() is None
    assert await client.session() is not None


@pytest.mark.parametrize(
    "path", ["/revoke-session", "/revoke-sessions", "/revoke-other-sessions", "/update-session"]
)
@pytest.mark.gen_test
async def test_nobody_is_refused(client: Client, path: str) -> None:
    answer = await client.api(path, {"token": "x"})
    assert (answer.status, answer.json["code"]) == (401, "UNAUTHORIZED")


@pytest.mark.gen_test
async def test_a_session_has_no_field_to_update(client: Client) -> None:  # S39
    await client.sign_up()
    answer = await client.api("/update-session", {"expiresAt": "2999-01-01T00:00:00.000Z", "userId": "x"})
    assert (answer.status, answer.json["message"]) == (400, "No fields to update")
