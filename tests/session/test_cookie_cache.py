"""SESSION_COOKIE_CACHE over HTTP: what is set, what is believed, what is not, what is cleared."""

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from server.crypto import signatures
from server.services import Services
from tests.client import PASSWORD, Answer, Client
from tests.conftest import Sql

TOKEN, DATA, FORGET = (f"better-auth.{name}" for name in ("session_token", "session_data", "dont_remember"))
EACH = [
    pytest.param(form, marks=pytest.mark.environ(SESSION_COOKIE_CACHE=form))
    for form in ("compact", "jwt", "jwe")
]
NUL = "a\0b"
each_format = pytest.mark.parametrize("form", EACH)
compact = pytest.mark.environ(SESSION_COOKIE_CACHE="compact")


def names(answer: Answer) -> list[str]:
    """What the answer sets or, with a minus, clears."""
    lines = [(line.partition("=")[0], "; Max-Age=0;" in line) for line in answer.set_cookies]
    return [f"-{name}" if cleared else name for name, cleared in lines]


async def due(sql: Sql) -> None:
    """The session is old enough for a refresh."""
    sql("""UPDATE "session" SET "expiresAt" = now() + interval '1 hour' """)


async def shown(client: Client) -> str:
    """Whom the app is told of."""
    answer = await client.send("GET", "/settings/profile")
    boot = answer.body.decode().partition('id="boot">')[2].partition("</script>")[0]
    return str(json.loads(boot)["session"]["user"]["name"])


@pytest.mark.gen_test
async def test_off_by_default(client: Client) -> None:  # S29
    assert names(await client.sign_up()) == [TOKEN]
    assert names(await client.api("/get-session")) == []


@each_format
@pytest.mark.gen_test
async def test_the_session_is_answered_from_the_cookie(client: Client, sql: Sql, form: str) -> None:
    created = await client.sign_up()
    assert names(created) == [TOKEN, DATA]
    sql("""UPDATE "user" SET "name" = 'Changed'""")
    answer = await client.api("/get-session")
    assert names(answer) == []
    assert answer.json == {"session": created.json["session"], "user": created.json["user"]}
    assert list(answer.json["user"])[:7] == [
        "id",
        "createdAt",
        "updatedAt",
        "email",
        "emailVerified",
        "name",
        "image",
    ]


@each_format
@pytest.mark.gen_test
async def test_a_read_of_the_database_renews_it(client: Client, sql: Sql, form: str) -> None:
    await client.sign_up()
    sql("""UPDATE "user" SET "name" = 'Changed'""")
    answer = await client.api("/get-session?disableCookieCache=false")  # any text is true
    assert names(answer) == [DATA]
    assert answer.json["user"]["name"] == "Changed"
    assert (await client.session())["user"]["name"] == "Changed"


@each_format
@pytest.mark.gen_test
async def test_what_changes_the_user_changes_the_cookie(client: Client, form: str) -> None:
    await client.sign_up()
    answer = await client.api("/update-user", {"name": "Eve"})
    assert names(answer) == [TOKEN, DATA]
    assert (await client.session())["user"]["name"] == "Eve"


@each_format
@pytest.mark.gen_test
async def test_a_revoked_session_is_believed_no_longer_where_it_matters(
    client: Client, sql: Sql, form: str
) -> None:  # S23
    await client.sign_up()
    thief = Client(client.base_url, dict(client.cookies))
    await client.api("/sign-out", {})
    assert client.cookies == {}
    assert await thief.session() is not None  # until the cookie ends: that is what a cookie cache is
    for path in ("/revoke-sessions", "/revoke-other-sessions"):
        again = Client(client.base_url, dict(thief.cookies))
        answer = await again.api(path, {})
        assert (answer.status, names(answer)) == (401, [f"-{name}" for name in (TOKEN, DATA, DATA, FORGET)])
    assert (await thief.api("/get-session?disableCookieCache=1")).json is None
    assert thief.cookies == {}


