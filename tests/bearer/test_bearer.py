"""A session's token in a header: what it opens, beside which cookies, and what remembers it."""

import urllib.parse

import pytest

from tests.client import Answer, Client
from tests.conftest import Sql

pytestmark = [pytest.mark.gen_test, pytest.mark.environ(PLUGINS="bearer")]
ASK = "/api/forward-auth"


def by(token: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", **more}


async def alone(client: Client, path: str, token: str, body: object = None) -> Answer:
    """Asked by somebody who keeps no cookies, and says nothing of an origin."""
    return await Client(client.base_url).api(path, body, headers=by(token, Origin=""))


async def test_a_client_without_cookies_does_all_that_one_with_them_does(client: Client) -> None:
    signed_up = await client.sign_up()
    told, token = signed_up.headers["set-auth-token"], signed_up.json["token"]
    assert told.partition(".")[0] == token
    for key in (told, token, urllib.parse.quote(told)):
        assert (await alone(client, "/get-session", key)).json["user"]["name"] == "Ada"
    changed = await alone(client, "/update-user", token, {"name": "Bo"})
    assert changed.headers["set-auth-token"] == told
    assert changed.headers["Access-Control-Expose-Headers"] == "set-auth-token"
    assert len((await alone(client, "/list-sessions", told)).json) == 1
    assert (await alone(client, "/get-session", told)).json["user"]["name"] == "Bo"
    assert (await alone(client, "/sign-out", token, {})).json == {"success": True}
    assert (await alone(client, "/get-session", told)).json is None


async def test_a_page_of_a_trusted_origin_may_read_what_is_told(client: Client) -> None:
    signed_up = await client.sign_up()
    answer = await client.sign_in(headers={"Origin": client.base_url})
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert exposed.count("set-auth-token") == 1
    assert answer.headers["set-auth-token"] != signed_up.headers["set-auth-token"]


async def test_the_header_counts_more_than_the_cookies_however_often_both_come(client: Client) -> None:
    """What memory has of the cookies is for who sends nothing but them. S23."""
    ada = (await client.sign_up()).json["token"]
    await client.sign_up("bo@example.com", "Bo")
    for _ in range(3):
        assert (await client.session())["user"]["name"] == "Bo"
        cookies = dict(client.cookies)
        assert (await client.api("/get-session", headers=by(ada))).json["user"]["name"] == "Ada"
        assert (await client.api("/get-session", headers=by("nobody"))).json is None
        client.cookies = cookies


@pytest.mark.environ(PLUGINS="bearer", FEATURES_OFF="")
@pytest.mark.feature("forward-auth")
async def test_what_proxies_ask_hears_the_header_however_often(client: Client) -> None:
    ada = (await client.sign_up()).json["token"]
    await client.sign_up("bo@example.com", "Bo")
    for _ in range(3):
        assert (await client.send("GET", ASK)).headers["X-Auth-Name"] == "Bo"
        assert (await client.send("GET", ASK, headers=by(ada))).headers["X-Auth-Name"] == "Ada"
        assert (await client.send("GET", ASK, headers=by("nobody"))).status == 401


async def test_what_nobody_signed_is_as_if_it_were_not_there(client: Client) -> None:  # S42
    token = (await client.sign_up()).json["token"]
    signed = urllib.parse.unquote(client.cookies["better-auth.session_token"])
    for forged in (f"{token}.{'A' * 43}=", f"{signed[:-2]}_=", f"x{signed}", f"{token}.", ".", "%.%"):
        assert (await client.api("/get-session", headers=by(forged))).json["user"]["name"] == "Ada"
        assert (await alone(client, "/get-session", forged)).json is None


async def test_beside_a_cookie_the_origin_counts_as_ever(client: Client) -> None:  # S31
    token = (await client.sign_up()).json["token"]
    evil = by(token, Origin="https://evil.example")
    assert (await client.api("/update-user", {"name": "Eve"}, headers=evil)).status == 403
    client.cookies.clear()
    assert (await client.api("/update-user", {"name": "Bo"}, headers=evil)).status == 200


async def test_a_session_that_has_ended_is_no_way_in(client: Client, sql: Sql) -> None:  # S23
    token = (await client.sign_up()).json["token"]
    assert (await alone(client, "/get-session", token)).json
    sql('DELETE FROM "session"')
    found = await alone(client, "/get-session", token)
    assert (found.json, "set-auth-token" in found.headers) == (None, False)


async def test_the_log_has_no_token(client: Client, caplog: pytest.LogCaptureFixture) -> None:  # S35
    caplog.set_level("DEBUG")
    token = (await client.sign_up()).json["token"]
    await alone(client, "/get-session", token)
    await alone(client, "/list-sessions", f"{token}x")
    assert token not in caplog.text
    assert all(token not in str(vars(record)) for record in caplog.records)


@pytest.mark.environ(PLUGINS="none")
async def test_without_the_plugin_the_header_says_nothing(client: Client) -> None:
    signed_up = await client.sign_up()
    assert "set-auth-token" not in signed_up.headers
    token = signed_up.json["token"]
    assert (await client.api("/get-session", headers=by("nobody"))).json["user"]["name"] == "Ada"
    assert (await alone(client, "/get-session", token)).json is None
    assert (await alone(client, "/list-sessions", token)).status == 401
