"""Signing in at a real OpenID provider: discovery, PKCE, nonce, a signed id token, userinfo, and tokens that rotate."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.client import Answer, Client
from tests.providers.real import agree, real_provider

WAYS = [
    {"method": "client_secret_post"},
    {"method": "client_secret_post", "alg": "ES256"},
    {"method": "client_secret_post", "tokensInClear": True},
]


@pytest.fixture(params=WAYS, ids=["RS256", "ES256", "all in the id token"])
def issuer(request: pytest.FixtureRequest, http_port: int) -> Iterator[str]:
    """A provider that sends its people back to the server under test."""
    redirect = f"http://localhost:{http_port}/api/auth/callback/acme"
    with real_provider(redirect, **request.param) as found:
        yield found


@pytest.fixture
def surroundings(issuer: str) -> dict[str, str]:
    """The provider, by its document alone."""
    return {
        "PLUGINS": "generic-oauth",
        "OIDC_PROVIDERS": "acme",
        "OIDC_ACME_DISCOVERY_URL": f"{issuer}/.well-known/openid-configuration",
        "OIDC_ACME_CLIENT_ID": "acme-id",
        "OIDC_ACME_CLIENT_SECRET": "acme-secret",
        "OIDC_ACME_SCOPES": "profile,email",
    }


async def went(client: Client, issuer: str, path: str = "/sign-in/social", name: str = "ada") -> str:
    """There, through its pages, and where it sends the browser."""
    started = await client.api(
        path, {"provider": "acme", "callbackURL": "/welcome", "errorCallbackURL": "/failed"}
    )
    assert started.status == 200
    back = f"{client.base_url}/api/auth/callback/acme"
    return await agree(Client(issuer), started.json["url"], name, back)


async def came_back(client: Client, place: str) -> Answer:
    return await client.send("GET", place.removeprefix(client.base_url))


@pytest.mark.gen_test
async def test_somebody_signs_in_and_comes_back(client: Client, issuer: str) -> None:
    place = await went(client, issuer)
    query = parse_qs(urlsplit(place).query)
    assert query["iss"] == [issuer]
    answer = await came_back(client, place)
    assert (answer.status, answer.headers["Location"]) == (302, "/welcome")
    user = (await client.session())["user"]
    assert (user["email"], user["emailVerified"], user["name"]) == ("ada@example.com", True, "Ada Lovelace")
    again = Client(client.base_url)
    await came_back(again, await went(again, issuer))
    assert (await again.session())["user"]["id"] == user["id"]
    accounts = (await client.api("/list-accounts")).json
    assert [(each["providerId"], each["accountId"]) for each in accounts] == [("acme", "ada")]


@pytest.mark.gen_test
async def test_tokens_are_refreshed_before_they_end(client: Client, issuer: str) -> None:
    """They last three seconds, and are refreshed where less than five are left; each refresh token is good once."""
    await came_back(client, await went(client, issuer))
    (account,) = (await client.api("/list-accounts")).json
    selected = {"accountId": account["id"]}
    tokens = [(await client.api("/get-access-token", selected)).json["accessToken"] for _ in range(3)]
    assert len(set(tokens)) == 3
    renewed = await client.api("/refresh-token", selected)
    assert renewed.status == 200
    told = await client.api(f"/account-info?accountId={account['id']}")
    assert (told.status, told.json["user"]["email"]) == (200, "ada@example.com")


@pytest.mark.gen_test
async def test_a_code_and_a_state_are_good_once(client: Client, issuer: str) -> None:  # S18 S43
    place = await went(client, issuer)
    thief = Client(client.base_url)
    assert (await came_back(thief, place)).headers["Location"] == "/failed?error=state_mismatch"
    assert (await came_back(client, place)).headers["Location"] == "/welcome"
    started = await thief.api("/sign-in/social", {"provider": "acme", "errorCallbackURL": "/failed"})
    state = parse_qs(urlsplit(started.json["url"]).query)["state"][0]
    code = parse_qs(urlsplit(place).query)["code"][0]
    stolen = await thief.api(f"/callback/acme?code={code}&state={state}")
    assert stolen.headers["Location"] == "/failed?error=invalid_code"
    assert await thief.session() is None


@pytest.mark.gen_test
async def test_an_account_there_is_linked(client: Client, issuer: str) -> None:
    await client.sign_up()
    answer = await came_back(client, await went(client, issuer, "/link-social"))
    assert answer.headers["Location"] == "/welcome"
    names = {each["providerId"] for each in (await client.api("/list-accounts")).json}
    assert names == {"credential", "acme"}
    other = await came_back(client, await went(client, issuer, "/link-social", "bob"))
    assert other.headers["Location"] == "/failed?error=email_does_not_match"
