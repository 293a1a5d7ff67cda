"""Going to a provider from the pages, and coming back."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Browser, Request, Route

from tests.browser.window import Window, window
from tests.client import PASSWORD, Client

pytestmark = [
    pytest.mark.usefixtures("http_server"),
    pytest.mark.environ(
        GITHUB_CLIENT_ID="ours", GITHUB_CLIENT_SECRET="secret", GOOGLE_CLIENT_ID="x", GOOGLE_CLIENT_SECRET="y"
    ),
]
PAGE = "https://github.com/login/oauth/authorize*"


async def follow(tab: Window, button: str) -> dict[str, str]:
    """What the provider's page is asked with."""
    gone: list[Request] = []

    async def answer(route: Route) -> None:
        gone.append(route.request)
        await route.fulfill(body="<h1>GitHub</h1>", content_type="text/html")

    await tab.page.route(PAGE, answer)
    await tab.page.get_by_role("button", name=button).click()
    await tab.page.get_by_role("heading", name="GitHub").wait_for()
    query = parse_qs(urlsplit(gone[0].url).query)
    return {name: values[0] for name, values in query.items()}


@pytest.mark.gen_test
async def test_to_a_provider_and_back_without(browser: Browser, base_url: str) -> None:
    async with window(browser, base_url) as tab:
        await tab.open("/login?redirect=/settings/account")
        await tab.check()
        asked = await follow(tab, "Continue with GitHub")
        assert asked["client_id"] == "ours"
        assert asked["redirect_uri"] == f"{base_url}/api/auth/callback/github"
        assert asked["code_challenge_method"] == "S256"
        tab.problems.clear()
        back = f"/api/auth/callback/github?error=access_denied&state={asked['state']}"
        await tab.open(back)
        await tab.page.get_by_text("Signing in was cancelled at the provider.").wait_for()
        await tab.at("/login?redirect=/settings/account")
        await tab.check()


@pytest.mark.gen_test
async def test_only_what_is_set_up_is_offered(browser: Browser, base_url: str) -> None:
    async with window(browser, base_url) as tab:
        await tab.open("/register")
        names = await tab.page.get_by_role("button", name="Continue with").all_inner_texts()
        assert sorted(names) == ["Continue with GitHub", "Continue with Google"]


@pytest.mark.gen_test
async def test_linking_from_the_settings(browser: Browser, base_url: str, client: Client) -> None:
    await client.sign_up()
    async with window(browser, base_url) as tab:
        await tab.open("/login")
        await tab.page.get_by_label("E-mail").fill("ada@example.com")
        await tab.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await tab.page.get_by_role("button", name="Sign in", exact=True).click()
        await tab.at("/documents")
        await tab.open("/settings/account")
        asked = await follow(tab, "Link GitHub")
        tab.problems.clear()
        await tab.open(f"/api/auth/callback/github?error=access_denied&state={asked['state']}")
        await tab.page.get_by_text("Nothing was linked").first.wait_for()
        await tab.at("/settings/account")
