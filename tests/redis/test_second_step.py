"""The second factor where sessions are in Redis, or in both: one goes on under another name, and is shown as it is."""

import time

import pytest

from handlers.two_factor import codes
from tests.client import PASSWORD, Client
from tests.redis.asking import Inside, key, members
from tests.two_factor.people import key_in

pytestmark = [
    pytest.mark.gen_test,
    pytest.mark.environ(PLUGINS="two-factor"),
    pytest.mark.usefixtures("plugged"),
]


async def test_it_is_turned_on_asked_for_and_turned_off(client: Client, inside: Inside) -> None:
    await client.sign_up()
    before = key(client)
    said = (await client.api("/two-factor/enable", {"password": PASSWORD})).json
    code = codes.totp(key_in(said["totpURI"]), int(time.time() // codes.PERIOD))
    assert (await client.api("/two-factor/verify-totp", {"code": code})).status == 200
    assert inside.get(before) is None  # S22
    assert members(inside, client)["user"]["twoFactorEnabled"] is True
    browser = Client(client.base_url)
    assert (await browser.sign_in()).json["twoFactorRedirect"] is True
    assert (
        await browser.api("/two-factor/verify-backup-code", {"code": said["backupCodes"][0]})
    ).status == 200
    assert (await client.api("/two-factor/disable", {"password": PASSWORD})).status == 200
    for each in (client, browser):
        assert members(inside, each)["user"]["twoFactorEnabled"] is False
        assert (await each.session())["user"]["twoFactorEnabled"] is False
