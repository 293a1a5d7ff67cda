"""GET /get-session, /sign-out and /list-sessions."""

import pytest

from tests.client import Client
from tests.conftest import Sql


@pytest.mark.gen_test
async def test_null_without_a_session(client: Client) -> None:
    answer = await client.api("/get-session")
    assert (answer.status, answer.body, answer.set_cookies) == (200, b"null", [])
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Pragma"] == "no-cache"


@pytest.mark.gen_test
async def test_session_and_user(client: Client) -> None:
    created = (await client.sign_up()).json
    found = (await client.api("/get-session")).json
    assert list(found) == ["session", "user"]
    assert found["user"] == created["user"]
    assert found["session"] == created["session"]
    assert found["session"]["ipAddress"] == "127.0.0.1"


@pytest.mark.parametrize("change", ["signature", "token", "cut", "none"])
@pytest.mark.gen_test
async def test_a_forged_cookie_is_no_session_and_stays(client: Client, change: str) -> None:  # S42
    await client.sign_up()
    name = "better-auth.session_token"
    token, signature = client.cookies[name].split(".")
    forged = {
        "signature": f"{token}.{'A' * 43}%3D",
        "token": f"{'a' * 32}.{signature}",
        "cut": f"{token}.{signature[:20]}",
        "none": token,
    }
    client.cookies[name] = forged[change]
    answer = await client.api("/get-session")
    assert (answer.body, answer.set_cookies) == (b"null", [])


@pytest.mark.gen_test
async def test_a_vanished_row_clears_the_cookies_in_order(client: Client, sql: Sql) -> None:  # S23
    await client.sign_up()
    sql('DELETE FROM "session"')
    answer = await client.api("/get-session")
    assert answer.body == b"null"
    assert [line.split("=")[0] for line in answer.set_cookies] == [
        "better-auth.session_token",
        "better-auth.session_data",
        "better-auth.dont_remember",
    ]
    assert all("=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax" in line for line in answer.set_cookies)


@pytest.mark.gen_test
async def test_an_expired_session_is_deleted(client: Client, sql: Sql) -> None:  # S24
    await client.sign_up()
    sql("""UPDATE "session" SET "expiresAt" = now() - interval '1 second' """)
    assert await client.session() is None
    assert sql('SELECT count(*) FROM "session"') == [(0,)]


async def age(sql: Sql, seconds: int) -> None:
    sql('UPDATE "session" SET "expiresAt" = "expiresAt" - make_interval(secs => %s)', seconds)


@pytest.mark.gen_test
async def test_refreshed_when_a_day_has_passed(client: Client, sql: Sql) -> None:
    before = (await client.sign_up()).json["session"]
    sql("""UPDATE "session" SET "updatedAt" = "updatedAt" - interval '1 day' """)
    await age(sql, 86400 - 3600)
    assert (await client.api("/get-session")).set_cookies == []
    await age(sql, 3601)
    answer = await client.api("/get-session")
    assert answer.json["session"]["expiresAt"] >= before["expiresAt"]
    assert answer.json["session"]["updatedAt"] > before["updatedAt"]
    assert "Max-Age=604800" in answer.set_cookies[0]


@pytest.mark.parametrize("value", ["true", "false", "0"])
@pytest.mark.gen_test
async def test_disable_refresh_by_any_text(client: Client, sql: Sql, value: str) -> None:
    await client.sign_up()
    await age(sql, 2 * 86400)
    assert (await client.api(f"/get-session?disableRefresh={value}")).set_cookies == []


@pytest.mark.gen_test
async def test_not_remembered_is_never_refreshed(client: Client, sql: Sql) -> None:
    await client.sign_up(rememberMe=False)
    await age(sql, 86000)
    assert (await client.api("/get-session")).set_cookies == []


@pytest.mark.environ(SESSION_MAX_LIFETIME="864000")
@pytest.mark.gen_test
async def test_absolute_lifetime(client: Client, sql: Sql) -> None:  # S24
    await client.sign_up()
    await age(sql, 5 * 86400)
    sql("""UPDATE "session" SET "createdAt" = "createdAt" - interval '9 days' """)
    refreshed = (await client.api("/get-session")).json["session"]
    assert sql('SELECT extract(day FROM "expiresAt" - "createdAt") FROM "session"') == [(10,)]
    assert refreshed is not None
    sql("""UPDATE "session" SET "createdAt" = "createdAt" - interval '2 days' """)
    assert await client.session() is None


@pytest.mark.gen_test
async def test_post_is_for_deferred_refresh_only(client: Client) -> None:
    answer = await client.api("/get-session", {})
    assert (answer.status, answer.json["code"]) == (405, "METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED")


@pytest.mark.environ(BETTER_AUTH_URL="https://app.example.com")
@pytest.mark.gen_test
async def test_https_makes_cookies_secure(client: Client) -> None:  # S28 S33
    answer = await client.sign_up()
    assert answer.status == 403  # the test client's own origin is not the public one
    answer = await client.api(
        "/sign-up/email",
        {"name": "Ada", "email": "ada@example.com", "password": "correct horse"},
        headers={"Origin": "https://app.example.com"},
    )
    (cookie,) = answer.set_cookies
    assert cookie.startswith("__Secure-better-auth.session_token=")
    assert cookie.endswith("; Path=/; HttpOnly; Secure; SameSite=Lax")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.gen_test
async def test_sign_out_ends_the_session_for_every_holder_of_the_cookie(
    client: Client, sql: Sql
) -> None:  # S23
    await client.sign_up()
    thief = Client(client.base_url, dict(client.cookies))
    answer = await client.api("/sign-out", {})
    assert answer.json == {"success": True}
    assert client.cookies == {}
    assert await thief.session() is None
    assert sql('SELECT count(*) FROM "session"') == [(0,)]


@pytest.mark.gen_test
async def test_sign_out_without_a_session_succeeds(client: Client) -> None:
    assert (await client.api("/sign-out", {})).json == {"success": True}


@pytest.mark.gen_test
async def test_list_sessions_shows_ones_own(client: Client, sql: Sql) -> None:  # S25 S40
    await Client(client.base_url).sign_up("eve@example.com")
    await client.sign_up()
    await Client(client.base_url).sign_in()
    found = (await client.api("/list-sessions")).json
    assert len(found) == 2
    assert {session["userId"] for session in found} == {(await client.session())["user"]["id"]}


@pytest.mark.gen_test
async def test_list_sessions_wants_a_fresh_session(client: Client, sql: Sql) -> None:  # S26
    assert (await client.api("/list-sessions")).status == 401
    await client.sign_up()
    sql("""UPDATE "session" SET "createdAt" = now() - interval '1 day' """)
    answer = await client.api("/list-sessions")
    assert (answer.status, answer.json["code"]) == (403, "SESSION_NOT_FRESH")


@pytest.mark.parametrize("path", ["/sign-out", "/revoke-sessions"])
@pytest.mark.gen_test
async def test_what_our_own_app_ends_has_the_browser_forget_its_cache(
    client: Client, path: str
) -> None:  # S33
    for site, sent in (("same-origin", '"cache"'), ("same-site", None), ("cross-site", None), ("none", None)):
        await client.sign_up(f"{site}@example.com")
        answer = await client.api(path, {}, headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "cors"})
        assert (answer.status, answer.headers.get("Clear-Site-Data")) == (200, sent)
        assert client.cookies == {}
    await client.sign_in("none@example.com")
    assert "Clear-Site-Data" not in (await client.api(path, {})).headers
