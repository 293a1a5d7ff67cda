"""Names to sign in with, on a database with their columns."""

import asyncio
from collections import Counter

import pytest

from server.passwords.passwords import Passwords
from tests.client import PASSWORD, Answer, Client
from tests.conftest import Sql
from tests.promises import promised

pytestmark = [
    pytest.mark.gen_test,
    pytest.mark.environ(PLUGINS="username"),
    pytest.mark.usefixtures("plugged"),
]
NAMES = """SELECT "username", "displayUsername" FROM "user" ORDER BY "username" """


async def sign_in(client: Client, name: str, password: str = PASSWORD) -> Answer:
    return await client.api("/sign-in/username", {"username": name, "password": password})


def code(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["code"]


async def test_a_name_signs_in_whatever_its_capitals(client: Client) -> None:
    user = (await client.sign_up(username="Ada.L_1")).json["user"]
    assert (user["username"], user["displayUsername"]) == ("ada.l_1", "Ada.L_1")
    assert list(user)[-4:] == ["updatedAt", "username", "displayUsername", "id"]
    for name in ("Ada.L_1", "ada.l_1", "ADA.L_1"):
        client.cookies.clear()
        answer = await sign_in(client, name)
        assert list(answer.json) == ["redirect", "token", "user"]
        assert (await client.session())["user"] == answer.json["user"] == user


async def test_a_changed_name_counts_at_once(client: Client) -> None:
    await client.sign_up(username="first")
    assert (await client.api("/update-user", {"username": "Second"})).json == {"status": True}
    user = (await client.session())["user"]
    assert (user["username"], user["displayUsername"]) == ("second", "first")
    assert code(await sign_in(client, "first")) == (401, "INVALID_USERNAME_OR_PASSWORD")
    assert (await sign_in(client, "second")).status == 200


@pytest.mark.parametrize("name", ["ab", "a" * 31, "a b", "äää", "", "abc\n"])
async def test_what_is_no_name(client: Client, sql: Sql, name: str) -> None:
    refused = await client.sign_up(username=name)
    assert refused.status == 400
    assert sql('SELECT count(*) FROM "user"') == [(0,)]
    assert (await client.api("/is-username-available", {"username": name})).status == 422
    await client.sign_up()
    assert code(await client.api("/update-user", {"username": name})) == code(refused)
    assert sql(NAMES) == [(None, None)]


async def test_a_name_is_there_once(client: Client, sql: Sql) -> None:
    asked = {"username": "ADA"}
    assert (await client.api("/is-username-available", asked)).json == {"available": True}
    await client.sign_up(username="ada")
    assert (await client.api("/is-username-available", asked)).json == {"available": False}
    assert (await client.api("/update-user", asked)).status == 200
    other = Client(client.base_url)
    assert code(await other.sign_up("bob@example.com", **asked)) == (400, "USERNAME_IS_ALREADY_TAKEN")
    await other.sign_up("bob@example.com")
    assert code(await other.api("/update-user", asked)) == (400, "USERNAME_IS_ALREADY_TAKEN")
    assert sql(NAMES) == [("ada", "ada"), (None, None)]


async def test_of_several_sign_ups_at_once_one_gets_the_name(client: Client, sql: Sql) -> None:
    others = [Client(client.base_url) for _ in range(8)]
    answers = await asyncio.gather(
        *(other.sign_up(f"{number}@example.com", username="ada") for number, other in enumerate(others))
    )
    assert Counter(answer.json.get("code") for answer in answers) == {None: 1, "USERNAME_IS_ALREADY_TAKEN": 7}
    assert sql(NAMES) == [("ada", "ada")]


async def test_of_several_changes_at_once_one_gets_the_name(client: Client, sql: Sql) -> None:
    others = [Client(client.base_url) for _ in range(6)]
    for number, other in enumerate(others):
        await other.sign_up(f"{number}@example.com")
    answers = await asyncio.gather(*(other.api("/update-user", {"username": "ada"}) for other in others))
    assert Counter(answer.json.get("code") for answer in answers) == {None: 1, "USERNAME_IS_ALREADY_TAKEN": 5}
    assert sql(NAMES) == [("ada", None)] + [(None, None)] * 5


async def test_an_unknown_name_costs_a_hash_too(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:  # S9
    await client.sign_up(username="ada")
    checked: list[bool] = []
    check = Passwords.check

    async def watched(self: Passwords, stored: str | None, password: str) -> object:
        checked.append(stored is not None)
        return await check(self, stored, password)

    monkeypatch.setattr(Passwords, "check", watched)
    answers = [await sign_in(client, name, "wrong password") for name in ("ada", "nobody")]
    assert checked == [True, True]
    assert answers[0].body == answers[1].body
    assert code(answers[0]) == (401, "INVALID_USERNAME_OR_PASSWORD")


@pytest.mark.environ(PLUGINS="username", RATE_LIMIT_ENABLED="yes", TRUSTED_PROXIES="127.0.0.1")
async def test_guesses_by_name_and_by_address_are_counted_together(client: Client, sql: Sql) -> None:  # S11
    """From as many places as it takes: only the account is the same."""
    await client.sign_up(username="ada")
    client.cookies.clear()
    seen = Counter[int]()
    for number in range(12):
        place = {"X-Forwarded-For": f"203.0.{number}.1"}
        wrong = {"username": "ada", "email": "ada@example.com", "password": "wrong password"}
        path = "/sign-in/username" if number % 2 else "/sign-in/email"
        seen[(await client.api(path, wrong, headers=place)).status] += 1
    assert seen == {401: 10, 429: 2}


@pytest.mark.environ(PLUGINS="username", REQUIRE_EMAIL_VERIFICATION="yes")
async def test_an_address_that_is_not_proven(client: Client) -> None:
    await client.sign_up(username="ada")
    assert code(await sign_in(client, "ada", "wrong password")) == (401, "INVALID_USERNAME_OR_PASSWORD")
    assert code(await sign_in(client, "ada")) == (403, "EMAIL_NOT_VERIFIED")
    assert client.cookies == {}


@pytest.mark.environ(PLUGINS="username", REQUIRE_EMAIL_VERIFICATION="yes")
async def test_a_further_sign_up_gets_its_name_unless_it_is_taken(client: Client, sql: Sql) -> None:
    for name in ("first", "second", "third"):
        await client.sign_up(username=name, name=name)
    await client.sign_up("bob@example.com", username="third", name="Bob")
    links = [mail.path for mail in promised(sql) if mail.to == "ada@example.com"]
    assert (await client.send("GET", links[2])).status == 302
    users = sql('SELECT "name", "username" FROM "user" ORDER BY "email"')
    assert users == [("third", "first"), ("Bob", "third")]


@pytest.mark.environ(PLUGINS="username", FEATURES_OFF="")
async def test_it_is_told_as_a_sign_in(client: Client, sql: Sql) -> None:  # S36
    await client.sign_up(username="ada")
    await sign_in(client, "ada")
    found = sql(
        """SELECT a."event", a."details"->>'sign_in_method'
           FROM "ai_editor_audit" a JOIN "user" u ON u."id" = a."subject" ORDER BY a."createdAt" """
    )
    assert found == [("sign-up", "sign-up"), ("sign-in", "username")]


@pytest.mark.environ(PLUGINS="none")
async def test_off_is_404_and_a_name_is_ignored(client: Client, sql: Sql) -> None:
    assert "username" not in (await client.sign_up(username="x")).json["user"]
    assert sql(NAMES) == [(None, None)]
    assert (await client.api("/update-user", {"username": "abc"})).json["message"] == "No fields to update"
    assert (await sign_in(client, "ada")).status == 404
    assert (await client.api("/is-username-available", {"username": "ada"})).status == 404
