"""Google's One Tap, as far as it is about who comes in and what becomes of a guest."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.client import Answer, Client
from tests.compat import profiles
from tests.compat.profiles import Who
from tests.conftest import Sql
from tests.providers import keys
from tests.providers.scripted import Scripted
from tests.providers.travel import surroundings

ADA = Who("12345", "ada@example.com")
pytestmark = [pytest.mark.environ(PLUGINS="one-tap,anonymous,last-login-method")]


@pytest.fixture(name="surroundings")
def found(scripted: Scripted) -> Mapping[str, str]:
    return surroundings(scripted, "google")


async def tap(client: Client, **claims: Any) -> Answer:
    token = keys.id_token(profiles.claims("google", ADA) | claims)
    return await client.api("/one-tap/callback", {"idToken": token})


@pytest.mark.gen_test
@pytest.mark.usefixtures("plugged")
async def test_a_guest_becomes_somebody_and_google_is_remembered(client: Client, sql: Sql) -> None:
    await client.api("/sign-in/anonymous", {})
    answer = await tap(client)
    assert (answer.status, list(answer.json)) == (200, ["token", "user"])
    assert (await client.session())["user"]["email"] == ADA.email
    assert client.cookies["better-auth.last_used_login_method"] == "google"
    assert sql('SELECT "email" FROM "user"') == [(ADA.email,)]
    assert sql('SELECT "providerId", "accountId", "scope" FROM "account"') == [
        ("google", ADA.sub, "openid,profile,email")
    ]


@pytest.mark.gen_test
async def test_a_token_for_somebody_else_opens_nothing(client: Client, sql: Sql) -> None:  # S43
    for claims in ({"aud": "another"}, {"iss": "https://evil.example"}, {"exp": 1}):
        answer = await tap(client, **claims)
        assert (answer.status, answer.json["message"]) == (400, "invalid id token")
    assert sql('SELECT count(*) FROM "user"') == [(0,)]


@pytest.mark.gen_test
@pytest.mark.environ(
    PLUGINS="one-tap,generic-oauth",
    OIDC_PROVIDERS="google",
    OIDC_GOOGLE_DISCOVERY_URL="https://acme.example/.well-known/openid-configuration",
    OIDC_GOOGLE_CLIENT_ID="google-id",
)
async def test_a_server_that_is_called_google_is_not_google(client: Client, sql: Sql) -> None:  # S43
    answer = await tap(client, iss="https://acme.example")
    assert answer.status == 400
    assert answer.json["message"].startswith("Google client ID is required")
    assert sql('SELECT count(*) FROM "user"') == [(0,)]


@pytest.mark.gen_test
@pytest.mark.environ(PLUGINS="none")
async def test_off_is_not_there(client: Client) -> None:
    assert (await tap(client)).status == 404
