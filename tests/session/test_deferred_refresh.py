"""SESSION_DEFER_REFRESH: GET reads, POST writes."""

import pytest

from tests.client import Client
from tests.conftest import Sql

deferred = pytest.mark.environ(SESSION_DEFER_REFRESH="yes")
HOUR = """UPDATE "session" SET "expiresAt" = now() + interval '1 hour' """
LONG = """SELECT "expiresAt" > now() + interval '6 days' FROM "session" """


@deferred
@pytest.mark.gen_test
async def test_get_says_that_it_is_due_and_post_does_it(client: Client, sql: Sql) -> None:
    await client.sign_up()
    assert (await client.session())["needsRefresh"] is False
    sql(HOUR)
    answer = await client.api("/get-session")
    assert list(answer.json) == ["session", "user", "needsRefresh"]
    assert (answer.json["needsRefresh"], answer.set_cookies) == (True, [])
    assert sql(LONG) == [(False,)]
    posted = await client.api("/get-session", {})
    assert list(posted.json) == ["session", "user"]
    assert "Max-Age=604800" in posted.set_cookies[0]
    assert posted.headers["Pragma"] == "no-cache"
    assert sql(LONG) == [(True,)]
    assert (await client.session())["needsRefresh"] is False


@deferred
@pytest.mark.gen_test
async def test_post_without_need_changes_nothing(client: Client, sql: Sql) -> None:
    await client.sign_up()
    before = sql('SELECT "expiresAt" FROM "session"')
    answer = await client.api("/get-session", {})
    assert (list(answer.json), answer.set_cookies) == (["session", "user"], [])
    assert sql('SELECT "expiresAt" FROM "session"') == before


@deferred
@pytest.mark.gen_test
async def test_an_expired_row_goes_only_on_post(client: Client, sql: Sql) -> None:
    await client.sign_up()
    sql("""UPDATE "session" SET "expiresAt" = now() - interval '1 second' """)
    kept = dict(client.cookies)
    assert await client.session() is None
    assert client.cookies == {}
    assert sql('SELECT count(*) FROM "session"') == [(1,)]
    client.cookies = kept
    assert (await client.api("/get-session", {})).json is None
    assert sql('SELECT count(*) FROM "session"') == [(0,)]


@deferred
@pytest.mark.gen_test
async def test_nothing_is_said_of_it_where_there_is_no_refresh(client: Client, sql: Sql) -> None:
    await client.sign_up()
    sql(HOUR)
    assert "needsRefresh" not in (await client.api("/get-session?disableRefresh=1")).json
    await client.sign_in(rememberMe=False)
    assert "needsRefresh" not in await client.session()
    assert "needsRefresh" not in (await client.api("/get-session", {})).json


@deferred
@pytest.mark.gen_test
async def test_a_guard_never_writes(client: Client, sql: Sql) -> None:
    await client.sign_up()
    sql(HOUR)
    assert (await client.api("/list-accounts")).set_cookies == []
    assert (await client.api("/revoke-other-sessions", {})).set_cookies == []
    assert sql(LONG) == [(False,)]


@deferred
@pytest.mark.gen_test
async def test_post_is_checked_as_every_post(client: Client) -> None:  # S31
    await client.sign_up()
    refused = await client.api("/get-session", {}, headers={"Origin": "https://evil.example"})
    assert (refused.status, refused.json["code"]) == (403, "INVALID_ORIGIN")
    assert "Pragma" not in refused.headers
    anybody = Client(client.base_url)
    assert (await anybody.api("/get-session", {})).body == b"null"


@pytest.mark.environ(SESSION_DEFER_REFRESH="yes", SESSION_COOKIE_CACHE="jwe")
@pytest.mark.gen_test
async def test_with_a_cookie_cache(client: Client, sql: Sql) -> None:
    await client.sign_up()
    sql(HOUR)
    assert "needsRefresh" not in await client.session()  # out of the cookie
    answer = await client.api("/get-session?disableCookieCache=1")
    assert answer.json["needsRefresh"] is True
    assert [line.partition("=")[0] for line in answer.set_cookies] == ["better-auth.session_data"]
    assert (await client.api("/get-session", {})).set_cookies == []
    assert len((await client.api("/get-session?disableCookieCache=1", {})).set_cookies) == 2
