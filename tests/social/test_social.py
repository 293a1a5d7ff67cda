"""POST /sign-in/social and /link-social, GET and POST /callback/:id, with no provider configured."""

import pytest

from server.oauth import states
from server.oauth.states import OAuthState
from server.services import Services
from tests.client import Client


@pytest.mark.gen_test
async def test_every_provider_is_unknown(client: Client) -> None:
    await client.sign_up()
    for path in ("/sign-in/social", "/link-social"):
        answer = await client.api(path, {"provider": "github", "callbackURL": "/dashboard"})
        assert (answer.status, answer.json["code"]) == (404, "PROVIDER_NOT_FOUND")


@pytest.mark.gen_test
async def test_reserved_parameters(client: Client) -> None:  # S43
    answer = await client.api("/sign-in/social", {"provider": "x", "additionalParams": {"state": "mine"}})
    assert answer.status == 400
    assert "cannot include reserved OAuth parameters: state, client_id" in answer.json["message"]


async def begun(client: Client, app: Services, state: str) -> None:
    """A sign-in at a provider that this browser began."""
    await states.create(app.db, state, OAuthState("/dashboard", "verifier", "/login"))
    cookie = app.cookies.write_signed(app.cookies.name("state"), state, 300)
    name, _, value = cookie.partition(";")[0].partition("=")
    client.cookies[name] = value


@pytest.mark.gen_test
async def test_an_unknown_state_is_refused(client: Client) -> None:
    answer = await client.api("/callback/github?code=c&state=unknown")
    assert answer.status == 302
    assert answer.headers["Location"] == f"{client.base_url}/api/auth/error?error=state_mismatch"


@pytest.mark.gen_test
async def test_no_state_is_refused(client: Client) -> None:
    answer = await client.api("/callback/github?code=c")
    assert answer.headers["Location"].endswith("/error?error=state_not_found")


@pytest.mark.gen_test
async def test_a_state_of_another_browser_is_refused(client: Client, app: Services) -> None:  # S43
    await begun(client, app, "state-one")
    answer = await Client(client.base_url).api("/callback/github?code=c&state=state-one")
    assert answer.headers["Location"] == "/login?error=state_mismatch"


@pytest.mark.gen_test
async def test_a_state_counts_once(client: Client, app: Services) -> None:  # S18
    await begun(client, app, "state-two")
    first = await client.api("/callback/github?code=c&state=state-two")
    assert first.headers["Location"] == "/login?error=oauth_provider_not_found"
    assert first.set_cookies == ["better-auth.state=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"]
    second = await client.api("/callback/github?code=c&state=state-two")
    assert second.headers["Location"].endswith("/error?error=state_mismatch")


@pytest.mark.gen_test
async def test_a_posted_form_becomes_a_get(client: Client) -> None:
    answer = await client.send(
        "POST",
        "/api/auth/callback/apple?state=in+query",
        raw=b"code=a%26b&state=in+body&user=x",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status == 302
    assert (
        answer.headers["Location"]
        == f"{client.base_url}/api/auth/callback/apple?code=a%26b&state=in+query&user=x"
    )
