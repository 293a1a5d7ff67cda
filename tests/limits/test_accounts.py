"""The limit per account at the front door: guesses from many addresses, right passwords and wrong ones. S11."""

import pytest

from tests.client import PASSWORD, Answer, Client
from tests.conftest import Sql

HOME = "192.0.2.7"
ON = {"RATE_LIMIT_ENABLED": "yes", "TRUSTED_PROXIES": "127.0.0.1"}
both = pytest.mark.parametrize(
    "storage",
    [
        pytest.param(storage, marks=pytest.mark.environ(RATE_LIMIT_STORAGE=storage, **ON))
        for storage in ("memory", "database")
    ],
)
WRONG = "not the password"


async def post(client: Client, path: str, body: object, address: str) -> Answer:
    return await client.api(path, body, headers={"X-Forwarded-For": address})


async def sign_in(client: Client, password: str, place: int | str, email: str = "ada@example.com") -> Answer:
    """A browser without cookies; a number is a network of its own, so that only the account's limit is left."""
    address = place if isinstance(place, str) else f"10.{place}.0.1"
    return await post(
        Client(client.base_url), "/sign-in/email", {"email": email, "password": password}, address
    )


async def guess(client: Client, email: str = "ada@example.com", first: int = 1) -> list[int]:
    """Eleven guesses from as many networks."""
    return [(await sign_in(client, WRONG, place, email)).status for place in range(first, first + 11)]


async def sign_up(client: Client, address: str = HOME) -> None:
    body = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD}
    assert (await post(client, "/sign-up/email", body, address)).status == 200


@both
@pytest.mark.gen_test
async def test_the_eleventh_guess_waits_wherever_it_comes_from(client: Client, storage: str) -> None:
    await sign_up(client)
    assert await guess(client) == [401] * 10 + [429]
    answer = await sign_in(client, WRONG, 99)
    assert answer.json["code"] == "TOO_MANY_REQUESTS"
    assert answer.headers["Retry-After"] == answer.headers["X-Retry-After"]
    assert int(answer.headers["Retry-After"]) in range(1, 31)


@both
@pytest.mark.gen_test
async def test_the_right_password_is_not_confirmed_during_the_wait(client: Client, storage: str) -> None:
    await sign_up(client)
    await guess(client)
    right, wrong = await sign_in(client, PASSWORD, 98), await sign_in(client, WRONG, 99)
    assert (right.status, right.json, right.set_cookies) == (wrong.status, wrong.json, wrong.set_cookies)


@both
@pytest.mark.gen_test
async def test_an_address_that_nobody_has_is_answered_alike(client: Client, storage: str) -> None:  # S9
    await sign_up(client)
    assert await guess(client, "nobody@example.com") == await guess(client)
    known, unknown = await sign_in(client, WRONG, 99), await sign_in(client, WRONG, 99, "nobody@example.com")
    assert (known.status, known.json) == (unknown.status, unknown.json)
    assert set(known.headers) == set(unknown.headers)


@both
@pytest.mark.gen_test
async def test_capitals_are_no_way_around(client: Client, storage: str) -> None:
    spellings = ["ada@example.com", "Ada@Example.com", "ADA@EXAMPLE.COM"]
    found = [(await sign_in(client, WRONG, place, spellings[place % 3])).status for place in range(11)]
    assert found == [401] * 10 + [429]


@both
@pytest.mark.gen_test
async def test_a_success_starts_anew(client: Client, storage: str) -> None:
    await sign_up(client)
    for round_ in range(3):
        places = range(20 * round_, 20 * round_ + 9)
        assert {(await sign_in(client, WRONG, place)).status for place in places} == {401}
        assert (await sign_in(client, PASSWORD, 20 * round_ + 10)).status == 200


@both
@pytest.mark.gen_test
async def test_the_owner_still_gets_in_at_home(client: Client, storage: str) -> None:
    """Where she has signed up or in before; elsewhere she waits like everybody."""
    await sign_up(client)
    assert (await sign_in(client, PASSWORD, 50)).status == 200
    await guess(client)
    for place in (50, HOME):
        assert (await sign_in(client, PASSWORD, 49)).status == 429
        assert (await sign_in(client, WRONG, place)).status == 401
        assert (await sign_in(client, PASSWORD, place)).status == 200
        assert await guess(client) == [401] * 10 + [429], "her success is one for all"


@pytest.mark.environ(RATE_LIMIT_STORAGE="database", **ON)
@pytest.mark.gen_test
async def test_after_the_wait_there_is_one_more_guess(client: Client, sql: Sql) -> None:
    await guess(client)
    sql('UPDATE "rateLimit" SET "lastRequest" = "lastRequest" - 30000')
    assert [(await sign_in(client, WRONG, place)).status for place in (70, 71)] == [401, 429]
    assert int((await sign_in(client, WRONG, 72)).headers["Retry-After"]) in range(31, 61)


@both
@pytest.mark.gen_test
async def test_every_check_of_a_password_counts(client: Client, storage: str) -> None:
    """A stolen session is no way to guess without end."""
    await sign_up(client, "10.0.0.1")
    change = {"currentPassword": WRONG, "newPassword": "a password quite new"}
    answers = [
        await post(client, path, body, f"10.{place}.0.1")
        for path, body, places in (
            ("/verify-password", {"password": WRONG}, range(1, 8)),
            ("/change-password", change, range(1, 4)),
            ("/delete-user", {"password": WRONG}, range(1, 2)),
            ("/verify-password", {"password": PASSWORD}, range(8, 9)),
        )
        for place in places
    ]
    assert [answer.status for answer in answers] == [400] * 10 + [429] * 2
    assert answers[0].json["code"] == answers[9].json["code"] == "INVALID_PASSWORD"
    assert (await sign_in(client, PASSWORD, 99)).status == 429, "and one count for all of them"


@both
@pytest.mark.gen_test
async def test_a_new_password_by_mail_is_a_way_in_from_anywhere(
    client: Client, storage: str, sql: Sql
) -> None:
    """However many guess at the same time: the place of the reset is known."""
    await sign_up(client)
    sql(
        """
        INSERT INTO "verification" ("id", "identifier", "value", "expiresAt")
        SELECT 'v', 'reset-password:token', "id", now() + interval '1 hour' FROM "user"
        """
    )
    await guess(client)
    assert (await sign_in(client, PASSWORD, 99)).status == 429
    body = {"newPassword": "another long password", "token": "token"}
    assert (await post(client, "/reset-password", body, "10.99.0.1")).status == 200
    assert await guess(client) == [401] * 10 + [429]
    assert (await sign_in(client, "another long password", 99)).status == 200


@both
@pytest.mark.gen_test
async def test_nobody_waits_for_another(client: Client, storage: str) -> None:
    await sign_up(client)
    await guess(client, "bob@example.com")
    assert (await sign_in(client, PASSWORD, 99)).status == 200


@pytest.mark.gen_test
async def test_none_while_developing(client: Client) -> None:
    assert {(await sign_in(client, WRONG, 1)).status for _ in range(15)} == {401}
