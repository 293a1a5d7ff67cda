"""Several cookies of one name, as a parent domain or another path leaves them: the one that is ours and lives counts."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.client import Answer, Client
from tests.conftest import Sql

TOKEN, DATA, FORGET = (f"better-auth.{name}" for name in ("session_token", "session_data", "dont_remember"))
FORMS = [
    pytest.param(form, marks=pytest.mark.environ(SESSION_COOKIE_CACHE=form))
    for form in ("off", "compact", "jwt", "jwe")
]
each_form = pytest.mark.parametrize("form", FORMS)
secure = pytest.mark.environ(BETTER_AUTH_URL="https://auth.example.com", APP_ENV="development")


@dataclass
class Tokens:
    """Cookie values: of a session that was signed out, of one that lives, and of neither."""

    ended: str
    alive: str
    forged: str = "x.mwHTN3GnTLxba5TBlVXEbuFQtdkLBKQrubLZ7BxHaB4%3D"


async def tokens(client: Client, name: str = TOKEN) -> Tokens:
    await client.sign_up()
    ended = client.cookies[name]
    await client.api("/sign-out", {})
    await client.sign_in()
    return Tokens(ended, client.cookies[name])


async def ask(client: Client, path: str, cookie: str, body: object = None) -> Answer:
    return await client.api(path, body, headers={"Cookie": cookie})


def cleared(answer: Answer) -> list[str]:
    return [line.partition("=")[0] for line in answer.set_cookies if "; Max-Age=0;" in line]


def orders(found: Tokens, name: str = TOKEN) -> list[str]:
    """Every header in which the living one has company."""
    bad = (found.ended, found.forged, "", "x")
    pairs = [(each, found.alive) for each in bad] + [(found.alive, each) for each in bad]
    return ["; ".join(f"{name}={value}" for value in each) for each in (*pairs, (*bad, found.alive))]


@each_form
@pytest.mark.gen_test
async def test_the_one_that_lives_counts(client: Client, form: str) -> None:
    found = await tokens(client)
    for cookie in orders(found):
        for _ in range(3):  # the second and third time from memory
            answer = await ask(client, "/get-session", cookie)
            assert (answer.json["user"]["name"], cleared(answer)) == ("Ada", [])
        assert (await ask(client, "/list-accounts", cookie)).status == 200
        page = await client.send("GET", "/settings/profile", headers={"Cookie": cookie})
        assert b"ada@example.com" in page.body
        assert (await ask(client, "/update-user", cookie, {"name": "Ada"})).status == 200


@pytest.mark.environ(SESSION_CACHE="off")
@pytest.mark.gen_test
async def test_without_memory_too(client: Client) -> None:
    found = await tokens(client)
    for cookie in orders(found):
        for _ in range(3):
            answer = await ask(client, "/get-session", cookie)
            assert (answer.json["user"]["name"], cleared(answer)) == ("Ada", [])


@secure
@pytest.mark.gen_test
async def test_with_the_prefix_of_https_too(client: Client) -> None:
    name = f"__Secure-{TOKEN}"
    origin = {"Origin": "https://auth.example.com"}
    body = {"name": "Ada", "email": "ada@example.com", "password": "correct horse battery staple"}
    await client.send("POST", "/api/auth/sign-up/email", body, origin)
    ended = client.cookies[name]
    await client.send("POST", "/api/auth/sign-out", {}, origin)
    await client.send("POST", "/api/auth/sign-in/email", body, origin)
    found = Tokens(ended, client.cookies[name])
    for cookie in orders(found, name):
        answer = await ask(Client(client.base_url), "/get-session", f"{TOKEN}={found.ended}; {cookie}")
        assert (answer.json["user"]["name"], cleared(answer)) == ("Ada", [])


@pytest.mark.gen_test
async def test_without_one_that_lives_the_ended_is_cleared_and_the_foreign_left(
    client: Client, sql: Sql
) -> None:
    found = await tokens(client)
    answer = await ask(client, "/get-session", f"{TOKEN}={found.forged}; {TOKEN}=y")
    assert (answer.json, answer.set_cookies) == (None, [])
    answer = await ask(client, "/get-session", f"{TOKEN}={found.forged}; {TOKEN}={found.ended}")
    assert (answer.json, cleared(answer)) == (None, [TOKEN, DATA, FORGET])
    sql("""UPDATE "session" SET "expiresAt" = now() - interval '1 minute' """)
    answer = await ask(client, "/get-session", f"{TOKEN}={found.ended}; {TOKEN}={found.alive}")
    assert (answer.json, cleared(answer)) == (None, [TOKEN, DATA, FORGET])
    assert sql('SELECT count(*) FROM "session"') == [(0,)]


@pytest.mark.gen_test
async def test_sign_out_ends_whatever_the_browser_would_go_on_with(client: Client, sql: Sql) -> None:  # S23
    found = await tokens(client)
    await client.sign_in()
    both = f"{TOKEN}={found.ended}; {TOKEN}={found.alive}; {TOKEN}={client.cookies[TOKEN]}"
    assert (await ask(client, "/get-session", both)).json is not None
    assert (await ask(client, "/sign-out", both, {})).status == 200
    assert sql('SELECT count(*) FROM "session"') == [(0,)]
    assert (await ask(client, "/get-session", both)).json is None


@each_form
@pytest.mark.gen_test
async def test_a_mark_among_others_is_found(client: Client, form: str) -> None:
    await client.sign_up(rememberMe=False)
    cookie = f"{TOKEN}={client.cookies[TOKEN]}; {FORGET}=x; {FORGET}={client.cookies[FORGET]}"
    answer = await ask(client, "/update-user", cookie, {"name": "Eve"})
    assert answer.status == 200
    assert not [line for line in answer.set_cookies if "Max-Age=6" in line or "Max-Age=3" in line]


def _header(*jars: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for jar in jars for name, value in jar.items())


Mix = Callable[[dict[str, str], dict[str, str]], str]
MIXES: list[Mix] = [
    _header,
    lambda old, new: _header(new, old),
    lambda old, new: f"{DATA}=%00!; {_header(new)}",
    lambda old, new: f"{_header(new)}; {DATA}=x; {DATA}.0=y",
]


@pytest.mark.parametrize("size", [0, 3600])
@pytest.mark.parametrize("mix", range(len(MIXES)))
@pytest.mark.parametrize("form", FORMS[1:])
@pytest.mark.gen_test
async def test_the_cache_that_is_of_the_session_counts(
    client: Client, sql: Sql, form: str, mix: int, size: int
) -> None:
    await client.sign_up("eve@example.com", "Eve", image="y" * 3700)
    old = {name: value for name, value in client.cookies.items() if name.startswith(DATA)}
    client.cookies.clear()
    await client.sign_up(image="x" * size)
    new = {name: value for name, value in client.cookies.items() if name.startswith(DATA)}
    sql("""UPDATE "user" SET "name" = 'Changed'""")  # what is read from a cookie does not know of it
    cookie = f"{TOKEN}={client.cookies[TOKEN]}; {MIXES[mix](old, new)}"
    answer = await ask(client, "/get-session", cookie)
    assert (answer.json["user"]["name"], answer.set_cookies) == ("Ada", [])


@pytest.mark.environ(SESSION_COOKIE_CACHE="compact")
@pytest.mark.gen_test
async def test_no_cache_says_which_of_two_sessions_lives(client: Client) -> None:  # S23
    await client.sign_up()
    ended = dict(client.cookies)
    await client.api("/sign-out", {})
    await client.sign_in()
    cookie = f"{_header(ended)}; {TOKEN}={client.cookies[TOKEN]}"
    answer = await ask(client, "/get-session", cookie)
    assert f"{TOKEN}={client.cookies[TOKEN]}" != f"{TOKEN}={ended[TOKEN]}"
    assert answer.json["session"]["token"] == client.cookies[TOKEN].partition(".")[0]
    assert cleared(answer) == []


@pytest.mark.gen_test
async def test_many_that_are_ours_cost_a_few_questions(client: Client) -> None:  # S46
    await client.sign_up()
    ended = []
    for _ in range(8):
        ended.append(client.cookies[TOKEN])
        await client.api("/sign-out", {})
        await client.sign_in()
    cookie = "; ".join(f"{TOKEN}={value}" for value in (*ended, client.cookies[TOKEN]))
    assert (await ask(client, "/get-session", cookie)).json is None
