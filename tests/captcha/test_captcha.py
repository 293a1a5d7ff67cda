"""A riddle before signing up, signing in and asking for a reset; its providers say what they are told to."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from handlers import FEATURES
from server.config.settings import load
from server.errors import SettingsError
from server.feature import plug, select
from tests.client import Answer, Client
from tests.conftest import Sql
from tests.providers import script
from tests.providers.script import answer
from tests.providers.scripted import Scripted
from tests.shell import html

KEYS = {"PLUGINS": "captcha", "CAPTCHA_SITE_KEY": "site-key", "CAPTCHA_SECRET_KEY": "captcha-secret"}
TURNSTILE = KEYS | {"CAPTCHA_PROVIDER": "cloudflare-turnstile"}
GOOGLE = KEYS | {"CAPTCHA_PROVIDER": "google-recaptcha"}
HCAPTCHA = KEYS | {"CAPTCHA_PROVIDER": "hcaptcha"}
GOOD = answer({"success": True})
PATHS = ("/sign-up/email", "/sign-in/email", "/request-password-reset")
BODY = {"name": "Ada", "email": "ada@example.com", "password": "correct horse battery"}


@pytest.fixture(name="surroundings")
def found(scripted: Scripted) -> Mapping[str, str]:
    return scripted.environment | TURNSTILE


async def solved(client: Client, said: Mapping[str, Any] = GOOD, path: str = PATHS[0], **body: str) -> Answer:
    """Asks with an answer of which the provider says this."""
    return await client.api(path, BODY | body, headers={"x-captcha-response": script.code(profile=said)})


def refusal(found: Answer) -> tuple[int, str]:
    return found.status, found.json["code"]


@pytest.mark.gen_test
async def test_nobody_gets_past_it_without_an_answer(client: Client, sql: Sql) -> None:  # S11
    for path in (*PATHS, "//sign-in//email", "/sign-up/email/", "/sign-in/email//"):
        assert refusal(await client.api(path, BODY)) == (400, "MISSING_RESPONSE")
        assert refusal(await client.api(path)) == (400, "MISSING_RESPONSE")
        assert refusal(await solved(client, answer({"success": False}), path)) == (403, "VERIFICATION_FAILED")
    assert sql('SELECT count(*) FROM "user"') == [(0,)]
    assert (await client.api("/get-session")).status == 200


@pytest.mark.gen_test
async def test_whoever_has_solved_it_goes_on(client: Client) -> None:
    assert (await solved(client)).status == 200
    assert (await solved(client, path="/sign-in/email")).status == 200
    assert (await solved(client, path="/request-password-reset")).status == 200
    assert (await solved(client, path="/sign-in/email/")).status == 404


@pytest.mark.parametrize(
    "said",
    [
        answer(text="", status=503),
        answer({"success": True}, 500),
        answer(text=""),
        answer(text="null"),
        answer({"success": True}, cut=True),
        answer(redirect="https://elsewhere.example/yes"),
    ],
)
@pytest.mark.gen_test
async def test_a_provider_that_is_away_lets_nobody_in(client: Client, sql: Sql, said: Any) -> None:  # S38
    assert refusal(await solved(client, said)) == (500, "UNKNOWN_ERROR")
    assert sql('SELECT count(*) FROM "user"') == [(0,)]


@pytest.mark.gen_test
async def test_a_slow_provider_keeps_nobody_else(client: Client, scripted: Scripted) -> None:  # S46
    waiting = [asyncio.ensure_future(solved(client, GOOD | {"gate": "captcha"})) for _ in range(5)]
    assert (await client.api("/get-session")).status == 200
    assert refusal(await client.api(PATHS[0], BODY)) == (400, "MISSING_RESPONSE")
    assert not any(each.done() for each in waiting)
    scripted.gate("captcha").set()
    assert sorted({found.status for found in await asyncio.gather(*waiting)}) == [200, 422]


@pytest.mark.gen_test
async def test_what_is_asked_is_told_nothing_else(client: Client, scripted: Scripted) -> None:
    token = script.code("asked-of-turnstile", profile=GOOD)
    assert (await client.api(PATHS[0], BODY, headers={"x-captcha-response": token})).status == 200
    (asked,) = scripted.seen("asked-of-turnstile")
    assert asked["url"] == "https://challenges.cloudflare.com/turnstile/v0/siteverify"
    assert asked["body"] == {"secret": "captcha-secret", "response": token, "remoteip": "127.0.0.1"}


@pytest.mark.gen_test
async def test_pages_know_whose_it_is_and_may_load_it(client: Client) -> None:
    page = await client.send("GET", "/login")
    assert html.read(page).boot["settings"]["captcha"] == {
        "provider": "cloudflare-turnstile",
        "siteKey": "site-key",
    }
    assert b"captcha-secret" not in page.body  # S35
    assert html.policy(page)["frame-src"] == ["'self'", "https://challenges.cloudflare.com"]


@pytest.mark.gen_test
async def test_a_page_of_another_origin_may_send_the_answer(client: Client) -> None:
    headers = {"Origin": client.base_url, "Access-Control-Request-Method": "POST"}
    found = await client.send("OPTIONS", "/api/auth/sign-in/email", headers=headers)
    assert "x-captcha-response" in found.headers["Access-Control-Allow-Headers"]


class TestGoogle:
    @pytest.fixture(name="surroundings")
    def found(self, scripted: Scripted) -> Mapping[str, str]:
        return scripted.environment | GOOGLE

    @pytest.mark.gen_test
    async def test_a_low_score_is_a_program(self, client: Client) -> None:
        for score, status in ((0.4, 403), (0, 403), (0.5, 200), ("0.1", 422), (True, 422), (None, 422)):
            assert (await solved(client, answer({"success": True, "score": score}))).status == status


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PLUGINS": "captcha"}, "CAPTCHA_PROVIDER is not set"),
        (TURNSTILE | {"CAPTCHA_SECRET_KEY": ""}, "CAPTCHA_SECRET_KEY is not set"),
        (TURNSTILE | {"CAPTCHA_SITE_KEY": " "}, "CAPTCHA_SITE_KEY is not set"),
        ({"PLUGINS": "all", "CAPTCHA_SECRET_KEY": "x"}, "CAPTCHA_PROVIDER is not set"),
        (TURNSTILE | {"CAPTCHA_PROVIDER": "captchafox"}, "it takes cloudflare-turnstile or"),
    ],
)
def test_half_of_it_stops_the_start(tmp_path: Any, settings: dict[str, str], words: str) -> None:
    read = load({"APP_ENV": "development"} | settings, tmp_path)
    with pytest.raises(SettingsError, match=words):
        plug(select(FEATURES, read.features_off, read.plugins), read)