@each_format
@pytest.mark.gen_test
async def test_somebody_elses_cache_is_expired_and_made_anew(client: Client, form: str) -> None:
    await client.sign_up("eve@example.com", "Eve")
    eves = client.cookies[DATA]
    client.cookies.clear()
    await client.sign_up()
    client.cookies[DATA] = eves
    answer = await client.api("/get-session")
    assert names(answer) == [f"-{DATA}", DATA]
    assert answer.json["user"]["name"] == "Ada"
    assert (await client.session())["user"]["name"] == "Ada"


@each_format
@pytest.mark.parametrize("value", ["x", "e30", "null", "%00x", "aaaa", "!", "W1tbW1tb" * 200, "e30.e30.e30"])
@pytest.mark.gen_test
async def test_a_bad_one_never_costs_the_session(client: Client, form: str, value: str) -> None:
    await client.sign_up()
    client.cookies[DATA] = value
    answer = await client.api("/get-session")
    assert (answer.json["user"]["name"], names(answer)) == ("Ada", [f"-{DATA}", DATA])
    assert names(await client.api("/get-session")) == []
    client.cookies[DATA] = value
    assert (await client.api("/list-accounts")).status == 200
    client.cookies[DATA] = value
    assert await shown(client) == "Ada"


@pytest.mark.gen_test
async def test_a_token_that_no_row_can_have(client: Client, app: Services) -> None:
    signed = f"{NUL}.{signatures.sign(app.config.secret, NUL)}"
    client.cookies = {TOKEN: quote(signed, safe=""), DATA: "x"}
    answer = await client.api("/get-session")
    assert (answer.status, answer.json["code"], names(answer)) == (500, "FAILED_TO_GET_SESSION", [f"-{DATA}"])
    client.cookies = {TOKEN: quote(signed, safe="")}
    assert (await client.api("/list-accounts")).status == 401


@each_format
@pytest.mark.gen_test
async def test_not_remembered_it_ends_with_the_browser(client: Client, form: str) -> None:
    answer = await client.sign_up(rememberMe=False)
    assert names(answer) == [TOKEN, FORGET, DATA]
    assert not any("Max-Age" in line for line in answer.set_cookies)
    assert (await client.session())["user"]["name"] == "Ada"
    del client.cookies[DATA]
    assert names(await client.api("/get-session")) == []


@each_format
@pytest.mark.gen_test
async def test_too_long_for_one_cookie(client: Client, form: str) -> None:  # S30
    image = "x" * 3600
    created = await client.sign_up(image=image)
    assert names(created) == [TOKEN, f"{DATA}.0", f"{DATA}.1"]
    assert all(len(line) <= 4050 for line in created.set_cookies)
    answer = await client.api("/get-session")
    assert (answer.json["user"]["image"], names(answer)) == (image, [])
    smaller = await client.api("/update-user", {"image": None})
    chunks = [name for name in names(created) if name.startswith(f"{DATA}.")]
    assert names(smaller) == [TOKEN, *(f"-{name}" for name in chunks), DATA]
    assert (await client.session())["user"]["image"] is None
    await client.api("/update-user", {"image": image})
    assert DATA not in client.cookies
    cleared = await client.api("/sign-out", {})
    assert names(cleared) == [f"-{name}" for name in (TOKEN, DATA, *chunks, FORGET)]
    assert client.cookies == {}


@each_format
@pytest.mark.gen_test
async def test_too_long_for_any_number_of_cookies(client: Client, form: str) -> None:  # S30
    await client.sign_up()
    image = "data:image/png;base64," + "x" * 40_000
    changed = await client.api("/update-user", {"image": image})
    assert (changed.status, names(changed)) == (200, [TOKEN, f"-{DATA}"])
    answer = await client.api("/get-session")
    assert (answer.status, answer.json["user"]["image"], names(answer)) == (200, image, [])
    assert await shown(client) == "Ada"
    assert (await client.api("/sign-out", {})).status == 200
    again = await client.sign_in()
    assert (again.status, names(again)) == (200, [TOKEN])
    await client.api("/update-user", {"image": None})
    assert client.cookies.keys() == {TOKEN, DATA}


