"""GET /api/forward-auth: who is signed in, in headers; else 401, or the way to the sign-in page."""

import logging
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest

from server.http.app import Application
from server.services import Services
from tests.client import Answer, Client
from tests.conftest import Sql
from tests.raw import exchange, request, status

PATH = "/api/forward-auth"
HEADERS = ("X-Auth-User-Id", "X-Auth-Email", "X-Auth-Name", "X-Auth-Session-Id")
BROWSER = {"Accept": "text/html,application/xhtml+xml", "Sec-Fetch-Mode": "navigate"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "MKCOL", "LOCK")
BEHIND = pytest.mark.environ(
    TRUSTED_PROXIES="127.0.0.1",
    BETTER_AUTH_URL="https://example.com",
    BETTER_AUTH_TRUSTED_ORIGINS="https://app.example.com,myapp://",
)


async def ask(client: Client, method: str = "GET", **headers: str) -> Answer:
    """As proxies do, on a connection that they keep: the first is answered the ordinary way, others from memory."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.send(method, PATH, headers={"Connection": "keep-alive", **named})


def said(answer: Answer) -> list[str]:
    return [unquote(answer.headers[name]) for name in HEADERS]


@pytest.mark.gen_test
async def test_who_it_is(client: Client) -> None:
    created = (await client.sign_up()).json
    for _ in range(3):
        answer = await ask(client)
        assert (answer.status, answer.body, answer.set_cookies) == (204, b"", [])
        assert said(answer) == [
            created["user"]["id"],
            "ada@example.com",
            "Ada",
            created["session"]["id"],
        ]


@pytest.mark.gen_test
async def test_memory_gives_the_same_answer(client: Client, app: Services) -> None:
    await client.sign_up()
    answers = [await ask(client), await ask(client)]
    changing = ("Date", "X-Request-Id")
    first, second = ([each for each in a.headers.get_all() if each[0] not in changing] for a in answers)
    assert sorted(first) == sorted(second)
    assert dict(first)["Cache-Control"] == "no-store"
    assert dict(first)["Vary"] == "Cookie"
    assert answers[0].headers["X-Request-Id"] != answers[1].headers["X-Request-Id"]
    page = await app.metrics.page(0)
    counted = [line for line in page.decode().splitlines() if "ForwardAuth" in line]
    assert any(line.startswith("ai_editor_http_requests_total") and line.endswith(" 2.0") for line in counted)


@pytest.mark.gen_test
async def test_memory_needs_no_database(
    client: Client, app: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.sign_up()
    await ask(client)
    monkeypatch.setattr(Application, "find_handler", None)  # which the ordinary way begins with
    assert (await ask(client)).status == 204


@pytest.mark.environ(SESSION_CACHE="off")
@pytest.mark.gen_test
async def test_without_memory_the_database_is_asked(client: Client, sql: Sql) -> None:
    await client.sign_up()
    assert [(await ask(client)).status for _ in range(2)] == [204, 204]
    sql('DELETE FROM "session"')
    assert (await ask(client)).status == 401


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.gen_test
async def test_whatever_the_method(client: Client, method: str) -> None:
    assert (await ask(client, method)).status == 401
    await client.sign_up()
    assert (await ask(client, method, Origin="https://elsewhere.example")).status == 204


@pytest.mark.gen_test
async def test_nobody_is_let_in(client: Client) -> None:  # S42
    answer = await ask(client)
    assert (answer.status, answer.json["code"]) == (401, "UNAUTHORIZED")
    assert not any(name in answer.headers for name in (*HEADERS, "Location"))
    await client.sign_up()
    token, _, signature = client.cookies["better-auth.session_token"].partition(".")
    for cookie in (f"{'a' * 32}.{signature}", token, f"{token}.{'A' * 43}%3D", ""):
        client.cookies["better-auth.session_token"] = cookie
        assert (await ask(client)).status == 401
    client.cookies.clear()
    bearer = f"{token}.{signature}"
    assert (await ask(client, Authorization=f"Bearer {bearer}")).status == 401
    assert (await ask(client, X_Auth_User_Id="x", X_Auth_Email="ada@example.com")).status == 401


@pytest.mark.parametrize(
    "change",
    [
        'DELETE FROM "session"',
        'DELETE FROM "user"',
        """UPDATE "session" SET "expiresAt" = now() - interval '1 second'""",
    ],
)
@pytest.mark.gen_test
async def test_what_is_over_is_refused_at_once(client: Client, sql: Sql, change: str) -> None:  # S23 S24
    await client.sign_up()
    assert [(await ask(client)).status for _ in range(2)] == [204, 204]
    sql(change)
    answer = await ask(client)
    assert (answer.status, answer.set_cookies) == (401, [])


@pytest.mark.gen_test
async def test_signing_out_and_in_again(client: Client) -> None:  # S23
    await client.sign_up()
    before = dict(client.cookies)
    await ask(client)
    await client.api("/sign-out", {})
    client.cookies.update(before)
    assert (await ask(client)).status == 401
    client.cookies.clear()
    await client.sign_in()
    assert (await ask(client)).status == 204


@pytest.mark.gen_test
async def test_a_new_name_is_told_at_once(client: Client) -> None:
    await client.sign_up()
    await ask(client)
    await client.api("/update-user", {"name": "Grace"})
    assert said(await ask(client))[2] == "Grace"


@pytest.mark.environ(SESSION_COOKIE_CACHE="compact")
@pytest.mark.gen_test
async def test_a_cookie_cache_is_not_believed(client: Client, sql: Sql) -> None:  # S23
    await client.sign_up()
    sql('DELETE FROM "session"')
    assert await client.session()
    assert (await ask(client)).status == 401


@pytest.mark.gen_test
async def test_asking_prolongs_nothing(client: Client, sql: Sql) -> None:
    await client.sign_up()
    sql("""UPDATE "session" SET "expiresAt" = now() + interval '1 day'""")
    before = sql('SELECT "expiresAt" FROM "session"')
    answers = [await ask(client) for _ in range(2)]
    assert [(each.status, each.set_cookies) for each in answers] == [(204, []), (204, [])]
    assert sql('SELECT "expiresAt" FROM "session"') == before


@pytest.mark.environ(RATE_LIMIT_ENABLED="yes")
@pytest.mark.gen_test
async def test_a_page_of_many_files_is_not_too_much(client: Client) -> None:
    assert {(await ask(client)).status for _ in range(120)} == {401}


@pytest.mark.parametrize(
    "name",
    [
        "Zoë 木村 🦊", "50% off", "a\r\nX-Auth-User-Id: root", "a\nb", "\ttab", " ends ", "a\x7fb\x85c", "a,b;c=\"d\"", "a+b", "%41",
        "\u2028", "é" * 200, " ", "",
    ],
)  # fmt: skip
@pytest.mark.gen_test
async def test_any_name_fits(client: Client, sql: Sql, name: str) -> None:  # S45
    await client.sign_up()
    sql('UPDATE "user" SET "name" = %s', name)
    for _ in range(2):
        answer = await ask(client)
        assert (answer.status, unquote(answer.headers["X-Auth-Name"])) == (204, name)
        assert answer.headers["X-Auth-Name"].isascii()
        assert [answer.headers.get_list(each).__len__() for each in HEADERS] == [1, 1, 1, 1]


@pytest.mark.gen_test
async def test_long_names_are_cut_and_long_addresses_left_out(client: Client, sql: Sql) -> None:
    await client.sign_up()
    sql('UPDATE "user" SET "name" = %s, "email" = %s', "🦊" * 5000, "é" * 500 + "@example.com")
    answer = await ask(client)
    assert unquote(answer.headers["X-Auth-Name"]) == "🦊" * 200
    assert answer.headers["X-Auth-Email"] == ""
    sql('UPDATE "user" SET "email" = %s', "zoë%+ x@example.com")
    assert unquote((await ask(client)).headers["X-Auth-Email"]) == "zoë%+ x@example.com"


@pytest.mark.gen_test
async def test_a_connection_that_is_to_close_closes(client: Client, base_url: str) -> None:
    await client.sign_up()
    await ask(client)
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    answer = await exchange(base_url, request(f"GET {PATH}", f"Cookie: {cookie}"))
    assert (status(answer), b"\r\nConnection: close\r\n" in answer) == (204, True)


def way_back(answer: Answer) -> tuple[int, str, list[str]]:
    """Status, sign-in page and what is in its `redirect`."""
    location = urlsplit(answer.headers.get("Location", ""))
    return answer.status, location._replace(query="").geturl(), parse_qs(location.query).get("redirect", [])


TRAEFIK = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.com", "X-Forwarded-Method": "GET"}


@BEHIND
@pytest.mark.parametrize(
    "path", ["/app/", "/app/?a=1&b=2", "/app/%E2%86%92?q=%26", "/a,b;c", "/app?redirect=//evil.com"]
)
@pytest.mark.gen_test
async def test_a_browser_is_sent_to_sign_in_and_back(client: Client, path: str) -> None:
    answer = await client.send("GET", PATH, headers={**BROWSER, **TRAEFIK, "X-Forwarded-Uri": path})
    assert way_back(answer) == (302, "https://example.com/login", [path])
    assert answer.headers["Cache-Control"] == "no-store"


@BEHIND
@pytest.mark.parametrize(
    "told",
    [
        {"X-Original-URL": "https://example.com/app/?a=1&b=2"},
        {"X-Original-URI": "/app/?a=1&b=2", "X-Forwarded-Proto": "https", "Host": "example.com"},
    ],
)
@pytest.mark.gen_test
async def test_nginx_is_told_the_way_in_a_401(client: Client, told: dict[str, str]) -> None:
    answer = await client.send("GET", PATH, headers={**BROWSER, **told})
    assert way_back(answer) == (401, "https://example.com/login", ["/app/?a=1&b=2"])


@BEHIND
@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "application/json"},
        {"Accept": ""},
        {"Accept": "*/*"},
        {"Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Mode": "no-cors"},
        {"X-Forwarded-Method": "POST"},
        {"X-Forwarded-Method": "", "X-Original-Method": "DELETE"},
    ],
)
@pytest.mark.gen_test
async def test_whoever_cannot_sign_in_is_told_401(client: Client, headers: dict[str, str]) -> None:
    answer = await client.send(
        "GET", PATH, headers={**BROWSER, **TRAEFIK, "X-Forwarded-Uri": "/app", **headers}
    )
    assert way_back(answer) == (401, "", [])


@BEHIND
@pytest.mark.gen_test
async def test_the_way_back_to_another_trusted_origin(client: Client) -> None:
    told = {**BROWSER, **TRAEFIK, "X-Forwarded-Host": "app.example.com", "X-Forwarded-Uri": "/x?y=z"}
    answer = await client.send("GET", PATH, headers=told)
    assert way_back(answer) == (302, "https://example.com/login", ["https://app.example.com/x?y=z"])


@BEHIND
@pytest.mark.parametrize(
    "told",
    [
        {"X-Forwarded-Host": "evil.com"},
        {"X-Forwarded-Host": "example.com.evil.com"},
        {"X-Forwarded-Host": "example.com@evil.com"},
        {"X-Forwarded-Host": "evil.com@example.com"},
        {"X-Forwarded-Host": "evil.com, example.com"},
        {"X-Forwarded-Host": "example.com:8443"},
        {"X-Forwarded-Host": "evil.com/"},
        {"X-Forwarded-Proto": "http"},
        {"X-Forwarded-Proto": "javascript"},
        {"X-Forwarded-Proto": "myapp"},
        {"X-Forwarded-Uri": "https://evil.com/"},
        {"X-Forwarded-Uri": "//evil.com/"},
        {"X-Forwarded-Uri": "/..//evil.com/"},
        {"X-Forwarded-Uri": "/\\evil.com/"},
        {"X-Forwarded-Uri": "/%2Fevil.com/"},
        {"X-Forwarded-Uri": "@evil.com/"},
        {"X-Forwarded-Uri": ".evil.com/"},
        {"X-Forwarded-Uri": "/" + "a" * 3000},
        {"X-Forwarded-Uri": "", "X-Original-URL": ""},
    ],
)
@pytest.mark.gen_test
async def test_no_way_leads_elsewhere(client: Client, told: dict[str, str]) -> None:  # S34
    told = {**BROWSER, **TRAEFIK, "X-Forwarded-Uri": "/app/", **told}
    status, page, back = way_back(await client.send("GET", PATH, headers=told))
    assert (status, page, back) == (302, "https://example.com/login", [])


@pytest.mark.environ(BETTER_AUTH_URL="https://example.com")
@pytest.mark.gen_test
async def test_whoever_is_no_trusted_proxy_is_not_believed(  # S13
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    told = {**BROWSER, **TRAEFIK, "X-Forwarded-Uri": "/app/"}
    assert way_back(await client.send("GET", PATH, headers=told)) == (302, "https://example.com/login", [])
    assert "set TRUSTED_PROXIES=127.0.0.1" in caplog.text


@BEHIND
@pytest.mark.gen_test
async def test_an_origin_that_is_not_trusted_is_a_line_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    told = {**BROWSER, **TRAEFIK, "X-Forwarded-Host": "www.example.com", "X-Forwarded-Uri": "/app/?secret=1"}
    with caplog.at_level(logging.INFO, "ai_editor.refused"):
        await client.send("GET", PATH, headers=told)
    assert "https://www.example.com" in caplog.text
    assert "BETTER_AUTH_TRUSTED_ORIGINS" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.environ(BETTER_AUTH_TRUSTED_ORIGINS="https://app.example.com,myapp://", FEATURES_OFF="documents")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("/app/?a=1", "/app/?a=1"),
        ("https://app.example.com/x?y=z", "https://app.example.com/x?y=z"),
        ("https://evil.com/", "/settings/profile"),
        ("https://app.example.com.evil.com/", "/settings/profile"),
        ("https:app.example.com/", "/settings/profile"),
        ("//app.example.com/", "/settings/profile"),
        ("myapp://x", "/settings/profile"),
    ],
)
@pytest.mark.gen_test
async def test_the_sign_in_page_sends_back(client: Client, wanted: str, found: str) -> None:  # S34
    await client.sign_up()
    answer = await client.send("GET", f"/login?redirect={quote(wanted, safe='')}")
    assert (answer.status, answer.headers["Location"]) == (302, found)


@pytest.mark.environ(SESSION_COOKIE_CACHE="compact")
@pytest.mark.gen_test
async def test_nobody_is_sent_in_a_circle(client: Client, sql: Sql) -> None:  # S23
    """What asked for a sign-in believes no cookie cache; so the sign-in page does not, either."""
    await client.sign_up()
    sql('DELETE FROM "session"')
    answer = await client.send("GET", "/login?redirect=%2Fapp%2F")
    assert answer.status == 200
    assert b"ada@example.com" not in answer.body
    assert client.cookies == {}


@pytest.mark.environ(FEATURES_OFF="forward-auth")
@pytest.mark.gen_test
async def test_without_the_feature_nobody_is_let_in(client: Client) -> None:
    await client.sign_up()
    assert {(await ask(client)).status for _ in range(2)} == {404}
