"""Who has moved comes in as before, by the front door: the second factor is asked for, the passkey is taken."""

import pytest

from tests.cli.commands import Commands
from tests.client import Client
from tests.conftest import SECRET, Sql
from tests.passkey.test_passkey import enter, owner
from tests.two_factor.people import challenged, enrol, show, standing

pytestmark = [
    pytest.mark.gen_test,
    pytest.mark.environ(PLUGINS="two-factor,passkey"),
    pytest.mark.usefixtures("plugged"),
]


async def test_an_authenticator_a_backup_code_and_a_passkey_go_on(
    ai_editor: Commands, client: Client, sql: Sql
) -> None:  # S17
    """On a server with another secret, and back: what either has sealed the other cannot open."""
    here = ai_editor.but(PLUGINS="two-factor,passkey", BETTER_AUTH_SECRET=SECRET)
    there = here.but(BETTER_AUTH_SECRET="another " + SECRET)
    with standing() as moved:
        ada = await enrol(client, moved)
        device = await owner(client, "bo@example.com")
        for old, new in ((here, there), (there, here)):
            assert old("user", "export", "people", "--with-secrets").code == 0
            sql('DELETE FROM "user"')
            assert new("user", "import", "people").code == 0
        browser = await challenged(client)
        assert (await show(browser, "verify-totp", "000000")).status == 401
        assert (await show(browser, "verify-totp", ada.code())).status == 200
        assert (await show(await challenged(client), "verify-backup-code", ada.backup_codes[0])).status == 200
    assert (await enter(Client(client.base_url), device)).status == 200
