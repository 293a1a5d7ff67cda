"""A sign-in and a change of the password at the same moment."""

import asyncio

import pytest

from server.app import Application
from tests.client import PASSWORD, Client
from tests.conftest import Sql

NEW = "another long password"


@pytest.mark.gen_test
async def test_a_sign_in_that_proved_the_old_password_gets_no_session(
    client: Client, app: Application, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:  # S23
    """The password changes between the check of the hash and the new session."""
    await client.sign_up()
    thief = Client(client.base_url)
    checked, changed = asyncio.Event(), asyncio.Event()
    real = app.account_limits.succeeded

    async def pause(email: str, address: str) -> None:
        if not checked.is_set():
            checked.set()
            await changed.wait()
        await real(email, address)

    monkeypatch.setattr(app.account_limits, "succeeded", pause)
    signing_in = asyncio.ensure_future(thief.sign_in())
    await checked.wait()
    changing = {"currentPassword": PASSWORD, "newPassword": NEW, "revokeOtherSessions": True}
    assert (await client.api("/change-password", changing)).status == 200
    changed.set()
    assert (await signing_in).status == 401
    assert sql('SELECT count(*) FROM "session"') == [(1,)]
