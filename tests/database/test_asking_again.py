"""A change whose outcome nobody knows: 503 with a code, and asking again, or something else, finds out. S38."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest

from server.config.settings import Settings
from tests.client import PASSWORD, Answer, Client
from tests.conftest import Sql
from tests.database.cutting import Cut, Cutter, cutting
from tests.promises import promised

NEW = "another long password"
DONE = pytest.mark.parametrize("done", [True, False], ids=["done", "not-done"])
COMMIT, DELETE_SESSION, DELETE_USER = b"COMMIT", b'DELETE FROM "session"', b'DELETE FROM "user"'
SET_PASSWORD = b'UPDATE "account"'
OK = (200, None)
Ask = Callable[[], Awaitable[Answer]]
Lose = Callable[[bytes, bytes, Ask], Awaitable[None]]


@pytest.fixture
def cutter(database_url: str) -> Iterator[Cutter]:
    with cutting(database_url) as found:
        yield found


@pytest.fixture
def config(config: Settings, cutter: Cutter) -> Settings:
    return replace(config, database_url=cutter.address)


@pytest.fixture
def lose(cutter: Cutter, done: bool) -> Lose:
    """Asks for a change on the way to which the database is lost."""

    async def ask(mark: bytes, end: bytes, call: Ask) -> None:
        cutter.cut = Cut(mark, end, done)
        answer = await call()
        assert cutter.cut.used
        assert said(answer) == (503, "OUTCOME_UNKNOWN")
        assert answer.headers["Retry-After"] == "1"
        assert answer.set_cookies == []

    return ask


def said(answer: Answer) -> tuple[int, str | None]:
    """Status and code."""
    return answer.status, answer.json.get("code")


def change(client: Client, revoke: bool = False) -> Awaitable[Answer]:
    body = {"currentPassword": PASSWORD, "newPassword": NEW, "revokeOtherSessions": revoke}
    return client.api("/change-password", body)


@DONE
@pytest.mark.gen_test
async def test_a_changed_password(client: Client, lose: Lose, done: bool) -> None:
    """The old one is refused where it was changed: the new one is asked for."""
    await client.sign_up()
    await lose(SET_PASSWORD, COMMIT, lambda: change(client))
    assert said(await client.api("/verify-password", {"password": NEW})) == (
        OK if done else (400, "INVALID_PASSWORD")
    )
    assert said(await change(client)) == ((400, "INVALID_PASSWORD") if done else OK)
    assert (await client.sign_in(password=NEW)).status == 200
    assert (await client.sign_in(password=PASSWORD)).status == 401


@DONE
@pytest.mark.gen_test
async def test_a_changed_password_and_all_sessions_ended(client: Client, lose: Lose, done: bool) -> None:
    """Where it was done, the answer that is lost had the new session: its owner signs in."""
    await client.sign_up()
    other = Client(client.base_url)
    await other.sign_in()
    await lose(SET_PASSWORD, COMMIT, lambda: change(client, revoke=True))
    assert said(await change(client, revoke=True)) == ((401, "UNAUTHORIZED") if done else OK)
    assert await other.session() is None
    assert (await client.sign_in(password=NEW)).status == 200


@DONE
@pytest.mark.gen_test
async def test_a_reset_password(client: Client, sql: Sql, lose: Lose, done: bool) -> None:
    """The token is used up with the change, or not at all."""
    await client.sign_up()
    await client.api("/request-password-reset", {"email": "ada@example.com"})
    body = {"token": promised(sql, "reset-password")[0].token, "newPassword": NEW}
    await lose(SET_PASSWORD, COMMIT, lambda: client.api("/reset-password", body))
    assert (await client.sign_in(password=NEW)).status == (200 if done else 401)
    assert said(await client.api("/reset-password", body)) == ((400, "INVALID_TOKEN") if done else OK)
    assert (await client.sign_in(password=NEW)).status == 200
    assert len(promised(sql, "password-changed")) == 1


Refusal = tuple[int, str | None]
REVOCATIONS: dict[str, tuple[Callable[[str], tuple[str, object]], Refusal]] = {
    "its-own": (lambda token: ("/revoke-session", {"token": token}), (401, "UNAUTHORIZED")),
    "all": (lambda _: ("/revoke-sessions", {}), (401, "UNAUTHORIZED")),
    "sign-out": (lambda _: ("/sign-out", {}), OK),
}


@DONE
@pytest.mark.parametrize("which", REVOCATIONS)
@pytest.mark.gen_test
async def test_an_ended_session(client: Client, sql: Sql, lose: Lose, done: bool, which: str) -> None:  # S23
    """It ends now or has ended, and is not answered from memory meanwhile."""
    token = (await client.sign_up()).json["token"]
    assert await client.session()
    before = dict(client.cookies)
    make, again = REVOCATIONS[which]
    path, body = make(token)
    await lose(DELETE_SESSION, COMMIT, lambda: client.api(path, body))
    await settled(client, before, done)
    client.cookies = dict(before)
    assert said(await client.api(path, body)) == (again if done else OK)
    client.cookies = dict(before)
    assert await client.session() is None
    assert sql('SELECT count(*) FROM "session"') == [(0,)]


@DONE
@pytest.mark.parametrize("which", ["one", "others"])
@pytest.mark.gen_test
async def test_sessions_of_elsewhere(client: Client, lose: Lose, done: bool, which: str) -> None:  # S23
    """The same answer either way: afterwards they are over."""
    await client.sign_up()
    other = Client(client.base_url)
    token = (await other.sign_in()).json["token"]
    path, body = ("/revoke-session", {"token": token}) if which == "one" else ("/revoke-other-sessions", {})
    before = dict(other.cookies)
    assert await other.session()
    await lose(DELETE_SESSION, COMMIT, lambda: client.api(path, body))
    await settled(other, before, done)
    assert said(await client.api(path, body)) == OK
    assert await other.session() is None
    assert await client.session()


@DONE
@pytest.mark.gen_test
async def test_a_deleted_user(client: Client, sql: Sql, lose: Lose, done: bool) -> None:
    await client.sign_up()
    await lose(DELETE_USER, COMMIT, lambda: client.api("/delete-user", {}))
    assert said(await client.api("/delete-user", {})) == ((401, "UNAUTHORIZED") if done else OK)
    assert (await client.sign_in()).status == 401
    assert sql('SELECT count(*) FROM "user"') == [(0,)]


@DONE
@pytest.mark.environ(DELETE_USER_VERIFICATION="yes")
@pytest.mark.gen_test
async def test_a_user_deleted_by_mail(client: Client, sql: Sql, lose: Lose, done: bool) -> None:
    """The token is used up with the deletion, or not at all."""
    await client.sign_up()
    await client.api("/delete-user", {})
    token = promised(sql, "delete-account")[0].token
    await lose(DELETE_USER, COMMIT, lambda: client.api("/delete-user", {"token": token}))
    again = await client.api("/delete-user", {"token": token})
    assert said(again) == ((401, "UNAUTHORIZED") if done else OK)
    assert sql('SELECT count(*) FROM "user"') == [(0,)]


@DONE
@pytest.mark.gen_test
async def test_a_changed_name(client: Client, lose: Lose) -> None:
    await client.sign_up()
    rename = partial(client.api, "/update-user", {"name": "Lovelace"})
    await lose(b'UPDATE "user"', b'UPDATE "user"', rename)
    assert said(await rename()) == OK
    assert (await client.session())["user"]["name"] == "Lovelace"


@DONE
@pytest.mark.gen_test
async def test_a_sign_in(client: Client, sql: Sql, lose: Lose, done: bool) -> None:
    """Another one is another session; the first is in the list, and can be ended."""
    await client.sign_up()
    before = dict(client.cookies)
    await lose(b'INSERT INTO "session"', COMMIT, client.sign_in)
    assert client.cookies == before
    assert (await client.sign_in()).status == 200
    assert len((await client.api("/list-sessions")).json) == (3 if done else 2)


async def settled(client: Client, cookies: dict[str, str], done: bool) -> None:
    """What get-session says is what the database says."""
    client.cookies = dict(cookies)
    while (await client.session() is None) is not done:
        pass  # PostgreSQL may be about to do what it was told
    client.cookies = dict(cookies)
