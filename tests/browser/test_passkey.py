"""Passkeys in a real browser, with an authenticator that Chromium plays: the app's screens, and better-auth's client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, CDPSession

from tests.browser.member import SCREENS, enter, eventually, forgive, judged, until
from tests.browser.test_client_methods import Caller
from tests.browser.window import Window, window
from tests.client import Client
from tests.conftest import Sql

pytestmark = [
    pytest.mark.usefixtures("http_server"),
    pytest.mark.environ(PLUGINS="passkey"),
]
slowly = pytest.mark.gen_test
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
ADD, SIGN_IN = "Add a passkey", "Sign in with a passkey"


class Device:
    """The authenticator of a tab. One that is not `willing` leaves the browser waiting, as a person who looks away."""

    def __init__(self, session: CDPSession, number: str) -> None:
        self._session, self._number = session, number

    async def willing(self, is_willing: bool) -> None:
        """Whether it answers what it is asked."""
        await self._session.send(
            "WebAuthn.setAutomaticPresenceSimulation",
            {"authenticatorId": self._number, "enabled": is_willing},
        )

    async def keys(self) -> list[dict[str, Any]]:
        """What it holds."""
        found = await self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._number})
        return list(found["credentials"])

    async def forget(self) -> None:
        """Loses all of it."""
        await self._session.send("WebAuthn.clearCredentials", {"authenticatorId": self._number})


async def plug(tab: Window, willing: bool = True) -> Device:
    """An authenticator for a tab."""
    session = await tab.page.context.new_cdp_session(tab.page)
    await session.send("WebAuthn.enable", {"enableUI": False})
    wanted = DEVICE | {"automaticPresenceSimulation": willing}
    added = await session.send("WebAuthn.addVirtualAuthenticator", {"options": wanted})
    return Device(session, added["authenticatorId"])


@asynccontextmanager
async def at_security(
    browser: Browser, base_url: str, client: Client, **options: Any
) -> AsyncIterator[tuple[Window, Device]]:
    """Ada's page of what keeps her account safe, and her authenticator."""
    await client.sign_up()
    async with window(browser, base_url, **options) as tab:
        await enter(tab, client)
        device = await plug(tab)
        await tab.open("/settings/security")
        await until(tab, "You have none yet.")
        yield tab, device


async def add(tab: Window, name: str = "Work phone") -> None:
    await tab.press(ADD)
    field = tab.page.get_by_role("dialog").get_by_label("Name")
    await field.fill(name)
    await field.press("Enter")
    await until(tab, "name is saved")
    await tab.page.get_by_role("button", name=f"Rename {name}").wait_for()


@slowly
async def test_one_is_added_and_signs_in(browser: Browser, base_url: str, client: Client, sql: Sql) -> None:
    async with at_security(browser, base_url, client) as (tab, device):
        await add(tab)
        card = tab.page.get_by_role("region", name="Passkeys")
        assert "Work phone" in await card.inner_text()
        (key,) = await device.keys()
        assert (key["rpId"], key["isResidentCredential"]) == ("localhost", True)
        await tab.page.context.clear_cookies()
        await device.willing(False)
        await tab.open("/login")
        button = tab.page.get_by_role("button", name=SIGN_IN)
        assert "webauthn" in str(await tab.page.get_by_label("E-mail").get_attribute("autocomplete"))
        await device.willing(True)
        await button.click()
        await tab.at("/documents")
        await tab.check()
    assert sql('SELECT "name" FROM "passkey"') == [("Work phone",)]
    assert sql('SELECT count(*) FROM "session"') == [(2,)]


@slowly
async def test_it_is_offered_where_the_address_is_typed(
    browser: Browser, base_url: str, client: Client
) -> None:
    async with at_security(browser, base_url, client) as (tab, _):
        await add(tab)
        await tab.page.context.clear_cookies()
        await tab.page.goto(base_url + "/login")  # Chromium's authenticator chooses by itself
        await tab.at("/documents")
        await tab.check()


@slowly
async def test_it_is_renamed_and_deleted_by_keys_alone(
    browser: Browser, base_url: str, client: Client, sql: Sql
) -> None:
    async with at_security(browser, base_url, client) as (tab, _):
        await add(tab, "Old")
        await tab.page.get_by_role("button", name="Rename Old").press("Enter")
        await tab.page.keyboard.press("Control+A")
        await tab.page.keyboard.type("New")
        await tab.page.keyboard.press("Enter")
        await tab.page.get_by_role("button", name="Rename New").wait_for()
        assert sql('SELECT "name" FROM "passkey"') == [("New",)]
        await tab.page.get_by_role("button", name="Delete New").press("Enter")
        await tab.page.get_by_role("dialog").get_by_role("button", name="Delete").press("Enter")
        await until(tab, "You have none yet.")
        await eventually(lambda: sql('SELECT count(*) FROM "passkey"') == [(0,)])
        focused = await tab.page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert focused == "Passkeys"
        await tab.check()


