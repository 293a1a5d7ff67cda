"""Phone numbers, by the front door: whose they are, what a code opens, and what nobody is told."""

import asyncio
from collections import Counter

import pytest

from tests.client import PASSWORD, Answer, Client
from tests.conftest import Sql
from tests.promises import promised

DOMAIN = {"PLUGINS": "phone-number", "PHONE_NUMBER_EMAIL_DOMAIN": "phone.example.com"}
pytestmark = [
    pytest.mark.gen_test,
    pytest.mark.environ(**DOMAIN),
    pytest.mark.usefixtures("plugged"),
]
SIGN_IN, SEND, VERIFY = "/sign-in/phone-number", "/phone-number/send-otp", "/phone-number/verify"
FORGET, RESET = "/phone-number/request-password-reset", "/phone-number/reset-password"
NUMBER, ANOTHER = "+4930123456", "another battery staple"
PEOPLE = 'SELECT "email", "phoneNumber", "phoneNumberVerified" FROM "user" ORDER BY "email"'


async def ask(client: Client, number: str = NUMBER, path: str = SEND) -> Answer:
    return await Client(client.base_url).api(path, {"phoneNumber": number})


def code(sql: Sql, kind: str = "otp") -> str:
    return promised(sql, f"phone-number-{kind}")[-1].context["code"]


def wrong(right: str) -> str:
    return f"{(int(right) + 1) % 10**6:06}"


async def verify(client: Client, otp: str, number: str = NUMBER, **more: object) -> Answer:
    return await client.api(VERIFY, {"phoneNumber": number, "code": otp, **more})


