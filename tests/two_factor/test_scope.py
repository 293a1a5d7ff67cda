"""TWO_FACTOR_SCOPE: which ways to sign in are followed by the second factor, and where a followed link leads."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.client import Answer, Client
from tests.conftest import Sql
from tests.promises import promised
from tests.two_factor.people import Clock, enrol, show, standing

pytestmark = [pytest.mark.gen_test, pytest.mark.usefixtures("plugged")]
EVERY = {"PLUGINS": "two-factor,magic-link,username", "TWO_FACTOR_SCOPE": "all"}
PASSWORDS = {"PLUGINS": "two-factor,magic-link,username"}


@pytest.fixture(name="moved")
def _moved() -> Iterator[Clock]:
    with standing() as found:
        yield found


async def follow(client: Client, sql: Sql, **ends: str) -> tuple[Client, Answer]:
    """A mailed link in another browser."""
    await Client(client.base_url).api("/sign-in/magic-link", {"email": "ada@example.com", **ends})
    browser = Client(client.base_url)
    return browser, await browser.send("GET", promised(sql, "magic-link")[-1].path)


@pytest.mark.environ(**PASSWORDS)
async def test_by_default_a_link_is_enough(client: Client, sql: Sql, moved: Clock) -> None:
    await enrol(client, moved)
    browser, answer = await follow(client, sql, callbackURL="/home")
    assert answer.headers["Location"] == f"{client.base_url}/home"
    assert (await browser.session())["user"]["email"] == "ada@example.com"


@pytest.mark.environ(**EVERY)
async def test_a_link_leads_to_the_second_step(client: Client, sql: Sql, moved: Clock) -> None:  # S17 S34
    person = await enrol(client, moved)
    browser, answer = await follow(client, sql, callbackURL="/home?tab=2")
    place = urlsplit(answer.headers["Location"])
    assert (answer.status, f"{place.scheme}://{place.netloc}", place.path) == (
        302,
        client.base_url,
        "/two-factor",
    )
    assert parse_qs(place.query) == {
        "methods": ["totp,otp"],
        "redirect": [f"{client.base_url}/home?tab=2"],
    }
    assert await browser.session() is None
    assert (await show(browser, "verify-totp", person.code())).status == 200
    assert (await browser.session())["user"]["email"] == "ada@example.com"


@pytest.mark.environ(**EVERY)
async def test_who_is_new_is_asked_nothing(client: Client, sql: Sql) -> None:
    browser, answer = await follow(client, sql, callbackURL="/home")
    assert answer.headers["Location"] == f"{client.base_url}/home"
    assert (await browser.session())["user"]["twoFactorEnabled"] is False


@pytest.mark.environ(**EVERY)
async def test_a_proven_address_leads_to_it_too(client: Client, sql: Sql, moved: Clock) -> None:
    await enrol(client, moved)
    await Client(client.base_url).api(
        "/send-verification-email", {"email": "ada@example.com", "callbackURL": "/proven"}
    )
    browser = Client(client.base_url)
    answer = await browser.send("GET", promised(sql, "verify-email")[-1].path)
    place = urlsplit(answer.headers["Location"])
    assert (place.path, parse_qs(place.query)["redirect"]) == ("/two-factor", ["/proven"])
    assert browser.cookies.keys() == {"better-auth.two_factor"}
    assert sql('SELECT "emailVerified" FROM "user"') == [(True,)]


@pytest.mark.parametrize("way", ["email", "username"])
@pytest.mark.environ(**PASSWORDS)
async def test_every_password_is_followed_by_it(client: Client, moved: Clock, way: str) -> None:  # S17
    person = await enrol(client, moved)
    assert (await person.browser.api("/update-user", {"username": "ada_l"})).status == 200
    called = {"email": {"email": "ada@example.com"}, "username": {"username": "Ada_L"}}[way]
    body = {**called, "password": "correct horse battery staple", "callbackURL": "/home"}
    answer = await Client(client.base_url).api(f"/sign-in/{way}", body)
    assert answer.json == {"twoFactorRedirect": True, "twoFactorMethods": ["totp", "otp"]}
    assert answer.headers["Location"] == "/home"


@pytest.mark.environ(PLUGINS="two-factor")
async def test_the_page_that_asks_is_there_with_the_plugin(client: Client) -> None:
    answer = await client.send("GET", "/two-factor?methods=otp")
    assert (answer.status, answer.set_cookies) == (200, [])
    person = await client.sign_up()
    assert person.status == 200
    there = await client.send("GET", "/two-factor?redirect=/settings/profile")
    assert (there.status, there.headers["Location"]) == (302, "/settings/profile")


@pytest.mark.environ(PLUGINS="none")
async def test_it_is_not_there_without(client: Client) -> None:
    assert (await client.send("GET", "/two-factor")).status == 404