@each_format
@pytest.mark.gen_test
async def test_what_is_left_of_one_that_grew_too_long_is_cleared(client: Client, sql: Sql, form: str) -> None:
    await client.sign_up(image="x" * 3600)
    sql("""UPDATE "user" SET "image" = repeat('x', 40000)""")
    answer = await client.api("/get-session?disableCookieCache=1")
    assert (answer.status, names(answer)) == (200, [f"-{DATA}.0", f"-{DATA}.1"])
    assert client.cookies.keys() == {TOKEN}


@compact
@pytest.mark.gen_test
async def test_a_refresh_sets_both(client: Client, sql: Sql) -> None:
    await client.sign_up()
    await due(sql)
    assert names(await client.api("/get-session")) == []
    assert names(await client.api("/get-session?disableCookieCache=1&disableRefresh=1")) == []
    assert names(await client.api("/get-session?disableCookieCache=1")) == [TOKEN, DATA]
    assert names(await client.api("/get-session?disableCookieCache=1")) == [DATA]


@compact
@pytest.mark.gen_test
async def test_a_guard_lets_the_last_cookie_through(client: Client, sql: Sql) -> None:
    await client.sign_up()
    await due(sql)
    answer = await client.api("/list-accounts?disableCookieCache=1")
    assert (answer.status, names(answer)) == (200, [DATA])
    assert sql("""SELECT "expiresAt" > now() + interval '6 days' FROM "session" """) == [(True,)]


@compact
@pytest.mark.gen_test
async def test_a_guard_that_refuses_sends_them_all(client: Client, sql: Sql) -> None:
    await client.sign_up()
    sql("""UPDATE "session" SET "createdAt" = now() - interval '2 days' """)
    await due(sql)
    answer = await client.api("/list-sessions?disableCookieCache=1")
    assert (answer.status, names(answer)) == (403, [TOKEN, DATA])


@compact
@pytest.mark.gen_test
async def test_a_refusal_keeps_the_cookies_of_its_guard(client: Client, sql: Sql) -> None:
    await client.sign_up()
    await due(sql)
    answer = await client.api("/update-user?disableCookieCache=1", {})
    assert (answer.status, names(answer)) == (400, [DATA])


@compact
@pytest.mark.gen_test
async def test_what_ends_the_session_takes_back_its_refresh(client: Client, sql: Sql) -> None:
    await client.sign_up()
    await due(sql)
    answer = await client.api("/revoke-sessions", {})
    assert names(answer) == [f"-{name}" for name in (TOKEN, DATA, DATA, FORGET)]


@pytest.mark.environ(SESSION_COOKIE_CACHE="compact", SESSION_MAX_LIFETIME="3600")
@pytest.mark.gen_test
async def test_the_absolute_lifetime_holds_for_it_too(client: Client, sql: Sql) -> None:  # S24
    await client.sign_up()
    sql(
        """UPDATE "session" SET "createdAt" = now() - interval '2 hours', "expiresAt" = now() + interval '1 day' """
    )
    assert await client.session() is not None
    answer = await client.api("/get-session?disableCookieCache=1")
    assert (answer.json, client.cookies) == (None, {})


@pytest.mark.environ(SESSION_COOKIE_CACHE="jwt", SESSION_COOKIE_CACHE_MAX_AGE="1")
@pytest.mark.gen_test
async def test_its_age_can_be_set(client: Client) -> None:
    answer = await client.sign_up()
    assert "; Max-Age=1;" in answer.set_cookies[1]


@pytest.mark.gen_test
async def test_left_over_it_is_cleared(client: Client) -> None:
    await client.sign_up()
    client.cookies |= {DATA: "x", f"{DATA}.1": "y"}
    assert names(await client.api("/get-session")) == [f"-{DATA}", f"-{DATA}.1"]
    client.cookies = {f"{DATA}.0": "y"}
    assert names(await client.api("/get-session")) == [f"-{DATA}.0"]


