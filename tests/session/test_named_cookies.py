"""COOKIE_PREFIX, COOKIE_SAME_SITE and COOKIE_DOMAIN over HTTP, and a front end of another site. S28 S31 S32."""

import json

import pytest

from tests.client import PASSWORD, Answer, Client

AT, FRONT = "https://auth.example.com", "https://app.example.org"
other_site = pytest.mark.environ(
    BETTER_AUTH_URL=AT,
    BETTER_AUTH_TRUSTED_ORIGINS=FRONT,
    COOKIE_SAME_SITE="none",
    COOKIE_PREFIX="shop",
    APP_ENV="development",
)
TOKEN = "__Secure-shop.session_token"


async def ask(client: Client, path: str, body: object = None, origin: str = FRONT) -> Answer:
    """As a page of another origin asks with `credentials: 'include'`."""
    return await client.api(path, body, headers={"Origin": origin, "Sec-Fetch-Site": "cross-site"})


def attributes(answer: Answer) -> dict[str, str]:
    lines = [line.partition("; ") for line in answer.set_cookies]
    return {pair.partition("=")[0]: rest for pair, _, rest in lines}


@other_site
@pytest.mark.gen_test
async def test_a_front_end_of_another_site_signs_in_and_stays(client: Client) -> None:
    created = await ask(
        client, "/sign-up/email", {"name": "Ada", "email": "ada@example.com", "password": PASSWORD}
    )
    assert attributes(created) == {TOKEN: "Max-Age=604800; Path=/; HttpOnly; Secure; SameSite=None"}
    for _ in range(3):
        found = await ask(client, "/get-session")
        assert found.json["user"]["name"] == "Ada"
        assert found.headers["Access-Control-Allow-Origin"] == FRONT
        assert found.headers["Access-Control-Allow-Credentials"] == "true"
    assert (await ask(client, "/update-user", {"name": "Eve"})).status == 200
    assert (await client.session())["user"]["name"] == "Eve"
    ended = await ask(client, "/sign-out", {})
    assert attributes(ended)[TOKEN] == "Max-Age=0; Path=/; HttpOnly; Secure; SameSite=None"
    assert (client.cookies, (await ask(client, "/get-session")).json) == ({}, None)


@other_site
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", "https://app.example.org.evil.example"]
)
@pytest.mark.gen_test
async def test_cookies_that_come_from_everywhere_do_nothing_from_elsewhere(
    client: Client, origin: str
) -> None:
    await ask(client, "/sign-up/email", {"name": "Ada", "email": "ada@example.com", "password": PASSWORD})
    assert (await ask(client, "/update-user", {"name": "Eve"}, origin)).status == 403
    found = await ask(client, "/get-session", origin=origin)
    assert "Access-Control-Allow-Origin" not in found.headers  # so that no page there can read it
    assert (await ask(client, "/get-session")).json["user"]["name"] == "Ada"


@pytest.mark.environ(
    BETTER_AUTH_URL="http://auth.example.com",
    COOKIE_DOMAIN="example.com",
    COOKIE_SAME_SITE="strict",
    SESSION_COOKIE_CACHE="compact",
    APP_ENV="development",
)
@pytest.mark.gen_test
async def test_a_domain_stands_wherever_a_cookie_is_set_or_expired(client: Client) -> None:  # S30
    origin = "http://auth.example.com"
    body = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD, "image": "x" * 3600}
    answers = [await ask(client, "/sign-up/email", body, origin)]
    answers.append(await ask(client, "/update-user", {"image": None}, origin))
    answers.append(await ask(client, "/sign-in/email", body | {"rememberMe": False}, origin))
    answers.append(await ask(client, "/sign-out", {}, origin))
    lines = [line for answer in answers for line in answer.set_cookies]
    assert len(lines) > 10
    assert [
        line for line in lines if not line.endswith("; Domain=example.com; Path=/; HttpOnly; SameSite=Strict")
    ] == []


@pytest.mark.environ(COOKIE_PREFIX="shop")
@pytest.mark.gen_test
async def test_the_app_goes_by_no_name(client: Client) -> None:
    await client.sign_up()
    assert client.cookies.keys() == {"shop.session_token"}
    page = await client.send("GET", "/settings/profile")
    boot = page.body.decode().partition('id="boot">')[2].partition("</script>")[0]
    assert json.loads(boot)["session"]["user"]["name"] == "Ada"
    foreign = {"Cookie": f"better-auth.session_token={client.cookies['shop.session_token']}"}
    assert (await client.api("/get-session", headers=foreign)).json is None
