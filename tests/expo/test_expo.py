"""Apps on phones: whose origin counts, who is handed cookies, and where their browsers are sent."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.client import PASSWORD, Answer, Client
from tests.compat.profiles import Who
from tests.conftest import Sql
from tests.providers.scripted import Scripted
from tests.providers.travel import back, code_of, start, surroundings

APP, ADA = "myapp://", Who("12345", "ada@example.com")
SETTINGS = {"PLUGINS": "expo", "BETTER_AUTH_TRUSTED_ORIGINS": "myapp://,https://app.example.com"}
pytestmark = [pytest.mark.gen_test, pytest.mark.environ(**SETTINGS)]
BODY = {"email": "ada@example.com", "password": PASSWORD}


@pytest.fixture(name="surroundings")
def found(scripted: Scripted) -> Mapping[str, str]:
    return surroundings(scripted, "google")


async def sign_in(client: Client, **headers: str) -> Answer:
    """With a cookie and without an Origin, unless one is named."""
    said = {"Origin": "", "Cookie": "a=b"} | headers
    return await client.api("/sign-in/email", BODY, headers=said)


async def proxy(client: Client, url: str, **more: str) -> Answer:
    return await client.api(f"/expo-authorization-proxy?{urlencode({'authorizationURL': url} | more)}")


async def address(client: Client) -> str:
    body = {"provider": "google", "callbackURL": "myapp://home", "errorCallbackURL": "myapp://no"}
    return str((await client.api("/sign-in/social", body)).json["url"])


async def test_an_app_says_its_origin(client: Client) -> None:  # S31
    await client.sign_up()
    assert (await sign_in(client)).json["code"] == "MISSING_OR_NULL_ORIGIN"
    assert (await sign_in(client, **{"expo-origin": APP})).status == 200
    assert (await sign_in(client, **{"expo-origin": "exp://192.168.1.5:8081"})).status == 200


async def test_no_header_stands_over_an_origin(client: Client) -> None:  # S31
    for origin, code in (("https://evil.com", "INVALID_ORIGIN"), ("null", "MISSING_OR_NULL_ORIGIN")):
        answer = await sign_in(client, Origin=origin, **{"expo-origin": APP})
        assert (answer.status, answer.json["code"]) == (403, code)
        assert "Access-Control-Allow-Origin" not in answer.headers
    answer = await sign_in(client, **{"expo-origin": "other://"})
    assert answer.json["code"] == "INVALID_ORIGIN"


async def test_no_page_elsewhere_may_send_it(client: Client) -> None:  # S32
    asked = {
        "Origin": "https://app.example.com",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "expo-origin",
    }
    answer = await client.send("OPTIONS", "/api/auth/sign-out", headers=asked)
    assert "expo-origin" not in answer.headers["Access-Control-Allow-Headers"].lower()


@pytest.mark.environ(APP_ENV="production", BETTER_AUTH_SECRET="s" * 20 + "ecret-1234567890", **SETTINGS)
async def test_apps_in_development_are_none_in_production(client: Client) -> None:  # S31
    answer = await sign_in(client, **{"expo-origin": "exp://192.168.1.5:8081"})
    assert (answer.status, answer.json["code"]) == (403, "INVALID_ORIGIN")


async def test_an_app_is_handed_its_session(client: Client) -> None:  # S34
    query = await start(client, "google", callbackURL="myapp://home?a=b", newUserCallbackURL="myapp://new")
    browser = Client(client.base_url, dict(client.cookies))
    answer = await back(browser, "google", query["state"], code_of("google", ADA))
    place = answer.headers["Location"]
    assert (answer.status, place.partition("?")[0]) == (302, "myapp://new")
    assert parse_qs(urlsplit(place).query) == {"cookie": [", ".join(answer.set_cookies)]}
    app = Client(client.base_url, {"better-auth.session_token": browser.cookies["better-auth.session_token"]})
    assert (await app.session())["user"]["email"] == ADA.email


@pytest.mark.parametrize("place", ["https://app.example.com/x", "/welcome"])
async def test_no_page_is(client: Client, place: str) -> None:  # S34
    query = await start(client, "google", callbackURL=place, newUserCallbackURL=place)
    answer = await back(client, "google", query["state"], code_of("google", ADA))
    assert answer.headers["Location"] == place


async def test_an_app_goes_to_a_provider_and_comes_back(client: Client, sql: Sql) -> None:  # S43
    url = await address(client)
    browser = Client(client.base_url)
    answer = await proxy(browser, url)
    assert (answer.status, answer.headers["Location"], list(browser.cookies)) == (
        302,
        url,
        ["better-auth.state"],
    )
    state = parse_qs(urlsplit(url).query)["state"][0]
    answer = await back(browser, "google", state, code_of("google", ADA))
    assert answer.headers["Location"].startswith("myapp://home?cookie=better-auth.")
    assert sql('SELECT count(*) FROM "session"') == [(1,)]


async def test_it_leads_to_providers_alone(client: Client) -> None:  # S34
    url = await address(client)
    page, _, query = url.partition("?")
    back_to = parse_qs(query)["redirect_uri"][0]
    elsewhere = urlencode({"redirect_uri": "https://evil.com/"})
    wrong = [
        *(
            f"https://evil.com/?{query}",
            f"{page}/x?{query}",
            f"{page}?state=x",
            f"{url}&{elsewhere}",
            f"{url}#x",
        ),
        *(f"{page}?{elsewhere}&state=x", f"{page}?{urlencode({'redirect_uri': f'{back_to}x'})}&state=x"),
        *(url.replace("https://", "https://evil.com@"), url.replace("https://", "http://")),
        *(
            url.replace("//", "\\\\", 1),
            f" {url}",
            url.replace("accounts", "acc\nounts"),
            "x",
            client.base_url,
        ),
    ]
    for each in wrong:
        answer = await proxy(client, each, oauthState="x")
        assert (answer.status, answer.json["message"]) == (400, "Invalid authorizationURL"), each
        assert ("Location" in answer.headers, answer.set_cookies) == (False, [])
    no_state = f"{page}?{urlencode({'redirect_uri': back_to})}"
    assert (await proxy(client, no_state)).json["message"] == "Unexpected error"


@pytest.mark.environ(PLUGINS="none", BETTER_AUTH_TRUSTED_ORIGINS=APP)
async def test_off_is_off(client: Client) -> None:
    assert (await proxy(client, "https://accounts.google.com/")).status == 404
    answer = await sign_in(client, **{"expo-origin": APP})
    assert answer.json["code"] == "MISSING_OR_NULL_ORIGIN"
    query = await start(client, "google", newUserCallbackURL=APP)
    answer = await back(client, "google", query["state"], code_of("google", ADA))
    assert answer.headers["Location"] == APP
