"""How somebody signed in last, in a cookie that a page can read."""

import pytest

from handlers.last_login_method.methods import COOKIE, method_of
from tests.client import Client

pytestmark = [pytest.mark.environ(PLUGINS="last-login-method")]


@pytest.mark.gen_test
async def test_a_password_is_remembered_and_not_what_failed(client: Client) -> None:
    signed_up = await client.sign_up()
    [line] = [each for each in signed_up.set_cookies if each.startswith(COOKIE)]
    assert line == f"{COOKIE}=email; Max-Age=2592000; Path=/; SameSite=Lax"
    client.cookies.clear()
    assert (await client.sign_in(password="wrong password")).set_cookies == []
    await client.sign_in()
    assert client.cookies[COOKIE] == "email"
    await client.api("/sign-out", {})
    assert client.cookies[COOKIE] == "email"


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/callback/google", "google"),
        ("/sign-in/email-otp", "email-otp"),
        ("/magic-link/verify", "magic-link"),
        ("/passkey/verify-authentication", "passkey"),
        ("/siwe/verify", "siwe"),
        ("/one-tap/callback", "google"),
        ("/sign-in/username", None),
        ("/sign-in/anonymous", None),
        ("/get-session", None),
    ],
)
def test_what_ways_are_called(path: str, method: str | None) -> None:
    assert method_of(path) == method


@pytest.mark.gen_test
@pytest.mark.environ(PLUGINS="none")
async def test_off_sets_no_cookie(client: Client) -> None:
    await client.sign_up()
    assert COOKIE not in client.cookies