@compact
@pytest.mark.gen_test
async def test_the_app_is_told_from_it(client: Client, sql: Sql) -> None:
    await client.sign_up()
    sql('DELETE FROM "session"')
    assert await shown(client) == "Ada"


@compact
@pytest.mark.gen_test
async def test_signing_in_again_replaces_it(client: Client) -> None:
    await client.sign_up()
    await client.sign_up("eve@example.com", "Eve")
    assert (await client.session())["user"]["name"] == "Eve"
    await client.sign_in("ada@example.com", PASSWORD)
    assert (await client.session())["user"]["name"] == "Ada"


VANISH = """
    CREATE FUNCTION "vanish"() RETURNS trigger AS 'BEGIN RETURN NULL; END' LANGUAGE plpgsql;
    CREATE TRIGGER "vanish" BEFORE UPDATE ON "session" FOR EACH ROW EXECUTE FUNCTION "vanish"()
"""


@pytest.fixture
def vanishing(sql: Sql) -> Iterator[None]:
    """Sessions that are gone when they are to be prolonged."""
    sql(VANISH)
    yield
    sql('DROP FUNCTION "vanish"() CASCADE')


@compact
@pytest.mark.gen_test
async def test_a_session_that_vanishes_while_it_is_prolonged(client: Client, vanishing: None) -> None:
    await client.sign_up(rememberMe=False)  # for a day: without the mark that says so, a refresh is due
    del client.cookies[FORGET]
    answer = await client.api("/get-session?disableCookieCache=1")
    assert (answer.status, answer.json["code"]) == (401, "FAILED_TO_GET_SESSION")
    assert names(answer) == [f"-{name}" for name in (TOKEN, DATA, DATA, FORGET)]


def stale(size: int) -> str:
    """Chunks as a release without a bound set them, more of them than anybody takes now."""
    return "; ".join(f"{DATA}.{number}={'x' * 4000}" for number in range(size // 4000))


@pytest.mark.parametrize("form", [*EACH, "off"])
@pytest.mark.parametrize("path", ["/api/auth/get-session", "/", "/settings/profile"])
@pytest.mark.gen_test
async def test_a_browser_with_a_cache_of_any_size_comes_in(client: Client, form: str, path: str) -> None:
    await client.sign_up()
    cookie = f"{stale(48000)}; {TOKEN}={client.cookies[TOKEN]}"
    answer = await client.send("GET", path, headers={"Cookie": cookie})
    assert answer.status == (302 if path == "/" else 200)
    if path.startswith("/api"):
        assert answer.json["user"]["name"] == "Ada"
        assert {f"-{DATA}.{number}" for number in range(12)} <= set(names(answer))


@pytest.mark.environ(COOKIE_PREFIX="mine")
@pytest.mark.gen_test
async def test_beyond_what_can_be_read_the_refusal_takes_the_cache_away(client: Client) -> None:
    """So that the browser comes in after a few requests, with whatever it had."""
    await client.sign_up()
    mine = {f"mine.session_data.{number}": "x" * 4000 for number in range(40)}
    token = f"mine.session_token={client.cookies['mine.session_token']}"
    for _ in range(4):
        cookie = "; ".join([*(f"{name}={value}" for name, value in mine.items()), token])
        answer = await client.api("/get-session", headers={"Cookie": cookie})
        if answer.status == 200:
            break
        assert answer.status == 431
        for name in names(answer):
            mine.pop(name.removeprefix("-"), None)
    assert answer.json["user"]["name"] == "Ada"


@pytest.mark.gen_test
async def test_what_is_not_ours_is_not_taken_away(client: Client) -> None:
    cookie = f"a={'x' * 70000}; better-auth.session_token=x; better-auth.session_datas.0=x"
    for held in (cookie, f"a={'x' * 40000}; {DATA}.0=x; {TOKEN}=x"):
        answer = await client.api("/get-session", headers={"Cookie": held})
        assert (answer.status, names(answer)) == (431, [])