def said(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["code"]


async def owner(client: Client, sql: Sql) -> None:
    """Somebody with a password and the number."""
    await client.sign_up()
    await ask(client)
    assert (await verify(client, code(sql), updatePhoneNumber=True)).status == 200


async def test_a_code_signs_up_and_in(client: Client, sql: Sql) -> None:
    for typed in (NUMBER, "+49 (30) 123-456"):
        assert (await ask(client, typed)).json == {"message": "code sent"}
        browser = Client(client.base_url)
        answer = await verify(browser, code(sql), typed)
        assert list(answer.json) == ["status", "token", "user"]
        assert (await browser.session())["user"] == answer.json["user"]
    assert sql(PEOPLE) == [("4930123456@phone.example.com", NUMBER, True)]
    assert sql('SELECT count(*) FROM "verification"') == [(0,)]


@pytest.mark.environ(PLUGINS="phone-number")
async def test_nobody_new_without_a_domain(client: Client, sql: Sql) -> None:
    await ask(client)
    assert said(await verify(client, code(sql))) == (500, "FAILED_TO_UPDATE_USER")
    assert sql(PEOPLE) == []


@pytest.mark.environ(**DOMAIN, DISABLE_SIGN_UP="yes")
async def test_nor_where_nobody_may_sign_up(client: Client, sql: Sql) -> None:
    await ask(client)
    assert said(await verify(client, code(sql))) == (500, "FAILED_TO_UPDATE_USER")


async def test_a_code_counts_for_one_alone(client: Client, sql: Sql) -> None:  # S18
    await ask(client)
    otp = code(sql)
    found = await asyncio.gather(*(verify(Client(client.base_url), otp) for _ in range(8)))
    assert Counter(answer.status for answer in found) == {200: 1, 400: 7}
    assert sql('SELECT count(*) FROM "session"') == [(1,)]


async def test_guesses_at_once_are_no_more_than_three(client: Client, sql: Sql) -> None:  # S18
    await ask(client)
    otp = code(sql)
    found = await asyncio.gather(*(verify(Client(client.base_url), wrong(otp)) for _ in range(8)))
    codes = Counter(answer.json["code"] for answer in found)
    assert codes == {"INVALID_OTP": 3, "TOO_MANY_ATTEMPTS": 1, "OTP_NOT_FOUND": 4}
    assert said(await verify(client, otp)) == (400, "OTP_NOT_FOUND")


async def test_a_number_is_somebodys_once_it_is_proven_and_of_one_alone(client: Client, sql: Sql) -> None:
    await owner(client, sql)
    other = Client(client.base_url)
    await other.sign_up("bo@example.com", "Bo")
    await ask(client)
    assert said(await verify(other, code(sql), updatePhoneNumber=True)) == (400, "PHONE_NUMBER_EXIST")
    for path, body in (("/update-user", {"phoneNumber": "+4930999999"}),):
        assert said(await other.api(path, body)) == (400, "PHONE_NUMBER_CANNOT_BE_UPDATED")
    refused = await Client(client.base_url).sign_up("eve@example.com", phoneNumber="+4930999999")
    assert said(refused) == (400, "PHONE_NUMBER_CANNOT_BE_SET")
    assert sql(PEOPLE) == [("ada@example.com", NUMBER, True), ("bo@example.com", None, None)]
    assert (await client.api("/update-user", {"phoneNumber": None})).status == 200
    assert sql(PEOPLE)[0] == ("ada@example.com", None, False)


async def test_of_two_who_prove_one_number_at_once_one_has_it(client: Client, sql: Sql) -> None:  # S18
    others = [Client(client.base_url) for _ in range(4)]
    for number, other in enumerate(others):
        await other.sign_up(f"p{number}@example.com")
    await ask(client)
    otp = code(sql)
    found = await asyncio.gather(*(verify(other, otp, updatePhoneNumber=True) for other in others))
    assert [answer.status for answer in found].count(200) == 1
    assert [row[1] for row in sql(PEOPLE)].count(NUMBER) == 1


async def test_the_password_signs_in_and_nothing_tells_who_has_a_number(
    client: Client, sql: Sql
) -> None:  # S9
    await owner(client, sql)
    browser = Client(client.base_url)
    answer = await browser.api(SIGN_IN, {"phoneNumber": "+49 30 123456", "password": PASSWORD})
    assert list(answer.json) == ["token", "user"]
    assert (await browser.session())["user"]["phoneNumber"] == NUMBER
    sql("""UPDATE "account" SET "password" = NULL""")
    refused = [
        await Client(client.base_url).api(SIGN_IN, {"phoneNumber": number, "password": PASSWORD})
        for number in (NUMBER, "+4930999999")
    ]
    assert refused[0].body == refused[1].body
    assert said(refused[0]) == (401, "INVALID_PHONE_NUMBER_OR_PASSWORD")


@pytest.mark.environ(PLUGINS="phone-number", PHONE_NUMBER_REQUIRE_VERIFICATION="yes")
async def test_a_number_that_is_not_proven_gets_a_code_after_the_password(client: Client, sql: Sql) -> None:
    await owner(client, sql)
    sql('UPDATE "user" SET "phoneNumberVerified" = false')
    before = len(promised(sql, "phone-number-otp"))
    other = Client(client.base_url)
    for password, refusal in (
        ("wrong password", "INVALID_PHONE_NUMBER_OR_PASSWORD"),
        (PASSWORD, "PHONE_NUMBER_NOT_VERIFIED"),
    ):
        refused = await other.api(SIGN_IN, {"phoneNumber": NUMBER, "password": password})
        assert said(refused) == (401, refusal)
    assert len(promised(sql, "phone-number-otp")) == before + 1
    assert (await verify(other, code(sql))).status == 200


async def test_a_code_chooses_a_password_for_one_alone(client: Client, sql: Sql) -> None:  # S17 S18
    await owner(client, sql)
    for number in (NUMBER, "+4930999999"):
        assert (await ask(client, number, FORGET)).json == {"status": True}
    assert [mail.to for mail in promised(sql, "phone-number-reset")] == [NUMBER]
    given = {"phoneNumber": NUMBER, "otp": code(sql, "reset")}
    new = [f"{ANOTHER} {number}" for number in range(4)]
    found = await asyncio.gather(
        *(Client(client.base_url).api(RESET, given | {"newPassword": each}) for each in new)
    )
    assert Counter(answer.status for answer in found) == {200: 1, 400: 3}
    assert await client.session() is None
    assert (await Client(client.base_url).sign_in()).status == 401
    assert promised(sql, "password-changed")[-1].to == "ada@example.com"


@pytest.mark.environ(**DOMAIN, RATE_LIMIT_ENABLED="yes", TRUSTED_PROXIES="127.0.0.1/32")
async def test_one_number_is_not_flooded_from_many_places(client: Client) -> None:  # S11
    statuses = []
    for number in range(12):
        headers = {"X-Forwarded-For": f"203.0.{number}.7"}
        body = {"phoneNumber": NUMBER}
        statuses.append((await Client(client.base_url).api(SEND, body, headers=headers)).status)
    assert statuses == [200] * 10 + [429] * 2


@pytest.mark.parametrize("number", ["", "x", "+1", "0301234567", "+4930x12345", "+1234567890123456"])
async def test_what_is_no_number(client: Client, sql: Sql, number: str) -> None:
    assert said(await ask(client, number)) == (400, "INVALID_PHONE_NUMBER")
    refused = await client.api(SIGN_IN, {"phoneNumber": number, "password": PASSWORD})
    assert said(refused) == (400, "INVALID_PHONE_NUMBER")
    assert promised(sql) == []


@pytest.mark.environ(**DOMAIN, FEATURES_OFF="")
async def test_no_code_nor_number_is_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture, sql: Sql
) -> None:  # S35 S36
    caplog.set_level("DEBUG")
    await ask(client)
    otp = code(sql)
    await verify(client, wrong(otp))
    await verify(client, otp)
    events = [row[0] for row in sql('SELECT "event" FROM "ai_editor_audit" ORDER BY "id"')]
    assert events[-1] == "sign-up"
    assert "code-refused" in caplog.text
    assert all(otp not in str(vars(record)) for record in caplog.records)
    assert NUMBER not in caplog.text


@pytest.mark.environ(PLUGINS="none")
async def test_off_is_404(client: Client) -> None:
    for path in (SIGN_IN, SEND, VERIFY, FORGET, RESET):
        assert (await client.api(path, {"phoneNumber": NUMBER})).status == 404
