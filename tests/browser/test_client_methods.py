"""better-auth's own clients, bundled as they are, through every method of the core in a real browser."""

from typing import Any

import pytest
from playwright.async_api import Browser

from tests.browser.window import Window, window
from tests.client import PASSWORD
from tests.conftest import Sql
from tests.promises import promised

pytestmark = pytest.mark.usefixtures("http_server")
EMAIL, NEW = "ada@example.com", "another long password"


class Caller:
    """One of the clients in one tab."""

    def __init__(self, tab: Window, which: str) -> None:
        self.tab, self.which = tab, which

    async def __call__(self, method: str, options: object = None, **arguments: object) -> Any:
        """The data; fails when there was an error."""
        answer = await self._ask(method, arguments, options)
        assert answer["error"] is None, (method, answer["error"])
        return answer["data"]

    async def refused(self, method: str, **arguments: object) -> tuple[int, str | None]:
        """Status and code of a refusal."""
        error = (await self._ask(method, arguments, None))["error"]
        return error["status"], error["code"]

    async def _ask(self, method: str, arguments: object, options: object) -> Any:
        script = "([which, method, given, options]) => window.clients.call(which, method, given, options)"
        return await self.tab.page.evaluate(script, [self.which, method, arguments, options])


@pytest.mark.parametrize("which", ["client", "vue"])
@pytest.mark.gen_test
async def test_every_method(browser: Browser, base_url: str, bundle: str, sql: Sql, which: str) -> None:
    async with window(browser, base_url) as tab:
        await tab.open("/")
        await tab.page.evaluate(bundle)
        call = Caller(tab, which)
        await _sessions(call)
        await _user_and_accounts(call)
        await _address(call, sql)
        await _passwords(call, sql)
        await _end(call)


async def _sessions(call: Caller) -> None:
    created = await call("signUp.email", name="Ada", email=EMAIL, password=PASSWORD)
    assert created["user"]["email"] == EMAIL
    assert await call("getSession") is not None
    assert await call.tab.page.evaluate("window.clients.session()") == EMAIL
    assert (await call("signOut"))["success"] is True
    assert await call("getSession") is None
    assert await call.refused("signIn.email", email=EMAIL, password="wrong password") == (
        401,
        "INVALID_EMAIL_OR_PASSWORD",
    )
    for _ in range(3):
        signed_in = await call("signIn.email", email=EMAIL, password=PASSWORD, rememberMe=True)
    listed = await call("listSessions")
    assert len(listed) == 3
    other = next(each["token"] for each in listed if each["token"] != signed_in["token"])
    assert (await call("revokeSession", token=other))["status"] is True
    assert (await call("revokeOtherSessions"))["status"] is True
    assert len(await call("listSessions")) == 1
    assert (await call.refused("updateSession", anything=1))[0] == 400


async def _user_and_accounts(call: Caller) -> None:
    assert (await call("updateUser", name="Augusta"))["status"] is True
    assert (await call("getSession"))["user"]["name"] == "Augusta"
    ((account),) = await call("listAccounts")
    assert account["providerId"] == "credential"
    assert await call.refused("unlinkAccount", accountId=account["id"]) == (
        400,
        "FAILED_TO_UNLINK_LAST_ACCOUNT",
    )
    for method in ("signIn.social", "linkSocial"):
        assert await call.refused(method, provider="github", callbackURL="/") == (404, "PROVIDER_NOT_FOUND")
    for method in ("getAccessToken", "refreshToken"):
        assert await call.refused(method, accountId=account["id"]) == (400, "PROVIDER_NOT_SUPPORTED")
    info = await call._ask("accountInfo", {"query": {"accountId": account["id"]}}, None)
    assert info["error"] == {"status": 400, "code": "PROVIDER_NOT_CONFIGURED"}


async def _address(call: Caller, sql: Sql) -> None:
    assert (await call("sendVerificationEmail", email=EMAIL, callbackURL="/"))["status"] is True
    token = promised(sql, "verify-email")[-1].token
    assert (await call("verifyEmail", query={"token": token}))["status"] is True
    assert (await call("getSession"))["user"]["emailVerified"] is True
    assert (await call("changeEmail", newEmail="new@example.com"))["status"] is True
    for template in ("change-email-confirmation", "change-email-verification"):
        token = promised(sql, template)[-1].token
        assert (await call("verifyEmail", query={"token": token}))["status"] is True
    assert (await call("getSession"))["user"]["email"] == "new@example.com"


async def _passwords(call: Caller, sql: Sql) -> None:
    assert (await call("verifyPassword", password=PASSWORD))["status"] is True
    changed = await call(
        "changePassword", currentPassword=PASSWORD, newPassword=NEW, revokeOtherSessions=True
    )
    assert changed["token"]
    assert (await call("requestPasswordReset", email="new@example.com", redirectTo="/"))["status"] is True
    token = promised(sql, "reset-password")[-1].token
    assert (await call("resetPassword", newPassword=PASSWORD, token=token))["status"] is True
    assert await call("getSession") is None
    await call("signIn.email", email="new@example.com", password=PASSWORD)


async def _end(call: Caller) -> None:
    assert (await call("revokeSessions"))["status"] is True
    assert await call("getSession") is None
    await call("signIn.email", email="new@example.com", password=PASSWORD)
    assert (await call("deleteUser", password=PASSWORD))["success"] is True
    assert await call.refused("signIn.email", email="new@example.com", password=PASSWORD) == (
        401,
        "INVALID_EMAIL_OR_PASSWORD",
    )
