"""Guests: who they are, and that they go once they are somebody."""

import asyncio
from collections import Counter

import pytest

from tests.client import Client
from tests.conftest import Sql
from tests.promises import promised

pytestmark = [
    pytest.mark.gen_test,
    pytest.mark.environ(PLUGINS="anonymous"),
    pytest.mark.usefixtures("plugged"),
]
SIGN_IN, DELETE = "/sign-in/anonymous", "/delete-anonymous-user"
PEOPLE = 'SELECT "email", "isAnonymous" FROM "user" ORDER BY "createdAt"'


async def guest(client: Client) -> Client:
    browser = Client(client.base_url)
    assert (await browser.api(SIGN_IN, {})).status == 200
    return browser


async def test_a_guest_is_signed_in_without_anything(client: Client, sql: Sql) -> None:
    answer = await client.api(SIGN_IN, {})
    assert list(answer.json) == ["token", "user"]
    user = (await client.session())["user"]
    assert (user["name"], user["isAnonymous"], user["emailVerified"]) == ("Anonymous", True, False)
    assert user["email"].endswith("@anonymous.placeholder.invalid")
    assert sql('SELECT count(*) FROM "account"') == [(0,)]
    again = await client.api(SIGN_IN, {})
    assert (again.status, again.json["code"]) == (400, "ANONYMOUS_USERS_CANNOT_SIGN_IN_AGAIN_ANONYMOUSLY")
    assert (await client.session())["user"] == user


async def test_who_signs_up_or_in_is_no_guest_any_more(client: Client, sql: Sql) -> None:
    first = await guest(client)
    old = dict(first.cookies)
    assert (await first.sign_up()).json["user"]["isAnonymous"] is False
    second = await guest(client)
    assert (await second.sign_in(password="wrong password")).status == 401
    assert sql('SELECT count(*) FROM "user"') == [(2,)]
    await second.sign_in()
    assert sql(PEOPLE) == [("ada@example.com", False)]
    assert (await second.session())["user"]["email"] == "ada@example.com"
    first.cookies = old
    assert await first.session() is None  # S23


async def test_the_session_of_a_guest_tells_of_them_in_a_header_too(client: Client, sql: Sql) -> None:
    """Of a cookie that stays behind nothing is deleted once it is nobody's."""
    browser = await guest(client)
    old = dict(browser.cookies)
    await browser.sign_up()
    browser.cookies = old
    assert (await browser.sign_in()).status == 200
    assert (await browser.session())["user"]["email"] == "ada@example.com"
    assert sql(PEOPLE) == [("ada@example.com", False)]


async def test_of_two_who_are_one_guest_both_come_in(client: Client, sql: Sql) -> None:
    await client.sign_up()
    browser = await guest(client)
    others = [Client(client.base_url, dict(browser.cookies)) for _ in range(4)]
    found = await asyncio.gather(*(other.sign_in() for other in others))
    assert [answer.status for answer in found] == [200] * 4
    assert [(await other.session())["user"]["email"] for other in others] == ["ada@example.com"] * 4
    assert sql(PEOPLE) == [("ada@example.com", False)]


async def test_a_guest_whom_another_table_holds_keeps_nobody_out(client: Client, sql: Sql) -> None:
    await client.sign_up()
    browser = await guest(client)
    sql('CREATE TABLE "orders" ("userId" text REFERENCES "user" ("id"))')
    try:
        sql("""INSERT INTO "orders" SELECT "id" FROM "user" WHERE "isAnonymous" """)
        assert (await browser.sign_in()).status == 200
        assert (await browser.session())["user"]["email"] == "ada@example.com"
        assert len(sql(PEOPLE)) == 2
    finally:
        sql('DROP TABLE "orders"')


async def test_somebody_is_not_deleted_for_signing_in_as_another(client: Client, sql: Sql) -> None:
    await client.sign_up()
    await client.sign_up("bo@example.com", "Bo")
    await client.api(SIGN_IN, {})
    assert len(sql(PEOPLE)) == 3


async def test_a_guest_deletes_themselves_and_nobody_else_does_so_unasked(client: Client, sql: Sql) -> None:
    browser = await guest(client)
    found = await asyncio.gather(*(browser.api(DELETE, {}) for _ in range(3)))
    assert Counter(answer.status for answer in found)[200] >= 1
    assert sql(PEOPLE) == []
    assert await browser.session() is None
    await client.sign_up()
    refused = await client.api(DELETE, {})
    assert (refused.status, refused.json["code"]) == (403, "USER_IS_NOT_ANONYMOUS")
    assert (await Client(client.base_url).api(DELETE, {})).status == 401
    assert sql(PEOPLE) == [("ada@example.com", False)]


async def test_nobody_says_of_themselves_that_they_are_a_guest(client: Client, sql: Sql) -> None:  # S39
    assert (await client.sign_up(isAnonymous=True)).json["user"]["isAnonymous"] is False
    assert (await client.api("/update-user", {"isAnonymous": True})).json["code"] == "FIELD_NOT_ALLOWED"
    assert sql(PEOPLE) == [("ada@example.com", False)]


async def test_no_mail_is_sent_to_a_guest(client: Client, sql: Sql) -> None:
    browser = await guest(client)
    email = (await browser.session())["user"]["email"]
    assert (await browser.api("/send-verification-email", {"email": email})).json == {"status": True}
    assert promised(sql) == []


@pytest.mark.environ(PLUGINS="anonymous", FEATURES_OFF="")
async def test_it_is_written_down(client: Client, sql: Sql) -> None:  # S36
    browser = await guest(client)
    await browser.sign_up()
    events = sql('SELECT "event", "subject" FROM "ai_editor_audit" ORDER BY "id" DESC LIMIT 2')
    assert [event for event, _ in events] == ["guest-linked", "sign-up"]
    assert {user for _, user in events} == {(await browser.session())["user"]["id"]}


@pytest.mark.environ(PLUGINS="none")
async def test_off_is_404(client: Client) -> None:
    for path in (SIGN_IN, DELETE):
        assert (await client.api(path, {})).status == 404