@slowly
async def test_one_that_is_not_known_any_more_says_so(
    browser: Browser, base_url: str, client: Client, sql: Sql
) -> None:
    async with at_security(browser, base_url, client) as (tab, device):
        await add(tab)
        sql('DELETE FROM "passkey"')
        await tab.page.context.clear_cookies()
        await device.willing(False)
        await tab.open("/login")
        await device.willing(True)
        await tab.page.get_by_role("button", name=SIGN_IN).click()
        await until(tab, "That passkey is not known here.")
        forgive(tab, 401)
        assert await judged(tab) == []
        await tab.check()


@slowly
async def test_who_has_one_confirms_with_it(
    browser: Browser, base_url: str, client: Client, sql: Sql
) -> None:
    async with at_security(browser, base_url, client) as (tab, _):
        await add(tab)
        sql("""UPDATE "session" SET "createdAt" = now() - interval '2 days'""")
        await tab.page.reload()
        await tab.shown()
        await tab.page.get_by_role("button", name="Rename Work phone").wait_for()
        await (
            tab.page.get_by_role("region", name="Where you are signed in")
            .get_by_role("button", name="Confirm that it is you")
            .click()
        )
        dialog = tab.page.get_by_role("dialog", name="Is it still you?")
        await dialog.get_by_role("button", name="Use a passkey instead").click()
        await until(tab, "You are signed in nowhere else.")
        forgive(tab, 403)
        await tab.check()
    assert sql('SELECT count(*) FROM "session"') == [(1,)]


@SCREENS
@slowly
async def test_it_looks_right(
    browser: Browser, base_url: str, client: Client, scheme: str, width: int
) -> None:
    size = {"width": width, "height": 900}
    async with at_security(browser, base_url, client, viewport=size, color_scheme=scheme) as (tab, device):
        await add(tab, "The phone with a rather long name that I carry about")
        assert await judged(tab) == []
        await shoot(tab, f"settings-{scheme}-{width}")
        await tab.page.get_by_role("button", name="Delete The phone").click()
        await tab.page.get_by_role("dialog").wait_for()
        assert await judged(tab) == []
        await shoot(tab, f"delete-{scheme}-{width}")
        await tab.page.context.clear_cookies()
        await device.willing(False)
        await tab.open("/login")
        await tab.page.get_by_role("button", name=SIGN_IN).wait_for()
        assert await judged(tab) == []
        await shoot(tab, f"login-{scheme}-{width}")
        await tab.check()


async def shoot(tab: Window, name: str) -> None:
    """That nothing is wider than the window; a picture of it where somebody wants to look."""
    wide = await tab.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, f"{name} is wider than the window"


@slowly
async def test_better_auths_own_client(browser: Browser, base_url: str, bundle: str, sql: Sql) -> None:
    async with window(browser, base_url) as tab:
        await tab.open("/")
        device = await plug(tab)
        await tab.page.evaluate(bundle)
        call = Caller(tab, "passkey")
        await call("signUp.email", name="Ada", email="ada@example.com", password="correct horse battery")
        made = await call("passkey.addPasskey", name="Client")
        assert (made["name"], made["deviceType"], made["transports"]) == (
            "Client",
            "singleDevice",
            "internal",
        )
        assert await call.refused("passkey.addPasskey") == (400, "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED")
        ((listed),) = await call("passkey.listUserPasskeys")
        assert listed["id"] == made["id"]
        await call("signOut")
        found = await call("signIn.passkey")
        assert found["user"]["email"] == "ada@example.com"
        assert (await call("getSession"))["session"]["id"] == found["session"]["id"]
        renamed = await call("passkey.updatePasskey", id=made["id"], name="Another")
        assert renamed["passkey"]["name"] == "Another"
        assert (await call("passkey.deletePasskey", id=made["id"]))["status"] is True
        await call("signOut")
        assert await call.refused("signIn.passkey") == (401, "PASSKEY_NOT_FOUND")
        await device.forget()
    assert sql('SELECT count(*) FROM "passkey"') == [(0,)]
