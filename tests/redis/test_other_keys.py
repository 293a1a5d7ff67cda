"""Guests, several sessions of a browser, tokens in a header and codes, where sessions are in Redis."""

import pytest

from tests.client import Client
from tests.conftest import Sql
from tests.promises import promised

ALL = "anonymous,multi-session,bearer,email-otp"
pytestmark = [
    pytest.mark.gen_test,
    pytest.mark.environ(PLUGINS=ALL),
    pytest.mark.usefixtures("plugged"),
]
LIST, ACTIVE = "/multi-session/list-device-sessions", "/multi-session/set-active"


async def test_a_guest_is_somebody_and_nobody_any_more(client: Client, sql: Sql, mode: str) -> None:
    await client.api("/sign-in/anonymous", {})
    guest = dict(client.cookies)
    assert (await client.session())["user"]["isAnonymous"] is True
    await client.sign_up()
    assert (await client.session())["user"]["isAnonymous"] is False
    assert sql('SELECT "email" FROM "user"') == [("ada@example.com",)]
    client.cookies = guest
    assert await client.session() is None


async def test_several_are_there_and_all_leave(client: Client, mode: str) -> None:
    tokens = [(await client.sign_up(f"{name}@example.com", name)).json["token"] for name in ("ada", "bo")]
    assert [each["user"]["name"] for each in (await client.api(LIST)).json] == ["ada", "bo"]
    await client.api(ACTIVE, {"sessionToken": tokens[0]})
    assert (await client.session())["user"]["name"] == "ada"
    await client.sign_in("bo@example.com")
    assert sorted(each["user"]["name"] for each in (await client.api(LIST)).json) == ["ada", "bo"]
    old = dict(client.cookies)
    await client.api("/sign-out", {})
    client.cookies = old
    assert (await client.api(LIST)).json == []


async def test_a_token_in_a_header_ends_with_the_proof_of_another(
    client: Client, sql: Sql, mode: str
) -> None:
    """Who took an address in advance has nothing of it once its owner comes by a code."""
    token = (await client.sign_up()).json["token"]
    bearer = {"Authorization": f"Bearer {token}", "Origin": ""}
    other = Client(client.base_url)
    assert (await other.api("/get-session", headers=bearer)).json["user"]["name"] == "Ada"
    await other.api("/email-otp/send-verification-otp", {"email": "ada@example.com", "type": "sign-in"})
    otp = promised(sql, "email-otp-sign-in")[-1].context["code"]
    owner = Client(client.base_url)
    assert (await owner.api("/sign-in/email-otp", {"email": "ada@example.com", "otp": otp})).status == 200
    assert (await Client(client.base_url).api("/get-session", headers=bearer)).json is None
    assert (await owner.session())["user"]["emailVerified"] is True
