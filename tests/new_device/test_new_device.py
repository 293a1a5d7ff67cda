"""A mail tells of a sign-in from where there never was one. S15."""

import logging

import pytest

from server.services import Services
from tests.client import Client
from tests.conftest import Sql
from tests.promises import promised

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEWER_FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Mobile/15E148 Safari/604.1"


async def sign_in(client: Client, user_agent: str) -> None:
    body = {"email": "ada@example.com", "password": "correct horse battery staple"}
    await Client(client.base_url).api("/sign-in/email", body, headers={"User-Agent": user_agent})


async def sign_up(client: Client, user_agent: str) -> None:
    body = {"name": "Ada", "email": "ada@example.com", "password": "correct horse battery staple"}
    await client.api("/sign-up/email", body, headers={"User-Agent": user_agent})


@pytest.mark.gen_test
async def test_a_known_browser_is_no_news(client: Client, sql: Sql) -> None:
    await sign_up(client, FIREFOX)
    await sign_in(client, FIREFOX)
    await sign_in(client, NEWER_FIREFOX)
    assert promised(sql, "new-device") == []


@pytest.mark.gen_test
async def test_another_browser_is(client: Client, sql: Sql) -> None:
    await sign_up(client, FIREFOX)
    await sign_in(client, SAFARI)
    await sign_in(client, SAFARI)
    ((mail),) = promised(sql, "new-device")
    assert mail.to == "ada@example.com"
    assert (mail.context["browser"], mail.context["system"]) == ("Safari", "iOS")
    assert mail.context["ip_address"] == "127.0.0.1"


@pytest.mark.environ(TRUSTED_PROXIES="127.0.0.0/8,::1")
@pytest.mark.gen_test
async def test_another_network_is(client: Client, sql: Sql) -> None:
    await sign_up(client, FIREFOX)
    body = {"email": "ada@example.com", "password": "correct horse battery staple"}
    for address in ("198.51.100.1", "198.51.7.7"):
        headers = {"User-Agent": FIREFOX, "X-Forwarded-For": address}
        await Client(client.base_url).api("/sign-in/email", body, headers=headers)
    assert [mail.context["ip_address"] for mail in promised(sql, "new-device")] == ["198.51.100.1"]


@pytest.mark.gen_test
async def test_a_wrong_password_is_no_sign_in(client: Client, sql: Sql) -> None:
    await sign_up(client, FIREFOX)
    body = {"email": "ada@example.com", "password": "wrong password"}
    await Client(client.base_url).api("/sign-in/email", body, headers={"User-Agent": SAFARI})
    assert promised(sql, "new-device") == []


@pytest.mark.environ(REQUIRE_EMAIL_VERIFICATION="yes", LOG_LEVEL="info")
@pytest.mark.gen_test
async def test_the_link_of_a_mail_makes_a_browser_known(
    client: Client, sql: Sql, app: Services, caplog: pytest.LogCaptureFixture
) -> None:
    """It opened a session there, so that the first sign-in from elsewhere is news, and was a sign-in itself. S36."""
    await sign_up(client, FIREFOX)
    ((link),) = promised(sql, "verify-email")
    caplog.clear()
    with caplog.at_level(logging.INFO, "ai_editor.audit"):
        await client.send("GET", link.path, headers={"User-Agent": FIREFOX})
    assert (await client.session())["user"]["emailVerified"]
    told = [
        (line["event"], line.get("sign_in_method")) for line in map(vars, caplog.records) if "event" in line
    ]
    assert told == [("sign-in", "verification"), ("email-verified", None)]
    assert b'ai_editor_events_total{event="sign-in"} 1.0' in await app.metrics.page(0)
    assert promised(sql, "new-device") == []
    await sign_in(client, FIREFOX)
    assert promised(sql, "new-device") == []
    await sign_in(client, SAFARI)
    assert [mail.context["browser"] for mail in promised(sql, "new-device")] == ["Safari"]


@pytest.mark.environ(FEATURES_OFF="new-device")
@pytest.mark.gen_test
async def test_it_can_be_off(client: Client, sql: Sql) -> None:
    await sign_up(client, FIREFOX)
    await sign_in(client, SAFARI)
    assert promised(sql, "new-device") == []
    assert sql('SELECT count(*) FROM "ai_editor_device"') == [(0,)]
