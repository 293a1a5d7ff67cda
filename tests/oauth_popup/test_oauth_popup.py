"""Signing in at a provider in a window: where it begins, what it ends with, and whom it tells."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from handlers.oauth_popup import FEATURE
from server.database import DatabaseUnavailable
from server.oauth import authorization
from server.services import Services
from tests.client import Answer, Client
from tests.compat.profiles import Who
from tests.conftest import Sql
from tests.providers.scripted import Scripted
from tests.providers.travel import ENDS, back, code_of, surroundings
from tests.providers.travel import start as start_plainly
from tests.two_factor.people import enrol, standing

APP, NONCE, MARKER = "https://app.example.com", "n-1", "better-auth.oauth_popup"
ADA = Who("12345", "ada@example.com")
SETTINGS = {"PLUGINS": "oauth-popup,bearer", "BETTER_AUTH_TRUSTED_ORIGINS": APP}
pytestmark = [pytest.mark.gen_test, pytest.mark.environ(**SETTINGS)]
DATA = re.compile(r'<script type="application/json" id="better-auth-oauth-popup">(.*?)</script>', re.DOTALL)
SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@pytest.fixture(name="surroundings")
def found(scripted: Scripted) -> Mapping[str, str]:
    return surroundings(scripted, "google")


async def open_window(client: Client, **query: str) -> Answer:
    """What a window begins with."""
    said = {"provider": "google", "popupOrigin": APP, "popupNonce": NONCE} | ENDS | query
    return await client.api(f"/oauth-popup/start?{urlencode(said)}")


async def begin(client: Client, **query: str) -> str:
    """A window at the provider: its state."""
    answer = await open_window(client, **query)
    assert answer.status == 302, answer.body
    return parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]


def mark(client: Client, app: Services, said: str) -> None:
    """A cookie that the server has signed, whatever it says."""
    line = app.cookies.write_signed(MARKER, said, 600)
    client.cookies[MARKER] = line.partition(";")[0].partition("=")[2]


def told(answer: Answer) -> dict[str, Any]:
    """What a page tells; its script is the one that its policy lets run."""
    page = answer.body.decode()
    (script,), (data,) = SCRIPT.findall(page), DATA.findall(page)
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; script-src 'sha256-{allowed}'; base-uri 'none'"
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["Content-Security-Policy"] == policy
    assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")
    assert "Cross-Origin-Opener-Policy" not in answer.headers  # which would cut the window off who opened it
    found = json.loads(data)
    assert found.pop("type") == "better-auth:oauth-popup"
    return dict(found)


async def test_a_window_there_and_back(client: Client, sql: Sql) -> None:  # S43
    state = await begin(client)
    answer = await back(client, "google", state, code_of("google", ADA))
    found = told(answer)
    token = found.pop("token")
    assert found == {"targetOrigin": APP, "nonce": NONCE, "redirectTo": "/new"}
    assert f"{MARKER}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax" in answer.set_cookies
    assert answer.headers["set-auth-token"] == token
    assert (await client.session())["user"]["email"] == ADA.email
    stranger = Client(client.base_url)
    answer = await stranger.send("GET", "/api/auth/get-session", headers={"Authorization": f"Bearer {token}"})
    assert answer.json["user"]["email"] == ADA.email
    again = await back(client, "google", state, code_of("google", ADA))
    assert (again.status, "token" in again.body.decode()) == (302, False)
    assert sql('SELECT count(*) FROM "session"') == [(1,)]


async def test_a_start_leaves_the_window_its_opener(client: Client) -> None:
    answer = await open_window(client)
    assert answer.status == 302
    assert "Cross-Origin-Opener-Policy" not in answer.headers
    names = [line.partition("=")[0] for line in answer.set_cookies]
    assert names == ["better-auth.state", MARKER]
    assert all("HttpOnly" in line for line in answer.set_cookies)


@pytest.mark.parametrize(
    "origin", ["https://evil.com", f"{APP}.evil.com", f"{APP}@evil.com", "/", "null", "*"]
)
async def test_only_who_is_trusted_is_told(client: Client, sql: Sql, origin: str) -> None:  # S34
    answer = await open_window(client, popupOrigin=origin)
    assert (answer.status, answer.json["code"], answer.set_cookies) == (403, "INVALID_ORIGIN", [])
    assert sql('SELECT count(*) FROM "verification"') == [(0,)]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"provider": "nobody"}, "provider_not_found"),
        ({"callbackURL": "https://evil.com"}, "invalid_callback_url"),
        ({"errorCallbackURL": "//evil.com"}, "invalid_error_callback_url"),
        ({"newUserCallbackURL": "javascript:alert(1)"}, "invalid_new_user_callback_url"),
    ],
)
async def test_a_fault_is_told(client: Client, query: dict[str, str], code: str) -> None:  # S34
    answer = await open_window(client, **query)
    assert told(answer)["error"]["code"] == code
    assert answer.set_cookies == []


async def test_a_database_that_is_away_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise DatabaseUnavailable("away")

    monkeypatch.setattr(authorization, "begin", away)
    assert told(await open_window(client))["error"]["code"] == "popup_sign_in_failed"


async def test_nothing_leaves_the_element_it_is_told_in(client: Client) -> None:  # S45
    given = "</script><script>alert(1)</script><!--\u2028\u2029\"'\\é𝄞"
    answer = await open_window(client, popupNonce=given, provider=given)
    assert told(answer) == {
        "targetOrigin": APP,
        "nonce": given,
        "error": {"code": "provider_not_found", "description": f"Unknown provider: {given}"},
    }
    state = await begin(client, popupNonce=given)
    query = urlencode({"state": state, "error": given, "error_description": given})
    assert told(await client.api(f"/callback/google?{query}"))["error"] == {
        "code": given,
        "description": given,
    }


async def test_data_stands_in_for_nothing(client: Client, sql: Sql) -> None:  # S43
    names = ("callbackURL", "codeVerifier", "errorURL", "newUserURL", "link", "oauthState", "serverContext")
    data = dict.fromkeys((*names, "idTokenNonce"), "https://evil.com") | {
        "expiresAt": 1,
        "requestSignUp": True,
    }
    await begin(client, additionalData=json.dumps(data | {"mine": 1, "at": "2020-01-02T03:04:05Z"}))
    kept = json.loads(sql('SELECT "value" FROM "verification"')[0][0])
    assert "evil" not in json.dumps(kept)
    assert not kept.keys() & {"link", "serverContext", "requestSignUp"}
    assert (kept["mine"], kept["at"]) == (1, "2020-01-02T03:04:05.000Z")
    for text in ("{", "[1]", '"x"', "5", "null", "[" * 9999, f'{{"a":{"[" * 300}{"]" * 300}}}'):
        await begin(client, additionalData=text)


async def test_another_browser_comes_back_in_vain(client: Client, sql: Sql) -> None:  # S43
    state = await begin(client)
    stranger = Client(client.base_url, {MARKER: client.cookies[MARKER]})
    answer = await back(stranger, "google", state, code_of("google", ADA))
    assert told(answer)["error"] == {"code": "state_mismatch"}
    assert sql('SELECT count(*) FROM "user"') == [(0,)]


@pytest.mark.parametrize(
    "kept", ["unsigned", "state", "null", "[]", '{"popupNonce":"x"}', '{"popupOrigin":1}']
)
async def test_a_cookie_that_is_none(client: Client, app: Services, kept: str) -> None:  # S42
    state = await begin(client)
    mark(client, app, json.dumps({"popupOrigin": APP}) if kept == "unsigned" else kept)
    if kept == "unsigned":
        client.cookies[MARKER] = client.cookies[MARKER][:-46] + "A" * 43 + "%3D"
    answer = await back(client, "google", state, code_of("google", ADA))
    assert (answer.status, answer.headers["Location"]) == (302, "/new")


@pytest.mark.parametrize("origin", ["https://evil.com", "*", "/", ""])
async def test_who_is_trusted_no_more_is_told_nothing(  # S34
    client: Client, app: Services, origin: str
) -> None:
    state = await begin(client)
    mark(client, app, json.dumps({"popupOrigin": origin, "popupNonce": NONCE, "state": state}))
    answer = await back(client, "google", state, code_of("google", ADA))
    assert (answer.status, answer.headers["Location"]) == (302, "/new")


async def test_a_window_that_was_closed_is_no_other_sign_in(client: Client) -> None:
    await begin(client)
    query = await start_plainly(client, "google")
    answer = await back(client, "google", query["state"], code_of("google", ADA))
    assert (answer.status, answer.headers["Location"]) == (302, "/new")


async def test_of_two_windows_the_last_one_ends_well(client: Client) -> None:
    first, second = await begin(client), await begin(client, popupNonce="n-2")
    answer = await back(client, "google", first, code_of("google", ADA))
    assert (answer.status, answer.headers["Location"]) == (302, "/failed?error=state_mismatch")
    found = told(await back(client, "google", second, code_of("google", ADA)))
    assert (found["nonce"], "token" in found) == ("n-2", True)


async def test_linking_in_a_window_tells_nothing(client: Client, app: Services) -> None:
    await client.sign_up()
    state = (await start_plainly(client, "google", "/link-social"))["state"]
    mark(client, app, json.dumps({"popupOrigin": APP, "popupNonce": NONCE}))
    answer = await back(client, "google", state, code_of("google", ADA))
    assert (answer.status, answer.headers["Location"]) == (302, "/welcome")
    assert MARKER not in client.cookies


@pytest.mark.environ(**SETTINGS, DISABLE_IMPLICIT_SIGN_UP="yes")
async def test_who_does_not_ask_to_sign_up(client: Client, sql: Sql) -> None:
    state = await begin(client)
    answer = await back(client, "google", state, code_of("google", ADA))
    assert told(answer)["error"] == {"code": "signup_disabled"}
    assert sql('SELECT count(*) FROM "user"') == [(0,)]
    state = await begin(client, requestSignUp="true")
    assert "token" in told(await back(client, "google", state, code_of("google", ADA)))


@pytest.mark.environ(**SETTINGS | {"PLUGINS": "oauth-popup,two-factor", "TWO_FACTOR_SCOPE": "all"})
@pytest.mark.usefixtures("plugged")
async def test_a_second_factor_is_asked_for_in_the_window(client: Client, sql: Sql) -> None:  # S17
    with standing() as moved:
        await enrol(client, moved)
        sql('UPDATE "user" SET "emailVerified" = true')
        browser = Client(client.base_url)
        answer = await back(browser, "google", await begin(browser), code_of("google", ADA))
    assert (answer.status, urlsplit(answer.headers["Location"]).path) == (302, "/two-factor")
    assert await browser.session() is None


@pytest.mark.environ(**SETTINGS | {"OAUTH_STATE_STRATEGY": "cookie"})
async def test_with_the_state_in_a_cookie(client: Client, sql: Sql) -> None:
    state = await begin(client)
    assert sql('SELECT count(*) FROM "verification"') == [(0,)]
    assert "token" in told(await back(client, "google", state, code_of("google", ADA)))


@pytest.mark.parametrize(
    ("plugins", "level"), [(("oauth-popup",), "note"), (("oauth-popup", "bearer"), "ok"), (("all",), "ok")]
)
async def test_a_token_that_nothing_takes(
    client: Client, app: Services, plugins: tuple[str, ...], level: str
) -> None:
    (check,) = FEATURE.doctor
    assert (await check.run(replace(app.config, plugins=plugins), app.db)).level == level


@pytest.mark.environ(**SETTINGS | {"PLUGINS": "bearer"})
async def test_off(client: Client, app: Services) -> None:
    assert (await open_window(client)).status == 404
    assert app.landings == ()
