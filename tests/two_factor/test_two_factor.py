"""The second factor by the front door: turned on, asked for, limited, turned off."""

import asyncio
from collections.abc import Iterator

import pytest

from handlers.two_factor import codes
from server.config.settings import Settings
from server.crypto import encryption
from server.crypto.keyring import Keyring
from tests.client import PASSWORD, Client
from tests.conftest import Sql
from tests.two_factor.people import Clock, challenged, enrol, key_in, mailed, show, standing

pytestmark = [
    pytest.mark.gen_test,
    pytest.mark.environ(PLUGINS="two-factor"),
    pytest.mark.usefixtures("plugged"),
]
TOTP, OTP, BACKUP = "verify-totp", "verify-otp", "verify-backup-code"


@pytest.fixture(name="moved")
def _moved() -> Iterator[Clock]:
    with standing() as found:
        yield found


def test_the_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, of whose eight digits authenticators show the last six."""
    key = b"12345678901234567890"
    shown = {
        59: "287082",
        1111111109: "081804",
        1111111111: "050471",
        2000000000: "279037",
        20000000000: "353130",
    }
    assert {at: codes.totp(key, at // 30) for at in shown} == shown


async def test_it_is_on_with_the_first_code(client: Client, moved: Clock) -> None:
    await client.sign_up()
    said = (await client.api("/two-factor/enable", {"password": PASSWORD})).json
    assert said["method"] == "totp"
    assert len(set(said["backupCodes"])) == 10
    assert said["totpURI"].startswith("otpauth://totp/AI-Editor:ada%40example.com?secret=")
    assert (await client.session())["user"]["twoFactorEnabled"] is False
    assert "token" in (await Client(client.base_url).sign_in()).json
    before = (await client.session())["session"]
    code = codes.totp(key_in(said["totpURI"]), int(moved.now.timestamp() // 30))
    answer = await show(client, TOTP, code)
    assert (answer.status, answer.json["token"]) == (200, before["token"])
    after = await client.session()
    assert after["user"]["twoFactorEnabled"] is True
    assert after["session"]["token"] != before["token"]  # S22
    assert (await challenged(client)).cookies.keys() == {"better-auth.two_factor"}


async def test_the_password_alone_is_not_enough(client: Client, moved: Clock) -> None:  # S17
    person = await enrol(client, moved)
    browser = Client(client.base_url)
    answer = await browser.sign_in()
    assert answer.json == {"twoFactorRedirect": True, "twoFactorMethods": ["totp", "otp"]}
    assert await browser.session() is None
    answer = await show(browser, TOTP, person.code())
    assert answer.json["user"]["twoFactorEnabled"] is True
    assert (await browser.session())["session"]["token"] == answer.json["token"]


@pytest.mark.parametrize("way", [TOTP, OTP, BACKUP])
async def test_a_code_counts_once(client: Client, sql: Sql, moved: Clock, way: str) -> None:  # S18 S19
    person = await enrol(client, moved)
    first = await challenged(client)
    await first.api("/two-factor/send-otp", {})
    code = {TOTP: person.code(), OTP: mailed(sql), BACKUP: person.backup_codes[3]}[way]
    assert (await show(first, way, code)).status == 200
    again = await challenged(client)
    await again.api("/two-factor/send-otp", {})
    assert (await show(again, way, code)).status == 401
    assert await again.session() is None


@pytest.mark.parametrize("way", [TOTP, OTP, BACKUP])
async def test_of_many_at_once_one_comes_in(client: Client, sql: Sql, moved: Clock, way: str) -> None:  # S18
    person = await enrol(client, moved)
    one = await challenged(client)
    await one.api("/two-factor/send-otp", {})
    code = {TOTP: person.code(), OTP: mailed(sql), BACKUP: person.backup_codes[3]}[way]
    browsers = [Client(client.base_url, dict(one.cookies)) for _ in range(4)]
    browsers += [] if way == OTP else [await challenged(client) for _ in range(4)]
    before = sql('SELECT count(*) FROM "session"')
    found = await asyncio.gather(*(show(each, way, code) for each in browsers))
    assert [answer.status for answer in found].count(200) == 1
    assert sql('SELECT count(*) FROM "session"') == [(before[0][0] + 1,)]


async def test_a_code_is_good_a_step_early_and_late(client: Client, moved: Clock) -> None:  # S19
    person = await enrol(client, moved)
    found = [
        (await show(await challenged(client), TOTP, person.code(steps))).status for steps in (-2, 2, 0, -1, 1)
    ]
    assert found == [401, 401, 200, 401, 200]  # and none before one that was taken


async def test_a_sign_in_has_five_tries(client: Client, moved: Clock) -> None:  # S19
    person = await enrol(client, moved)
    browser = await challenged(client)
    wrong = [(await show(browser, TOTP if n % 2 else BACKUP, "000000")).status for n in range(5)]
    assert wrong == [401] * 5
    answer = await show(browser, TOTP, person.code())
    assert (answer.status, answer.json["code"]) == (400, "TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE")
    assert browser.cookies == {}
    assert (await show(await challenged(client), TOTP, person.code())).status == 200


async def test_tries_at_once_are_counted_each(client: Client, sql: Sql, moved: Clock) -> None:  # S12 S19
    await enrol(client, moved)
    browser = await challenged(client)
    found = await asyncio.gather(*(show(browser, TOTP, "000000") for _ in range(5)))
    assert [answer.json["code"] for answer in found] == ["INVALID_CODE"] * 5
    assert sql('SELECT "failedVerificationCount" FROM "twoFactor"') == [(5,)]


async def test_ten_wrong_in_a_row_lock_the_account_for_a_while(client: Client, moved: Clock) -> None:  # S19
    person = await enrol(client, moved)
    for _ in range(2):
        browser = await challenged(client)
        for _ in range(5):
            assert (await show(browser, TOTP, "000000")).status == 401
    browser = await challenged(client)
    for way, code in ((TOTP, person.code()), (BACKUP, person.backup_codes[0]), (OTP, "000000")):
        answer = await show(browser, way, code)
        assert (answer.status, answer.json["code"]) == (429, "ACCOUNT_TEMPORARILY_LOCKED")
        assert answer.headers["Retry-After"] == "900"
    moved.move(901)
    assert (await show(await challenged(client), TOTP, person.code())).status == 200


async def test_a_mailed_code_has_five_tries_and_three_minutes(
    client: Client, sql: Sql, moved: Clock
) -> None:  # S19
    await enrol(client, moved)
    browser = await challenged(client)
    assert (await show(browser, OTP, "000000")).json["code"] == "OTP_HAS_EXPIRED"
    await browser.api("/two-factor/send-otp", {})
    found = [(await show(browser, OTP, code)).json["code"] for code in ("x",) * 5 + (mailed(sql),)]
    assert found == ["INVALID_CODE"] * 5 + ["TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE"]
    await browser.api("/two-factor/send-otp", {})
    moved.move(181)
    assert (await show(browser, OTP, mailed(sql))).json["code"] == "OTP_HAS_EXPIRED"
    await browser.api("/two-factor/send-otp", {})
    assert (await show(browser, OTP, mailed(sql))).status == 200


@pytest.mark.environ(PLUGINS="two-factor", RATE_LIMIT_ENABLED="yes", TRUSTED_PROXIES="127.0.0.1")
async def test_who_has_no_authenticator_is_not_guessed_at_without_end(
    client: Client, moved: Clock
) -> None:  # S19
    """Where better-auth counts nothing, since it counts beside the authenticator."""
    await client.sign_up()
    assert (await client.api("/two-factor/enable", {"password": PASSWORD, "method": "otp"})).json == {
        "method": "otp"
    }
    found = []
    for number in range(12):
        address = {"X-Forwarded-For": f"198.51.{number}.1"}
        browser = Client(client.base_url)
        await browser.api(
            "/sign-in/email", {"email": "ada@example.com", "password": PASSWORD}, headers=address
        )
        await browser.api("/two-factor/send-otp", {}, headers=address)
        found.append((await browser.api("/two-factor/verify-otp", {"code": "x"}, headers=address)).status)
    assert found == [401] * 10 + [429] * 2


async def test_a_trusted_browser_is_asked_no_more(client: Client, sql: Sql, moved: Clock) -> None:
    person = await enrol(client, moved)
    browser = await challenged(client)
    assert (await show(browser, TOTP, person.code(), trustDevice=True)).status == 200
    trusted = dict(browser.cookies)
    for _ in range(2):  # the name changes with each
        before = browser.cookies["better-auth.trust_device"]
        assert "token" in (await browser.sign_in()).json
        assert browser.cookies["better-auth.trust_device"] != before
    assert "twoFactorRedirect" in (await Client(client.base_url, trusted).sign_in()).json
    await Client(client.base_url).sign_up("bob@example.com")
    assert sql('SELECT count(*) FROM "verification" WHERE "identifier" LIKE \'trust-device-%%\'') == [(1,)]
    moved.move(30 * 86400 + 1)
    assert "twoFactorRedirect" in (await browser.sign_in()).json


async def test_of_trusted_sign_ins_at_once_one_is_trusted(client: Client, moved: Clock) -> None:  # S18
    person = await enrol(client, moved)
    browser = await challenged(client)
    await show(browser, TOTP, person.code(), trustDevice=True)
    copies = [Client(client.base_url, dict(browser.cookies)) for _ in range(6)]
    found = await asyncio.gather(*(each.sign_in() for each in copies))
    assert ["token" in answer.json for answer in found].count(True) == 1


async def test_the_owner_forgets_trusted_browsers(client: Client, sql: Sql, moved: Clock) -> None:  # S22
    person, other = await enrol(client, moved), await enrol(client, moved, "eve@example.com")
    browser, others = await challenged(client), await challenged(client, "eve@example.com")
    await show(browser, TOTP, person.code(), trustDevice=True)
    await show(others, TOTP, other.code(), trustDevice=True)
    refused = await Client(client.base_url).send("DELETE", "/api/two-factor/trusted-browsers")
    assert refused.status == 401
    answer = await browser.send("DELETE", "/api/two-factor/trusted-browsers")
    assert (answer.status, answer.json) == (200, {"status": True})
    assert "better-auth.trust_device" not in browser.cookies
    assert "twoFactorRedirect" in (await browser.sign_in()).json
    assert "twoFactorRedirect" not in (await others.sign_in("eve@example.com")).json


@pytest.mark.environ(PLUGINS="none")
async def test_without_the_plugin_there_are_none_to_forget(client: Client) -> None:
    await client.sign_up()
    assert (await client.send("DELETE", "/api/two-factor/trusted-browsers")).status == 404


async def test_no_browser_is_trusted_once_it_was_off(client: Client, sql: Sql, moved: Clock) -> None:
    person = await enrol(client, moved)
    browser = await challenged(client)
    await show(browser, TOTP, person.code(), trustDevice=True)
    answer = await person.browser.api("/two-factor/disable", {"password": PASSWORD})
    assert answer.json == {"status": True}
    assert (await person.browser.session())["user"]["twoFactorEnabled"] is False
    assert "token" in (await Client(client.base_url).sign_in()).json
    assert sql('SELECT count(*) FROM "twoFactor"') == [(0,)]
    assert sql('SELECT count(*) FROM "verification"') == [(0,)]


async def test_a_new_password_voids_what_the_old_one_began(client: Client, moved: Clock) -> None:  # S17
    person = await enrol(client, moved)
    begun = await challenged(client)
    body = {"currentPassword": PASSWORD, "newPassword": "another horse battery staple"}
    assert (await person.browser.api("/change-password", body)).status == 200
    assert (await show(begun, TOTP, person.code())).json["code"] == "INVALID_TWO_FACTOR_COOKIE"


async def test_forged_and_borrowed_cookies_are_none(client: Client, moved: Clock) -> None:  # S41
    person = await enrol(client, moved)
    browser = await challenged(client)
    session = person.browser.cookies["better-auth.session_token"]
    for value in ("2fa-x.y", session, browser.cookies["better-auth.two_factor"][:-3] + "AAA"):
        forged = Client(client.base_url, {"better-auth.two_factor": value})
        assert (await show(forged, TOTP, person.code())).json["code"] == "INVALID_TWO_FACTOR_COOKIE"


async def test_secrets_are_stored_as_better_auth_seals_them(
    client: Client, sql: Sql, config: Settings, moved: Clock
) -> None:
    person = await enrol(client, moved)
    [(secret, kept)] = sql('SELECT "secret", "backupCodes" FROM "twoFactor"')
    assert encryption.decrypt(config.keyring, secret).encode() == person.key
    assert encryption.decrypt(config.keyring, kept).count("-") == 10
    imported = encryption.encrypt(config.keyring, "base32:gezdgnbvgy3tqojqgezdgnbvgy3tqojq")
    sql('UPDATE "twoFactor" SET "secret" = %s', imported)
    person.key = b"12345678901234567890"
    moved.move(30)
    assert (await show(await challenged(client), TOTP, person.code())).status == 200


OLD, NEW = "an old secret of more than thirty-two bytes", "a new secret of more than thirty-two bytes"


@pytest.mark.environ(PLUGINS="two-factor", BETTER_AUTH_SECRETS=f"2:{NEW},1:{OLD}")
async def test_what_an_older_secret_sealed_is_sealed_anew(
    client: Client, sql: Sql, config: Settings, moved: Clock
) -> None:  # S45
    person = await enrol(client, moved)
    older = Keyring("", ((1, OLD),))
    [found] = sql('SELECT "secret", "backupCodes" FROM "twoFactor"')
    old = [encryption.encrypt(older, encryption.decrypt(config.keyring, each)) for each in found]
    sql('UPDATE "twoFactor" SET "secret" = %s, "backupCodes" = %s', *old)
    assert (await show(await challenged(client), TOTP, person.code())).status == 200
    [renewed] = sql('SELECT "secret", "backupCodes" FROM "twoFactor"')
    assert [each.startswith("$ba$2$") for each in renewed] == [True, True]
    assert (await show(await challenged(client), BACKUP, person.backup_codes[0])).status == 200


async def test_what_no_secret_opens_lets_nobody_in(client: Client, sql: Sql, moved: Clock) -> None:  # S38
    person = await enrol(client, moved)
    sql('UPDATE "twoFactor" SET "secret" = %s, "backupCodes" = %s', "ab" * 60, "ab" * 60)
    browser = await challenged(client)
    for way, code in ((TOTP, person.code()), (BACKUP, person.backup_codes[0])):
        answer = await show(browser, way, code)
        assert (answer.status, answer.json["code"]) == (500, "TWO_FACTOR_UNREADABLE")


async def test_nobody_sets_it_by_the_way(client: Client) -> None:  # S39
    await client.sign_up()
    answer = await client.api("/update-user", {"twoFactorEnabled": True})
    assert (answer.status, answer.json["code"]) == (400, "FIELD_NOT_ALLOWED")


@pytest.mark.environ(PLUGINS="none")
async def test_off_there_is_nothing_of_it(client: Client) -> None:
    await client.sign_up()
    assert "twoFactorEnabled" not in (await client.session())["user"]
    for path in ("enable", "disable", "send-otp", TOTP, OTP, BACKUP, "get-totp-uri", "generate-backup-codes"):
        assert (await client.api(f"/two-factor/{path}", {})).status == 404
